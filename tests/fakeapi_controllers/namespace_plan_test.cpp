#include "fakeapi/controllers/namespace_plan.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::noon;
using test::patched;

api::ObjectPtr a_namespace() {
  return test::shared(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n","uid":"N","deletionTimestamp":
    "2023-11-14T22:13:00Z"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Terminating"}})");
}
api::Resource const pod_resource{"", "v1", "pods"};
api::Resource const deployment_resource{"apps", "v1", "deployments"};

TEST(NamespacePlan, tells_that_all_is_gone) {
  auto const told = tell_content(*a_namespace(), {}, noon);
  ASSERT_TRUE(told);
  EXPECT_EQ(
      boost::json::serialize(*told->status),
      R"({"phase":"Terminating","conditions":[)"
      R"({"type":"NamespaceDeletionDiscoveryFailure","status":"False","lastTransitionTime":"2023-11-14T22:13:20Z",)"
      R"("reason":"ResourcesDiscovered","message":"All resources successfully discovered"},)"
      R"({"type":"NamespaceDeletionGroupVersionParsingFailure","status":"False",)"
      R"("lastTransitionTime":"2023-11-14T22:13:20Z","reason":"ParsedGroupVersions",)"
      R"("message":"All legacy kube types successfully parsed"},)"
      R"({"type":"NamespaceDeletionContentFailure","status":"False","lastTransitionTime":"2023-11-14T22:13:20Z",)"
      R"("reason":"ContentDeleted","message":"All content successfully deleted, may be waiting on finalization"},)"
      R"({"type":"NamespaceContentRemaining","status":"False","lastTransitionTime":"2023-11-14T22:13:20Z",)"
      R"("reason":"ContentRemoved","message":"All content successfully removed"},)"
      R"({"type":"NamespaceFinalizersRemaining","status":"False","lastTransitionTime":"2023-11-14T22:13:20Z",)"
      R"("reason":"ContentHasNoFinalizers","message":"All content-preserving finalizers finished"}]})");
  EXPECT_FALSE(tell_content(*told, {}, noon + 1h)) << "it says so already";
}

TEST(NamespacePlan, tells_what_remains_and_what_holds_it) {
  NamespaceContent content;
  auto const held = patched(test::a_pod("p"), R"({"metadata":{"finalizers":["example.com/a","example.com/b"]}})");
  add_remaining(content, pod_resource, "n", {held, test::a_pod("q")}, 30);
  add_remaining(content, deployment_resource, "n",
                {patched(test::a_deployment(1), R"({"metadata":{"finalizers":["example.com/a"]}})")}, 0);
  EXPECT_EQ(content.estimate, 30);
  EXPECT_TRUE(content.errors.empty());
  auto const told = tell_content(*a_namespace(), content, noon);
  auto const& conditions = told->status->at("conditions");
  EXPECT_EQ(conditions.at(3).at("reason"), "SomeResourcesRemain");
  EXPECT_EQ(conditions.at(3).at("message"),
            "Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances");
  EXPECT_EQ(conditions.at(4).at("reason"), "SomeFinalizersRemain");
  EXPECT_EQ(conditions.at(4).at("message"),
            "Some content in the namespace has finalizers remaining: example.com/a in 2 resource instances, "
            "example.com/b in 1 resource instances");
  // Later only the text changes, and the time does not.
  NamespaceContent less;
  add_remaining(less, pod_resource, "n", {held}, 0);
  EXPECT_EQ(less.estimate, 15) << "finalizers are given time";
  auto const later = tell_content(*told, less, noon + 1min);
  EXPECT_EQ(later->status->at("conditions").at(3).at("message"),
            "Some resources are remaining: pods. has 1 resource instances");
  EXPECT_EQ(later->status->at("conditions").at(3).at("lastTransitionTime"), "2023-11-14T22:13:20Z");
  auto const done = tell_content(*later, {}, noon + 2min);
  EXPECT_EQ(done->status->at("conditions").at(3).at("lastTransitionTime"), "2023-11-14T22:15:20Z");
}

TEST(NamespacePlan, does_not_expect_anything_to_remain_without_a_reason) {
  NamespaceContent content;
  add_remaining(content, deployment_resource, "n", {test::a_deployment(1)}, 0);
  add_remaining(content, pod_resource, "n", {test::a_pod("p")}, 0);
  EXPECT_EQ(content.estimate, 0);
  auto const told = tell_content(*a_namespace(), content, noon);
  EXPECT_EQ(told->status->at("conditions").at(2).at("reason"), "ContentDeletionFailed");
  EXPECT_EQ(told->status->at("conditions").at(2).at("message"),
            "Failed to delete all resource types, 2 remaining: unexpected items still remain in namespace: n for gvr: "
            "/v1, Resource=pods, unexpected items still remain in namespace: n for gvr: apps/v1, Resource=deployments");
}

TEST(NamespacePlan, gives_pods_as_long_as_they_may_take) {
  auto const slow = patched(test::a_pod("p"), R"({"spec":{"terminationGracePeriodSeconds":60}})");
  auto const quick = patched(test::a_pod("q"), R"({"spec":{"terminationGracePeriodSeconds":5}})");
  auto const ended = patched(slow, R"({"status":{"phase":"Failed"}})");
  EXPECT_EQ(grace_of_pods({slow, quick}, noon, noon + 10s), 60);
  EXPECT_EQ(grace_of_pods({ended, quick}, noon, noon + 4s), 5);
  EXPECT_EQ(grace_of_pods({slow}, noon, noon + 60s), 0) << "they have had it";
}

TEST(NamespacePlan, takes_off_only_the_finalizer_of_the_content) {
  auto const other =
      patched(a_namespace(), R"({"spec":{"finalizers":["z.example.com/f","kubernetes","a.example.com/f"]}})");
  EXPECT_FALSE(is_finalized(*other));
  EXPECT_EQ(boost::json::serialize(*without_content_finalizer(*other).spec),
            R"({"finalizers":["a.example.com/f","z.example.com/f"]})");
  EXPECT_TRUE(is_finalized(without_content_finalizer(*a_namespace())));
}

}  // namespace
}  // namespace fakeapi
