#include "operator/real/real_clock.hpp"
#include "operator/real/event_loop.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class RealClockTest : public testing::Test {
 protected:
  /// Schedules a callback that writes down its name.
  seams::TimerId note_at(seams::MonotonicTime at, std::string name) {
    return clock.schedule_at(at, [this, name = std::move(name)] { notes.push_back(name); });
  }
  /// Spends real time without giving up the turn.
  static void burn(std::chrono::nanoseconds time) {
    auto const end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
  }

  asio::io_context context{1};
  real::RealClock clock{context};
  std::vector<std::string> notes;
};

TEST_F(RealClockTest, runs_callbacks_in_the_order_of_their_times_and_of_their_scheduling) {
  auto const start = clock.now();
  note_at(start + 2ms, "c");
  note_at(start + 1ms, "a");
  note_at(start + 1ms, "b");
  note_at(start - 1h, "past");
  context.run();
  EXPECT_EQ(notes, (std::vector<std::string>{"past", "a", "b", "c"}));
}

TEST_F(RealClockTest, never_runs_a_callback_before_its_time_or_inside_the_call_that_schedules_it) {
  auto const at = clock.now() + 2ms;
  seams::MonotonicTime seen{};
  clock.schedule_at(at, [&] { seen = clock.now(); });
  note_at(clock.now() - 1s, "past");
  EXPECT_TRUE(notes.empty());
  context.run();
  EXPECT_GE(seen, at);
  EXPECT_LT(seen, at + 5s);
}

TEST_F(RealClockTest, runs_each_callback_as_a_turn_of_its_own) {
  clock.schedule_at(clock.now(), [this] {
    notes.push_back("first");
    asio::post(context, [this] { notes.push_back("posted by the first"); });
  });
  note_at(clock.now(), "second");
  while (notes.empty()) context.run_one();
  EXPECT_EQ(notes.size(), 1U);
  context.run();
  EXPECT_EQ(notes.size(), 3U);
}

TEST_F(RealClockTest, forgets_a_cancelled_timer_and_lets_the_context_end) {
  auto const far = note_at(clock.now() + 1h, "far");
  auto const near = note_at(clock.now() + 1ms, "near");
  clock.cancel(near);
  clock.cancel(far);
  clock.cancel(far);
  auto const started = std::chrono::steady_clock::now();
  context.run();
  EXPECT_LT(std::chrono::steady_clock::now() - started, 10s);
  EXPECT_TRUE(notes.empty());
}

TEST_F(RealClockTest, can_be_cancelled_and_scheduled_from_a_callback) {
  seams::TimerId later{};
  clock.schedule_at(clock.now(), [&] {
    clock.cancel(later);
    note_at(clock.now(), "new");
  });
  later = note_at(clock.now() + 1ms, "later");
  context.run();
  EXPECT_EQ(notes, std::vector<std::string>{"new"});
}

TEST_F(RealClockTest, takes_a_timer_that_never_comes) {
  auto const id = note_at(seams::never, "never");
  note_at(clock.now() + 1ms, "soon");
  while (notes.empty()) context.run_one();
  clock.cancel(id);
  context.run();
  EXPECT_EQ(notes, std::vector<std::string>{"soon"});
}

TEST_F(RealClockTest, moves_an_armed_timer_forward_when_an_earlier_one_comes) {
  auto const far = note_at(clock.now() + 1h, "far");
  asio::post(context, [this] { note_at(clock.now() + 1ms, "near"); });
  while (notes.empty()) context.run_one();
  EXPECT_EQ(notes, std::vector<std::string>{"near"});
  clock.cancel(far);
  context.run();
}

TEST_F(RealClockTest, shows_one_time_within_a_turn_and_goes_on_between_turns) {
  std::vector<seams::MonotonicTime> times;
  auto const turn = [&] {
    times.push_back(clock.now());
    burn(1ms);
    times.push_back(clock.now());
  };
  asio::post(context, turn);
  context.run();
  context.restart();
  asio::post(context, turn);
  context.run();
  ASSERT_EQ(times.size(), 4U);
  EXPECT_EQ(times[0], times[1]);
  EXPECT_GE(times[2], times[1] + 1ms);
  EXPECT_EQ(times[2], times[3]);
}

TEST_F(RealClockTest, tells_the_exact_time_within_a_turn_to_who_asks_for_it) {
  asio::post(context, [&] {
    auto const before = clock.exact_now();
    auto const shown = clock.now();
    burn(1ms);
    EXPECT_GE(clock.exact_now(), before + 1ms);
    EXPECT_EQ(clock.now(), shown);
  });
  context.run();
}

TEST_F(RealClockTest, shows_the_time_of_its_turn_to_a_callback) {
  auto const start = clock.now();
  std::vector<seams::MonotonicTime> times;
  for (int i = 0; i < 2; ++i) {
    clock.schedule_at(start, [&] {
      times.push_back(clock.now());
      burn(1ms);
    });
  }
  context.run();
  ASSERT_EQ(times.size(), 2U);
  EXPECT_GE(times[1], times[0] + 1ms);
}

TEST_F(RealClockTest, tells_the_calendar_time) {
  using namespace std::chrono;
  EXPECT_GT(clock.wall_now(), sys_days(year(2024) / 1 / 1));
}

asio::awaitable<void> sleeper(seams::Clock& clock, seams::MonotonicTime at, std::vector<bool>& results) {
  bool const came = co_await seams::sleep_until(clock, at);
  results.push_back(came);
}

TEST_F(RealClockTest, wakes_a_coroutine_and_lets_it_be_cancelled) {
  std::vector<bool> results;
  auto const rethrow = [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  };
  asio::cancellation_signal signal;
  asio::co_spawn(context, sleeper(clock, clock.now() + 1ms, results), rethrow);
  asio::co_spawn(context, sleeper(clock, clock.now() + 1h, results),
                 asio::bind_cancellation_slot(signal.slot(), rethrow));
  while (results.empty()) context.run_one();
  signal.emit(asio::cancellation_type::terminal);
  context.run();
  EXPECT_EQ(results, (std::vector<bool>{true, false}));
}

TEST(RealClock, destroys_pending_callbacks_without_running_them) {
  asio::io_context context{1};
  auto const held = std::make_shared<int>(0);
  bool ran = false;
  {
    real::RealClock clock(context);
    clock.schedule_at(clock.now(), [held, &ran] { ran = true; });
    clock.schedule_at(clock.now(), [held, &ran] { ran = true; });
    EXPECT_EQ(held.use_count(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
  context.run();
  EXPECT_FALSE(ran);
}

TEST(RealClock, lets_a_destroyed_callback_cancel_other_timers) {
  asio::io_context context{1};
  auto clock = std::make_unique<real::RealClock>(context);
  auto inner = std::make_unique<seams::ScopedTimer>(*clock, clock->now() + 1h, [] {});
  clock->schedule_at(clock->now(), [inner = std::move(inner)] {});
  clock.reset();
  context.run();
}

TEST(EventLoop, lets_what_is_pending_cancel_its_timers_as_it_goes) {
  bool gone = false;
  struct Gone {
    bool& flag;
    ~Gone() { flag = true; }
  };
  {
    real::EventLoop loop;
    auto const sleeper = [](seams::Clock& clock, bool& flag) -> asio::awaitable<void> {
      Gone const last{flag};
      seams::ScopedTimer const other(clock, clock.now() + 1h, [] {});
      co_await seams::sleep_until(clock, clock.now() + 1h);
    };
    asio::co_spawn(loop.context(), sleeper(loop.clock(), gone), [](std::exception_ptr const& error) {
      if (error) std::rethrow_exception(error);
    });
    loop.context().run_one();
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

TEST(RealClock, shows_the_time_when_it_has_been_closed_and_its_context_has_gone) {
  auto context = std::make_unique<asio::io_context>(1);
  real::RealClock clock(*context);
  bool ran = false;
  auto const timer = clock.schedule_at(clock.now() + 1h, [&] { ran = true; });
  auto const before = clock.now();
  clock.close();
  context.reset();
  EXPECT_GE(clock.now(), before);
  clock.cancel(timer);
  EXPECT_FALSE(ran);
}

}  // namespace
