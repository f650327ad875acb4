// Server-side apply on custom resources: the conversation of golden/x10.txt, and what it leaves out.
#include <gtest/gtest.h>

#include "tests/fakeapi_patch/writers.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::Subresource;

std::string demo(std::string_view rest) {
  return R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},)" + std::string(rest) + "}";
}

class Apply : public ::testing::Test {
 protected:
  Result<api::ObjectPtr> apply(std::string_view rest, std::string const& manager, bool force = false,
                               Subresource subresource = Subresource::none) {
    return writers.apply(demos, demo(rest), manager, force, subresource);
  }
  boost::json::value spec() { return *writers.get(demos, "a").spec; }
  Writers writers{demo_definition()};
};

TEST_F(Apply, CreatesWhatIsNotThere) {
  auto const made = apply(R"("spec":{"text":"hi","replicas":2})", "mgr1");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_TRUE(writers.report.created);
  EXPECT_EQ((*made)->metadata.generation, 1);
  EXPECT_EQ(owners(made), R"(mgr1 Apply {"f:spec":{".":{},"f:replicas":{},"f:text":{}}})");
}

TEST_F(Apply, OfTheSameAgainIsNoWrite) {
  auto const first = apply(R"("spec":{"text":"hi","replicas":2})", "mgr1");
  auto const again = apply(R"("spec":{"replicas":2.0,"text":"hi"})", "mgr1");
  ASSERT_TRUE(again);
  EXPECT_FALSE(writers.report.created);
  EXPECT_EQ((*again)->metadata.resource_version, (*first)->metadata.resource_version);
}

TEST_F(Apply, SharesWhatTwoManagersWantAlike) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","replicas":2})", "mgr1"));
  auto const shared_text = apply(R"("spec":{"text":"hi"})", "mgr2");
  EXPECT_EQ((*shared_text)->metadata.generation, 1);
  EXPECT_EQ(owners(shared_text),
            "mgr1 Apply {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}\n"
            "mgr2 Apply {\"f:spec\":{\".\":{},\"f:text\":{}}}");
}

TEST_F(Apply, ConflictsWithAnotherManagersValue) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","replicas":2})", "mgr1"));
  auto const refused = apply(R"("spec":{"text":"ho","replicas":3})", "mgr2");
  expect_error(refused, 409, Reason::conflict,
               "Apply failed with 2 conflicts: conflicts with \"mgr1\":\n- .spec.replicas\n- .spec.text");
  ASSERT_EQ(refused.error().causes.size(), 2U);
  EXPECT_EQ(refused.error().causes[1], (api::Cause{"FieldManagerConflict", "conflict with \"mgr1\"", ".spec.text"}));
  EXPECT_EQ(refused.error().kind + refused.error().name + refused.error().group, "");
}

TEST_F(Apply, WithForceTakesTheField) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","replicas":2})", "mgr1"));
  auto const forced = apply(R"("spec":{"text":"ho"})", "mgr2", true);
  EXPECT_EQ((*forced)->metadata.generation, 2);
  EXPECT_EQ(owners(forced),
            "mgr1 Apply {\"f:spec\":{\".\":{},\"f:replicas\":{}}}\n"
            "mgr2 Apply {\"f:spec\":{\".\":{},\"f:text\":{}}}");
}

TEST_F(Apply, ReleasesWhatItMentionsNoMore) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","replicas":2})", "mgr1"));
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr2"));
  ASSERT_TRUE(apply(R"("spec":{"replicas":2})", "mgr1"));
  EXPECT_EQ(spec(), json(R"({"text":"hi","replicas":2})"));
  // What nobody else owns is removed, and then filled in again.
  auto const dropped = apply(R"("spec":{})", "mgr1");
  EXPECT_EQ(spec(), json(R"({"text":"hi","replicas":1})"));
  EXPECT_EQ((*dropped)->metadata.generation, 2);
  EXPECT_EQ(owners(dropped), "mgr2 Apply {\"f:spec\":{\".\":{},\"f:text\":{}}}\nmgr1 Apply {\"f:spec\":{}}");
}

TEST_F(Apply, OfTheMainResourceLeavesTheStatusAloneButOwnsIt) {
  auto const made = apply(R"("spec":{"text":"hi"},"status":{"readyReplicas":1})", "mgr1");
  EXPECT_EQ((*made)->status, nullptr);
  EXPECT_EQ(owners(made), R"(mgr1 Apply {"f:spec":{".":{},"f:text":{}},"f:status":{".":{},"f:readyReplicas":{}}})");
}

TEST_F(Apply, OfTheStatusWritesTheStatus) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr1"));
  auto const status = apply(R"("status":{"readyReplicas":1})", "mgr3", false, Subresource::status);
  ASSERT_TRUE(status) << status.error().to_string();
  EXPECT_EQ(*(*status)->status, json(R"({"readyReplicas":1})"));
  EXPECT_EQ((*status)->metadata.generation, 1);
  EXPECT_EQ(owners(status),
            "mgr1 Apply {\"f:spec\":{\".\":{},\"f:text\":{}}}\n"
            "mgr3 Apply {\"f:status\":{\".\":{},\"f:readyReplicas\":{}}}");
}

TEST_F(Apply, OfAStatusDoesNotCreate) {
  expect_error(apply(R"("status":{"readyReplicas":1})", "mgr3", false, Subresource::status), 404, Reason::not_found,
               "echoes.demo.example.com \"a\" not found");
}

TEST_F(Apply, LosesAFieldToAnUpdateAndConflictsWithItThen) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr1"));
  auto const updated = writers.patch(demos, "a", merge(R"({"spec":{"text":"upd"}})"), "upd");
  EXPECT_EQ(owners(updated), "mgr1 Apply {\"f:spec\":{}}\nupd Update {\"f:spec\":{\"f:text\":{}}}");
  auto const refused = apply(R"("spec":{"text":"zz"})", "mgr1");
  expect_error(refused, 409, Reason::conflict,
               "Apply failed with 1 conflict: conflict with \"upd\" using demo.example.com/v1: .spec.text");
  EXPECT_EQ(refused.error().causes.front().message, "conflict with \"upd\" using demo.example.com/v1");
}

TEST_F(Apply, RefusesWhatTheServerRefuses) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr1"));
  auto const lacks_manager = apply(R"("spec":{"text":"hi"})", "");
  expect_error(lacks_manager, 422, Reason::invalid,
               "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
  expect_error(apply(R"("spec":{"text":"hi"})", std::string(129, 'm')), 422, Reason::invalid,
               "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: must have at most 128 bytes");
  expect_error(apply(R"("spec":{"text":"hi"})", "a\nb"), 422, Reason::invalid,
               "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\nb\": invalid character "
               "U+000A (at position 1)");
  auto const with = [](std::string_view metadata) {
    return R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a",)" + std::string(metadata) +
           R"(},"spec":{"text":"hi"}})";
  };
  expect_error(writers.apply(demos, with(R"("managedFields":[])"), "q"), 400, Reason::bad_request,
               "metadata.managedFields must be nil");
  expect_error(writers.apply(demos, with(R"("resourceVersion":"1")"), "q"), 409, Reason::conflict,
               "Operation cannot be fulfilled on echoes.demo.example.com \"a\": the object has been modified; please "
               "apply your changes to the latest version and try again");
  expect_error(writers.apply(demos, with(R"("namespace":"other")"), "q"), 400, Reason::bad_request,
               "the namespace of the object (other) does not match the namespace on the request (default)");
  expect_error(writers.apply(demos, with(R"("uid":"1")"), "q"), 422, Reason::invalid,
               "Echo.demo.example.com \"a\" is invalid: metadata.uid: Invalid value: \"1\": field is immutable");
  expect_error(writers.apply(demos, R"({"kind":"Echo"})", "q"), 400, Reason::bad_request,
               "Incorrect version specified in apply patch. Specified patch version: , expected: demo.example.com/v1");
  expect_error(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Foo"})", "q"), 422, Reason::invalid,
               "Foo.demo.example.com \"a\" is invalid: kind: Invalid value: \"Foo\": must be Echo");
  expect_error(
      writers.apply(demos, "[]", "q"), 400, Reason::bad_request,
      "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go "
      "value of type map[string]interface {}");
}

TEST_F(Apply, ToANameThatIsNotThereIsCheckedAsACreate) {
  std::string const body = R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"b","uid":"1"}})";
  expect_error(writers.apply(demos, body, "q"), 409, Reason::conflict,
               "Operation cannot be fulfilled on echoes.demo.example.com \"b\": uid mismatch: the provided object "
               "specified uid 1, and no existing object was found");
  expect_error(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Echo","spec":{"text":"x"}})", "q"),
               400, Reason::bad_request,
               "the name of the object (a based on URL) was undeterminable: name must be provided");
  EXPECT_FALSE(writers.report.created);
  // Unlike in a POST, a resourceVersion does no harm.
  EXPECT_TRUE(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Echo",
      "metadata":{"name":"c","resourceVersion":"7"},"spec":{"text":"x"}})",
                            "q"));
}

TEST_F(Apply, OfUnknownFieldsOwnsThemAndCountsAsAChange) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","foo":1})", "mgr1"));
  auto const again = apply(R"("spec":{"text":"hi","foo":1})", "mgr1");
  EXPECT_EQ(spec(), json(R"({"text":"hi","replicas":1})"));
  EXPECT_EQ((*again)->metadata.generation, 2);
  EXPECT_EQ(owners(again), R"(mgr1 Apply {"f:spec":{".":{},"f:foo":{},"f:text":{}}})");
}

TEST_F(Apply, OfNullIsValidatedAsNull) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr1"));
  expect_error(apply(R"("spec":{"text":"hi","raw":null})", "mgr1"), 422, Reason::invalid,
               "Echo.demo.example.com \"a\" is invalid: spec.raw: Invalid value: \"null\": spec.raw in body must be of "
               "type object: \"null\"");
}

TEST_F(Apply, InADryRunStoresNothing) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi"})", "mgr1"));
  writers.dry_run = true;
  EXPECT_EQ(*(*apply(R"("spec":{"text":"ho"})", "mgr1"))->spec, json(R"({"text":"ho","replicas":1})"));
  EXPECT_TRUE(writers.apply(demos, R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"z"},
                                       "spec":{"text":"x"}})",
                            "q"));
  EXPECT_EQ(writers.server.find(demos, {"default", "z"}), nullptr);
  EXPECT_EQ(spec(), json(R"({"text":"hi","replicas":1})"));
}

TEST_F(Apply, AfterWritesOfOthersKnowsWhatWasThereBefore) {
  ASSERT_TRUE(writers.create(demos, object(demo(R"("spec":{"text":"hi"})")), "creator"));
  ASSERT_TRUE(writers.patch(demos, "a", merge(R"({"metadata":{"managedFields":[{}]}})"), "creator"));
  EXPECT_EQ(owners(writers.get(demos, "a")), "nobody");
  auto const applied = apply(R"("spec":{"text":"hi"})", "mgr1");
  EXPECT_EQ(owners(applied),
            "mgr1 Apply {\"f:spec\":{\".\":{},\"f:text\":{}}}\n"
            "before-first-apply Update {\"f:spec\":{\".\":{},\"f:replicas\":{},\"f:text\":{}}}");
}

TEST_F(Apply, ConflictsOfDeepPathsAreListedAsBadlyAsByTheServer) {
  ASSERT_TRUE(apply(R"("spec":{"text":"hi","raw":{"m":{"k":1,"l":1}}})", "mgr1"));
  // The server of 1.20 builds paths in memory that it reuses: both end up as the last one.
  expect_error(apply(R"("spec":{"text":"hi","raw":{"m":{"k":2,"l":2}}})", "mgr2"), 409, Reason::conflict,
               "Apply failed with 2 conflicts: conflicts with \"mgr1\":\n- .spec.raw.m.l\n- .spec.raw.m.l");
}

// kubectl's change from client-side to server-side apply.
TEST_F(Apply, OfKubectlTakesOverWhatItAppliedFromTheClientSide) {
  auto const last =
      R"("annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"apiVersion\":\"demo.example.com/v1\",\"kind\":\"Echo\",\"spec\":{\"text\":\"hi\",\"replicas\":2}}"})";
  ASSERT_TRUE(writers.create(demos,
                             object(R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a",)" +
                                    std::string(last) + R"(},"spec":{"text":"hi","replicas":3}})"),
                             "kubectl-client-side-apply"));
  // The text still stands as it was applied, the replicas do not.
  expect_error(apply(R"("spec":{"text":"ho","replicas":4})", "kubectl"), 409, Reason::conflict,
               "Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using demo.example.com/v1: "
               ".spec.replicas");
  auto const applied = apply(R"("spec":{"text":"ho"})", "kubectl");
  ASSERT_TRUE(applied) << applied.error().to_string();
  EXPECT_EQ(*(*applied)->spec, json(R"({"text":"ho","replicas":3})"));
  EXPECT_EQ(*(*applied)->metadata.annotations->find("kubectl.kubernetes.io/last-applied-configuration"),
            "{\"apiVersion\":\"demo.example.com/v1\",\"kind\":\"Echo\",\"metadata\":{\"name\":\"a\"},"
            "\"spec\":{\"text\":\"ho\"}}\n");
  expect_error(apply(R"("spec":{"text":"hu"})", "other"), 409, Reason::conflict,
               "Apply failed with 1 conflict: conflict with \"kubectl\": .spec.text");
}

TEST(ApplyWithoutAccount, IsRefused) {
  Scene scene(demo_definition());
  api::Patch const patch = api::ApplyPatch{api::share(json(demo(R"("spec":{"text":"hi"})"))), false};
  api::Request request;
  request.verb = api::Verb::patch;
  request.resource = demos;
  request.key = {"default", "a"};
  request.body = patch;
  api::WriteOptions options;
  options.field_manager = "m";
  request.options = options;
  EXPECT_EQ(scene.server.execute(request, {}).error().code, 415);
}

}  // namespace
}  // namespace fakeapi::testing
