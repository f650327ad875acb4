// What a controller makes of errors, exceptions, timeouts and of writes that the caches do not show yet.
#include "tests/runtime/support/controller_test.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;
using api::Reason;

TEST_F(ControllerTest, failures_are_retried_with_exponential_backoff) {
  start();
  always_fails(Reason::internal_error, 500);
  put("a");
  ASSERT_TRUE(world.run_for(100ms));
  EXPECT_EQ(reconciler.waits(), (Waits{5ms, 10ms, 20ms, 40ms}));
  EXPECT_EQ(controller->stats().errors, 5U);
}

TEST_F(ControllerTest, a_success_resets_the_backoff) {
  start();
  always_fails(Reason::internal_error, 500);
  put("a");
  ASSERT_TRUE(world.run_for(1s));
  always(runtime::ReconcileResult{});
  ASSERT_TRUE(world.run_for(10s));
  reconciler.calls.clear();
  always_fails(Reason::internal_error, 500);
  put("a");
  ASSERT_TRUE(world.run_for(5ms));
  EXPECT_EQ(reconciler.waits(), Waits{5ms});
}

TEST_F(ControllerTest, a_conflict_is_retried_soon_and_is_no_failure) {
  start();
  always_fails(Reason::conflict, 409);
  put("a");
  ASSERT_TRUE(world.run_for(4s));
  EXPECT_EQ(reconciler.waits(), (Waits{10ms, 20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1s, 1s}));
  EXPECT_EQ(controller->stats().errors, 0U);
  EXPECT_EQ(controller->stats().conflicts, 10U);
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "a reconcile failed"), 0U);
  // Then a failure: the first.
  always_fails(Reason::internal_error, 500);
  ASSERT_TRUE(world.run_for(1s));
  reconciler.calls.clear();
  always_fails(Reason::conflict, 409);
  ASSERT_TRUE(world.run_for(2s));
  EXPECT_EQ(reconciler.waits().at(0), 10ms) << "no longer in a row";
}

TEST_F(ControllerTest, conflicts_that_do_not_end_make_it_read_live_since_the_news_is_not_on_its_way) {
  start();
  always_fails(Reason::conflict, 409);
  put("a");
  ASSERT_TRUE(world.run_for(3s));
  // Eight from the caches, in 1.27 s; then the wait has come to its cap.
  ASSERT_EQ(reconciler.calls.size(), 9U);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_FALSE(reconciler.calls[i].read_live) << i;
  EXPECT_TRUE(reconciler.calls[8].read_live);
  always(runtime::ReconcileResult{});
  ASSERT_TRUE(world.run_for(1s));
  put("a");
  ASSERT_TRUE(world.settle());
  EXPECT_FALSE(reconciler.calls.back().read_live) << "after a success the caches are good enough again";
}

TEST_F(ControllerTest, a_conflict_ends_early_when_the_news_arrives) {
  start();
  always_fails(Reason::conflict, 409);
  put("a");
  ASSERT_TRUE(world.run_for(3s));
  always(runtime::ReconcileResult{});
  auto const at = world.now();
  put("a");
  EXPECT_EQ(reconciler.calls.back().at, at);
}

TEST_F(ControllerTest, forbidden_is_retried_slowly) {
  start();
  always_fails(Reason::forbidden, 403);
  put("a");
  ASSERT_TRUE(world.run_for(100s));
  EXPECT_EQ(reconciler.waits(), (Waits{30s, 30s, 30s}));
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "Forbidden"), 4U);
}

TEST_F(ControllerTest, a_throttled_key_waits_as_long_as_told_without_a_worker_and_whatever_happens) {
  start({.max_concurrent = 1});
  api::Error busy;
  busy.reason = Reason::too_many_requests;
  busy.code = 429;
  busy.retry_after = 7s;
  always(std::unexpected(busy));
  put("a");
  put("a");
  EXPECT_EQ(controller->active(), 0U);
  ASSERT_TRUE(world.run_for(6s));
  EXPECT_EQ(reconciler.calls.size(), 1U);
  always(runtime::ReconcileResult{});
  put("b");
  EXPECT_EQ(reconciler.names(), (Names{"a", "b"}));
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_EQ(reconciler.names(), (Names{"a", "b", "a"}));
  EXPECT_EQ(controller->stats().errors, 0U);
  EXPECT_EQ(controller->stats().throttled, 1U);
}

TEST_F(ControllerTest, a_throttled_key_waits_a_second_if_told_no_time) {
  start();
  always_fails(Reason::too_many_requests, 429);
  put("a");
  ASSERT_TRUE(world.run_for(2s));
  EXPECT_EQ(reconciler.waits(), (Waits{1s, 1s}));
}

TEST_F(ControllerTest, an_unknown_outcome_makes_the_next_reconciles_read_live_until_one_succeeds) {
  start();
  api::Error unknown;
  unknown.reason = Reason::conflict;  // whatever else it says
  unknown.outcome_unknown = true;
  always(std::unexpected(unknown));
  put("a");
  always_fails(Reason::internal_error, 500);
  ASSERT_TRUE(world.run_for(5ms));
  always_fails(Reason::conflict, 409);
  ASSERT_TRUE(world.run_for(10ms));
  always(runtime::ReconcileResult{});
  ASSERT_TRUE(world.run_for(10ms));
  put("a");
  ASSERT_EQ(reconciler.calls.size(), 5U);
  EXPECT_FALSE(reconciler.calls[0].read_live);
  EXPECT_TRUE(reconciler.calls[1].read_live);
  EXPECT_TRUE(reconciler.calls[2].read_live);
  EXPECT_TRUE(reconciler.calls[3].read_live);
  EXPECT_FALSE(reconciler.calls[4].read_live);
}

TEST_F(ControllerTest, an_exception_in_one_reconcile_harms_nobody_else) {
  start();
  reconciler.does = [](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    if (context.key().name == "bad") throw std::runtime_error("a bug of ours");
    if (context.key().name == "worse") throw 42;
    co_return runtime::ReconcileResult{};
  };
  for (char const* name : {"bad", "good", "worse"}) put(name);
  ASSERT_TRUE(world.run_for(5ms));
  EXPECT_EQ(reconciler.names(), (Names{"bad", "good", "worse", "bad", "worse"}));
  EXPECT_EQ(controller->stats().exceptions, 4U);
  EXPECT_EQ(controller->stats().successes, 1U);
  EXPECT_TRUE(reconciler.calls.back().read_live);
  EXPECT_EQ(world.log.count(seams::LogLevel::error, "namespace=default name=bad causes="), 2U);
  put("good");
  EXPECT_EQ(reconciler.names().back(), "good");
}

TEST_F(ControllerTest, a_reconciler_that_throws_before_it_is_a_coroutine_harms_nobody_else) {
  struct Throwing final : runtime::Reconciler {
    boost::asio::awaitable<Outcome> reconcile(runtime::ReconcileContext&) override { throw std::runtime_error("bug"); }
  };
  auto& throwing = world.process.own<Throwing>();
  auto& informer =
      world.process.own<runtime::Informer>(world.environment(), server, runtime::InformerOptions{.resource = echoes});
  auto& other = world.process.own<runtime::Controller>(world.environment(), throwing, informer,
                                                       runtime::ControllerOptions{.name = "other"});
  other.start();
  put("a");
  EXPECT_EQ(other.stats().exceptions, 1U);
  EXPECT_EQ(other.active(), 0U);
}

// Timeouts.

TEST_F(ControllerTest, a_reconcile_knows_its_deadline) {
  start();
  put("a");
  EXPECT_EQ(reconciler.calls.at(0).deadline, reconciler.calls.at(0).at + 60s);
}

TEST_F(ControllerTest, a_reconcile_that_takes_too_long_is_cancelled_and_retried) {
  start();
  Gate gate(world.process.clock());
  reconciler.does = [&](runtime::ReconcileContext&) -> boost::asio::awaitable<Outcome> {
    if (co_await gate.wait() == Woken::opened) co_return runtime::ReconcileResult{};
    api::Error error;
    error.reason = Reason::cancelled;
    co_return std::unexpected(std::move(error));
  };
  put("a");
  ASSERT_TRUE(world.run_for(60s - 1ns));
  EXPECT_EQ(controller->stats().timeouts, 0U);
  ASSERT_TRUE(world.run_for(1ns + 5ms));
  EXPECT_EQ(controller->stats().timeouts, 1U);
  EXPECT_EQ(reconciler.waits(), Waits{60s + 5ms});
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "taken too long"), 1U);
}

TEST_F(ControllerTest, a_key_stays_busy_after_its_timeout_until_the_reconcile_has_really_ended) {
  start({.max_concurrent = 1});
  Gate gate(world.process.clock());
  wait_at(gate);  // a write in flight: not even a cancellation ends it
  put("a");
  put("a");
  put("b");
  ASSERT_TRUE(world.run_for(600s));
  EXPECT_EQ(controller->stats().timeouts, 1U);
  EXPECT_EQ(reconciler.names(), Names{"a"});
  EXPECT_EQ(controller->active(), 1U);
  always(runtime::ReconcileResult{});
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"a", "a", "b"})) << "in the order in which they became ready";
  EXPECT_FALSE(reconciler.overlapped);
}

TEST_F(ControllerTest, each_reconcile_has_its_own_deadline) {
  start();
  Gate a(world.process.clock());
  Gate b(world.process.clock());
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    Gate& gate = context.key().name == "a" ? a : b;
    co_await gate.wait();
    co_return runtime::ReconcileResult{};
  };
  put("a");
  ASSERT_TRUE(world.run_for(40s));
  put("b");
  ASSERT_TRUE(world.run_for(20s));
  EXPECT_FALSE(a.waiting());
  EXPECT_TRUE(b.waiting());
  ASSERT_TRUE(world.run_for(40s));
  EXPECT_FALSE(b.waiting());
}

TEST_F(ControllerTest, a_cancelled_place_serves_the_next_reconcile_uncancelled) {
  start({.max_concurrent = 1});
  Gate gate(world.process.clock());
  std::vector<Woken> woken;
  reconciler.does = [&](runtime::ReconcileContext&) -> boost::asio::awaitable<Outcome> {
    woken.push_back(co_await gate.wait());
    co_return runtime::ReconcileResult{};
  };
  put("a");
  put("b");
  ASSERT_TRUE(world.run_for(60s));
  EXPECT_EQ(woken, std::vector<Woken>{Woken::cancelled});
  EXPECT_TRUE(gate.waiting());
  ASSERT_TRUE(world.run_for(30s));
  gate.open();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(woken, (std::vector<Woken>{Woken::cancelled, Woken::opened}));
}

// Read your own writes.

TEST_F(ControllerTest, a_key_waits_in_the_queue_until_the_cache_shows_its_own_writes) {
  start({.max_concurrent = 1});
  put("a");
  server.hold(deployments);
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    if (context.key().name != "a") co_return runtime::ReconcileResult{};
    auto const written = server.put(deployments, object("a", "child", 0, "Deployment"));
    context.wrote(deployments, written->metadata.resource_version);
    co_return runtime::ReconcileResult{};
  };
  put("a");
  reconciler.calls.clear();
  always(runtime::ReconcileResult{});
  put("a");
  EXPECT_TRUE(reconciler.calls.empty());
  EXPECT_EQ(controller->parked(), 1U);
  EXPECT_EQ(controller->active(), 0U) << "it holds no worker";
  put("b");
  EXPECT_EQ(reconciler.names(), Names{"b"});
  server.release(deployments);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.names(), (Names{"b", "a"}));
  EXPECT_FALSE(reconciler.calls.back().read_live);
  EXPECT_EQ(controller->parked(), 0U);
  EXPECT_EQ(controller->stats().parked, 1U);
  EXPECT_EQ(controller->stats().own_writes_unseen, 0U);
}

TEST_F(ControllerTest, a_bookmark_is_enough_to_show_that_the_cache_has_come_so_far) {
  start();
  put("a");
  bool once = true;
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    if (std::exchange(once, false)) context.wrote(deployments, api::ResourceVersion{server.revision()});
    co_return runtime::ReconcileResult{};
  };
  put("a");
  put("a");
  ASSERT_EQ(controller->parked(), 1U) << "no event of a Deployment has come";
  server.bookmark_all();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(controller->parked(), 0U);
  EXPECT_EQ(reconciler.calls.size(), 3U);
}

TEST_F(ControllerTest, waits_for_every_cache_it_wrote_to_one_after_the_other) {
  start();
  put("a");
  server.hold(deployments);
  bool once = true;
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    if (!std::exchange(once, false)) co_return runtime::ReconcileResult{};
    server.hold(echoes);
    context.wrote(deployments,
                  server.put(deployments, object("a", "child", 0, "Deployment"))->metadata.resource_version);
    context.wrote(echoes, server.put(echoes, object("a", "uid-a", 0))->metadata.resource_version);
    co_return runtime::ReconcileResult{};
  };
  put("a");
  reconciler.calls.clear();
  controller->enqueue({"default", "a"});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(controller->parked(), 1U);
  server.release(deployments);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(controller->parked(), 1U) << "now for the other";
  EXPECT_TRUE(reconciler.calls.empty());
  server.release(echoes);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.calls.size(), 1U);
  EXPECT_EQ(controller->stats().parked, 1U);
}

TEST_F(ControllerTest, a_failed_reconcile_also_waits_for_what_it_wrote) {
  start();
  put("a");
  server.hold(deployments);
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    context.wrote(deployments,
                  server.put(deployments, object("a", "child", 0, "Deployment"))->metadata.resource_version);
    api::Error error;
    error.reason = Reason::internal_error;
    co_return std::unexpected(std::move(error));
  };
  put("a");
  reconciler.calls.clear();
  always(runtime::ReconcileResult{});
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_TRUE(reconciler.calls.empty());
  EXPECT_EQ(controller->parked(), 1U);
  server.release(deployments);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(reconciler.calls.size(), 1U);
}

TEST_F(ControllerTest, waits_half_a_minute_for_the_cache_then_reads_live) {
  start();
  put("a");
  server.hold(deployments);
  bool once = true;
  reconciler.does = [&](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    if (std::exchange(once, false)) {
      context.wrote(deployments,
                    server.put(deployments, object("a", "child", 0, "Deployment"))->metadata.resource_version);
    }
    co_return runtime::ReconcileResult{};
  };
  put("a");
  reconciler.calls.clear();
  put("a");
  ASSERT_TRUE(world.run_for(30s - 1ns));
  EXPECT_TRUE(reconciler.calls.empty());
  ASSERT_TRUE(world.run_for(1ns));
  ASSERT_EQ(reconciler.calls.size(), 1U);
  EXPECT_TRUE(reconciler.calls[0].read_live);
  EXPECT_EQ(controller->stats().own_writes_unseen, 1U);
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "does not show a write of ours"), 1U);
  put("a");
  EXPECT_FALSE(reconciler.calls.at(1).read_live);
}

TEST_F(ControllerTest, a_write_to_a_resource_without_a_cache_holds_nothing_up) {
  start();
  reconciler.does = [](runtime::ReconcileContext& context) -> boost::asio::awaitable<Outcome> {
    context.wrote(api::Resource{"", "v1", "events"}, api::ResourceVersion{1'000'000});
    co_return runtime::ReconcileResult{};
  };
  put("a");
  put("a");
  EXPECT_EQ(reconciler.calls.size(), 2U);
}

}  // namespace
