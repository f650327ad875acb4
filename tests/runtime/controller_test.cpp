// Which changes cause which reconciles, how many at a time, and how a controller stops.
#include "tests/runtime/support/controller_test.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;

TEST_F(ControllerTest, reconciles_nothing_before_every_cache_is_in_sync) {
  put("a");
  make();
  server.failing_calls = 1;
  controller->start();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(echo_cache->synced() != deployment_cache->synced());
  EXPECT_FALSE(controller->synced());
  EXPECT_TRUE(reconciler.calls.empty());
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_TRUE(controller->synced());
  EXPECT_EQ(reconciler.names(), Names{"a"});
}

TEST_F(ControllerTest, reconciles_what_is_created_changed_and_deleted) {
  start();
  put("a");
  put("a");
  server.remove(echoes, {"default", "a"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "a", "a"}));
  ASSERT_TRUE(world.run_for(600s));
  EXPECT_EQ(reconciler.calls.size(), 3U) << "and then rests";
  EXPECT_EQ(controller->stats().successes, 3U);
}

TEST_F(ControllerTest, reconciles_the_owner_of_a_child_that_comes_changes_or_goes) {
  put("a");
  start();
  reconciler.calls.clear();
  put_deployment("child", "a", "uid-a");
  put_deployment("child", "a", "uid-a");
  server.remove(deployments, {"default", "child"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "a", "a"}));
}

TEST_F(ControllerTest, a_child_of_a_predecessor_with_another_uid_concerns_nobody) {
  put("a");
  start();
  reconciler.calls.clear();
  put_deployment("child", "a", "uid-of-the-one-before");
  put_deployment("other", "nobody", "uid-nobody");
  EXPECT_TRUE(reconciler.calls.empty());
}

TEST_F(ControllerTest, a_child_that_changes_hands_concerns_the_old_and_the_new_owner) {
  put("a");
  put("b");
  start();
  put_deployment("child", "a", "uid-a");
  reconciler.calls.clear();
  put_deployment("child", "b", "uid-b");
  EXPECT_EQ(reconciler.names(), (Names{"a", "b"}));
}

TEST_F(ControllerTest, the_owners_group_and_kind_must_match_but_not_its_version) {
  put("a");
  start();
  reconciler.calls.clear();
  server.put(deployments, owned_by(object("x", "x", 0, "Deployment"), "uid-a", "a", "example.com/v2"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), Names{"a"});
  server.put(deployments, owned_by(object("y", "y", 0, "Deployment"), "uid-a", "a", "example.org/v1"));
  server.put(deployments, owned_by(object("z", "z", 0, "Deployment"), "uid-a", "a", "v1"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.calls.size(), 1U);
}

TEST_F(ControllerTest, a_stranger_who_takes_or_leaves_our_name_concerns_us) {
  put("a");
  start();
  reconciler.calls.clear();
  put_deployment("a", "", "");
  EXPECT_EQ(reconciler.names(), Names{"a"});
  server.remove(deployments, {"default", "a"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "a"}));
}

TEST_F(ControllerTest, reconciles_again_after_the_time_the_reconciler_asks_for) {
  start();
  runtime::ReconcileResult again;
  again.requeue_after = 42s;
  always(again);
  put("a");
  ASSERT_TRUE(world.run_for(100s));
  EXPECT_EQ(reconciler.waits(), (Waits{42s, 42s}));
}

TEST_F(ControllerTest, one_event_is_one_reconcile_however_many_keys_it_adds) {
  put("a");
  start();
  reconciler.calls.clear();
  put_deployment("a", "a", "uid-a");  // its owner, and its name
  EXPECT_EQ(reconciler.calls.size(), 1U);
}

TEST_F(ControllerTest, runs_as_many_reconciles_at_a_time_as_it_may_each_key_once) {
  Gate gates[6] = {Gate(world.process.clock()), Gate(world.process.clock()), Gate(world.process.clock()),
                   Gate(world.process.clock()), Gate(world.process.clock()), Gate(world.process.clock())};
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    co_await gates[context.key().name[0] - 'a'].wait();
    co_return runtime::ReconcileResult{};
  };
  start();
  for (char const* name : {"a", "b", "c", "d", "e", "f"}) put(name);
  EXPECT_EQ(controller->active(), 4U);
  EXPECT_EQ(controller->queue_length(), 2U);
  put("a");
  EXPECT_EQ(controller->active(), 4U);
  gates[0].open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "b", "c", "d", "e"}));
  for (auto& gate : gates) gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "b", "c", "d", "e", "f", "a"}));
  EXPECT_FALSE(reconciler.overlapped);
  EXPECT_EQ(reconciler.most_busy, 4U);
  EXPECT_EQ(controller->stats().max_queue_length, 3U);
}

TEST_F(ControllerTest, what_changes_goes_before_what_the_first_list_has_shown) {
  Gate gate(world.process.clock());
  wait_at(gate);
  for (char const* name : {"a", "b", "c"}) put(name);
  runtime::ControllerOptions options;
  options.max_concurrent = 1;
  start(options);
  put("d");
  reconciler.does = nullptr;
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "d", "b", "c"}));
}

TEST_F(ControllerTest, a_change_during_a_reconcile_causes_exactly_one_more) {
  start();
  Gate gate(world.process.clock());
  wait_at(gate);
  put("a");
  put("a");
  put("a");
  EXPECT_EQ(reconciler.calls.size(), 1U);
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.calls.size(), 2U);
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.calls.size(), 2U);
  EXPECT_EQ(controller->active(), 0U);
}

TEST_F(ControllerTest, enqueue_reconciles_a_key_whatever_the_caches_say) {
  start();
  controller->enqueue({"default", "ghost"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), Names{"ghost"});
}

TEST_F(ControllerTest, everything_is_reconciled_again_within_the_resync_period) {
  put("a");
  put("b");
  start();
  reconciler.calls.clear();
  ASSERT_TRUE(world.run_for(10h - 1s));
  EXPECT_TRUE(reconciler.calls.empty());
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_EQ(reconciler.names(), (Names{"a", "b"}));
  ASSERT_TRUE(world.run_for(10h));
  EXPECT_EQ(reconciler.calls.size(), 4U);
  EXPECT_EQ(controller->stats().resyncs, 2U);
}

TEST_F(ControllerTest, a_resync_is_spread_over_a_fifth_of_the_period) {
  /// Walks through the range of each draw.
  struct Even final : seams::Random {
    std::uint64_t below(std::uint64_t bound, seams::RandomUse use) override {
      return use == seams::RandomUse::resync ? bound / 20 * (n++ % 20) : 0;
    }
    std::uint64_t n = 0;
  } even;
  for (char c = 'a'; c < 'a' + 20; ++c) put(std::string(1, c));
  make({}, &even);
  controller->start();
  ASSERT_TRUE(world.settle());
  reconciler.calls.clear();
  auto const start_at = world.now();
  ASSERT_TRUE(world.run_for(12h));
  ASSERT_EQ(reconciler.calls.size(), 20U);
  EXPECT_GE(reconciler.calls.front().at - start_at, 9h);
  EXPECT_LE(reconciler.calls.back().at - start_at, 11h);
  for (auto const wait : reconciler.waits()) EXPECT_LE(wait, 6min + 1ns);
}

TEST_F(ControllerTest, a_steady_state_needs_no_timer_but_those_of_the_watches) {
  put("a");
  start();
  auto const turns = world.scheduler.turns();
  ASSERT_TRUE(world.run_for(140s));
  EXPECT_LE(world.scheduler.turns() - turns, 1U) << "one look after the last reconcile's deadline";
}

TEST_F(ControllerTest, reports_the_health_of_its_informers) {
  start();
  EXPECT_TRUE(controller->healthy());
  server.failing_calls = 1000;
  server.reset_watches();
  ASSERT_TRUE(world.run_for(60s));
  EXPECT_FALSE(controller->healthy());
}

// Stopping.

TEST_F(ControllerTest, stopping_waits_for_what_is_in_flight_and_starts_nothing_more) {
  start({.max_concurrent = 1});
  Gate gate(world.process.clock());
  wait_at(gate);
  put("a");
  put("b");
  int stopped = 0;
  controller->stop([&](bool drained) { stopped += drained ? 1 : 100; });
  put("c");
  controller->enqueue({"default", "d"});
  ASSERT_TRUE(world.run_for(10s));
  EXPECT_EQ(stopped, 0);
  EXPECT_EQ(controller->active(), 1U);
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(stopped, 1);
  EXPECT_EQ(reconciler.names(), Names{"a"});
  EXPECT_FALSE(echo_cache->running());
  auto const turns = world.scheduler.turns();
  ASSERT_TRUE(world.run_for(100h));
  EXPECT_EQ(world.scheduler.turns(), turns) << "no timer is left behind";
}

TEST_F(ControllerTest, stopping_an_idle_controller_is_done_at_once) {
  start();
  int stopped = 0;
  controller->stop([&](bool drained) { stopped += drained ? 1 : 100; });
  EXPECT_EQ(stopped, 0) << "in a turn of its own";
  controller->enqueue({"default", "late"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(stopped, 1);
  EXPECT_TRUE(reconciler.calls.empty());
}

TEST_F(ControllerTest, stopping_without_having_started_works) {
  make();
  int stopped = 0;
  controller->stop([&](bool drained) { stopped += drained ? 1 : 100; });
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(stopped, 1);
}

TEST_F(ControllerTest, stopping_cancels_a_reconcile_that_takes_too_long_to_end_by_itself) {
  start();
  Gate gate(world.process.clock());
  reconciler.does = [&](runtime::ReconcileContext&) -> boost::asio::awaitable<Outcome> {
    co_await gate.wait();
    co_return runtime::ReconcileResult{};
  };
  put("a");
  int stopped = 0;
  controller->stop([&](bool drained) { stopped += drained ? 1 : 100; });
  ASSERT_TRUE(world.run_for(20s - 1ns));
  EXPECT_EQ(stopped, 0);
  ASSERT_TRUE(world.run_for(1ns));
  EXPECT_EQ(stopped, 1);
}

TEST_F(ControllerTest, stopping_gives_up_on_a_reconcile_that_never_ends) {
  start();
  Gate gate(world.process.clock());
  wait_at(gate);
  put("stuck");
  int stopped = 0;
  controller->stop([&](bool drained) { stopped += drained ? 1 : 100; });
  ASSERT_TRUE(world.run_for(30s - 1ns));
  EXPECT_EQ(stopped, 0);
  ASSERT_TRUE(world.run_for(1ns));
  EXPECT_EQ(stopped, 100);
  EXPECT_EQ(world.log.count(seams::LogLevel::error, "namespace=default name=stuck causes="), 1U);
  gate.open();
  ASSERT_TRUE(world.run_for(100s));
  EXPECT_EQ(stopped, 100) << "told once";
}

TEST(ControllerKilled, at_any_turn_leaves_nothing_behind) {
  for (int turns = 0; turns < 250; ++turns) {
    World world;
    auto& server = world.process.own<HistoryApi>(world.process.clock());
    auto& reconciler = world.process.own<ScriptedReconciler>(world.process.clock());
    auto& gate = world.process.own<Gate>(world.process.clock());
    reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
      co_await seams::sleep_until(world.process.clock(), world.process.clock().now() + 10s);
      if (context.key().name == "b") co_await gate.wait();  // till the timeout
      if (context.key().name == "c") throw std::runtime_error("bug");
      context.wrote(deployments, api::ResourceVersion{1000});
      co_return runtime::ReconcileResult{};
    };
    auto const environment = world.environment();
    auto& primary =
        world.process.own<runtime::Informer>(environment, server, runtime::InformerOptions{.resource = echoes});
    auto& owned =
        world.process.own<runtime::Informer>(environment, server, runtime::InformerOptions{.resource = deployments});
    auto& controller = world.process.own<runtime::Controller>(
        environment, reconciler, primary, runtime::ControllerOptions{.name = "echo", .max_concurrent = 2});
    controller.owns(owned, runtime::OwnerKind{"example.com", "Echo"});
    for (char const* name : {"a", "b", "c", "d"}) server.put(echoes, object(name, name, 0));
    controller.start();
    for (int i = 0; i < turns && world.scheduler.step(); ++i) {
      if (i == 60) server.put(echoes, object("a", "a", 0));
      if (i == 90) controller.stop([](bool) {});
    }
    std::size_t const calls = reconciler.calls.size();
    auto const copy = reconciler.calls;
    world.process.kill();
    while (world.scheduler.step()) {
    }
    ASSERT_EQ(copy.size(), calls);
  }
}

TEST_F(ControllerTest, says_of_each_line_of_a_reconcile_which_one_it_is_of_what_and_why) {
  put("a");
  start({.kind = "Echo"});
  reconciler.does = [](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    context.log().info("at work", {{"step", 3}});
    co_return runtime::ReconcileResult{};
  };
  put("b");
  put("a");
  EXPECT_EQ(world.log.count(seams::LogLevel::info,
                            "at work reconcile=2 kind=Echo namespace=default name=b causes=created step=3"),
            1U);
  EXPECT_EQ(world.log.count(seams::LogLevel::info,
                            "at work reconcile=3 kind=Echo namespace=default name=a causes=updated step=3"),
            1U);
  EXPECT_EQ(world.log.count(seams::LogLevel::debug,
                            "reconciled reconcile=3 kind=Echo namespace=default name=a causes=updated outcome=done"),
            1U);
}

}  // namespace
