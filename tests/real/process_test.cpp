// What concerns the whole process: signals that ask it to stop, and how many files it may open.
#include "operator/real/process.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <optional>

namespace {

struct Stopping : testing::Test {
  void start() {
    boost::asio::co_spawn(
        context,
        [](Stopping& test) -> boost::asio::awaitable<void> { test.number = co_await test.signal.wait(); }(*this),
        [](std::exception_ptr failed) {
          if (failed) std::rethrow_exception(failed);
        });
    context.poll();
  }
  boost::asio::io_context context;
  real::StopSignal signal{context};
  std::optional<int> number;
};

TEST_F(Stopping, waits_for_SIGTERM_or_SIGINT_and_says_which) {
  for (int const which : {SIGTERM, SIGINT}) {
    number.reset();
    start();
    EXPECT_FALSE(number);
    std::raise(which);
    context.restart();
    context.run();
    EXPECT_EQ(number, which);
    context.restart();
  }
}

TEST_F(Stopping, ends_the_wait_without_a_signal_when_it_is_told_to_watch_no_longer) {
  start();
  signal.stop_watching();
  context.run();
  EXPECT_EQ(number, 0);
}

TEST_F(Stopping, outlives_a_write_to_a_connection_that_is_gone) {
  std::raise(SIGPIPE);
  SUCCEED();
}

TEST(FileLimit, is_raised_to_what_the_system_allows) {
  auto const allowed = real::raise_file_limit();
  rlimit now{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(allowed, now.rlim_cur);
  EXPECT_EQ(now.rlim_cur, now.rlim_max);
}

}  // namespace
