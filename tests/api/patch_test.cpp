#include "operator/api/patch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/api/patch_detail.hpp"
#include "tests/api/generators.hpp"

namespace api {
namespace {
using test::object;
using test::parse;
using test::shared;

JsonPatchOperation operation(JsonPatchVerb verb, std::string path, std::string_view value = "", std::string from = "") {
  JsonPatchOperation out;
  out.verb = verb;
  out.path = std::move(path);
  if (!value.empty()) out.value = shared(value);
  out.from = std::move(from);
  return out;
}

JsonPatch patch_of(std::vector<JsonPatchOperation> operations) { return JsonPatch{std::move(operations)}; }

Object echo() {
  return object(R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":"a","namespace":"default","uid":"u1",
    "resourceVersion":"7","generation":1,"labels":{"app":"a"},"finalizers":["one","two"],
    "ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x","uid":"x1","controller":true}]},
    "spec":{"replicas":2,"deep":{"list":[1,2]}},"status":{"replicas":1},"extra":{"k":"v"}})");
}

std::string text(Object const& object) { return boost::json::serialize(object_to_json(object)); }

TEST(MergePatch, merges_members_and_deletes_those_set_to_null) {
  struct Example {
    std::string_view target, patch, result;
  };
  Example const examples[] = {
      {R"({"replicas":1,"paused":true})", R"({"replicas":2})", R"({"replicas":2,"paused":true})"},
      {R"({"replicas":1,"paused":true})", R"({"paused":null})", R"({"replicas":1})"},
      {R"({"replicas":1})", R"({"absent":null})", R"({"replicas":1})"},
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"c":null,"d":3}})", R"({"a":{"b":1,"d":3}})"},
      {R"({"ports":[80,81]})", R"({"ports":[8080]})", R"({"ports":[8080]})"},
      {R"({"a":1})", R"({"a":{"b":null,"c":1}})", R"({"a":{"c":1}})"},
      {R"({"a":[{"b":null}]})", R"({"a":[null,{"b":null}]})", R"({"a":[null,{"b":null}]})"},
      {R"([1])", R"({"a":1})", R"({"a":1})"},
      {R"({"a":1})", R"("text")", R"("text")"},
      {R"({"first":1,"second":2,"third":3})", R"({"first":null})", R"({"second":2,"third":3})"},
  };
  for (auto const& example : examples) {
    boost::json::value target = parse(example.target);
    merge_patch(target, parse(example.patch));
    EXPECT_EQ(boost::json::serialize(target), example.result) << example.target << " + " << example.patch;
  }
}

TEST(JsonPatch, carries_out_each_operation) {
  using enum JsonPatchVerb;
  struct Example {
    std::string_view target;
    JsonPatchOperation operation;
    std::string_view result;  // "": it fails
  };
  Example const examples[] = {
      {R"({"a":1})", operation(add, "/b", "2"), R"({"a":1,"b":2})"},
      {R"({"a":1})", operation(add, "/a", "2"), R"({"a":2})"},
      {R"({"a":[1,3]})", operation(add, "/a/1", "2"), R"({"a":[1,2,3]})"},
      {R"({"a":[1]})", operation(add, "/a/1", "2"), R"({"a":[1,2]})"},
      {R"({"a":[1]})", operation(add, "/a/-", "2"), R"({"a":[1,2]})"},
      {R"({"a":[1]})", operation(add, "/a/2", "2"), ""},
      {R"({"a":[1]})", operation(add, "/a/01", "2"), ""},
      {R"({"a":[1]})", operation(add, "/a/-1", "2"), ""},
      {R"({"a":1})", operation(add, "/b/c", "2"), ""},
      {R"({"a":1})", operation(add, "/a/c", "2"), ""},
      {R"({"a":1})", operation(add, "b", "2"), ""},
      {R"({"a":1})", operation(add, "", "[2]"), "[2]"},
      {R"({"a":1})", operation(add, "/b"), ""},
      {R"({"a":1,"b":2,"c":3})", operation(remove, "/a"), R"({"b":2,"c":3})"},
      {R"({"a":[1,2,3]})", operation(remove, "/a/1"), R"({"a":[1,3]})"},
      {R"({"a":[1]})", operation(remove, "/a/1"), ""},
      {R"({"a":[1]})", operation(remove, "/a/-"), ""},
      {R"({"a":1})", operation(remove, "/b"), ""},
      {R"({"a":1})", operation(remove, ""), ""},
      {R"({"a":1,"b":2})", operation(replace, "/a", "3"), R"({"a":3,"b":2})"},
      {R"({"a":1})", operation(replace, "/b", "3"), ""},
      {R"({"a":[1]})", operation(replace, "/a/0", "3"), R"({"a":[3]})"},
      {R"({"a":{"b":1},"c":{}})", operation(move, "/c/d", "", "/a/b"), R"({"a":{},"c":{"d":1}})"},
      {R"({"a":{"b":1}})", operation(move, "/a/b/c", "", "/a"), ""},
      {R"({"a":1})", operation(move, "/b", "", "/c"), ""},
      {R"({"a":[1,2,3]})", operation(move, "/a/0", "", "/a/2"), R"({"a":[3,1,2]})"},
      {R"({"a":{"b":1}})", operation(copy, "/c", "", "/a"), R"({"a":{"b":1},"c":{"b":1}})"},
      {R"({"a":1})", operation(copy, "/c", "", "/b"), ""},
      {R"({"a":1})", operation(test, "/a", "1"), R"({"a":1})"},
      {R"({"a":1})", operation(test, "/a", "1.0"), R"({"a":1})"},
      {R"({"a":1})", operation(test, "/a", R"("1")"), ""},
      {R"({"a":{"x":1,"y":[1,2]}})", operation(test, "/a", R"({"y":[1,2.0],"x":1})"), R"({"a":{"x":1,"y":[1,2]}})"},
      {R"({"a":[1,2]})", operation(test, "/a", "[2,1]"), ""},
      {R"({"a":1})", operation(test, "/b", "1"), ""},
      {R"({"a":1})", operation(test, "/b", "null"), R"({"a":1})"},
      {R"({"a":1})", operation(test, "/b/c", "null"), ""},
      {R"({"a~b":1,"c/d":2,"~1":3})", operation(remove, "/a~0b"), R"({"c/d":2,"~1":3})"},
      {R"({"a~b":1,"c/d":2,"~1":3})", operation(remove, "/c~1d"), R"({"a~b":1,"~1":3})"},
      {R"({"a~b":1,"c/d":2,"~1":3})", operation(remove, "/~01"), R"({"a~b":1,"c/d":2})"},
      {R"({"":{"":1}})", operation(replace, "//", "2"), R"({"":{"":2}})"},
  };
  for (auto const& example : examples) {
    boost::json::value target = parse(example.target);
    auto const done = json_patch(target, patch_of({example.operation}));
    EXPECT_EQ(done.has_value(), !example.result.empty()) << example.target << " " << example.operation.path;
    if (done) EXPECT_EQ(boost::json::serialize(target), example.result);
  }
}

TEST(JsonPatch, names_the_operation_that_failed) {
  boost::json::value target = parse(R"({"a":1})");
  auto const done = json_patch(
      target, patch_of({operation(JsonPatchVerb::remove, "/a"), operation(JsonPatchVerb::replace, "/a", "1")}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), "operation 1: /a: does not exist");
}

TEST(JsonPatch, refuses_to_copy_without_end) {
  boost::json::value target = parse(R"({"a":["0123456789"]})");
  JsonPatch doubling;
  for (int i = 0; i < 64; ++i) doubling.operations.push_back(operation(JsonPatchVerb::copy, "/a/-", "", "/a"));
  EXPECT_FALSE(json_patch(target, doubling));
}

TEST(ApplyPatch, shares_every_subtree_that_the_patch_does_not_touch) {
  Object const before = echo();
  auto const labelled = apply_patch(before, MergePatch{shared(R"({"metadata":{"labels":{"tier":"x","app":null}}})")});
  ASSERT_TRUE(labelled);
  EXPECT_EQ(*labelled->metadata.labels, (StringMap{{"tier", "x"}}));
  EXPECT_EQ(labelled->spec, before.spec);
  EXPECT_EQ(labelled->status, before.status);
  EXPECT_EQ(labelled->rest, before.rest);
  EXPECT_EQ(&*labelled->metadata.finalizers, &*before.metadata.finalizers);

  auto const freed = apply_patch(before, patch_of({operation(JsonPatchVerb::test, "/metadata/resourceVersion", "\"7\""),
                                                   operation(JsonPatchVerb::remove, "/metadata/finalizers/0")}));
  ASSERT_TRUE(freed);
  EXPECT_EQ(*freed->metadata.finalizers, std::vector<std::string>{"two"});
  EXPECT_EQ(freed->spec, before.spec);
  EXPECT_EQ(freed->status, before.status);
}

TEST(ApplyPatch, shares_a_status_that_is_replaced_whole) {
  auto const status = shared(R"({"replicas":2})");
  JsonPatchOperation replace = operation(JsonPatchVerb::replace, "/status");
  replace.value = status;
  auto const patched = apply_patch(echo(), patch_of({replace}));
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->status, status);
}

TEST(ApplyPatch, takes_a_status_out_of_the_document_without_copying_it) {
  Object before = echo();
  before.status = nullptr;
  auto const document = shared(R"({"status":{"replicas":2,"conditions":[{"type":"Ready"}]}})");
  auto const patched = apply_patch(before, MergePatch{document});
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->status.get(), document->get_object().if_contains("status"));
}

TEST(ApplyPatch, keeps_the_pointers_when_nothing_changes) {
  Object const before = echo();
  auto const merged = apply_patch(before, MergePatch{shared(
                                              R"({"metadata":{"labels":{"app":"a"},"finalizers":["one","two"]},
        "spec":{"replicas":2,"deep":{"list":[1,2]},"absent":null},"status":{"replicas":1},"extra":{"k":"v"}})")});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->spec, before.spec);
  EXPECT_EQ(merged->status, before.status);
  EXPECT_EQ(merged->rest, before.rest);
  EXPECT_EQ(&*merged->metadata.labels, &*before.metadata.labels);
  EXPECT_EQ(&*merged->metadata.finalizers, &*before.metadata.finalizers);

  auto const replaced = apply_patch(before, patch_of({operation(JsonPatchVerb::replace, "/spec/replicas", "2"),
                                                      operation(JsonPatchVerb::replace, "/status", R"({"replicas":1})"),
                                                      operation(JsonPatchVerb::add, "/metadata/labels/app", "\"a\"")}));
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->spec, before.spec);
  EXPECT_EQ(replaced->status, before.status);
  EXPECT_EQ(&*replaced->metadata.labels, &*before.metadata.labels);
}

TEST(ApplyPatch, does_the_usual_patches_without_the_object_s_whole_json) {
  using enum JsonPatchVerb;
  JsonPatch const patches[] = {
      patch_of({operation(add, "/metadata/resourceVersion", "\"9\"")}),
      patch_of({operation(test, "/metadata/uid", "\"u1\""), operation(add, "/metadata/finalizers/-", "\"three\"")}),
      patch_of({operation(test, "/metadata/finalizers/1", "\"two\""), operation(remove, "/metadata/finalizers/1")}),
      patch_of({operation(replace, "/metadata/finalizers", R"(["one"])")}),
      patch_of({operation(add, "/metadata/labels/x.io~1y", "\"v\"")}),
      patch_of({operation(add, "/metadata/annotations", R"({"a":"b"})"), operation(remove, "/metadata/annotations/a")}),
      patch_of({operation(add, "/metadata/ownerReferences/-",
                          R"({"apiVersion":"v1","kind":"Y","name":"y","uid":"y1","controller":false})")}),
      patch_of({operation(remove, "/metadata/ownerReferences/0")}),
      patch_of({operation(replace, "/spec/deep/list/0", "5"), operation(add, "/spec/paused", "true")}),
      patch_of({operation(remove, "/status"), operation(add, "/status", "{}"), operation(add, "/status/a", "1")}),
  };
  for (auto const& patch : patches) {
    auto const quick = detail::apply_json_quickly(echo(), patch);
    ASSERT_TRUE(quick) << patch.operations.front().path;
    EXPECT_EQ(text(*quick), text(*detail::apply_to_json(echo(), patch)));
  }
}

TEST(ApplyPatch, takes_over_the_resource_version_for_the_server_to_compare) {
  auto const patched = apply_patch(echo(), MergePatch{shared(R"({"metadata":{"resourceVersion":"3"}})")});
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->metadata.resource_version, ResourceVersion{3});
}

TEST(ApplyPatch, refuses_what_the_server_refuses_in_its_words) {
  using enum JsonPatchVerb;
  auto const failed = apply_patch(echo(), patch_of({operation(replace, "/spec/absent", "1")}));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().to_string(),
            "Invalid (422): the server rejected our request due to an error in our request");
  EXPECT_TRUE(failed.error().causes.empty());

  auto const renamed = apply_patch(echo(), MergePatch{shared(R"({"metadata":{"name":"b"}})")});
  ASSERT_FALSE(renamed);
  EXPECT_EQ(renamed.error().to_string(),
            "BadRequest (400): the name of the object (b) does not match the name on the URL (a)");

  auto const moved = apply_patch(echo(), MergePatch{shared(R"({"metadata":{"namespace":"b"}})")});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, 400);

  auto const reborn = apply_patch(echo(), MergePatch{shared(R"({"metadata":{"uid":"1"}})")});
  ASSERT_FALSE(reborn);
  EXPECT_EQ(reborn.error().to_string(),
            "Invalid (422): Echo.example.com \"a\" is invalid: metadata.uid: Invalid value: \"1\": field is immutable");
  EXPECT_EQ(reborn.error().name, "a");
  EXPECT_EQ(reborn.error().kind, "Echo");
  EXPECT_EQ(reborn.error().group, "example.com");
  EXPECT_EQ(reborn.error().causes,
            (std::vector<Cause>{{"FieldValueInvalid", "Invalid value: \"1\": field is immutable", "metadata.uid"}}));

  auto const mistyped = apply_patch(echo(), MergePatch{shared(R"({"metadata":{"labels":{"app":1}}})")});
  ASSERT_FALSE(mistyped);
  EXPECT_EQ(mistyped.error().code, 422);
  EXPECT_TRUE(mistyped.error().message.ends_with("metadata.labels.app: must be a string"));
  EXPECT_EQ(mistyped.error().causes.front().field, "patch");

  auto const list = apply_patch(echo(), MergePatch{shared("[1]")});
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().message, " \"\" is invalid: patch: Invalid value: \"[1]\": must be a JSON object");

  for (Patch const& unsupported : {Patch(StrategicMergePatch{shared("{}")}), Patch(ApplyPatch{shared("{}"), false})}) {
    auto const refused = apply_patch(echo(), unsupported);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::unsupported_media_type);
    EXPECT_EQ(refused.error().code, 415);
  }
}

TEST(ApplyPatch, sees_what_the_operations_before_have_left) {
  using enum JsonPatchVerb;
  EXPECT_FALSE(apply_patch(
      echo(), patch_of({operation(remove, "/metadata/labels"), operation(add, "/metadata/labels/a", "\"b\"")})));
  EXPECT_FALSE(apply_patch(echo(), patch_of({operation(remove, "/metadata/finalizers"),
                                             operation(add, "/metadata/finalizers/-", "\"b\"")})));
  EXPECT_FALSE(apply_patch(echo(), patch_of({operation(remove, "/spec"), operation(add, "/spec/a", "1")})));
  auto const refilled = apply_patch(
      echo(), patch_of({operation(remove, "/metadata/finalizers/0"), operation(remove, "/metadata/finalizers/0"),
                        operation(add, "/metadata/finalizers/-", "\"b\"")}));
  ASSERT_TRUE(refilled);
  EXPECT_EQ(*refilled->metadata.finalizers, std::vector<std::string>{"b"});
  EXPECT_FALSE(apply_patch(echo(), patch_of({operation(add, "/metadata/resourceVersion", "\"07\""),
                                             operation(test, "/metadata/resourceVersion", "\"7\"")})))
      << "texts are compared, not numbers";
}

TEST(ApplyPatch, limits_the_number_of_operations) {
  JsonPatch patch;
  for (int i = 0; i < 10001; ++i) patch.operations.push_back(operation(JsonPatchVerb::add, "/spec/a", "1"));
  auto const refused = apply_patch(echo(), patch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 413);
  patch.operations.pop_back();
  EXPECT_TRUE(apply_patch(echo(), patch));
}

void expect_the_same_as_on_json(Object const& before, Patch const& patch) {
  std::string const untouched = text(before);
  auto const quick = apply_patch(before, patch);
  auto const general = detail::apply_to_json(before, patch);
  RC_ASSERT(quick.has_value() == general.has_value());
  RC_ASSERT(text(before) == untouched);
  if (quick) {
    RC_ASSERT(same_content(*quick, *general));
    RC_ASSERT(quick->metadata.resource_version == general->metadata.resource_version);
    RC_ASSERT(parse(text(*quick)) == parse(text(*general)));
  } else {
    RC_ASSERT(quick.error().to_string() == general.error().to_string());
    RC_ASSERT(quick.error().causes == general.error().causes);
  }
}

RC_GTEST_PROP(ApplyPatch, a_merge_patch_gives_what_it_gives_on_the_object_s_json, ()) {
  Object const before = test::any_object();
  Patch const patch = test::any_merge_patch();
  RC_LOG() << rc::toString(before) << "\n" << rc::toString(patch) << "\n";
  bool const quick = detail::apply_merge_quickly(before, std::get<MergePatch>(patch)).has_value();
  RC_CLASSIFY(quick, "quickly");
  expect_the_same_as_on_json(before, patch);
}

RC_GTEST_PROP(ApplyPatch, a_json_patch_gives_what_it_gives_on_the_object_s_json, ()) {
  Object const before = test::any_object();
  Patch const patch = test::any_json_patch(before);
  RC_LOG() << rc::toString(before) << "\n" << rc::toString(patch) << "\n";
  bool const quick = detail::apply_json_quickly(before, std::get<JsonPatch>(patch)).has_value();
  RC_CLASSIFY(quick, "quickly");
  expect_the_same_as_on_json(before, patch);
}

RC_GTEST_PROP(MergePatch, changes_a_value_exactly_when_it_says_so, ()) {
  auto const target = test::any_json(3);
  auto const patch = test::any_json(3);
  boost::json::value merged(target);
  merge_patch(merged, patch);
  // A patch may also rewrite a value as an equal one (null members in an absent object).
  if (!detail::merge_changes(target, patch)) RC_ASSERT(merged == target);
  boost::json::value again(merged);
  merge_patch(again, patch);
  RC_ASSERT(again == merged);
}

}  // namespace
}  // namespace api
