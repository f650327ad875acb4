// The work queue's rules, one by one.
#include "operator/runtime/work_queue.hpp"

#include <gtest/gtest.h>

#include "operator/seams/check.hpp"
#include "operator/seams/quiet.hpp"
#include "tests/runtime/support/randoms.hpp"

namespace {
using namespace std::chrono_literals;
using api::ObjectKey;
using runtime::Cause;
using runtime::Causes;
using runtime::WorkQueue;

constexpr seams::MonotonicTime t0 = seams::MonotonicTime(1000s);
ObjectKey const a{"default", "a"};
ObjectKey const b{"default", "b"};
ObjectKey const c{"default", "c"};

struct WorkQueueTest : testing::Test {
  seams::NoRandom random;
  WorkQueue queue{random, {}};

  /// The name of the key handed out at `now`, or "".
  std::string take(seams::MonotonicTime now) {
    auto const taken = queue.take(now);
    return taken ? taken->key.name : "";
  }
};

TEST_F(WorkQueueTest, hands_out_a_key_once_however_often_it_was_added) {
  queue.add(a, Cause::created, t0);
  queue.add(a, Cause::updated, t0);
  queue.add_at(a, Cause::requeued, t0 + 1s);
  EXPECT_EQ(queue.length(), 1U);
  EXPECT_EQ(take(t0), "a");
  queue.succeeded(a);
  EXPECT_EQ(take(t0 + 1h), "");
  EXPECT_EQ(queue.known(), 0U);
}

TEST_F(WorkQueueTest, hands_out_a_key_to_one_worker_at_a_time) {
  queue.add(a, Cause::created, t0);
  EXPECT_EQ(take(t0), "a");
  queue.add(a, Cause::updated, t0);
  EXPECT_EQ(take(t0), "");
  EXPECT_EQ(queue.next_ready_at(), seams::never);
  queue.succeeded(a);
  EXPECT_EQ(take(t0), "a");
}

TEST_F(WorkQueueTest, runs_a_key_added_while_in_flight_exactly_once_more) {
  queue.add(a, Cause::created, t0);
  EXPECT_EQ(take(t0), "a");
  queue.add(a, Cause::updated, t0);
  queue.add(a, Cause::updated, t0);
  queue.succeeded(a);
  EXPECT_EQ(take(t0), "a");
  queue.succeeded(a);
  EXPECT_EQ(take(t0), "");
}

TEST_F(WorkQueueTest, the_earliest_time_wins) {
  queue.add_at(a, Cause::requeued, t0 + 5s);
  queue.add_at(a, Cause::requeued, t0 + 2s);
  queue.add_at(a, Cause::requeued, t0 + 9s);
  EXPECT_EQ(queue.next_ready_at(), t0 + 2s);
  EXPECT_EQ(take(t0 + 1999ms), "");
  EXPECT_EQ(take(t0 + 2s), "a");
}

TEST_F(WorkQueueTest, an_immediate_add_pre_empts_a_delayed_one) {
  queue.add_at(a, Cause::requeued, t0 + 5s);
  queue.add(a, Cause::updated, t0);
  EXPECT_EQ(take(t0), "a");
  queue.succeeded(a);
  EXPECT_EQ(take(t0 + 5s), "") << "the delayed add was merged into the immediate one";
}

TEST_F(WorkQueueTest, a_delayed_add_while_in_flight_waits_its_time) {
  queue.add(a, Cause::created, t0);
  EXPECT_EQ(take(t0), "a");
  queue.add_at(a, Cause::requeued, t0 + 5s);
  queue.succeeded(a);
  EXPECT_EQ(queue.next_ready_at(), t0 + 5s);
  EXPECT_EQ(take(t0 + 4s), "");
  EXPECT_EQ(take(t0 + 5s), "a");
}

TEST_F(WorkQueueTest, keys_leave_in_the_order_in_which_they_became_ready) {
  queue.add_at(c, Cause::requeued, t0 + 1s);
  queue.add(b, Cause::created, t0 + 2s);
  queue.add(a, Cause::created, t0 + 2s);
  EXPECT_EQ(take(t0 + 3s), "c");
  EXPECT_EQ(take(t0 + 3s), "b");
  EXPECT_EQ(take(t0 + 3s), "a");
}

TEST_F(WorkQueueTest, a_ready_key_keeps_its_place_when_it_is_added_again) {
  queue.add(a, Cause::created, t0);
  queue.add(b, Cause::created, t0);
  queue.add(a, Cause::updated, t0 + 1s);
  EXPECT_EQ(take(t0 + 1s), "a");
}

TEST_F(WorkQueueTest, a_busy_key_does_not_starve_the_others) {
  queue.add(a, Cause::created, t0);
  queue.add(b, Cause::created, t0);
  EXPECT_EQ(take(t0), "a");
  queue.add(a, Cause::updated, t0);
  queue.succeeded(a);
  EXPECT_EQ(take(t0), "b");
}

TEST_F(WorkQueueTest, merges_the_causes_of_one_reconcile_and_forgets_them_with_it) {
  queue.add(a, Cause::created, t0);
  queue.add(a, Cause::owned, t0);
  EXPECT_EQ(queue.take(t0)->causes, (Causes{Cause::created, Cause::owned}));
  queue.add(a, Cause::updated, t0);
  queue.succeeded(a);
  auto const again = queue.take(t0);
  EXPECT_EQ(again->causes, Causes{Cause::updated});
  EXPECT_EQ((Causes{Cause::owned, Cause::created}).to_string(), "created,owned");
}

TEST_F(WorkQueueTest, failures_double_the_wait_up_to_its_cap) {
  auto now = t0;
  queue.add(a, Cause::created, now);
  seams::Duration expected = 5ms;
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(take(now), "a");
    queue.failed(a, now);
    ASSERT_EQ(queue.next_ready_at(), now + expected);
    now += expected;
    expected = std::min<seams::Duration>(expected * 2, 300s);
  }
  EXPECT_EQ(expected, 300s);
}

TEST_F(WorkQueueTest, a_success_forgets_the_failures) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.failed(a, t0);
  EXPECT_EQ(take(t0 + 5ms), "a");
  queue.failed(a, t0 + 5ms);
  EXPECT_EQ(take(t0 + 15ms), "a");
  EXPECT_EQ(queue.failures(a), 2U);
  queue.succeeded(a);
  EXPECT_EQ(queue.failures(a), 0U);
  queue.add(a, Cause::updated, t0 + 1s);
  take(t0 + 1s);
  queue.failed(a, t0 + 1s);
  EXPECT_EQ(queue.next_ready_at(), t0 + 1s + 5ms);
}

TEST_F(WorkQueueTest, events_during_a_backoff_do_not_lengthen_it) {
  auto now = t0;
  queue.add(a, Cause::created, now);
  for (int i = 0; i < 10; ++i) {  // ten failures that count: the next wait is 5 ms · 2^9
    ASSERT_EQ(take(now), "a");
    queue.failed(a, now);
    now = queue.next_ready_at();
  }
  auto const retry_at = queue.next_ready_at();
  ASSERT_EQ(queue.failures(a), 10U);
  auto const woken = retry_at - 2s;
  for (int i = 0; i < 100; ++i) {
    queue.add(a, Cause::owned, woken);
    ASSERT_EQ(take(woken), "a");
    queue.failed(a, woken);
    ASSERT_EQ(queue.failures(a), 10U);
    ASSERT_EQ(queue.next_ready_at(), retry_at) << "nor do they postpone the retry";
  }
  EXPECT_EQ(take(retry_at), "a");
  queue.failed(a, retry_at);
  EXPECT_EQ(queue.failures(a), 11U);
}

TEST_F(WorkQueueTest, a_long_reconcile_that_was_woken_early_waits_as_long_as_before) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.failed(a, t0);
  queue.add(a, Cause::owned, t0 + 1ms);
  ASSERT_EQ(take(t0 + 1ms), "a");
  queue.failed(a, t0 + 10s);  // its retry time came and went meanwhile
  EXPECT_EQ(queue.failures(a), 1U);
  EXPECT_EQ(queue.next_ready_at(), t0 + 10s + 5ms);
}

TEST_F(WorkQueueTest, an_event_during_a_failing_reconcile_runs_it_again_at_once) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.add(a, Cause::updated, t0);
  queue.failed(a, t0);
  EXPECT_EQ(take(t0), "a");
}

TEST(WorkQueueJitter, adds_at_most_a_fifth_and_never_exceeds_the_cap) {
  runtime_tests::MostRandom random;
  WorkQueue queue(random, {});
  auto now = t0;
  queue.add(a, Cause::created, now);
  ASSERT_TRUE(queue.take(now));
  queue.failed(a, now);
  EXPECT_EQ(queue.next_ready_at(), now + 6ms - 1ns);
  EXPECT_EQ(random.draws.at(0).bound, 1'000'000U);
  EXPECT_EQ(random.draws.at(0).use, seams::RandomUse::retry_backoff);
  for (int i = 0; i < 30; ++i) {
    now = queue.next_ready_at();
    ASSERT_TRUE(queue.take(now));
    queue.failed(a, now);
  }
  EXPECT_EQ(queue.next_ready_at(), now + 300s);
}

TEST_F(WorkQueueTest, a_released_key_keeps_its_failures_and_is_not_retried_by_itself) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.failed(a, t0);
  ASSERT_EQ(take(t0 + 5ms), "a");
  queue.released(a);
  EXPECT_EQ(queue.next_ready_at(), seams::never);
  EXPECT_EQ(queue.failures(a), 1U);
}

TEST_F(WorkQueueTest, nothing_wakes_a_throttled_key_before_its_time) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.add(a, Cause::updated, t0);
  queue.throttled(a, t0 + 3s);
  queue.add(a, Cause::updated, t0 + 1s);
  EXPECT_EQ(take(t0 + 2s), "");
  EXPECT_EQ(queue.next_ready_at(), t0 + 3s);
  EXPECT_EQ(take(t0 + 3s), "a");
  EXPECT_EQ(queue.failures(a), 0U);
  queue.add(a, Cause::updated, t0 + 3s);
  queue.succeeded(a);
  EXPECT_EQ(take(t0 + 3s), "a") << "the server's wish holds once";
}

TEST_F(WorkQueueTest, a_parked_key_waits_to_be_told_and_keeps_its_place_and_causes) {
  queue.add(a, Cause::created, t0);
  queue.add(b, Cause::created, t0);
  ASSERT_EQ(take(t0), "a");
  queue.park(a);
  queue.add(a, Cause::owned, t0 + 1s);
  EXPECT_EQ(queue.length(), 1U);
  ASSERT_EQ(take(t0 + 1s), "b");
  EXPECT_EQ(take(t0 + 1s), "");
  queue.add(c, Cause::created, t0 + 1s);
  queue.unpark(a);
  auto const taken = queue.take(t0 + 1s);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->key, a);
  EXPECT_EQ(taken->causes, (Causes{Cause::created, Cause::owned}));
}

TEST_F(WorkQueueTest, telling_a_key_that_is_not_parked_does_nothing) {
  queue.unpark(a);
  EXPECT_EQ(queue.known(), 0U);
  queue.add_at(a, Cause::requeued, t0 + 1s);
  queue.unpark(a);
  EXPECT_EQ(take(t0), "");
}

TEST_F(WorkQueueTest, parking_hides_no_early_wake_up_from_the_backoff) {
  queue.add(a, Cause::created, t0);
  take(t0);
  queue.failed(a, t0);
  queue.add(a, Cause::owned, t0 + 1ms);
  ASSERT_EQ(take(t0 + 1ms), "a");
  queue.park(a);
  queue.unpark(a);
  ASSERT_EQ(take(t0 + 2ms), "a");
  queue.failed(a, t0 + 2ms);
  EXPECT_EQ(queue.failures(a), 1U);
  EXPECT_EQ(queue.next_ready_at(), t0 + 5ms);
}

TEST_F(WorkQueueTest, refuses_a_key_that_was_not_taken) {
  EXPECT_THROW(queue.succeeded(a), seams::BrokenInvariant);
  queue.add(a, Cause::created, t0);
  EXPECT_THROW(queue.failed(a, t0), seams::BrokenInvariant);
}

TEST_F(WorkQueueTest, remembers_the_longest_it_has_been) {
  queue.add(a, Cause::created, t0);
  queue.add(b, Cause::created, t0);
  take(t0);
  queue.succeeded(a);
  EXPECT_EQ(queue.max_length(), 2U);
  EXPECT_EQ(queue.length(), 1U);
}

TEST_F(WorkQueueTest, lets_what_nobody_waits_for_go_last_but_not_wait_for_ever) {
  queue.add(a, Cause::resync, t0, runtime::Priority::low);
  queue.add(b, Cause::updated, t0 + 59s);
  EXPECT_EQ(take(t0 + 59s), "b");
  queue.succeeded(b);
  queue.add(b, Cause::updated, t0 + 61s);
  EXPECT_EQ(take(t0 + 61s), "a") << "it has waited for a minute: now it is first come, first served";
}

TEST_F(WorkQueueTest, a_key_that_becomes_urgent_goes_with_the_urgent_ones_and_keeps_its_time) {
  queue.add(a, Cause::resync, t0, runtime::Priority::low);
  queue.add(b, Cause::updated, t0 + 1s);
  queue.add(a, Cause::updated, t0 + 2s);
  queue.add(a, Cause::resync, t0 + 2s, runtime::Priority::low);
  EXPECT_EQ(queue.length(), 2U);
  EXPECT_EQ(take(t0 + 2s), "a");
  EXPECT_EQ(take(t0 + 2s), "b");
}

TEST_F(WorkQueueTest, a_key_that_was_urgent_is_so_no_longer_after_it_has_been_worked_on) {
  queue.add(a, Cause::updated, t0);
  EXPECT_EQ(take(t0), "a");
  queue.succeeded(a);
  queue.add(a, Cause::resync, t0, runtime::Priority::low);
  queue.add(b, Cause::updated, t0);
  EXPECT_EQ(take(t0), "b");
  EXPECT_EQ(take(t0), "a");
}

TEST_F(WorkQueueTest, a_key_that_fails_is_tried_again_as_urgently_as_before) {
  for (auto const priority : {runtime::Priority::low, runtime::Priority::normal}) {
    queue.add(a, Cause::updated, t0, priority);
    EXPECT_EQ(take(t0), "a");
    queue.failed(a, t0);
    queue.add(b, Cause::updated, t0 + 6ms);
    EXPECT_EQ(take(t0 + 1s), priority == runtime::Priority::low ? "b" : "a");
    EXPECT_EQ(take(t0 + 1s), priority == runtime::Priority::low ? "a" : "b");
    queue.succeeded(a);
    queue.succeeded(b);
  }
  EXPECT_EQ(queue.retries(), 2U);
  EXPECT_EQ(queue.adds(), 6U);
}

}  // namespace
