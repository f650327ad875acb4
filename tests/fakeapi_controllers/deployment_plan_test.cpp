#include "fakeapi/controllers/deployment_plan.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fakeapi/controllers/pod_template.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"
#include "fakeapi/controllers/rolling_numbers.hpp"
#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::a_deployment;
using test::a_replica_set;
using test::noon;
using test::patched;

DeploymentPlan plan(api::ObjectPtr deployment, std::vector<api::ObjectPtr> sets, seams::WallTime now = noon,
                    std::set<std::string> sets_with_pods = {}) {
  return plan_deployment({std::move(deployment), std::move(sets), std::move(sets_with_pods), now});
}

/// One line for each write: "create d-x 2", "scale d-a to 3 (up)", "annotate d-a", "delete d-a", "status".
std::vector<std::string> told(DeploymentPlan const& made) {
  struct Teller {
    std::string operator()(CreateReplicaSet const& write) const { return "create " + std::to_string(write.replicas); }
    std::string operator()(UpdateReplicaSet const& write) const {
      return write.message.empty() ? "annotate " + write.replica_set.metadata.name : write.message;
    }
    std::string operator()(DeleteReplicaSet const& write) const { return "delete " + write.key.name; }
    std::string operator()(UpdateDeploymentStatus const&) const { return "status"; }
    std::string operator()(WarnSelectingAll const&) const { return "warn"; }
  };
  std::vector<std::string> lines;
  for (auto const& write : made.writes) lines.push_back(std::visit(Teller(), write));
  return lines;
}
using Lines = std::vector<std::string>;

template <class Write>
Write const& first(DeploymentPlan const& made) {
  for (auto const& write : made.writes) {
    if (auto const* const found = std::get_if<Write>(&write)) return *found;
  }
  throw std::runtime_error("no such write");
}

std::string condition(api::Object const& deployment, std::string_view type) {
  auto const* const conditions = api::find_path(deployment.status.get(), {"conditions"});
  if (conditions == nullptr) return "";
  for (auto const& each : conditions->get_array()) {
    if (api::find_string(&each, {"type"}) != type) continue;
    return std::string(*api::find_string(&each, {"status"})) + "/" + std::string(*api::find_string(&each, {"reason"}));
  }
  return "";
}

std::string const& annotation(api::Object const& object, std::string_view key) {
  static std::string const none = "(none)";
  std::string const* const found = object.metadata.annotations->find(key);
  return found == nullptr ? none : *found;
}

/// A status that says that all is well with `replicas`.
api::ObjectPtr complete(api::ObjectPtr const& deployment, std::int64_t replicas, std::string const& set,
                        std::string const& revision = "1") {
  std::string const n = std::to_string(replicas);
  std::string const counts = replicas == 0 ? ""
                                           : R"("replicas":)" + n + R"(,"updatedReplicas":)" + n +
                                                 R"(,"readyReplicas":)" + n + R"(,"availableReplicas":)" + n + ",";
  return patched(deployment, R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision":")" + revision +
                                 R"("}},"status":{"observedGeneration":1,)" + counts +
                                 R"("conditions":[{"type":"Available","status":"True","reason":
    "MinimumReplicasAvailable","message":"Deployment has minimum availability.","lastUpdateTime":
    "2023-11-14T21:00:00Z","lastTransitionTime":"2023-11-14T21:00:00Z"},{"type":"Progressing","status":"True",
    "reason":"NewReplicaSetAvailable","message":"ReplicaSet \")" +
                                 set + R"(\" has successfully progressed.","lastUpdateTime":"2023-11-14T21:00:00Z",
    "lastTransitionTime":"2023-11-14T20:00:00Z"}]}})");
}

TEST(DeploymentPlan, begins_with_a_replica_set_named_by_the_hash_of_the_template) {
  auto const made = plan(patched(a_deployment(3), R"({"metadata":{"annotations":{"note":"x",
    "kubectl.kubernetes.io/last-applied-configuration":"{}"}},"spec":{"minReadySeconds":5}})"),
                         {});
  EXPECT_EQ(told(made), (Lines{"create 3", "status"}));
  api::Object const& set = first<CreateReplicaSet>(made).replica_set;
  std::string const hash = *set.metadata.labels->find("pod-template-hash");
  EXPECT_EQ(set.metadata.name, "d-" + hash);
  EXPECT_EQ(*set.metadata.labels->find("app"), "d");
  EXPECT_EQ(api::find_string(set.spec.get(), {"selector", "matchLabels", "pod-template-hash"}), hash);
  EXPECT_EQ(api::find_string(set.spec.get(), {"selector", "matchLabels", "app"}), "d");
  EXPECT_EQ(api::find_string(set.spec.get(), {"template", "metadata", "labels", "pod-template-hash"}), hash);
  EXPECT_EQ(api::find_integer(set.spec.get(), {"minReadySeconds"}), 5);
  EXPECT_EQ(annotation(set, "note"), "x");
  EXPECT_EQ(annotation(set, "kubectl.kubernetes.io/last-applied-configuration"), "(none)");
  EXPECT_EQ(annotation(set, desired_replicas_annotation), "3");
  EXPECT_EQ(annotation(set, max_replicas_annotation), "4");
  EXPECT_EQ(annotation(set, revision_annotation), "1");
  auto const* const owner = set.metadata.controller();
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->uid, "D");
  EXPECT_EQ(owner->block_owner_deletion, true);
  api::Object const& status = first<UpdateDeploymentStatus>(made).deployment;
  EXPECT_EQ(annotation(status, revision_annotation), "1");
  EXPECT_EQ(condition(status, "Progressing"), "True/NewReplicaSetCreated");
  EXPECT_FALSE(api::find_integer(status.status.get(), {"observedGeneration"})) << "not observed yet";
}

TEST(DeploymentPlan, leaves_a_complete_deployment_alone) {
  auto const made = plan(complete(a_deployment(2), 2, "d-a"), {a_replica_set("a", {2, 2, 2})});
  EXPECT_EQ(told(made), Lines{});
  EXPECT_FALSE(made.again_after) << "it cannot miss its deadline any more";
}

TEST(DeploymentPlan, rolls_between_its_fence_posts) {
  auto const wanted = a_deployment(4, "b");
  // 4 old ones: 1 new one may come; then, without a new one being available, 1 old one may go.
  EXPECT_EQ(told(plan(wanted, {a_replica_set("a", {4, 4, 4})})),
            (Lines{"create 1", "status", "Scaled down replica set d-a to 3"}));
  auto const old = a_replica_set("a", {3, 3, 3, 1, 4, 5, 60});
  EXPECT_EQ(told(plan(wanted, {old, a_replica_set("b", {1, 1, 0, 2, 4, 5})})),
            (Lines{"status", "Scaled up replica set d-b to 2"}));
  EXPECT_EQ(told(plan(wanted, {old, a_replica_set("b", {2, 2, 0, 2, 4, 5})})), Lines{"status"})
      << "5 in all, 3 available: nothing may move";
  EXPECT_EQ(told(plan(wanted, {old, a_replica_set("b", {2, 2, 1, 2, 4, 5})})),
            (Lines{"status", "Scaled down replica set d-a to 2"}));
}

TEST(DeploymentPlan, removes_unhealthy_old_pods_first) {
  auto const wanted = a_deployment(4, "c");
  auto const sick = a_replica_set("b", {2, 2, 0, 2, 4, 5, 30});
  auto const well = a_replica_set("a", {3, 3, 3, 1, 4, 5, 60});
  EXPECT_EQ(told(plan(wanted, {well, sick, a_replica_set("c", {0, 0, 0, 3, 4, 5})})),
            (Lines{"status", "Scaled down replica set d-b to 0"}));
}

TEST(DeploymentPlan, scales_a_single_replica_set_and_tells_it_in_the_annotations) {
  auto const made = plan(complete(a_deployment(5), 2, "d-a"), {a_replica_set("a", {2, 2, 2})});
  EXPECT_EQ(told(made), (Lines{"Scaled up replica set d-a to 5", "status"}));
  api::Object const& set = first<UpdateReplicaSet>(made).replica_set;
  EXPECT_EQ(api::find_integer(set.spec.get(), {"replicas"}), 5);
  EXPECT_EQ(annotation(set, desired_replicas_annotation), "5");
  EXPECT_EQ(annotation(set, max_replicas_annotation), "7");
  // The status is added up from what was there before.
  api::Object const& status = first<UpdateDeploymentStatus>(made).deployment;
  EXPECT_EQ(api::find_integer(status.status.get(), {"replicas"}), 2);
  EXPECT_FALSE(api::find_integer(status.status.get(), {"unavailableReplicas"}));
  EXPECT_EQ(condition(status, "Available"), "False/MinimumReplicasUnavailable");
  EXPECT_EQ(condition(status, "Progressing"), "True/NewReplicaSetAvailable") << "a scale is no rollout";
}

TEST(DeploymentPlan, shares_a_change_of_scale_out_in_proportion_while_it_rolls) {
  auto const scaled = [](std::int64_t replicas, std::int64_t old, std::int64_t fresh) {
    auto const made =
        plan(patched(a_deployment(replicas, "b"),
                     R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision":"2"}},
      "status":{"conditions":[{"type":"Progressing","status":"True","reason":"ReplicaSetUpdated"}]}})"),
             {a_replica_set("a", {old, old, old, 1, 10, 13, 60}), a_replica_set("b", {fresh, fresh, 0, 2, 10, 13})});
    Lines lines = told(made);
    lines.pop_back();  // the status
    return lines;
  };
  // As in the documentation of Kubernetes: 10 with a surge of 3, 8 old and 5 new, then 15: 3 go to the old, 2 to the
  // new.
  auto const with_surge = patched(a_deployment(15, "b"), R"({"metadata":{"annotations":
    {"deployment.kubernetes.io/revision":"2"}},"spec":{"strategy":{"rollingUpdate":{"maxSurge":3,"maxUnavailable":2}}},
    "status":{"conditions":[{"type":"Progressing","status":"True","reason":"ReplicaSetUpdated"}]}})");
  EXPECT_EQ(
      told(plan(with_surge, {a_replica_set("a", {8, 8, 8, 1, 10, 13, 60}), a_replica_set("b", {5, 5, 0, 2, 10, 13})})),
      (Lines{"Scaled up replica set d-a to 11", "Scaled up replica set d-b to 7", "status"}));
  EXPECT_EQ(scaled(20, 8, 5), (Lines{"Scaled up replica set d-a to 15", "Scaled up replica set d-b to 10"}));
  EXPECT_EQ(scaled(4, 8, 5), (Lines{"Scaled down replica set d-a to 3", "Scaled down replica set d-b to 2"}));
  EXPECT_EQ(scaled(0, 8, 5), (Lines{"Scaled down replica set d-a to 0", "Scaled down replica set d-b to 0"}));
}

TEST(DeploymentPlan, takes_old_pods_away_when_the_new_ones_suffice) {
  auto const made = plan(complete(a_deployment(3, "b"), 3, "d-b", "2"),
                         {a_replica_set("a", {2, 2, 2, 1, 5, 7, 60}), a_replica_set("b", {3, 3, 3, 2, 3, 4})});
  EXPECT_EQ(told(made), (Lines{"Scaled down replica set d-a to 0", "status"}));
}

TEST(DeploymentPlan, waits_with_recreate_until_every_old_pod_is_gone) {
  auto const wanted =
      patched(a_deployment(2, "b"), R"({"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}})");
  EXPECT_EQ(told(plan(wanted, {a_replica_set("a", {2, 2, 2})})), (Lines{"Scaled down replica set d-a to 0", "status"}));
  auto const emptied = a_replica_set("a", {0, 0, 0, 1, 2, 2});
  EXPECT_EQ(told(plan(wanted, {a_replica_set("a", {0, 1, 1, 1, 2, 2})})), Lines{"status"});
  EXPECT_EQ(told(plan(wanted, {emptied}, noon, {"uid-a"})), Lines{"status"}) << "a terminating pod is one, too";
  EXPECT_EQ(told(plan(wanted, {emptied})), (Lines{"create 2", "status"}));
  EXPECT_EQ(told(plan(wanted, {emptied, a_replica_set("b", {2, 2, 0, 2, 2, 2})}, noon, {"uid-b"})), Lines{"status"});
}

TEST(DeploymentPlan, only_scales_and_cleans_up_while_it_is_paused) {
  auto const paused = patched(a_deployment(3, "b"), R"({"spec":{"paused":true,"revisionHistoryLimit":0}})");
  auto const made = plan(paused, {a_replica_set("a", {2, 2, 2, 3}), a_replica_set("old", {0, 0, 0, 1})});
  EXPECT_EQ(told(made), (Lines{"status", "Scaled up replica set d-a to 3", "delete d-old"}));
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(made).deployment, "Progressing"), "Unknown/DeploymentPaused");
  auto const resumed = patched(paused, R"({"spec":{"paused":false},"status":{"conditions":[{"type":"Progressing",
    "status":"Unknown","reason":"DeploymentPaused"}]}})");
  auto const again = plan(resumed, {});
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(again).deployment, "Progressing"), "Unknown/DeploymentResumed");
  auto const late = patched(paused, R"({"status":{"conditions":[{"type":"Progressing","status":"False",
    "reason":"ProgressDeadlineExceeded"}]}})");
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(plan(late, {})).deployment, "Progressing"),
            "False/ProgressDeadlineExceeded");
}

TEST(DeploymentPlan, uses_the_replica_set_of_a_template_that_comes_back_with_a_new_revision) {
  auto const back = complete(a_deployment(2, "a"), 2, "d-b", "2");
  auto const made = plan(back, {a_replica_set("a", {0, 0, 0, 1, 2, 3, 60}), a_replica_set("b", {2, 2, 2, 2})});
  ASSERT_EQ(told(made), Lines{"annotate d-a"}) << "the rest waits for that";
  api::Object const& set = first<UpdateReplicaSet>(made).replica_set;
  EXPECT_EQ(annotation(set, revision_annotation), "3");
  EXPECT_EQ(annotation(set, revision_history_annotation), "1");
  auto const next = plan(back, {test::shared(set), a_replica_set("b", {2, 2, 2, 2})});
  EXPECT_EQ(told(next).front(), "status");
  EXPECT_EQ(annotation(first<UpdateDeploymentStatus>(next).deployment, revision_annotation), "3");
}

TEST(DeploymentPlan, keeps_the_history_of_revisions_short) {
  std::string history;
  for (int i = 100; i < 620; ++i) history += (history.empty() ? "" : ",") + std::to_string(i);
  auto const set =
      patched(a_replica_set("a", {0, 0, 0, 1000, 2, 3, 60}),
              R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision-history":")" + history + R"("}}})");
  auto const made = plan(a_deployment(2, "a"), {set, a_replica_set("b", {2, 2, 2, 2000})});
  std::string const& kept = annotation(first<UpdateReplicaSet>(made).replica_set, revision_history_annotation);
  EXPECT_LE(kept.size(), 2000U);
  EXPECT_TRUE(kept.ends_with(",619,1000"));
  EXPECT_FALSE(kept.starts_with("100,"));
}

TEST(DeploymentPlan, copies_annotations_and_min_ready_seconds_to_the_newest_replica_set) {
  auto const noted = patched(complete(a_deployment(2), 2, "d-a"),
                             R"({"metadata":{"annotations":{"note":"x"}},"spec":{"minReadySeconds":4}})");
  auto const made = plan(noted, {a_replica_set("a", {2, 2, 2})});
  ASSERT_EQ(told(made), Lines{"annotate d-a"});
  EXPECT_EQ(annotation(first<UpdateReplicaSet>(made).replica_set, "note"), "x");
  EXPECT_EQ(api::find_integer(first<UpdateReplicaSet>(made).replica_set.spec.get(), {"minReadySeconds"}), 4);
}

TEST(DeploymentPlan, deletes_the_oldest_replica_sets_beyond_the_history_limit) {
  auto const limited = patched(complete(a_deployment(1, "d"), 1, "d-d", "4"), R"({"spec":{"revisionHistoryLimit":1}})");
  auto const newest = a_replica_set("d", {1, 1, 1, 4});
  auto const a = a_replica_set("a", {0, 0, 0, 1, 1, 2, 60});
  auto const b = a_replica_set("b", {0, 0, 0, 2, 1, 2, 40});
  auto const c = a_replica_set("c", {0, 0, 0, 3, 1, 2, 20});
  EXPECT_EQ(told(plan(limited, {c, newest, a, b})), (Lines{"delete d-a", "delete d-b"}));
  auto const in_use = patched(a, R"({"status":{"replicas":1}})");
  EXPECT_EQ(told(plan(limited, {c, newest, in_use, b})).front(), "delete d-b");
  auto const unseen = patched(a, R"({"metadata":{"generation":2}})");
  EXPECT_EQ(told(plan(limited, {c, newest, unseen, b})), Lines{"delete d-b"});
  auto const going = patched(a, R"({"metadata":{"deletionTimestamp":"2023-11-14T22:00:00Z"}})");
  EXPECT_EQ(told(plan(limited, {c, newest, going, b})), Lines{"delete d-b"});
  auto const unfinished = patched(limited, R"({"status":{"availableReplicas":null}})");
  EXPECT_EQ(told(plan(unfinished, {c, newest, a, b})), Lines{"status"}) << "only once the rollout is complete";
}

TEST(DeploymentPlan, tells_once_that_the_deadline_has_passed) {
  auto const slow = patched(a_deployment(1), R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision":"1"}},
    "spec":{"progressDeadlineSeconds":8},"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,
    "unavailableReplicas":1,"conditions":[{"type":"Available","status":"False","reason":"MinimumReplicasUnavailable",
    "message":"Deployment does not have minimum availability.","lastUpdateTime":"2023-11-14T22:13:20Z",
    "lastTransitionTime":"2023-11-14T22:13:20Z"},{"type":"Progressing","status":"True","reason":"ReplicaSetUpdated",
    "message":"ReplicaSet \"d-a\" is progressing.","lastUpdateTime":"2023-11-14T22:13:20Z",
    "lastTransitionTime":"2023-11-14T22:13:20Z"}]}})");
  auto const set = a_replica_set("a", {1, 1, 0});
  auto const waiting = plan(slow, {set}, noon + 100ms);
  EXPECT_EQ(told(waiting), Lines{});
  EXPECT_EQ(waiting.again_after, 8900ms) << "a second more than is left";
  EXPECT_EQ(plan(slow, {set}, noon + 7500ms).again_after, 501ms) << "in the last second, when it is over";
  EXPECT_EQ(told(plan(slow, {set}, noon + 8s)), Lines{}) << "not yet: strictly after";
  auto const made = plan(slow, {set}, noon + 8001ms);
  ASSERT_EQ(told(made), Lines{"status"});
  api::Object const& late = first<UpdateDeploymentStatus>(made).deployment;
  EXPECT_EQ(condition(late, "Progressing"), "False/ProgressDeadlineExceeded");
  EXPECT_EQ(api::find_string(&late.status->at("conditions").at(1), {"message"}),
            "ReplicaSet \"d-a\" has timed out progressing.");
  auto const after = plan(test::shared(late), {set}, noon + 1h);
  EXPECT_EQ(told(after), Lines{});
  EXPECT_FALSE(after.again_after);
  // A pod that becomes ready after all is progress.
  auto const better = plan(test::shared(late), {a_replica_set("a", {1, 1, 1})}, noon + 1h);
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(better).deployment, "Progressing"), "True/NewReplicaSetAvailable");
}

TEST(DeploymentPlan, takes_no_account_of_progress_without_a_deadline) {
  auto const patient =
      patched(a_deployment(1), R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision":"1"}},
    "spec":{"progressDeadlineSeconds":2147483647},"status":{"conditions":[{"type":"Progressing","status":"True",
    "reason":"ReplicaSetUpdated"}]}})");
  auto const made = plan(patient, {a_replica_set("a", {1, 1, 0})});
  api::Object const& status = first<UpdateDeploymentStatus>(made).deployment;
  EXPECT_EQ(condition(status, "Available"), "False/MinimumReplicasUnavailable");
  EXPECT_EQ(condition(status, "Progressing"), "");
  EXPECT_FALSE(plan(test::shared(status), {a_replica_set("a", {1, 1, 0})}).again_after);
}

TEST(DeploymentPlan, notices_a_replica_set_that_was_there_before_it_cared_about_progress) {
  auto const made = plan(a_deployment(1), {a_replica_set("a", {1, 1, 1})});
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(made).deployment, "Progressing"), "True/FoundNewReplicaSet");
}

TEST(DeploymentPlan, passes_on_that_pods_cannot_be_made) {
  auto const failing = patched(a_replica_set("a", {1, 0, 0}), R"({"status":{"conditions":[{"type":"ReplicaFailure",
    "status":"True","reason":"FailedCreate","message":"pods \"x\" is forbidden","lastTransitionTime":
    "2023-11-14T22:00:00Z"}]}})");
  auto const seen = patched(a_deployment(1), R"({"metadata":{"annotations":{"deployment.kubernetes.io/revision":"1"}},
    "status":{"conditions":[{"type":"Progressing","status":"True","reason":"NewReplicaSetCreated"}]}})");
  api::Object const status = first<UpdateDeploymentStatus>(plan(seen, {failing})).deployment;
  EXPECT_EQ(condition(status, "ReplicaFailure"), "True/FailedCreate");
  auto const cured = plan(test::shared(status), {a_replica_set("a", {1, 0, 0})});
  EXPECT_EQ(condition(first<UpdateDeploymentStatus>(cured).deployment, "ReplicaFailure"), "");
}

TEST(DeploymentPlan, only_observes_a_deployment_that_is_being_deleted) {
  auto const going = patched(complete(a_deployment(3), 2, "d-a"),
                             R"({"metadata":{"generation":2,"deletionTimestamp":"2023-11-14T22:00:00Z"}})");
  auto const made = plan(going, {a_replica_set("a", {2, 2, 2})});
  ASSERT_EQ(told(made), Lines{"status"});
  EXPECT_EQ(api::find_integer(first<UpdateDeploymentStatus>(made).deployment.status.get(), {"observedGeneration"}), 2);
  EXPECT_EQ(told(plan(patched(going, R"({"metadata":{"annotations":null}})"), {})), Lines{"status"}) << "no ReplicaSet";
}

TEST(DeploymentPlan, refuses_a_selector_that_selects_everything) {
  auto const all = patched(a_deployment(1), R"({"spec":{"selector":{"matchLabels":null}}})");
  EXPECT_EQ(told(plan(all, {})), (Lines{"warn", "status"}));
  EXPECT_EQ(told(plan(patched(all, R"({"status":{"observedGeneration":1}})"), {})), Lines{"warn"});
}

TEST(DeploymentPlan, tells_why_a_replica_set_could_not_be_made) {
  auto const told_so = replica_set_refused(*a_deployment(1), "d-x", "no quota", noon);
  ASSERT_TRUE(told_so);
  EXPECT_EQ(condition(*told_so, "Progressing"), "False/ReplicaSetCreateError");
  EXPECT_EQ(api::find_string(&told_so->status->at("conditions").at(0), {"message"}),
            "Failed to create new replica set \"d-x\": no quota");
  EXPECT_FALSE(replica_set_refused(*patched(a_deployment(1), R"({"spec":{"progressDeadlineSeconds":null}})"), "d-x",
                                   "no quota", noon));
}

TEST(DeploymentPlan, counts_collisions_and_gives_the_next_replica_set_another_name) {
  auto const once = test::shared(name_taken(*a_deployment(1)));
  EXPECT_EQ(api::find_integer(once->status.get(), {"collisionCount"}), 1);
  EXPECT_EQ(api::find_integer(name_taken(*once).status.get(), {"collisionCount"}), 2);
  EXPECT_NE(first<CreateReplicaSet>(plan(a_deployment(1), {})).replica_set.metadata.name,
            first<CreateReplicaSet>(plan(once, {})).replica_set.metadata.name);
}

TEST(PodTemplate, has_a_hash_that_depends_on_nothing_but_its_content) {
  auto const parsed = [](std::string_view text) { return boost::json::parse(text); };
  auto const hash = template_hash(parsed(R"({"a":1,"b":{"c":"x","d":[1,2]}})"), std::nullopt);
  EXPECT_EQ(hash, template_hash(parsed(R"({"b":{"d":[1,2],"c":"x"},"a":1})"), std::nullopt));
  EXPECT_NE(hash, template_hash(parsed(R"({"b":{"d":[2,1],"c":"x"},"a":1})"), std::nullopt));
  EXPECT_NE(hash, template_hash(parsed(R"({"a":1,"b":{"c":"x","d":[1,2]}})"), 0));
  EXPECT_EQ(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789"), std::string::npos);
  EXPECT_LE(hash.size(), 10U);
}

TEST(PodTemplate, is_the_same_without_the_hash_label_and_with_empty_fields) {
  auto const same = [](std::string_view a, std::string_view b) {
    auto const left = boost::json::parse(a), right = boost::json::parse(b);
    return same_template(&left, &right);
  };
  EXPECT_TRUE(
      same(R"({"metadata":{"labels":{"a":"b"}},"spec":{"x":1}})",
           R"({"metadata":{"creationTimestamp":null,"labels":{"a":"b","pod-template-hash":"h"}},"spec":{"x":1}})"));
  EXPECT_TRUE(same(R"({"spec":{"x":1}})", R"({"metadata":{"annotations":{}},"spec":{"x":1}})"));
  EXPECT_FALSE(same(R"({"metadata":{"labels":{"a":"b"}}})", R"({"metadata":{"labels":{"a":"c"}}})"));
  EXPECT_FALSE(same(R"({"metadata":{"labels":{"a":"b"}}})", R"({"metadata":{"labels":{"a":"b","c":"d"}}})"));
  EXPECT_FALSE(same(R"({"metadata":{"annotations":{"a":"b"}}})", R"({"metadata":{}})"));
  EXPECT_FALSE(same(R"({"spec":{"x":1}})", R"({"spec":{"x":2}})"));
}

TEST(RollingNumbers, round_the_surge_up_and_the_unavailable_down) {
  auto const numbers = [](std::int64_t replicas, std::string const& surge, std::string const& unavailable) {
    auto const read = read_rollout_numbers(patched(a_deployment(replicas), R"({"spec":{"strategy":{"rollingUpdate":
      {"maxSurge":)" + surge + R"(,"maxUnavailable":)" + unavailable + "}}}}")
                                               ->spec);
    return std::pair(read.surge, read.unavailable);
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(numbers(10, R"("25%")", R"("25%")"), (Pair{3, 2}));
  EXPECT_EQ(numbers(4, R"("25%")", R"("25%")"), (Pair{1, 1}));
  EXPECT_EQ(numbers(1, R"("25%")", R"("25%")"), (Pair{1, 0}));
  EXPECT_EQ(numbers(2, "0", R"("1%")"), (Pair{0, 1})) << "there has to be a way forward";
  EXPECT_EQ(numbers(2, R"("1%")", R"("25%")"), (Pair{1, 0}));
  EXPECT_EQ(numbers(3, "2", "7"), (Pair{2, 3})) << "no more than there are";
  EXPECT_EQ(numbers(0, R"("25%")", R"("25%")"), (Pair{0, 0}));
}

}  // namespace
}  // namespace fakeapi
