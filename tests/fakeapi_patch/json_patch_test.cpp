// JSON patch and merge patch, by profile.
#include "fakeapi/patch/json_patch.hpp"

#include <gtest/gtest.h>

#include "tests/fakeapi_patch/writers.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;

constexpr std::string_view failed = "the server rejected our request due to an error in our request";

std::string patched(std::string_view target, std::string_view operations) {
  auto document = json(target);
  auto const patch = std::get<api::JsonPatch>(json_patch(operations));
  auto const done = patch::json_patch_1_20(document, patch);
  return done ? boost::json::serialize(document) : "failed";
}

TEST(JsonPatch120, ReplacesWhatIsNotThere) {
  EXPECT_EQ(patched(R"({"a":{}})", R"([{"op":"replace","path":"/a/b","value":1}])"), R"({"a":{"b":1}})");
  EXPECT_EQ(patched(R"({"a":[1]})", R"([{"op":"replace","path":"/a/1","value":2}])"), "failed");
  EXPECT_EQ(patched(R"({"a":[1]})", R"([{"op":"replace","path":"/a/0","value":2}])"), R"({"a":[2]})");
}

TEST(JsonPatch120, CountsNegativeIndicesFromTheEnd) {
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-1"}])"), R"({"a":[1]})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-1","value":3}])"), R"({"a":[1,2,3]})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-2","value":3}])"), R"({"a":[1,3,2]})");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-3"}])"), "failed");
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/-"}])"), "failed");
}

TEST(JsonPatch120, AddsAndRemoves) {
  EXPECT_EQ(patched(R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2},{"op":"add","path":"/a/0","value":0}])"),
            R"({"a":[0,1,2]})");
  EXPECT_EQ(patched(R"({"a":[1]})", R"([{"op":"add","path":"/a/2","value":2}])"), "failed");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"/a/b","value":2}])"), "failed");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"remove","path":"/b"}])"), "failed");
  EXPECT_EQ(patched(R"({"a~/":1})", R"([{"op":"remove","path":"/a~0~1"}])"), "{}");
}

TEST(JsonPatch120, KnowsNoPointerToTheWholeDocument) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"replace","path":"","value":{}}])"), "failed");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"a","value":{}}])"), "failed");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"x/a","value":2}])"), R"({"a":2})");
}

TEST(JsonPatch120, ComparesNumbersAsTheyAreWritten) {
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/a","value":1.0}])"), "failed");
  EXPECT_EQ(patched(R"({"a":{"b":[1]}})", R"([{"op":"test","path":"/a","value":{"b":[1]}}])"), R"({"a":{"b":[1]}})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/b","value":null}])"), R"({"a":1})");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/b","value":1}])"), "failed");
  EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"test","path":"/b/c","value":null}])"), "failed");
}

TEST(JsonPatch120, MovesAndCopies) {
  EXPECT_EQ(patched(R"({"a":1,"b":[]})", R"([{"op":"move","from":"/a","path":"/b/0"}])"), R"({"b":[1]})");
  EXPECT_EQ(patched(R"({"a":{"c":1}})", R"([{"op":"move","from":"/a","path":"/a/b"}])"), "failed");
  EXPECT_EQ(patched(R"({"a":{}})", R"([{"op":"copy","from":"/x","path":"/a/b"}])"), R"({"a":{"b":null}})");
  EXPECT_EQ(patched(R"({"a":{}})", R"([{"op":"move","from":"/x","path":"/a/b"}])"), "failed");
  std::string doubling = "[";
  for (int i = 0; i < 40; ++i) doubling += R"({"op":"copy","from":"/a","path":"/a/-"},)";
  doubling.back() = ']';
  EXPECT_EQ(patched(R"({"a":["0123456789"]})", doubling), "failed");
}

class JsonPatches : public ::testing::Test {
 protected:
  explicit JsonPatches(Profile profile = Profile::v1_20) : writers(demo_definition(), profile) {
    auto const made = writers.create(
        demos,
        object(R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi"}})"),
        "creator");
    EXPECT_TRUE(made);
  }
  Result<api::ObjectPtr> patch(api::Patch patch) { return writers.patch(demos, "a", std::move(patch), "m"); }
  Writers writers;
};
class ModernJsonPatches : public JsonPatches {
 protected:
  ModernJsonPatches() : JsonPatches(Profile::modern) {}
};

TEST_F(JsonPatches, OfMoreThanTenThousandOperationsAreTooLarge) {
  api::JsonPatch many;
  many.operations.resize(10001, {api::JsonPatchVerb::test, "/spec/text", api::share("hi"), ""});
  expect_error(patch(many), 413, Reason::request_entity_too_large,
               "Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001");
  many.operations.pop_back();
  EXPECT_TRUE(patch(many));
}

TEST_F(JsonPatches, OfServersOf120ReplaceWhatIsNotThere) {
  EXPECT_TRUE(patch(json_patch(R"([{"op":"replace","path":"/spec/mode","value":"a"}])")));
  expect_error(patch(json_patch(R"([{"op":"remove","path":"/spec/nosuch"}])")), 422, Reason::invalid, failed);
}

TEST_F(ModernJsonPatches, DoNotReplaceWhatIsNotThere) {
  expect_error(patch(json_patch(R"([{"op":"replace","path":"/spec/mode","value":"a"}])")), 422, Reason::invalid,
               failed);
}

TEST_F(JsonPatches, ThatMakeNoObjectAreInvalid) {
  auto const refused = patch(json_patch(R"([{"op":"add","path":"/metadata/labels","value":"x"}])"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 422);
  EXPECT_EQ(refused.error().causes.front().field, "patch");
}

TEST_F(JsonPatches, CanResetTheOwnersAsKubectlDoes) {
  auto const version = std::to_string(api::to_number(writers.get(demos, "a").metadata.resource_version));
  auto const reset = patch(json_patch(
      R"([{"op":"replace","path":"/metadata/managedFields","value":[{"manager":"kubectl","operation":"Apply",
           "apiVersion":"demo.example.com/v1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:text":{}}}}]},
          {"op":"replace","path":"/metadata/resourceVersion","value":")" +
      version + R"("}])"));
  EXPECT_EQ(owners(reset), R"(kubectl Apply {"f:spec":{"f:text":{}}})");
}

TEST_F(JsonPatches, AndMergePatchesDropNullsInLists) {
  auto const patched = patch(merge(R"({"spec":{"raw":{"l":[1,null,{"a":null,"b":[null]}]}}})"));
  ASSERT_TRUE(patched) << patched.error().to_string();
  EXPECT_EQ((*patched)->spec->at("raw"), json(R"({"l":[1,{"b":[]}]})"));
}

TEST_F(JsonPatches, AndMergePatchesKeepNullsInAListThatReplacesAnObject) {
  ASSERT_TRUE(patch(merge(R"({"spec":{"raw":{"l":{"o":1}}}})")));
  auto const patched = patch(merge(R"({"spec":{"raw":{"l":[1,null]}}})"));
  EXPECT_EQ((*patched)->spec->at("raw"), json(R"({"l":[1,null]})"));
}

TEST_F(ModernJsonPatches, AndMergePatchesKeepNullsInLists) {
  auto const patched = patch(merge(R"({"spec":{"raw":{"l":[1,null]}}})"));
  ASSERT_TRUE(patched) << patched.error().to_string();
  EXPECT_EQ((*patched)->spec->at("raw"), json(R"({"l":[1,null]})"));
}

}  // namespace
}  // namespace fakeapi::testing
