// Every seeded mistake is found, by the invariant that should find it, and the command that is printed finds it again.
#include "sim/mutants.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <ostream>
#include <sstream>
#include <string>

namespace sim {

// For the names of the tests; found through argument-dependent lookup.
void PrintTo(Mutant const& mutant, std::ostream* out) { *out << mutant.what; }

}  // namespace sim

namespace {

struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran shell(std::string const& command) {
  Ran ran;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.output.append(buffer.data(), count);
  int const status = pclose(pipe);
  if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

std::string const simulator = std::string(BUILD_FOLDER) + "/bin/echo-sim";

// The first word after "FAIL ", or "".
std::string failed_invariant(std::string const& output) {
  auto const at = output.find("FAIL ");
  return at == std::string::npos ? "" : output.substr(at + 5, output.find(' ', at + 5) - at - 5);
}

// The printed command, for this build's simulator instead of the one that ./dev chooses.
std::string replay_command(std::string const& output) {
  std::string const mark = "replay: ./dev sim ";
  auto const at = output.find(mark);
  if (at == std::string::npos) return "";
  auto const begin = at + mark.size();
  return simulator + " " + output.substr(begin, output.find('\n', begin) - begin);
}

class EveryMutant : public ::testing::TestWithParam<sim::Mutant> {};

TEST_P(EveryMutant, is_caught_within_two_thousand_runs_and_caught_again_by_the_printed_command) {
  auto const& mutant = GetParam();
  auto const found = shell(simulator + " run --runs 2000 --echoes 3 --seed 1 --most-failures 1 --mutant " +
                           std::string(mutant.name) + " " + std::string(mutant.arguments));
  auto const invariant = failed_invariant(found.output);
  ASSERT_FALSE(invariant.empty()) << mutant.what << " was not found:\n" << found.output;
  EXPECT_NE((" " + std::string(mutant.expect) + " ").find(" " + invariant + " "), std::string::npos)
      << mutant.what << " should be caught by " << mutant.expect << ":\n"
      << found.output;
  EXPECT_TRUE(found.exit_code >= 10 && found.exit_code <= 12) << found.exit_code;

  auto const command = replay_command(found.output);
  ASSERT_FALSE(command.empty()) << found.output;
  auto const again = shell(command + " --quiet");
  EXPECT_EQ(failed_invariant(again.output), invariant) << command << '\n' << again.output;
  EXPECT_EQ(again.exit_code, found.exit_code) << command;
}

TEST_P(EveryMutant, that_needs_certain_faults_is_not_caught_without_them) {
  auto const& mutant = GetParam();
  if (mutant.needs.empty()) return;
  std::string without;
  std::istringstream faults{std::string(mutant.needs)};
  for (std::string fault; faults >> fault;) without += " --without " + fault;
  auto const found = shell(simulator + " run --runs 500 --echoes 3 --seed 1 --mutant " + std::string(mutant.name) +
                           without + " " + std::string(mutant.arguments));
  EXPECT_EQ(found.exit_code, 0) << found.output;
}

INSTANTIATE_TEST_SUITE_P(Seeded, EveryMutant, ::testing::ValuesIn(sim::mutants()),
                         [](auto const& info) { return std::string(info.param.name); });

TEST(CommandLine, refuses_what_it_does_not_understand_with_exit_code_one) {
  for (auto const* arguments : {"", "run --runs 0", "run --runs x", "run --nonsense", "replay", "run --mutant M99",
                                "run --without nonsense", "run --runs 1 --json /nowhere/out.json"}) {
    auto const ran = shell(simulator + " " + arguments);
    EXPECT_EQ(ran.exit_code, 1) << arguments << '\n' << ran.output;
    EXPECT_FALSE(ran.output.empty()) << arguments;
  }
}

TEST(CommandLine, a_replay_without_failure_ends_with_zero_and_tells_what_happened) {
  auto const ran = shell(simulator + " replay --run-seed 1 --echoes 1");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  for (auto const* text : {"the operator starts", "CALM", "Deployment default/echo-0 created", "no failure"}) {
    EXPECT_NE(ran.output.find(text), std::string::npos) << text;
  }
}

}  // namespace
