#include "fakeapi/controllers/disruption_plan.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::noon;
using test::patched;

api::ObjectPtr a_budget(std::string const& spec, std::string const& version = "policy/v1beta1") {
  return test::shared(R"({"apiVersion":")" + version + R"(","kind":"PodDisruptionBudget","metadata":{"name":"b",
    "namespace":"default","uid":"B","generation":1},"spec":)" +
                      spec + "}");
}
api::ObjectPtr pod_of(std::string const& name, std::string const& controller, test::PodFacts const& facts = {}) {
  return patched(test::a_pod(name, facts), R"({"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":
    "ReplicaSet","name":")" + controller + R"(","uid":")" +
                                               controller + R"(","controller":true}]}})");
}
/// Two ReplicaSets of one Deployment of 4, and one by itself of 2.
std::optional<ScaleOfPods> find_scale(api::OwnerReference const& controller) {
  if (controller.uid == "old" || controller.uid == "new") return ScaleOfPods{"D", 4};
  if (controller.uid == "alone") return ScaleOfPods{"alone", 2};
  return std::nullopt;
}
std::string status(api::ObjectPtr const& budget, std::vector<api::ObjectPtr> const& pods) {
  auto const counts = count_disruptions(*budget, pods, find_scale);
  if (!counts) return counts.error().reason + ": " + counts.error().message;
  auto const next = plan_disruption(*budget, pods, *counts, noon).next;
  return next ? boost::json::serialize(*next->status) : "";
}

TEST(DisruptionPlan, counts_the_healthy_pods_against_a_number) {
  std::vector<api::ObjectPtr> const pods{pod_of("a", "old"), pod_of("b", "old"), pod_of("c", "new", {.ready = false})};
  EXPECT_EQ(
      status(a_budget(R"({"minAvailable":1})"), pods),
      R"({"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":2,"desiredHealthy":1,"expectedPods":3})");
  EXPECT_EQ(
      status(a_budget(R"({"minAvailable":3})"), pods),
      R"({"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":2,"desiredHealthy":3,"expectedPods":3})");
}

TEST(DisruptionPlan, takes_percentages_and_what_may_be_missing_of_the_scale_of_the_controllers) {
  std::vector<api::ObjectPtr> const pods{pod_of("a", "old"), pod_of("b", "new"), pod_of("c", "alone")};
  EXPECT_EQ(status(a_budget(R"({"minAvailable":"40%"})"), pods),
            R"({"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":3,"desiredHealthy":3,"expectedPods":6})")
      << "a Deployment counts once";
  EXPECT_EQ(
      status(a_budget(R"({"maxUnavailable":4})"), pods),
      R"({"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":3,"desiredHealthy":2,"expectedPods":6})");
  EXPECT_EQ(
      status(a_budget(R"({"maxUnavailable":"100%"})"), pods),
      R"({"observedGeneration":1,"disruptionsAllowed":3,"currentHealthy":3,"desiredHealthy":0,"expectedPods":6})");
}

TEST(DisruptionPlan, cannot_say_what_pods_without_a_controller_should_be) {
  EXPECT_EQ(status(a_budget(R"({"maxUnavailable":1})"), {test::a_pod("p")}),
            "NoControllerRef: found no controller ref for pod \"p\"");
  EXPECT_EQ(status(a_budget(R"({"minAvailable":"50%"})"), {pod_of("p", "nobody")}),
            "NoControllers: found no controllers for pod \"p\"");
  EXPECT_EQ(
      status(a_budget(R"({"minAvailable":0})"), {test::a_pod("p")}),
      R"({"observedGeneration":1,"disruptionsAllowed":1,"currentHealthy":1,"desiredHealthy":0,"expectedPods":1})");
  auto const none = allow_none(*patched(a_budget("{}"), R"({"status":{"disruptionsAllowed":2,"expectedPods":3}})"));
  EXPECT_EQ(boost::json::serialize(*none->status), R"({"disruptionsAllowed":0,"expectedPods":3})");
  EXPECT_FALSE(allow_none(*none));
}

TEST(DisruptionPlan, allows_nothing_where_no_pods_are) {
  EXPECT_EQ(
      status(a_budget(R"({"minAvailable":0})"), {}),
      R"({"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0})");
}

TEST(DisruptionPlan, does_not_count_pods_that_are_about_to_go) {
  auto const going = patched(pod_of("going", "old"), R"({"metadata":{"deletionTimestamp":"2023-11-14T22:13:00Z"}})");
  auto const budget = patched(a_budget(R"({"minAvailable":1})"), R"({"status":{"disruptedPods":{
    "evicted":"2023-11-14T22:12:20Z","kept":"2023-11-14T22:00:00Z","gone":"2023-11-14T22:13:00Z"}}})");
  std::vector<api::ObjectPtr> const pods{going, pod_of("evicted", "old"), pod_of("kept", "old")};
  auto const step = plan_disruption(*budget, pods, {4, 1}, noon);
  ASSERT_TRUE(step.next);
  EXPECT_EQ(boost::json::serialize(*step.next->status),
            R"({"observedGeneration":1,"disruptedPods":{"evicted":"2023-11-14T22:12:20Z"},"disruptionsAllowed":0,)"
            R"("currentHealthy":1,"desiredHealthy":1,"expectedPods":4})");
  EXPECT_EQ(step.again_after, 60s);
  ASSERT_EQ(step.not_deleted.size(), 1U);
  EXPECT_EQ(step.not_deleted.front()->metadata.name, "kept");
}

TEST(DisruptionPlan, tells_it_in_a_condition_too_in_policy_v1) {
  auto const budget = a_budget(R"({"minAvailable":0})", "policy/v1");
  auto const allowed = plan_disruption(*budget, {pod_of("a", "old")}, {1, 0}, noon).next;
  ASSERT_TRUE(allowed);
  EXPECT_EQ(boost::json::serialize(allowed->status->at("conditions")),
            R"([{"type":"DisruptionAllowed","status":"True","observedGeneration":1,)"
            R"("lastTransitionTime":"2023-11-14T22:13:20Z","reason":"SufficientPods","message":""}])");
  EXPECT_FALSE(plan_disruption(*allowed, {pod_of("a", "old")}, {1, 0}, noon + 1h).next) << "it says so already";
  auto const later = plan_disruption(*allowed, {}, {1, 0}, noon + 1h).next;
  EXPECT_EQ(later->status->at("conditions").at(0).at("reason"), "InsufficientPods");
  EXPECT_EQ(later->status->at("conditions").at(0).at("lastTransitionTime"), "2023-11-14T23:13:20Z");
}

}  // namespace
}  // namespace fakeapi
