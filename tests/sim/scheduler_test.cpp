#include "sim/scheduler.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/process.hpp"

namespace {

using namespace std::chrono_literals;

struct Owner : sim::TurnOwner {
  Owner() = default;
};

TEST(Scheduler, runs_turns_in_the_order_of_posting_before_time_moves) {
  sim::Scheduler scheduler;
  Owner owner;
  std::vector<int> order;
  scheduler.schedule_at(owner, scheduler.now() + 1ms, [&] { order.push_back(3); });
  scheduler.post(owner, [&] { order.push_back(1); });
  scheduler.post(owner, [&] { order.push_back(2); });
  while (scheduler.step()) {
  }
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(Scheduler, a_timer_in_the_past_runs_now_and_time_never_goes_back) {
  sim::Scheduler scheduler;
  Owner owner;
  bool ran = false;
  scheduler.schedule_at(owner, scheduler.now() + 5s, [&] {
    scheduler.schedule_at(owner, scheduler.now() - 3s, [&] {
      ran = true;
      EXPECT_EQ(scheduler.now(), sim::Scheduler::start + 5s);
    });
  });
  while (scheduler.step()) {
  }
  EXPECT_TRUE(ran);
}

TEST(Scheduler, stops_at_the_given_time_and_says_why) {
  sim::Scheduler scheduler;
  Owner owner;
  scheduler.schedule_at(owner, scheduler.now() + 10s, [] {});
  auto const never = [] { return false; };
  EXPECT_EQ(scheduler.run_until(scheduler.now() + 1s, 100, never), sim::Scheduler::Stop::time);
  EXPECT_EQ(scheduler.now(), sim::Scheduler::start + 1s);
  EXPECT_EQ(scheduler.run_until(scheduler.now() + 20s, 100, never), sim::Scheduler::Stop::idle);
  EXPECT_EQ(scheduler.run_until(scheduler.now() + 1s, 100, [] { return true; }), sim::Scheduler::Stop::done);
  std::function<void()> again = [&] { scheduler.post(owner, [&] { again(); }); };
  again();
  EXPECT_EQ(scheduler.run_until(scheduler.now() + 1s, 100, never), sim::Scheduler::Stop::turn_limit);
  scheduler.drop_all(owner);
}

TEST(Scheduler, dropping_an_owner_drops_its_turns_and_timers_only) {
  sim::Scheduler scheduler;
  Owner gone;
  Owner stays;
  int ran = 0;
  scheduler.post(gone, [&] { ran += 100; });
  scheduler.schedule_at(gone, scheduler.now() + 1s, [&] { ran += 100; });
  scheduler.post(stays, [&] { ++ran; });
  scheduler.schedule_at(stays, scheduler.now() + 1s, [&] { ++ran; });
  scheduler.drop_all(gone);
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, 2);
}

TEST(Scheduler, what_a_stopped_owner_would_have_done_waits_in_its_order_while_others_go_on) {
  sim::Scheduler scheduler;
  Owner stopped;
  Owner other;
  std::vector<std::string> order;
  auto const does = [&](std::string const& what) { return [&order, what] { order.push_back(what); }; };
  scheduler.schedule_at(stopped, scheduler.now() + 2s, does("second timer"));
  scheduler.schedule_at(stopped, scheduler.now() + 1s, does("first timer"));
  auto const cancelled = scheduler.schedule_at(stopped, scheduler.now() + 1s, does("cancelled"));
  scheduler.schedule_at(stopped, scheduler.now() + 9s, does("third timer"));
  scheduler.schedule_at(other, scheduler.now() + 1s, does("other"));
  scheduler.post(stopped, does("turn"));
  scheduler.pause(stopped);
  scheduler.schedule_at(other, scheduler.now() + 3s, [&] {
    scheduler.cancel(cancelled);  // it is due, and has not run
    order.emplace_back("resume");
    scheduler.post(other, does("behind"));
    scheduler.resume(stopped);
  });
  while (scheduler.step()) {
  }
  EXPECT_EQ(order, (std::vector<std::string>{"other", "resume", "turn", "first timer", "second timer", "behind",
                                             "third timer"}));
  scheduler.resume(stopped);  // no harm
  scheduler.reset();
}

TEST(Scheduler, a_stopped_owner_can_be_dropped_and_another_one_be_stopped) {
  sim::Scheduler scheduler;
  Owner gone;
  Owner next;
  int ran = 0;
  scheduler.post(gone, [&] { ran += 100; });
  scheduler.schedule_at(gone, scheduler.now() + 1s, [&] { ran += 100; });
  scheduler.pause(gone);
  while (scheduler.step()) {
  }
  scheduler.drop_all(gone);
  scheduler.resume(gone);
  scheduler.pause(next);
  scheduler.post(next, [&] { ++ran; });
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, 0);
  scheduler.resume(next);
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, 1);
  scheduler.reset();
}

TEST(Scheduler, a_timer_that_came_due_while_its_owner_was_stopped_can_be_cancelled_by_what_runs_before_it) {
  sim::Scheduler scheduler;
  Owner owner;
  int ran = 0;
  sim::Scheduler::TimerId second{};
  scheduler.schedule_at(owner, scheduler.now() + 1s, [&] {
    ++ran;
    scheduler.cancel(second);
  });
  second = scheduler.schedule_at(owner, scheduler.now() + 2s, [&] { ran += 100; });
  scheduler.pause(owner);
  while (scheduler.step()) {
  }
  scheduler.resume(owner);
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, 1);
  scheduler.reset();
}

TEST(Scheduler, owners_that_are_stopped_together_go_on_each_for_itself) {
  sim::Scheduler scheduler;
  Owner first;
  Owner second;
  std::string ran;
  scheduler.pause(first);
  scheduler.pause(second);
  scheduler.post(first, [&] { ran += 'a'; });
  scheduler.post(second, [&] { ran += 'b'; });
  scheduler.schedule_at(first, scheduler.now() + 1s, [&] { ran += 'c'; });
  scheduler.schedule_at(second, scheduler.now() + 2s, [&] { ran += 'd'; });
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, "");
  scheduler.resume(second);
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, "bd");
  scheduler.drop_all(first);
  scheduler.resume(first);
  while (scheduler.step()) {
  }
  EXPECT_EQ(ran, "bd");
  scheduler.reset();
}

RC_GTEST_PROP(SchedulerProperty, timers_fire_by_time_and_then_in_the_order_of_scheduling_unless_cancelled, ()) {
  auto const delays = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(0, 8));
  sim::Scheduler scheduler;
  Owner owner;
  std::vector<std::size_t> fired;
  std::vector<std::size_t> expected;
  std::vector<sim::Scheduler::TimerId> ids;
  for (std::size_t i = 0; i < delays.size(); ++i) {
    ids.push_back(scheduler.schedule_at(owner, scheduler.now() + delays[i] * 1ms, [&fired, i] { fired.push_back(i); }));
  }
  for (std::size_t i = 0; i < delays.size(); ++i) {
    if (*rc::gen::inRange(0, 4) == 0) {
      scheduler.cancel(ids[i]);
      scheduler.cancel(ids[i]);
    } else {
      expected.push_back(i);
    }
  }
  std::ranges::sort(expected, {}, [&](std::size_t i) { return std::pair(delays[i], i); });
  while (scheduler.step()) {
  }
  RC_ASSERT(fired == expected);
}

RC_GTEST_PROP(ProcessClockProperty, a_timer_never_fires_before_its_local_time_and_less_than_a_tick_after, ()) {
  sim::Scheduler scheduler;
  auto const mapping = sim::ClockMapping{seams::Duration(*rc::gen::inRange<std::int64_t>(-1000000000, 1000000000)),
                                         *rc::gen::inRange<std::int64_t>(90, 111), 100};
  sim::Process process(scheduler, "skewed", mapping);
  auto& clock = process.clock();
  auto const wait = seams::Duration(*rc::gen::inRange<std::int64_t>(0, 100000000));
  auto const due = clock.now() + wait;
  bool fired = false;
  clock.schedule_at(due, [&] {
    fired = true;
    RC_ASSERT(clock.now() >= due);
    RC_ASSERT(clock.now() <= due + seams::Duration(2));
  });
  while (scheduler.step()) {
  }
  RC_ASSERT(fired);
}

}  // namespace
