// Several operators in one world: one of them leads, and whatever happens to it, the others see to it that all goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fakeapi/face/call_hooks.hpp"
#include "sim/batch.hpp"
#include "sim/echo_definition.hpp"
#include "sim/run.hpp"
#include "tests/sim/support/recorded.hpp"

namespace {

using namespace std::chrono_literals;
using sim::FaultKind;
using sim::Stream;
using sim_tests::Line;
using sim_tests::Recorded;

sim::Scene const& scene() {
  static sim::Scene const scene = sim::standard_scene();
  return scene;
}

TEST(Elections, batches_of_two_and_of_three_operators_have_no_failure_and_the_lead_changes_in_every_way) {
  std::array<std::uint64_t, sim::fault_kind_count> runs_with{};
  for (unsigned const operators : {2U, 3U}) {
    auto const result =
        sim::run_batch(scene(), {.runs = 200, .seed = 1, .echoes = 2, .profile = {.operators = operators}}, nullptr);
    for (auto const& failed : result.failures) ADD_FAILURE() << failed.failure.invariant << ": " << failed.failure.what;
    for (unsigned kind = 0; kind < sim::fault_kind_count; ++kind) runs_with[kind] += result.runs_with[kind];
  }
  for (unsigned kind = 0; kind < sim::fault_kind_count; ++kind) {
    if (sim::of_bytes(static_cast<FaultKind>(kind))) continue;
    EXPECT_GE(runs_with[kind], 3U) << sim::to_string(static_cast<FaultKind>(kind));
  }
}

TEST(Elections, a_run_played_back_from_its_tape_is_the_same_run) {
  sim::Scheduler scheduler;
  for (std::uint64_t index = 0; index < 20; ++index) {
    sim::Tape tape = sim::Tape::from_seed(sim::seed_of_run(3, index));
    sim::Profile const profile{.operators = 3};
    auto const swarm = sim::draw_swarm(tape);
    auto const workload = sim::draw_workload(tape, swarm, 2, profile);
    auto const drawn = sim::run(scheduler, tape, scene(), swarm, workload, {}, nullptr);
    auto const played = sim::run_tape(scheduler, scene(), tape.recorded(), 2, nullptr, profile);
    EXPECT_EQ(drawn.digest, played.digest) << "run " << index;
  }
}

// Two operators with a short lease and one Echo; nothing goes wrong but what the tape says, of these kinds.
sim::RunResult run(std::vector<FaultKind> const& kinds, std::vector<sim::Choice> choices, Recorded& trace) {
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 0);
  for (auto const kind : kinds) swarm.weight[static_cast<std::size_t>(kind)] = 100;
  sim::Workload workload;
  workload.profile.operators = 2;
  workload.lease = {3, 2s, 400ms};
  workload.finalizer_before = {false};
  workload.steps = {{1s, sim::StepKind::create_echo, 0, 2},
                    {5s, sim::StepKind::scale_echo, 0, 1},
                    {20s, sim::StepKind::scale_echo, 0, 3}};
  sim::Scheduler scheduler;
  sim::Tape tape = sim::Tape::of(std::move(choices));
  return sim::run(scheduler, tape, scene(), swarm, workload, {}, &trace);
}

constexpr std::uint16_t pause_site = fakeapi::hook_point_count * api::verb_count + 4;

TEST(Elections, a_leader_that_stands_still_past_its_lease_sends_no_write_when_it_goes_on) {
  // In the middle of the Echo's first reconcile: its finalizer is stored, and the answer is about to be told.
  Recorded trace;
  constexpr auto site = pause_site + static_cast<std::uint16_t>(fakeapi::HookPoint::delivered);
  auto const first_write = [&] {
    Recorded calm;
    run({}, {}, calm);
    std::uint32_t answers = 0;
    for (auto const& line : calm.lines) {
      if (line.what.find("answer: PATCH echoes") != std::string::npos) return answers;
      // The two operators' calls come in turns; those of the leader are of the first place.
      if (line.what.find(" answer: ") != std::string::npos) ++answers;
    }
    return answers;
  }();
  bool stopped_in_time = false;
  for (std::uint32_t ordinal = 0; ordinal <= first_write && !stopped_in_time; ++ordinal) {
    trace.lines.clear();
    auto const result = run({FaultKind::pause}, {{{Stream::faults, 0, 0, site, ordinal}, 7}}, trace);
    ASSERT_FALSE(result.failure) << result.failure->what;
    auto const* const pause = trace.find("FAULT pause: operator#1");
    if (pause == nullptr || pause == trace.lines.data()) continue;
    stopped_in_time = pause[-1].what.find("answer: PATCH echoes.example.com default/echo-0") != std::string::npos;
  }
  ASSERT_TRUE(stopped_in_time);
  auto const* const on = trace.find("operator#1's process goes on");
  auto const* const taken = trace.find("the lease goes from operator#1, which lives, to operator-b#1");
  ASSERT_TRUE(on != nullptr && taken != nullptr);
  EXPECT_LT(taken->at, on->at);
  // What it would have done next was to create the Deployment.
  for (auto const* line = on; line != on + 20; ++line) {
    EXPECT_EQ(line->what.find("send: CREATE deployments"), std::string::npos) << line->what;
  }
}

TEST(Elections, a_leader_that_dies_and_never_comes_back_is_followed_by_the_other) {
  // The first operator dies when its scale is on its way; the calm finds it dead, and so it stays.
  Recorded trace;
  constexpr std::uint16_t dead_for_ever = 2;
  constexpr auto crash = static_cast<std::uint16_t>(
      static_cast<unsigned>(fakeapi::HookPoint::applied) * api::verb_count + static_cast<unsigned>(api::Verb::update));
  std::vector<sim::Choice> choices{{{Stream::restart, 0, 0, dead_for_ever, 0}, 1}};
  // The last renewal before the calm.
  std::uint32_t renewals = 0;
  {
    Recorded calm;
    run({}, {}, calm);
    for (auto const* line = calm.lines.data(); line != calm.find("CALM"); ++line) {
      if (line->what.find("applied: UPDATE leases") != std::string::npos) ++renewals;
    }
  }
  choices.push_back({{Stream::faults, 0, 0, crash, renewals - 1}, 1});
  choices.push_back({{Stream::restart, 0, 0, 0, 0}, 7});
  auto const result = run({FaultKind::crash_applied, FaultKind::never_restarted}, choices, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::crash_applied), 1U);
  EXPECT_EQ(result.faults.of(FaultKind::never_restarted), 1U);
  EXPECT_EQ(result.faults.of(FaultKind::takeover), 1U);
  EXPECT_NE(trace.find("the lease goes from operator#1 to operator-b#1"), nullptr);
}

}  // namespace
