// The work queue, the cache, the recorder of events and the memory of a controller.
#include <gtest/gtest.h>

#include "fakeapi/controllers/cluster_cache.hpp"
#include "fakeapi/controllers/event_correlator.hpp"
#include "fakeapi/controllers/event_recorder.hpp"
#include "fakeapi/controllers/lru_cache.hpp"
#include "fakeapi/controllers/work_queue.hpp"
#include "tests/fakeapi_controllers/objects.hpp"
#include "tests/fakeapi_controllers/scene.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;
using test::noon;

struct QueueTest : ::testing::Test {
  test::ManualClock clock;
  test::ConstantDelays delays;
  std::vector<std::string> turns;
  SyncOutcome next;
  api::ObjectKey const a{"default", "a"};
  api::ObjectKey const b{"default", "b"};

  WorkQueue make(WorkQueueOptions options = {}) {
    return WorkQueue(clock, delays, options, [this](api::ObjectKey const& key) {
      auto const at = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch()).count();
      turns.push_back(key.name + "@" + std::to_string(at));
      return next;
    });
  }
};
using Turns = std::vector<std::string>;

TEST_F(QueueTest, gives_a_key_one_turn_after_the_delay_however_often_it_is_added) {
  WorkQueue queue = make();
  queue.add(a);
  clock.run_for(5ms);
  queue.add(a);
  queue.add(b);
  clock.run();
  EXPECT_EQ(turns, (Turns{"a@10", "b@15"}));
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(QueueTest, does_not_put_off_a_turn_that_is_due_and_brings_a_late_one_forward) {
  WorkQueue queue = make();
  queue.add_after(a, 1h);
  queue.add_after(b, 5ms);
  queue.add(a);
  queue.add(b);
  clock.run();
  EXPECT_EQ(turns, (Turns{"b@5", "a@10"}));
}

TEST_F(QueueTest, comes_back_later_when_asked_to) {
  WorkQueue queue = make();
  next.again_after = 3s;
  queue.add(a);
  clock.run_for(1s);
  next.again_after.reset();
  clock.run();
  EXPECT_EQ(turns, (Turns{"a@10", "a@3010"}));
}

TEST_F(QueueTest, tries_again_after_longer_and_longer_and_gives_up) {
  WorkQueue queue = make({.use = DelayUse::deployment_sync, .most_failures = 3});
  next.failed = true;
  queue.add(a);
  clock.run();
  EXPECT_EQ(turns, (Turns{"a@10", "a@30", "a@70", "a@150"}));
  EXPECT_EQ(queue.size(), 0U);
  turns.clear();
  queue.add(a);
  clock.run_for(10ms);
  next.failed = false;
  clock.run();
  EXPECT_EQ(turns, (Turns{"a@160", "a@180"})) << "afresh";
}

TEST_F(QueueTest, can_try_again_at_once_and_has_a_longest_delay) {
  WorkQueue queue = make({.use = DelayUse::deployment_sync, .retries_at_once = true, .longest_retry = 15ms});
  next.failed = true;
  queue.add(a);
  clock.run_for(60ms);
  EXPECT_EQ(turns, (Turns{"a@10", "a@20", "a@35", "a@50"}));
  queue.forget(a);
  clock.run();
}

TEST_F(QueueTest, keeps_its_keys_while_it_is_paused) {
  WorkQueue queue = make();
  queue.add(a);
  queue.pause();
  queue.add(b);
  clock.run_for(1h);
  EXPECT_EQ(turns, Turns{});
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(clock.timers(), 0U);
  queue.resume();
  clock.run();
  EXPECT_EQ(turns.size(), 2U);
}

TEST_F(QueueTest, leaves_no_timer_behind) {
  {
    WorkQueue queue = make();
    queue.add(a);
    queue.add(b);
    queue.forget(b);
    EXPECT_EQ(clock.timers(), 1U);
  }
  EXPECT_EQ(clock.timers(), 0U);
}

struct CacheScene : test::Scene {
  std::vector<std::string> seen;
  void listen(ClusterCache& cache) {
    cache.subscribe(CachedKind::deployments, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
      seen.push_back((before ? "-" + before->metadata.name : "") + (after ? "+" + after->metadata.name : ""));
    });
  }
};

TEST(ClusterCache, follows_the_commits_after_a_delay_and_in_order) {
  CacheScene scene;
  scene.deployment("old", 1);
  scene.delays.others[DelayUse::watch] = 100ms;
  ClusterCache cache(scene.server, scene.clock, scene.delays);
  scene.listen(cache);
  EXPECT_TRUE(cache.find(CachedKind::deployments, {"default", "old"})) << "what is there is known";
  scene.deployment("a", 1);
  EXPECT_FALSE(cache.find(CachedKind::deployments, {"default", "a"}));
  EXPECT_EQ(cache.pending(), 1U);
  scene.clock.run_for(60ms);
  scene.delays.others[DelayUse::watch] = 10ms;
  EXPECT_TRUE(scene.remove(api::deployments, {"default", "a"}));
  scene.clock.run_for(39ms);
  EXPECT_EQ(scene.seen.size(), 0U) << "a later commit never overtakes";
  scene.clock.run_for(1ms);
  EXPECT_EQ(scene.seen, (std::vector<std::string>{"+a", "-a"}));
  EXPECT_EQ(cache.pending(), 0U);
}

TEST(ClusterCache, has_seen_a_write_before_it_is_answered_where_there_is_no_delay) {
  CacheScene scene;
  scene.delays.others[DelayUse::watch] = 0ms;
  ClusterCache cache(scene.server, scene.clock, scene.delays);
  scene.listen(cache);
  scene.deployment("a", 1);
  EXPECT_EQ(scene.seen, std::vector<std::string>{"+a"});
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "a"}, R"({"spec":{"replicas":2}})"));
  EXPECT_EQ(scene.seen.back(), "-a+a");
  EXPECT_EQ(scene.clock.timers(), 0U);
}

TEST(ClusterCache, finds_objects_by_their_controller) {
  test::Scene scene;
  scene.define_kinds();
  scene.delays.others[DelayUse::watch] = 0ms;
  ClusterCache cache(scene.server, scene.clock, scene.delays);
  auto const owner = scene.echo("o");
  std::string const controlled = R"([{"apiVersion":"example.com/v1","kind":"Echo","name":"o","uid":")" +
                                 owner->metadata.uid + R"(","controller":true}])";
  scene.deployment("mine", 1, controlled);
  scene.deployment("orphan", 1);
  scene.deployment("elsewhere", 1, "[]", "[]", "kube-public");
  auto const found = [&](std::string const& uid) {
    std::string names;
    cache.for_each_controlled(CachedKind::deployments, "default", uid,
                              [&](api::ObjectPtr const& each) { names += each->metadata.name + " "; });
    return names;
  };
  EXPECT_EQ(found(owner->metadata.uid), "mine ");
  EXPECT_EQ(found(""), "orphan ");
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "mine"}, R"({"metadata":{"ownerReferences":null}})"));
  EXPECT_EQ(found(owner->metadata.uid), "");
  EXPECT_EQ(found(""), "mine orphan ");
  EXPECT_TRUE(scene.remove(api::deployments, {"default", "mine"}));
  EXPECT_EQ(found(""), "orphan ");
}

EventText event(std::string message, std::string about = "x") {
  return {std::move(about), "d", "Normal", "ScalingReplicaSet", std::move(message)};
}

TEST(EventCorrelator, counts_the_same_event) {
  EventCorrelator correlator;
  EventWrite const first = correlator.correlate(event("a"), noon);
  EXPECT_FALSE(first.update);
  EXPECT_EQ(first.count, 1U);
  EXPECT_EQ(first.name, "d.17979cfe362a0000");
  EventWrite const second = correlator.correlate(event("a"), noon + 1s);
  EXPECT_TRUE(second.update);
  EXPECT_EQ(second.name, first.name);
  EXPECT_EQ(second.count, 2U);
  EXPECT_EQ(second.first, noon);
}

TEST(EventCorrelator, gives_events_of_one_moment_different_names) {
  EventCorrelator correlator;
  EXPECT_NE(correlator.correlate(event("a"), noon).name, correlator.correlate(event("b"), noon).name);
}

TEST(EventCorrelator, combines_what_is_alike_from_the_tenth_on) {
  EventCorrelator correlator;
  for (int i = 1; i < 10; ++i) {
    EXPECT_EQ(correlator.correlate(event(std::to_string(i)), noon + std::chrono::seconds(i)).message,
              std::to_string(i));
  }
  EventWrite const tenth = correlator.correlate(event("10"), noon + 10s);
  EXPECT_EQ(tenth.message, "(combined from similar events): 10");
  EXPECT_FALSE(tenth.update);
  EventWrite const more = correlator.correlate(event("11"), noon + 11s);
  EXPECT_EQ(more.message, "(combined from similar events): 11");
  EXPECT_TRUE(more.update);
  EXPECT_EQ(more.name, tenth.name);
  EXPECT_EQ(more.count, 2U);
  EXPECT_EQ(correlator.correlate(event("12"), noon + 20min).message, "12") << "after ten minutes afresh";
}

TEST(EventCorrelator, holds_back_spam) {
  EventCorrelator correlator;
  int written = 0;
  for (int i = 0; i < 40; ++i) written += correlator.correlate(event("a"), noon).skip ? 0 : 1;
  EXPECT_EQ(written, 25);
  EXPECT_FALSE(correlator.correlate(event("a", "another object"), noon).skip);
  EXPECT_TRUE(correlator.correlate(event("a"), noon + 299s).skip);
  EXPECT_FALSE(correlator.correlate(event("a"), noon + 300s).skip) << "one more every five minutes";
  EXPECT_TRUE(correlator.correlate(event("a"), noon + 300s).skip);
}

TEST(EventRecorder, writes_and_counts_events_and_writes_a_deleted_one_again) {
  test::Scene scene;
  ControllerClient client(scene.server, scene.clock, test::controller, "kube-controller-manager");
  EventRecorder recorder(client, "deployment-controller");
  auto const about = scene.deployment("d", 1);
  recorder.normal(subject_of(*about), "ScalingReplicaSet", "Scaled up");
  std::vector<api::ObjectPtr> events;
  auto const look = [&] {
    events.clear();
    scene.server.for_each(api::events, [&](api::ObjectPtr const& each) { events.push_back(each); });
  };
  look();
  ASSERT_EQ(events.size(), 1U);
  auto const& rest = *events.front()->rest;
  EXPECT_TRUE(events.front()->metadata.name.starts_with("d."));
  EXPECT_EQ(api::find_string(&rest, {"involvedObject", "uid"}), about->metadata.uid);
  EXPECT_EQ(rest.at("involvedObject").at("apiVersion"), "apps/v1");
  EXPECT_EQ(api::find_string(&rest, {"involvedObject", "resourceVersion"}),
            std::to_string(api::to_number(about->metadata.resource_version)));
  EXPECT_EQ(rest.at("source").at("component"), "deployment-controller");
  EXPECT_EQ(rest.at("type"), "Normal");
  EXPECT_EQ(rest.at("count"), 1);
  scene.clock.run_for(1min);
  recorder.normal(subject_of(*about), "ScalingReplicaSet", "Scaled up");
  look();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front()->rest->at("count"), 2);
  EXPECT_EQ(events.front()->rest->at("lastTimestamp"), "2023-11-14T22:14:20Z");
  EXPECT_EQ(events.front()->rest->at("firstTimestamp"), "2023-11-14T22:13:20Z");
  EXPECT_TRUE(scene.remove(api::events, events.front()->key()));
  recorder.normal(subject_of(*about), "ScalingReplicaSet", "Scaled up");
  look();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front()->rest->at("count"), 3);
}

TEST(LruCache, forgets_what_was_not_used_for_longest) {
  LruCache<int> cache(2);
  cache["a"] = 1;
  cache["b"] = 2;
  EXPECT_EQ(cache["a"], 1);
  cache["c"] = 3;
  EXPECT_FALSE(cache.contains("b"));
  EXPECT_TRUE(cache.contains("a"));
  EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace fakeapi
