#include "fakeapi/controllers/replica_set_plan.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "fakeapi/controllers/expectations.hpp"
#include "fakeapi/controllers/ownership.hpp"
#include "tests/fakeapi_controllers/objects.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::a_pod;
using test::a_replica_set;
using test::noon;
using test::patched;
using Pods = std::vector<api::ObjectPtr>;

std::vector<std::string> names(Pods const& pods) {
  std::vector<std::string> out;
  for (auto const& pod : pods) out.push_back(pod->metadata.name);
  return out;
}

/// The pods in the order in which they would be deleted.
std::vector<std::string> order(Pods const& pods, Pods const& related = {}) {
  std::vector<std::string> out;
  for (std::size_t left = 0; left < pods.size(); ++left) {
    // One more each time, so that there is always an order to be decided.
    auto const wanted = static_cast<std::int64_t>(pods.size() - left);
    auto const change = plan_replicas(*a_replica_set("a", {wanted - 1, 0, 0}), pods, related);
    out = names(change.remove);
  }
  return out;
}

TEST(ReplicaSetPlan, creates_what_is_missing_and_at_most_500_at_once) {
  EXPECT_EQ(plan_replicas(*a_replica_set("a", {3, 0, 0}), {a_pod("p")}, {}).create, 2);
  EXPECT_EQ(plan_replicas(*a_replica_set("a", {2000, 0, 0}), {}, {}).create, 500);
  auto const change = plan_replicas(*a_replica_set("a", {1, 0, 0}), {a_pod("p")}, {});
  EXPECT_EQ(change.create, 0);
  EXPECT_TRUE(change.remove.empty());
}

TEST(ReplicaSetPlan, starts_slowly) {
  EXPECT_EQ(slow_start(0), std::vector<std::int64_t>{});
  EXPECT_EQ(slow_start(1), std::vector<std::int64_t>{1});
  EXPECT_EQ(slow_start(10), (std::vector<std::int64_t>{1, 2, 4, 3}));
}

TEST(ReplicaSetPlan, deletes_the_most_dispensable_pods_first) {
  EXPECT_EQ(order({a_pod("assigned"), a_pod("unassigned", {.node = "", .phase = "Pending", .ready = false})}),
            (std::vector<std::string>{"unassigned", "assigned"}));
  EXPECT_EQ(order({a_pod("running", {.ready = false}), a_pod("unknown", {.phase = "Unknown", .ready = false}),
                   a_pod("pending", {.phase = "Pending", .ready = false})}),
            (std::vector<std::string>{"pending", "unknown", "running"}));
  EXPECT_EQ(order({a_pod("ready"), a_pod("unready", {.ready = false})}),
            (std::vector<std::string>{"unready", "ready"}));
  auto const alone = a_pod("alone", {.node = "n2", .ready_for = 1});
  auto const one = a_pod("one", {.node = "n1"});
  auto const two = a_pod("two", {.node = "n1"});
  EXPECT_EQ(order({alone, one, two}, {alone, one, two}).back(), "alone") << "the others share a node";
  EXPECT_EQ(order({a_pod("long", {.ready_for = 9}), a_pod("short", {.ready_for = 3})}),
            (std::vector<std::string>{"short", "long"}));
  EXPECT_EQ(order({a_pod("never"), a_pod("often", {.restarts = 4})}), (std::vector<std::string>{"often", "never"}));
  EXPECT_EQ(order({a_pod("old", {.age = 90}), a_pod("young", {.age = 30})}),
            (std::vector<std::string>{"young", "old"}));
}

TEST(ReplicaSetPlan, makes_pods_from_the_template) {
  auto const set = patched(a_replica_set("a", {1, 0, 0}), R"({"spec":{"template":{"metadata":{"annotations":{"x":"y"},
    "finalizers":["example.com/f"]}}}})");
  api::Object const pod = pod_of(*set);
  EXPECT_EQ(pod.metadata.generate_name, "d-a-");
  EXPECT_EQ(pod.metadata.name, "");
  EXPECT_EQ(pod.metadata.namespace_, "default");
  EXPECT_EQ(*pod.metadata.labels->find("app"), "d");
  EXPECT_EQ(*pod.metadata.annotations->find("x"), "y");
  EXPECT_EQ(pod.metadata.finalizers->front(), "example.com/f");
  ASSERT_TRUE(pod.metadata.controller());
  EXPECT_EQ(pod.metadata.controller()->uid, "uid-a");
  EXPECT_EQ(boost::json::serialize(*pod.spec), R"({"containers":[{"name":"c","image":"a"}]})");
}

TEST(ReplicaSetPlan, counts_its_pods) {
  auto const set = patched(a_replica_set("a", {4, 0, 0}), R"({"metadata":{"generation":3},"spec":{"minReadySeconds":5,
    "template":{"metadata":{"labels":{"pod-template-hash":null}}}}})");
  auto const stray = patched(a_pod("stray"), R"({"metadata":{"labels":{"app":null,"x":"y"}}})");
  Pods const pods{a_pod("available", {.ready_for = 6}), a_pod("ready", {.ready_for = 5}),
                  a_pod("unready", {.ready = false}), stray};
  auto const next = next_replica_set_status(*set, pods, std::nullopt, noon);
  ASSERT_TRUE(next);
  EXPECT_EQ(
      boost::json::serialize(*next->status),
      R"({"replicas":4,"fullyLabeledReplicas":3,"readyReplicas":3,"availableReplicas":2,"observedGeneration":3})");
  EXPECT_FALSE(next_replica_set_status(*next, pods, std::nullopt, noon)) << "it says so already";
  EXPECT_TRUE(next_replica_set_status(*next, pods, std::nullopt, noon + 1s)) << "one more is available now";
  auto const empty = next_replica_set_status(*set, {}, std::nullopt, noon);
  EXPECT_EQ(boost::json::serialize(*empty->status), R"({"replicas":0,"observedGeneration":3})");
}

TEST(ReplicaSetPlan, observes_a_generation_that_changed_nothing) {
  auto const set = patched(a_replica_set("a", {0, 0, 0}), R"({"metadata":{"generation":2}})");
  ASSERT_TRUE(next_replica_set_status(*set, {}, std::nullopt, noon));
}

TEST(ReplicaSetPlan, tells_that_pods_could_not_be_made_or_deleted_until_they_can) {
  auto const set = a_replica_set("a", {1, 0, 0});
  auto const failed = next_replica_set_status(*set, {}, ReplicaFailure{"no quota"}, noon);
  ASSERT_TRUE(failed);
  EXPECT_EQ(boost::json::serialize(failed->status->at("conditions")),
            R"([{"type":"ReplicaFailure","status":"True","lastTransitionTime":"2023-11-14T22:13:20Z",)"
            R"("reason":"FailedCreate","message":"no quota"}])");
  EXPECT_FALSE(next_replica_set_status(*failed, {}, ReplicaFailure{"another text"}, noon + 1h)) << "the first stays";
  auto const cured = next_replica_set_status(*failed, {}, std::nullopt, noon);
  ASSERT_TRUE(cured);
  EXPECT_FALSE(cured->status->get_object().contains("conditions"));
  auto const surplus = next_replica_set_status(*a_replica_set("a", {0, 0, 0}), {a_pod("p")}, ReplicaFailure{"x"}, noon);
  EXPECT_EQ(surplus->status->at("conditions").at(0).at("reason"), "FailedDelete");
}

TEST(ReplicaSetPlan, looks_again_when_the_next_pod_becomes_available) {
  auto const set = patched(a_replica_set("a", {2, 0, 0}), R"({"spec":{"minReadySeconds":30}})");
  EXPECT_FALSE(until_available(*set, {a_pod("p", {.ready = false})}, noon));
  EXPECT_FALSE(until_available(*set, {a_pod("p", {.ready_for = 31})}, noon));
  // Ready for 10 s by a stamp that may be up to a second early: another 21 s.
  EXPECT_EQ(until_available(*set, {a_pod("p", {.ready_for = 10}), a_pod("q", {.ready_for = 2})}, noon), 21s);
}

TEST(Expectations, are_met_when_all_is_seen_or_long_ago) {
  api::ObjectKey const key{"default", "a"};
  seams::MonotonicTime const now{};
  Expectations expectations;
  EXPECT_TRUE(expectations.met(key, now));
  expectations.expect_creations(key, 2, now);
  expectations.creation_observed(key);
  EXPECT_FALSE(expectations.met(key, now));
  expectations.creation_observed(key);
  EXPECT_TRUE(expectations.met(key, now));
  expectations.expect_deletions(key, {"p", "q"}, now);
  expectations.deletion_observed(key, "p");
  expectations.deletion_observed(key, "p");
  EXPECT_FALSE(expectations.met(key, now)) << "the same one twice";
  EXPECT_TRUE(expectations.met(key, now + 5min + 1s));
  expectations.deletion_observed(key, "q");
  EXPECT_TRUE(expectations.met(key, now));
  expectations.expect_creations(key, 1, now);
  expectations.forget(key);
  EXPECT_TRUE(expectations.met(key, now));
}

TEST(Ownership, follows_labels_and_expressions) {
  auto const matches = [](std::string_view selector, api::StringMap const& labels) {
    auto const json = boost::json::parse(selector);
    return selects(&json, labels);
  };
  api::StringMap const labels{{"app", "a"}, {"tier", "x"}};
  EXPECT_TRUE(matches("{}", labels));
  EXPECT_TRUE(matches(R"({"matchLabels":{"app":"a"}})", labels));
  EXPECT_FALSE(matches(R"({"matchLabels":{"app":"b"}})", labels));
  EXPECT_FALSE(matches(R"({"matchLabels":{"app":"a","zone":"z"}})", labels));
  EXPECT_TRUE(matches(R"({"matchExpressions":[{"key":"tier","operator":"In","values":["x","y"]}]})", labels));
  EXPECT_FALSE(matches(R"({"matchExpressions":[{"key":"tier","operator":"NotIn","values":["x"]}]})", labels));
  EXPECT_TRUE(matches(R"({"matchExpressions":[{"key":"zone","operator":"NotIn","values":["x"]}]})", labels));
  EXPECT_FALSE(matches(R"({"matchExpressions":[{"key":"zone","operator":"In","values":["x"]}]})", labels));
  EXPECT_TRUE(matches(R"({"matchExpressions":[{"key":"tier","operator":"Exists"}]})", labels));
  EXPECT_FALSE(matches(R"({"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]})", labels));
  EXPECT_TRUE(matches(R"({"matchExpressions":[{"key":"zone","operator":"DoesNotExist"}]})", labels));
  EXPECT_FALSE(selects(nullptr, labels)) << "no selector selects nothing";
}

TEST(Ownership, claims_its_own_adopts_orphans_and_releases_what_it_no_longer_selects) {
  auto const set = a_replica_set("a", {1, 0, 0});
  auto const selector = boost::json::parse(R"({"matchLabels":{"app":"d"}})");
  auto const owned_by = [](std::string const& uid, std::string const& name, std::string const& label) {
    return patched(a_pod(name), R"({"metadata":{"labels":{"app":")" + label +
                                    R"("},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"x",
      "uid":")" + uid + R"(","controller":true}]}})");
  };
  auto const going = patched(a_pod("going"), R"({"metadata":{"deletionTimestamp":"2023-11-14T22:00:00Z"}})");
  Pods const pods{owned_by("uid-a", "own", "d"),
                  owned_by("uid-a", "lost", "z"),
                  owned_by("other", "theirs", "d"),
                  a_pod("orphan"),
                  going,
                  patched(a_pod("stranger"), R"({"metadata":{"labels":{"app":"z"}}})")};
  Claims const claims = claim(*set, &selector, pods);
  EXPECT_EQ(names(claims.owned), std::vector<std::string>{"own"});
  EXPECT_EQ(names(claims.to_adopt), std::vector<std::string>{"orphan"});
  EXPECT_EQ(names(claims.to_release), std::vector<std::string>{"lost"});
  auto const dying = patched(set, R"({"metadata":{"deletionTimestamp":"2023-11-14T22:00:00Z"}})");
  Claims const last = claim(*dying, &selector, pods);
  EXPECT_EQ(names(last.owned), std::vector<std::string>{"own"});
  EXPECT_TRUE(last.to_adopt.empty());
  EXPECT_TRUE(last.to_release.empty());
}

}  // namespace
}  // namespace fakeapi
