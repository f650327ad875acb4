// The operator as it ships, its HTTP client included, over bytes that come late, in pieces, in part or never.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "sim/batch.hpp"
#include "sim/echo_definition.hpp"
#include "sim/run.hpp"
#include "tests/sim/support/recorded.hpp"

namespace {

using sim::FaultKind;
using sim::Stream;
using sim_tests::Recorded;

sim::Scene const& scene() {
  static sim::Scene const scene = sim::standard_scene();
  return scene;
}

TEST(Wire, three_hundred_runs_over_http_have_no_failure_and_bytes_get_lost_in_every_way) {
  auto const result =
      sim::run_batch(scene(), {.runs = 300, .seed = 1, .echoes = 2, .profile = {.http = true}}, nullptr);
  for (auto const& failed : result.failures) ADD_FAILURE() << failed.failure.invariant << ": " << failed.failure.what;
  for (auto const kind :
       {FaultKind::bytes_cut, FaultKind::bytes_reset, FaultKind::bytes_split, FaultKind::bytes_stalled,
        FaultKind::crash_before_send, FaultKind::crash_arrived, FaultKind::crash_applied, FaultKind::crash_delivered,
        FaultKind::pause, FaultKind::clock, FaultKind::latency, FaultKind::watch_list}) {
    EXPECT_GE(result.runs_with[static_cast<std::size_t>(kind)], 3U) << sim::to_string(kind);
  }
}

TEST(Wire, several_operators_over_http_have_no_failure) {
  auto const result = sim::run_batch(
      scene(), {.runs = 100, .seed = 1, .echoes = 2, .profile = {.operators = 2, .http = true}}, nullptr);
  for (auto const& failed : result.failures) ADD_FAILURE() << failed.failure.invariant << ": " << failed.failure.what;
  EXPECT_GE(result.runs_with[static_cast<std::size_t>(FaultKind::takeover_from_living)], 1U);
}

// Every byte that either side writes goes into the digest.
TEST(Wire, the_bytes_of_fifty_runs_are_the_committed_ones_in_every_build) {
  std::ifstream file(SOURCE_FOLDER "/tests/data/digest-of-50-http-runs.txt");
  std::string committed;
  ASSERT_TRUE(file >> committed);
  auto const result =
      sim::run_batch(scene(), {.runs = 50, .seed = 1, .echoes = 2, .profile = {.operators = 2, .http = true}}, nullptr);
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(result.digest));
  EXPECT_EQ(std::string(text.data()), committed)
      << "If the change was meant to change what is said over HTTP, or what the simulator does, commit the digest "
         "that\n"
         "  ./dev sim run --runs 50 --seed 1 --echoes 2 --operators 2 --http\n"
         "prints as tests/data/digest-of-50-http-runs.txt; if not, something depends on what it must not depend on.";
}

TEST(Wire, a_run_played_back_from_its_tape_is_the_same_byte_for_byte) {
  sim::Scheduler scheduler;
  for (std::uint64_t index = 0; index < 20; ++index) {
    sim::Profile const profile{.operators = 1 + static_cast<unsigned>(index % 2), .http = true};
    auto const seed = sim::seed_of_run(4, index);
    sim::Tape tape = sim::Tape::from_seed(seed);
    auto const swarm = sim::draw_swarm(tape);
    auto const workload = sim::draw_workload(tape, swarm, 2, profile);
    sim::run(scheduler, tape, scene(), swarm, workload, {}, nullptr);
    auto const choices = tape.recorded();
    auto const drawn = sim::run_tape(scheduler, scene(), choices, 2, nullptr, profile);
    auto const again = sim::run_tape(scheduler, scene(), choices, 2, nullptr, profile);
    EXPECT_EQ(drawn.digest, again.digest) << "run " << index;
    EXPECT_EQ(drawn.digest, sim::run_seed(scheduler, scene(), seed, 2, nullptr, {}, profile).digest) << "run " << index;
  }
}

// One Echo, created after a second; nothing goes wrong but what the tape says, of these kinds.
sim::RunResult run(FaultKind kind, std::vector<sim::Choice> choices, Recorded& trace) {
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 0);
  swarm.weight[static_cast<std::size_t>(kind)] = 100;
  sim::Workload workload;
  workload.profile.http = true;
  workload.finalizer_before = {false};
  workload.steps = {{std::chrono::seconds(1), sim::StepKind::create_echo, 0, 2},
                    {std::chrono::seconds(3), sim::StepKind::scale_echo, 0, 1}};
  sim::Scheduler scheduler;
  sim::Tape tape = sim::Tape::of(std::move(choices));
  return sim::run(scheduler, tape, scene(), swarm, workload, {}, &trace);
}

// Which write, of either side, is the one that begins like this.
std::uint32_t place_of(Recorded const& trace, std::string_view text) {
  std::uint32_t place = 0;
  for (auto const& line : trace.lines) {
    if (!line.what.starts_with("bytes to the ")) continue;
    if (line.what.find(text) != std::string::npos) return place;
    ++place;
  }
  ADD_FAILURE() << "nothing like " << text;
  return 0;
}

TEST(Wire, a_write_whose_answer_is_lost_is_not_sent_again_but_looked_at) {
  constexpr std::uint16_t reset_site = 4;
  Recorded calm;
  ASSERT_FALSE(run(FaultKind::bytes_reset, {}, calm).failure);
  auto const creation = place_of(calm, "POST /apis/apps/v1/namespaces/default/deployments");
  Recorded trace;
  // The connection breaks behind the request, which arrives.
  auto const result = run(FaultKind::bytes_reset, {{{Stream::wire, 0, 0, reset_site, creation}, 1}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::bytes_reset), 1U);
  EXPECT_EQ(trace.count("POST /apis/apps/v1/namespaces/default/deployments"), 1U);
  EXPECT_GE(trace.count("GET /apis/apps/v1/namespaces/default/deployments/echo-0"), 1U);
}

TEST(Wire, a_request_that_is_cut_in_the_middle_has_no_effect_and_is_made_again_later) {
  constexpr std::uint16_t cut_site = 2;
  constexpr std::uint16_t cut_at_site = 3;
  Recorded calm;
  ASSERT_FALSE(run(FaultKind::bytes_cut, {}, calm).failure);
  auto const creation = place_of(calm, "POST /apis/apps/v1/namespaces/default/deployments");
  Recorded trace;
  auto const result =
      run(FaultKind::bytes_cut,
          {{{Stream::wire, 0, 0, cut_site, creation}, 1}, {{Stream::wire, 0, 0, cut_at_site, 0}, 32}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::bytes_cut), 1U);
  EXPECT_EQ(trace.count("POST /apis/apps/v1/namespaces/default/deployments"), 2U);
}

}  // namespace
