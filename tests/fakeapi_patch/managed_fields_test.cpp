// metadata.managedFields through creates, updates and patches.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/fakeapi_patch/writers.hpp"

namespace fakeapi::testing {
namespace {

using api::Subresource;

api::Object demo(std::string_view spec) {
  return object(R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":)" +
                std::string(spec) + "}");
}

boost::json::value entries(api::Object const& object) { return object.metadata.rest->at("managedFields"); }

class ManagedFields : public ::testing::Test {
 protected:
  Result<api::ObjectPtr> merge(std::string_view document, std::string const& manager,
                               Subresource subresource = Subresource::none) {
    return writers.patch(demos, "a", testing::merge(document), manager, subresource);
  }
  Writers writers{demo_definition()};
};

TEST_F(ManagedFields, AreWrittenOnCreateWithDefaultsAndWithoutWhatIsTheServers) {
  auto value = demo(R"({"text":"hi","unknown":1})");
  value.metadata.labels = api::StringMap{{"l", "v"}};
  auto const made = writers.create(demos, value, "creator");
  EXPECT_EQ(entries(**made), json(R"([{"manager":"creator","operation":"Update","apiVersion":"demo.example.com/v1",
                      "time":"2026-11-23T17:24:11Z","fieldsType":"FieldsV1","fieldsV1":
                      {"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{".":{},"f:replicas":{},"f:text":{}}}}])"));
}

TEST_F(ManagedFields, NameWhoeverTheRequestComesFrom) {
  EXPECT_EQ(owners(writers.create(demos, demo(R"({"text":"hi"})"), "")),
            R"(unknown Update {"f:spec":{".":{},"f:replicas":{},"f:text":{}}})");
}

TEST_F(ManagedFields, PassToWhoChangesAField) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  EXPECT_EQ(owners(merge(R"({"spec":{"text":"ho","mode":"a"}})", "other")),
            "creator Update {\"f:spec\":{\".\":{},\"f:replicas\":{}}}\n"
            "other Update {\"f:spec\":{\"f:mode\":{},\"f:text\":{}}}");
  EXPECT_EQ(owners(merge(R"({"spec":{"mode":null}})", "third")),
            "creator Update {\"f:spec\":{\".\":{},\"f:replicas\":{}}}\n"
            "other Update {\"f:spec\":{\"f:text\":{}}}");
}

TEST_F(ManagedFields, OfANoOpStayWithTheirTime) {
  auto const made = writers.create(demos, demo(R"({"text":"hi"})"), "creator");
  auto const same = merge(R"({"spec":{"text":"hi"}})", "other");
  EXPECT_EQ((*same)->metadata.resource_version, (*made)->metadata.resource_version);
  EXPECT_EQ((*same)->metadata.rest, writers.server.find(demos, {"default", "a"})->metadata.rest);
}

TEST_F(ManagedFields, KeepTheTimeOfAnEntryThatOwnsTheSameAgain) {
  auto const made = writers.create(demos, demo(R"({"text":"hi"})"), "creator");
  auto const changed = merge(R"({"spec":{"text":"ho"}})", "creator");
  EXPECT_EQ(entries(**changed), entries(**made));
  EXPECT_NE((*changed)->metadata.resource_version, (*made)->metadata.resource_version);
}

TEST_F(ManagedFields, OfAnIgnoredStatusBumpTheResourceVersion) {
  auto const made = writers.create(demos, demo(R"({"text":"hi"})"), "creator");
  auto const ignored = merge(R"({"status":{"readyReplicas":1}})", "other");
  EXPECT_GT((*ignored)->metadata.resource_version, (*made)->metadata.resource_version);
  EXPECT_EQ((*ignored)->status, nullptr);
  EXPECT_EQ(owners(ignored),
            "creator Update {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\n"
            "other Update {\"f:status\":{\".\":{},\"f:readyReplicas\":{}}}");
}

TEST_F(ManagedFields, OfTheStatusAreKeptThoughAllElseIsTheStoredObjects) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  EXPECT_EQ(
      owners(merge(R"({"metadata":{"managedFields":[{}]},"status":{"readyReplicas":1}})", "st", Subresource::status)),
      "creator Update {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\n"
      "st Update {\"f:status\":{\".\":{},\"f:readyReplicas\":{}}}");
}

TEST_F(ManagedFields, ComeOldestFirstAfterTheAppliedOnes) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "z"));
  ASSERT_TRUE(merge(R"({"spec":{"mode":"a"}})", "y"));
  ASSERT_TRUE(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},
                                       "spec":{"raw":{"x":1}}})",
                            "x"));
  EXPECT_EQ(owners(writers.get(demos, "a")),
            "x Apply {\"f:spec\":{\".\":{},\"f:raw\":{\".\":{},\"f:x\":{}}}}\n"
            "z Update {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\n"
            "y Update {\"f:spec\":{\"f:mode\":{}}}");
}

TEST_F(ManagedFields, OfMoreThanTenUpdatersAreMerged) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  for (int i = 0; i < 11; ++i) {
    ASSERT_TRUE(merge(R"({"metadata":{"labels":{"l)" + std::to_string(i) + R"(":"x"}}})", "m" + std::to_string(i)));
  }
  auto const text = owners(writers.get(demos, "a"));
  EXPECT_TRUE(
      text.starts_with("ancient-changes Update {\"f:metadata\":{\"f:labels\":{\".\":{},\"f:l0\":{},\"f:l1\":{}}},"
                       "\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\nm2 Update "))
      << text;
  EXPECT_EQ(entries(writers.get(demos, "a")).as_array().size(), 10U);
}

TEST_F(ManagedFields, AreResetByOneEmptyEntry) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  EXPECT_EQ(owners(merge(R"({"metadata":{"managedFields":[{}]}})", "other")), "nobody");
  // Nobody owns anything until somebody applies.
  EXPECT_EQ(owners(merge(R"({"spec":{"text":"ho"}})", "other")), "nobody");
}

TEST_F(ManagedFields, OfAClientThatDoesNotSendThemStay) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  auto const owned = owners(writers.get(demos, "a"));
  for (auto const* sent : {"null", "[]", R"([{"manager":"x"}])", R"([{"manager":"x","fieldsType":"V2"}])",
                           R"([{"manager":"x","operation":"Update","apiVersion":"demo.example.com/v1",
                                "fieldsType":"FieldsV1","fieldsV1":{"spec":{}}}])"}) {
    auto value = writers.get(demos, "a");
    value.metadata.rest = api::share({{"managedFields", json(sent)}});
    EXPECT_EQ(owners(writers.update(demos, value, "other")), owned) << sent;
  }
}

TEST_F(ManagedFields, ThatAClientSendsAreTaken) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  auto value = writers.get(demos, "a");
  value.metadata.rest = api::share({{"managedFields", json(R"([{"manager":"x","operation":"Apply",
      "apiVersion":"demo.example.com/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{},"x:later":{}}}}])")}});
  value.spec = api::share({{"text", "hi"}, {"mode", "a"}});
  EXPECT_EQ(owners(writers.update(demos, value, "other")),
            "x Apply {\"f:spec\":{\"f:text\":{}}}\n"
            "other Update {\"f:spec\":{\"f:mode\":{}}}");
}

TEST_F(ManagedFields, OfAVersionThatIsNotServedAreGivenUp) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  auto value = writers.get(demos, "a");
  value.metadata.rest = api::share({{"managedFields", json(R"([{"manager":"x","operation":"Update",
      "apiVersion":"demo.example.com/v7","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}])")}});
  EXPECT_EQ(owners(writers.update(demos, value, "other")), "nobody");
}

TEST_F(ManagedFields, OfNoOperationAreInvalid) {
  auto value = demo(R"({"text":"hi"})");
  value.metadata.rest = api::share({{"managedFields", json(R"([{"manager":"x","operation":"Foo",
      "apiVersion":"demo.example.com/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:mode":{}}}}])")}});
  expect_error(writers.create(demos, value, "other"), 422, api::Reason::invalid,
               "Echo.demo.example.com \"a\" is invalid: metadata.managedFields.operation: Invalid value: \"Foo\": must "
               "be `Apply` or `Update`");
  value.metadata.rest = api::share(
      {{"managedFields", json(R"([{"manager":")" + std::string(129, 'x') +
                              R"(","operation":"Update","apiVersion":"demo.example.com/v1","fieldsType":"FieldsV1",
          "fieldsV1":{"f:spec":{"f:mode":{}}}}])")}});
  expect_error(writers.create(demos, value, "other"), 422, api::Reason::invalid,
               "Echo.demo.example.com \"a\" is invalid: metadata.fieldManager: Too long: must have at most 128 bytes");
}

TEST_F(ManagedFields, AreNotTouchedByTheScale) {
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  auto const owned = owners(writers.get(demos, "a"));
  ASSERT_TRUE(merge(R"({"spec":{"replicas":3}})", "scaler", Subresource::scale));
  EXPECT_EQ(owners(writers.get(demos, "a")), owned);
  EXPECT_EQ(writers.get(demos, "a").metadata.generation, 2);
}

TEST(ManagedFieldsModern, NameTheSubresourceAndMindWhatAWriteCannotChange) {
  Writers writers(demo_definition(), Profile::modern);
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  auto const patched = writers.patch(demos, "a", merge(R"({"status":{"readyReplicas":1}})"), "other");
  EXPECT_EQ(owners(patched), R"(creator Update {"f:spec":{".":{},"f:replicas":{},"f:text":{}}})");
  EXPECT_EQ(owners(writers.patch(demos, "a", merge(R"({"status":{"readyReplicas":1},"spec":{"text":"ho"}})"), "other",
                                 Subresource::status)),
            "creator Update {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\n"
            "other Update status {\"f:status\":{\".\":{},\"f:readyReplicas\":{}}}");
  expect_error(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},
                                        "status":{"readyReplicas":2}})",
                             "x", false, Subresource::status),
               409, api::Reason::conflict,
               "Apply failed with 1 conflict: conflict with \"other\" with subresource \"status\" using "
               "demo.example.com/v1: .status.readyReplicas");
}

TEST(ManagedFieldsOfEvents, AreOfTheVersionThatIsWrittenAndAPutOfWhatIsShownChangesNothing) {
  Writers writers(demo_definition());
  api::Resource const newer{"events.k8s.io", "v1", "events"};
  auto const made = writers.create(
      newer, object(R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"e","namespace":"default"},
                        "regarding":{"kind":"Pod","name":"p","namespace":"default"},"reason":"R","type":"Normal",
                        "eventTime":"2026-11-23T17:24:10.000000Z","action":"a","reportingController":"x.io/c",
                        "reportingInstance":"i"})"),
      "m");
  EXPECT_EQ(owners(made),
            "m Update {\"f:action\":{},\"f:eventTime\":{},\"f:reason\":{},\"f:regarding\":{\"f:kind\":{},\"f:name\":{},"
            "\"f:namespace\":{}},\"f:reportingController\":{},\"f:reportingInstance\":{},\"f:type\":{}}");
  auto const put = writers.update(newer, writers.get(newer, "e"), "n");
  ASSERT_TRUE(put) << put.error().to_string();
  EXPECT_EQ(boost::json::serialize(api::object_to_json(**put)), boost::json::serialize(api::object_to_json(**made)));
  auto const stored = writers.server.find({"", "v1", "events"}, {"default", "e"});
  EXPECT_EQ(stored->rest->at("involvedObject").at("name"), "p");
}

TEST(ManagedFieldsModern, OfAScaleAreTheReplicas) {
  Writers writers(demo_definition(), Profile::modern);
  ASSERT_TRUE(writers.create(demos, demo(R"({"text":"hi"})"), "creator"));
  ASSERT_TRUE(writers.patch(demos, "a", merge(R"({"spec":{"replicas":3}})"), "scaler", Subresource::scale));
  EXPECT_EQ(owners(writers.get(demos, "a")),
            "creator Update {\"f:spec\":{\".\":{},\"f:text\":{}}}\n"
            "scaler Update scale {\"f:spec\":{\"f:replicas\":{}}}");
}

TEST(ManagedFieldsOff, CostNothing) {
  Scene scene(demo_definition());
  auto value = demo(R"({"text":"hi"})");
  value.metadata.rest = api::share({{"managedFields", json("[{}]")}, {"selfLink", "x"}});
  auto const made = scene.create(demos, value);
  EXPECT_EQ((*made)->metadata.rest, nullptr);
}

}  // namespace
}  // namespace fakeapi::testing
