#include "operator/api/object.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/api/generators.hpp"

namespace api {
namespace {
using test::object;
using test::parse;
using test::shared;

std::string text(Object const& object) { return boost::json::serialize(object_to_json(object)); }

TEST(Object, prints_its_fields_in_kubernetes_order_and_leaves_empty_ones_out) {
  std::string_view const canonical =
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","generateName":"a-","namespace":"default",)"
      R"("uid":"u","resourceVersion":"12","generation":3,"creationTimestamp":"2026-11-23T17:24:10Z",)"
      R"("deletionTimestamp":"2026-11-23T17:25:10Z","deletionGracePeriodSeconds":0,"labels":{"app":"a"},)"
      R"("annotations":{"k":"v"},"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"y",)"
      R"("controller":true,"blockOwnerDeletion":false}],"finalizers":["f"],"managedFields":[{}]},)"
      R"("spec":{"z":1,"a":null},"status":{},"data":{"k":"v"}})";
  EXPECT_EQ(text(object(canonical)), canonical);
  EXPECT_EQ(text(object(R"({"metadata":{"labels":{},"finalizers":[],"resourceVersion":""}})")), R"({"metadata":{}})");
}

TEST(Object, takes_a_null_label_for_an_empty_one) {
  EXPECT_EQ(text(object(R"({"metadata":{"labels":{"a":null,"b":"1"}}})")),
            R"({"metadata":{"labels":{"a":"","b":"1"}}})");
}

TEST(Object, takes_an_explicit_null_for_an_absent_field) {
  Object const read = object(R"({"kind":null,"metadata":{"name":"a","labels":null,"creationTimestamp":null,
      "managedFields":null,"finalizers":null},"spec":null,"status":null,"data":null})");
  EXPECT_EQ(text(read), R"({"metadata":{"name":"a"}})");
  EXPECT_EQ(read.spec, nullptr);
  EXPECT_EQ(read.rest, nullptr);
  EXPECT_EQ(read.metadata.rest, nullptr);
  EXPECT_EQ(text(object(R"({"metadata":null})")), R"({"metadata":{}})");
}

TEST(Object, says_which_field_is_wrong_and_why) {
  struct Example {
    std::string_view json, error;
  };
  Example const examples[] = {
      {"[]", "must be a JSON object"},
      {R"({"kind":1})", "kind: must be a string"},
      {R"({"apiVersion":[]})", "apiVersion: must be a string"},
      {R"({"metadata":[]})", "metadata: must be an object"},
      {R"({"metadata":{"name":7}})", "metadata.name: must be a string"},
      {R"({"metadata":{"labels":[]}})", "metadata.labels: must be an object"},
      {R"({"metadata":{"labels":{"app":1}}})", "metadata.labels.app: must be a string"},
      {R"({"metadata":{"annotations":{"a":true}}})", "metadata.annotations.a: must be a string"},
      {R"({"metadata":{"finalizers":"f"}})", "metadata.finalizers: must be an array"},
      {R"({"metadata":{"finalizers":["f",2]}})", "metadata.finalizers[1]: must be a string"},
      {R"({"metadata":{"ownerReferences":{}}})", "metadata.ownerReferences: must be an array"},
      {R"({"metadata":{"ownerReferences":[1]}})", "metadata.ownerReferences[0]: must be an object"},
      {R"({"metadata":{"ownerReferences":[{"uid":1}]}})", "metadata.ownerReferences[0].uid: must be a string"},
      {R"({"metadata":{"ownerReferences":[{},{"controller":"yes"}]}})",
       "metadata.ownerReferences[1].controller: must be true or false"},
      {R"({"metadata":{"resourceVersion":7}})", "metadata.resourceVersion: must be a string"},
      {R"({"metadata":{"resourceVersion":"x"}})", "metadata.resourceVersion: must be a decimal number of 64 bits"},
      {R"({"metadata":{"resourceVersion":"99999999999999999999"}})",
       "metadata.resourceVersion: must be a decimal number of 64 bits"},
      {R"({"metadata":{"generation":1.5}})", "metadata.generation: must be an integer"},
      {R"({"metadata":{"deletionTimestamp":"yesterday"}})",
       "metadata.deletionTimestamp: must be a time such as 2026-11-23T17:24:10Z"},
  };
  for (auto const& example : examples) {
    auto const read = object_from_json(parse(example.json));
    ASSERT_FALSE(read) << example.json;
    EXPECT_EQ(read.error(), example.error);
  }
}

TEST(Object, knows_its_controller_and_finalizers) {
  Object const owned = object(R"({"metadata":{"finalizers":["f"],"ownerReferences":[{"uid":"1"},
      {"uid":"2","controller":true}]}})");
  ASSERT_NE(owned.metadata.controller(), nullptr);
  EXPECT_EQ(owned.metadata.controller()->uid, "2");
  EXPECT_TRUE(owned.metadata.has_finalizer("f"));
  EXPECT_FALSE(owned.metadata.has_finalizer("g"));
  EXPECT_EQ(Object().metadata.controller(), nullptr);
}

RC_GTEST_PROP(Object, survives_the_way_to_json_and_back, ()) {
  Object const before = test::any_object();
  auto const after = object_from_json(object_to_json(before));
  RC_ASSERT(after.has_value());
  RC_ASSERT(same_content(before, *after));
  RC_ASSERT(before.metadata.resource_version == after->metadata.resource_version);
  RC_ASSERT(text(before) == text(*after));
}

RC_GTEST_PROP(Object, has_the_same_content_exactly_when_its_json_without_resource_version_is_equal, ()) {
  Object a = test::any_object();
  Object b = *rc::gen::element(0, 1) == 0 ? object_from_json(object_to_json(a)).value() : test::any_object();
  if (*rc::gen::element(0, 1) == 0) {
    auto const patched = apply_patch(b, test::any_merge_patch());
    if (patched) b = *patched;
  }
  bool const same = same_content(a, b);
  a.metadata.resource_version = b.metadata.resource_version;
  RC_CLASSIFY(same, "same");
  RC_ASSERT(same == (object_to_json(a) == object_to_json(b)));
}

TEST(Timestamp, is_printed_in_whole_seconds_of_utc) {
  EXPECT_EQ(format_timestamp(Timestamp(std::chrono::seconds(0))), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_timestamp(Timestamp(std::chrono::seconds(1709210096))), "2024-02-29T12:34:56Z");
}

TEST(Timestamp, is_read_with_any_offset_and_fraction) {
  auto const expected = Timestamp(std::chrono::seconds(1709210096));
  EXPECT_EQ(parse_timestamp("2024-02-29T12:34:56Z"), expected);
  EXPECT_EQ(parse_timestamp("2024-02-29T12:34:56.999999Z"), expected);
  EXPECT_EQ(parse_timestamp("2024-02-29T14:34:56+02:00"), expected);
  EXPECT_EQ(parse_timestamp("2024-02-28T23:04:56-13:30"), expected);
  for (auto const* wrong :
       {"", "2024", "2023-02-29T12:34:56Z", "2024-13-01T00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29T12:34:60Z",
        "2024-02-29T12:34:56", "2024-02-29 12:34:56Z", "2024-02-29T12:34:56.Z", "2024-02-29T12:34:56Zx",
        "2024-02-29T12:34:56+2:00", "-024-02-29T12:34:56Z", "2024-02-29T12:34:56+24:00"}) {
    EXPECT_EQ(parse_timestamp(wrong), std::nullopt) << wrong;
  }
}

RC_GTEST_PROP(Timestamp, survives_the_way_to_text_and_back, ()) {
  auto const time = Timestamp(std::chrono::seconds(*rc::gen::inRange<std::int64_t>(-62167219200, 253402300800)));
  RC_ASSERT(parse_timestamp(format_timestamp(time)) == time);
}

TEST(Trim, drops_the_fields_at_the_paths) {
  auto const full = std::make_shared<Object const>(object(R"({"kind":"K","metadata":{"name":"a","managedFields":[1],
      "selfLink":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"x","b":"c"}},
      "spec":{"template":{"a":1},"replicas":2},"status":{"a":1},"data":{"a":1,"b":2}})"));
  auto const trimmed =
      trim(full, {"metadata.managedFields", "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
                  "spec.template", "status", "data.a", "spec.absent.deep", "metadata.name"});
  EXPECT_EQ(text(*trimmed), R"({"kind":"K","metadata":{"name":"a","annotations":{"b":"c"},"selfLink":"s"},)"
                            R"("spec":{"replicas":2},"data":{"b":2}})");
  EXPECT_TRUE(full->status) << "the original is untouched";
  EXPECT_EQ(trim(full, {"metadata.labels"}), full);
}

TEST(Trim, leaves_no_empty_rest_behind) {
  auto const full = std::make_shared<Object const>(object(R"({"metadata":{"managedFields":[1]},"data":{}})"));
  auto const trimmed = trim(full, {"metadata.managedFields", "data"});
  EXPECT_EQ(trimmed->rest, nullptr);
  EXPECT_EQ(trimmed->metadata.rest, nullptr);
}

TEST(Trim, returns_the_same_pointer_when_there_is_nothing_to_drop) {
  auto const full = std::make_shared<Object const>(object(R"({"metadata":{"name":"a"},"spec":{"a":[{"b":1}]}})"));
  EXPECT_EQ(trim(full, {}), full);
  EXPECT_EQ(trim(full, {"metadata.managedFields", "status", "spec.b", "spec.a.b", "metadata", "metadata.finalizers"}),
            full);
}

TEST(FindPath, finds_members_and_numbers_that_are_integers) {
  auto const value = parse(R"({"a":{"b":"text","n":3,"f":3.0,"h":3.5,"big":18446744073709551615,"l":[1]}})");
  EXPECT_EQ(find_string(&value, {"a", "b"}), "text");
  EXPECT_EQ(find_integer(&value, {"a", "n"}), 3);
  EXPECT_EQ(find_integer(&value, {"a", "f"}), 3);
  EXPECT_EQ(find_integer(&value, {"a", "h"}), std::nullopt);
  EXPECT_EQ(find_integer(&value, {"a", "big"}), std::nullopt);
  EXPECT_EQ(find_integer(&value, {"a", "b"}), std::nullopt);
  EXPECT_EQ(find_string(&value, {"a", "n"}), std::nullopt);
  EXPECT_EQ(find_path(&value, {"a", "l", "0"}), nullptr);
  EXPECT_EQ(find_path(&value, {"x", "y"}), nullptr);
  EXPECT_EQ(find_path(nullptr, {"x"}), nullptr);
  EXPECT_EQ(find_path(&value, {}), &value);
}

}  // namespace
}  // namespace api
