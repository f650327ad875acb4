#include "operator/real/commands.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include "operator/real/real_clock.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct ACommand : ::testing::Test {
  asio::io_context context{1};
  real::RealClock clock{context};
  real::ChildCommands commands{context, clock};

  std::string run(std::vector<std::string> arguments, seams::Duration patience = 20s, std::size_t limit = 1000,
                  std::string program = "/bin/sh") {
    std::string text;
    asio::co_spawn(
        context,
        commands.run({std::move(program), std::move(arguments), {{"A", "b c"}}}, clock.now() + patience, limit),
        [&](std::exception_ptr const& bug, auto const& outcome) {
          if (bug) std::rethrow_exception(bug);
          text = outcome ? std::to_string(outcome->exit_code) + " " + outcome->output + "|" + outcome->complaints
                         : outcome.error().message;
        });
    context.restart();
    context.run();
    return text;
  }
};

TEST_F(ACommand, gives_its_exit_code_and_both_outputs) {
  EXPECT_EQ(run({"-c", "printf 1; printf 2 >&2; exit 3"}), "3 1|2");
}

TEST_F(ACommand, has_what_is_added_to_the_environment_and_no_input) {
  EXPECT_EQ(run({"-c", "printf \"$A\"; cat"}), "0 b c|");
}

TEST_F(ACommand, that_a_signal_has_killed_ends_as_shells_tell_it) { EXPECT_EQ(run({"-c", "kill -9 $$"}), "137 |"); }

TEST_F(ACommand, may_write_more_than_a_pipe_holds) {
  auto const text = run({"-c", "head -c 300000 /dev/zero | tr '\\0' a"}, 20s, 400'000);
  EXPECT_EQ(text.size(), 300'000U + 3);
}

TEST_F(ACommand, that_writes_too_much_is_killed) {
  EXPECT_EQ(run({"-c", "yes"}), "/bin/sh printed more than is read and was killed");
}

TEST_F(ACommand, that_does_not_end_in_time_is_killed_with_all_that_it_has_started) {
  EXPECT_EQ(run({"-c", "sleep 1000 & sleep 1000"}, 50ms), "/bin/sh did not end in time and was killed");
}

TEST_F(ACommand, keeps_the_end_of_its_complaints) {
  auto const text = run({"-c", "yes no | head -c 9000 >&2; printf end >&2"});
  EXPECT_EQ(text.size(), 2000U + 3);
  EXPECT_TRUE(text.ends_with("noend") || text.ends_with("\nend"));
}

TEST_F(ACommand, that_is_not_there_is_missing) {
  EXPECT_EQ(run({}, 20s, 1000, "/no/such/program"), "/no/such/program cannot be run: No such file or directory");
  EXPECT_EQ(run({}, 20s, 1000, "no-such-program"), "no-such-program cannot be run: No such file or directory");
}

}  // namespace
