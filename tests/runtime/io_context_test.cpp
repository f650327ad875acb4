// The runtime on Asio's own io_context, whose dispatch() runs handlers within the caller, unlike the simulator's: what
// ships must not depend on the difference.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "operator/seams/quiet.hpp"
#include "tests/runtime/support/controller_test.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;

/// Time passes when the test says so.
class ManualClock final : public seams::Clock {
 public:
  explicit ManualClock(boost::asio::io_context& context) : context_(context) {}
  seams::MonotonicTime now() const override { return now_; }
  seams::WallTime wall_now() const override { return {}; }
  seams::TimerId schedule_at(seams::MonotonicTime at, seams::TimerCallback callback) override {
    timers_.emplace(std::pair{at, ++last_}, std::move(callback));
    return seams::TimerId{last_};
  }
  void cancel(seams::TimerId timer) noexcept override {
    std::erase_if(timers_, [&](auto const& t) { return t.first.second == static_cast<std::uint64_t>(timer); });
  }
  void run_for(seams::Duration time) {
    auto const until = now_ + time;
    context_.restart();
    context_.poll();
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      now_ = std::max(now_, timers_.begin()->first.first);
      auto callback = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      callback();
      callback = nullptr;
      context_.restart();
      context_.poll();
    }
    now_ = until;
  }
  /// Gives up the coroutines that wait here.
  void forget_all() {
    while (!timers_.empty()) std::exchange(timers_, {}).clear();
  }

 private:
  boost::asio::io_context& context_;
  seams::MonotonicTime now_{1000s};
  std::map<std::pair<seams::MonotonicTime, std::uint64_t>, seams::TimerCallback> timers_;
  std::uint64_t last_ = 0;
};

TEST(OnIoContext, reconciles_times_out_fails_throws_and_stops) {
  seams::NoRandom random;
  RecordingLog log;
  boost::asio::io_context context;
  ManualClock clock(context);
  seams::Environment const environment{context.get_executor(), clock, random, log};
  HistoryApi server(clock);
  ScriptedReconciler reconciler(clock);
  Gate gate(clock);
  int stuck = 0;
  reconciler.does = [&](runtime::ReconcileContext& reconcile) -> boost::asio::awaitable<Outcome> {
    std::string const& name = reconcile.key().name;
    if (name == "slow") co_await seams::sleep_until(clock, clock.now() + 1s);
    if (name == "stuck" && ++stuck == 1) co_await gate.wait();
    if (name == "bad" && reconciler.calls.size() < 20) throw std::runtime_error("bug");
    if (name == "sorry" && reconciler.calls.size() < 20) {
      api::Error error;
      error.reason = api::Reason::conflict;
      co_return std::unexpected(std::move(error));
    }
    co_return runtime::ReconcileResult{};
  };
  runtime::Informer primary(environment, server, {.resource = echoes});
  runtime::Informer owned(environment, server, {.resource = deployments});
  runtime::Controller controller(environment, reconciler, primary, {.name = "echo", .max_concurrent = 2});
  controller.owns(owned, runtime::OwnerKind{"example.com", "Echo"});
  controller.start();
  for (char const* name : {"quick", "slow", "stuck", "bad", "sorry", "last"}) server.put(echoes, object(name, name, 0));
  clock.run_for(100s);
  auto const stats = controller.stats();
  EXPECT_EQ(controller.active(), 0U);
  EXPECT_EQ(controller.queue_length(), 0U);
  EXPECT_EQ(stats.successes, 6U);
  EXPECT_EQ(stats.timeouts, 1U);
  EXPECT_GE(stats.exceptions, 5U);
  EXPECT_GE(stats.conflicts, 5U);
  EXPECT_FALSE(reconciler.overlapped);
  EXPECT_EQ(reconciler.most_busy, 2U);

  server.put(echoes, object("slow", "slow", 0));
  clock.run_for(500ms);
  int stopped = 0;
  controller.stop([&](bool drained) { stopped += drained ? 1 : 100; });
  clock.run_for(499ms);
  EXPECT_EQ(stopped, 0);
  clock.run_for(1ms);
  EXPECT_EQ(stopped, 1);
  clock.forget_all();
}

}  // namespace
