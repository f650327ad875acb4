// The place where one coroutine waits: who opens it, what ends the wait, and that a kill does.
#include "operator/seams/gate.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>
#include <vector>

#include "sim/process.hpp"

namespace {

using namespace std::chrono_literals;
using seams::Woken;

struct GateTest : testing::Test {
  ~GateTest() override { process.kill(); }

  boost::asio::awaitable<void> wait(seams::MonotonicTime deadline) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    woken = co_await gate.wait(deadline);
    woken_at = process.clock().now();
  }
  void start(seams::MonotonicTime deadline = seams::never) {
    woken.reset();
    boost::asio::co_spawn(process.executor(), wait(deadline),
                          boost::asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr failed) {
                            if (failed) std::rethrow_exception(failed);
                          }));
  }
  void pass(seams::Duration time) {
    scheduler.run_until(scheduler.now() + time, 10'000, [] { return false; });
  }

  sim::Scheduler scheduler;
  sim::Process process{scheduler, "process"};
  seams::Gate& gate = process.own<seams::Gate>(process.clock());
  boost::asio::cancellation_signal cancel;
  std::optional<Woken> woken;
  seams::MonotonicTime woken_at{};
};

TEST_F(GateTest, whoever_waits_goes_on_when_it_is_opened_and_in_a_turn_of_its_own) {
  start();
  pass(10s);
  EXPECT_TRUE(gate.waiting());
  EXPECT_FALSE(woken);
  gate.open();
  EXPECT_FALSE(woken) << "never inside open()";
  EXPECT_FALSE(gate.waiting());
  pass(0s);
  EXPECT_EQ(woken, Woken::opened);
}

TEST_F(GateTest, opened_before_anybody_waits_it_lets_the_next_one_through_and_the_one_after_waits) {
  gate.open();
  gate.open();  // once is enough
  start();
  pass(0s);
  EXPECT_EQ(woken, Woken::opened);
  start();
  pass(1s);
  EXPECT_FALSE(woken);
  EXPECT_TRUE(gate.waiting());
}

TEST_F(GateTest, the_deadline_ends_the_wait_and_an_opening_afterwards_is_for_the_next_one) {
  auto const deadline = process.clock().now() + 3s;
  start(deadline);
  pass(5s);
  EXPECT_EQ(woken, Woken::deadline);
  EXPECT_EQ(woken_at, deadline);
  EXPECT_FALSE(gate.waiting());
  gate.open();
  start();
  pass(0s);
  EXPECT_EQ(woken, Woken::opened);
}

TEST_F(GateTest, an_opening_takes_the_deadline_away) {
  start(process.clock().now() + 3s);
  pass(1s);
  gate.open();
  pass(0s);
  start();  // a second wait is not ended by the first one's deadline
  pass(10s);
  EXPECT_FALSE(woken);
}

TEST_F(GateTest, a_cancellation_ends_the_wait) {
  start();
  pass(1s);
  cancel.emit(boost::asio::cancellation_type::terminal);
  EXPECT_FALSE(woken) << "never inside emit()";
  pass(0s);
  EXPECT_EQ(woken, Woken::cancelled);
  EXPECT_FALSE(gate.waiting());
}

TEST_F(GateTest, a_kill_destroys_whoever_waits) {
  struct Witness {
    bool& gone;
    explicit Witness(bool& flag) : gone(flag) {}
    ~Witness() { gone = true; }
  };
  bool gone = false;
  boost::asio::co_spawn(
      process.executor(),
      [](seams::Gate& gate, bool& flag) -> boost::asio::awaitable<void> {
        Witness const witness(flag);
        co_await gate.wait();
        ADD_FAILURE() << "a killed process goes on";
      }(gate, gone),
      boost::asio::detached);
  pass(1s);
  EXPECT_FALSE(gone);
  process.kill();
  EXPECT_TRUE(gone);
}

TEST_F(GateTest, yielding_lets_all_turns_that_are_ready_go_first) {
  std::vector<int> order;
  boost::asio::co_spawn(
      process.executor(),
      [](std::vector<int>& list) -> boost::asio::awaitable<void> {
        list.push_back(1);
        co_await seams::yield_turn();
        list.push_back(3);
      }(order),
      [](std::exception_ptr) {});
  scheduler.post(process, [&] { order.push_back(2); });
  pass(0s);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

}  // namespace
