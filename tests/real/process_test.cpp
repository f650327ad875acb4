// What a program arranges with the system: signals.
#include "operator/real/process.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "tests/real/support/network.hpp"

namespace real_tests {
namespace {

class StopSignalTest : public Network {};

TEST_F(StopSignalTest, is_told_which_of_the_two_has_come) {
  for (int const number : {SIGTERM, SIGINT}) {
    real::StopSignal signal(context);
    int told = 0;
    run([&]() -> asio::awaitable<void> {
      ::raise(number);
      told = co_await signal.wait();
    });
    EXPECT_EQ(told, number);
  }
}

TEST_F(StopSignalTest, may_come_before_anybody_waits_for_it) {
  real::StopSignal signal(context);
  ::raise(SIGTERM);
  int told = 0;
  run([&]() -> asio::awaitable<void> {
    co_await sleep(10ms);
    told = co_await signal.wait();
  });
  EXPECT_EQ(told, SIGTERM);
}

TEST_F(StopSignalTest, is_waited_for_no_longer_than_somebody_watches) {
  real::StopSignal signal(context);
  int told = -1;
  bool ended = false;
  spawn([&]() -> asio::awaitable<void> {
    told = co_await signal.wait();
    ended = true;
  });
  run([&]() -> asio::awaitable<void> {
    co_await sleep(10ms);
    signal.stop_watching();
    co_await sleep(10ms);
  });
  EXPECT_TRUE(ended);
  EXPECT_EQ(told, 0);
}

TEST_F(StopSignalTest, ends_the_process_at_once_when_nobody_watches_any_more) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        asio::io_context own{1};
        real::StopSignal signal(own);
        signal.stop_watching();
        ::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST_F(StopSignalTest, leaves_broken_pipes_to_who_writes_to_them) {
  real::StopSignal const signal(context);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  ::close(ends[1]);
}

TEST(FileLimit, is_raised_as_far_as_it_may_be) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(real::raise_file_limit(), limit.rlim_max);
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

}  // namespace
}  // namespace real_tests
