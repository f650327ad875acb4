// What happens to the operator's process besides its death: it stops for a while, and its clock is wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakeapi/face/call_hooks.hpp"
#include "sim/echo_definition.hpp"
#include "sim/run.hpp"
#include "tests/sim/support/recorded.hpp"

namespace {

using namespace std::chrono_literals;
using sim::FaultKind;
using sim::Stream;
using sim_tests::Line;
using sim_tests::Recorded;

// One Echo, created after a second; nothing goes wrong but what the tape says, of this one kind.
sim::RunResult run(FaultKind kind, std::vector<sim::Choice> choices, Recorded& trace) {
  static sim::Scene const scene = sim::standard_scene();
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 0);
  swarm.weight[static_cast<std::size_t>(kind)] = 100;
  sim::Workload workload;
  workload.finalizer_before = {false};
  workload.steps = {{1s, sim::StepKind::create_echo, 0, 2}, {12s, sim::StepKind::scale_echo, 0, 1}};
  sim::Scheduler scheduler;
  sim::Tape tape = sim::Tape::of(std::move(choices));
  return sim::run(scheduler, tape, scene, swarm, workload, {}, &trace);
}

constexpr std::uint16_t pause_site = fakeapi::hook_point_count * api::verb_count + 4;
constexpr std::uint16_t when_arrived = pause_site + static_cast<std::uint16_t>(fakeapi::HookPoint::arrived);

TEST(Pause, the_operator_does_nothing_while_its_process_is_stopped_and_all_is_well_afterwards) {
  // The fifth request to arrive is its first write: two lists and two watches came before it.
  Recorded trace;
  auto const result = run(FaultKind::pause, {{{Stream::faults, 0, 0, when_arrived, 4}, 7}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::pause), 1U);
  auto const* const began = trace.find("FAULT pause: the operator's process stops for 9000 ms");
  auto const* const ended = trace.find("the operator's process goes on");
  ASSERT_TRUE(began != nullptr && ended != nullptr);
  EXPECT_EQ(ended->at - began->at, 9s);
  bool applied = false;
  for (auto const* line = began; line != ended; ++line) {
    EXPECT_FALSE(line->who == "operator#1" && line->what.starts_with("log")) << line->what;
    EXPECT_EQ(line->what.find("send"), std::string::npos) << line->what;
    EXPECT_EQ(line->what.find(" answer"), std::string::npos) << line->what;
    applied = applied || line->what.find("applied: PATCH echoes") != std::string::npos;
  }
  EXPECT_TRUE(applied) << "what was on its way is carried out";
}

TEST(Pause, ends_with_the_calm) {
  Recorded trace;
  // In the first call after the scale, which is in the last two seconds before the calm.
  auto const result = run(FaultKind::pause, {{{Stream::faults, 0, 0, when_arrived, 9}, 7}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  auto const* const calm = trace.find("CALM");
  auto const* const ended = trace.find("the operator's process goes on");
  ASSERT_TRUE(calm != nullptr && ended != nullptr);
  EXPECT_EQ(calm->at, ended->at);
}

TEST(Pause, a_process_that_is_killed_while_it_is_stopped_stays_dead_and_its_successor_runs) {
  Recorded trace;
  static sim::Scene const scene = sim::standard_scene();
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 0);
  swarm.weight[static_cast<std::size_t>(FaultKind::pause)] = 100;
  swarm.weight[static_cast<std::size_t>(FaultKind::crash_applied)] = 100;
  sim::Workload workload;
  workload.finalizer_before = {false};
  workload.steps = {{1s, sim::StepKind::create_echo, 0, 2}, {12s, sim::StepKind::scale_echo, 0, 1}};
  sim::Scheduler scheduler;
  constexpr auto crash_site = static_cast<std::uint16_t>(
      static_cast<unsigned>(fakeapi::HookPoint::applied) * api::verb_count + static_cast<unsigned>(api::Verb::patch));
  sim::Tape tape =
      sim::Tape::of({{{Stream::faults, 0, 0, when_arrived, 4}, 7}, {{Stream::faults, 0, 0, crash_site, 0}, 1}});
  auto const result = sim::run(scheduler, tape, scene, swarm, workload, {}, &trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::crash_applied), 1U);
  EXPECT_EQ(trace.find("the operator's process goes on"), nullptr);
  bool successor = false;
  for (auto const& line : trace.lines) successor = successor || (line.who == "operator#2" && line.at < 2s);
  EXPECT_TRUE(successor);
}

TEST(SentTwice, the_creation_of_a_deployment_is_refused_the_second_time_and_the_operator_takes_it_for_its_own) {
  constexpr std::uint16_t again_site = pause_site + fakeapi::hook_point_count + 2;
  Recorded trace;
  // The first write adds the finalizer, the second one creates the Deployment.
  auto const result = run(FaultKind::sent_twice, {{{Stream::faults, 0, 0, again_site, 1}, 1}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::sent_twice), 1U);
  int refused = 0, created = 0;
  for (auto const& line : trace.lines) {
    refused += line.what.find("refused: AlreadyExists") != std::string::npos ? 1 : 0;
    created += line.what.find("Deployment default/echo-0 created") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(created, 1);
}

TEST(Clock, of_the_operator_may_be_a_day_ahead_and_too_fast_and_the_status_says_so) {
  constexpr std::uint16_t clock_site = 1;
  Recorded trace;
  // 21 rates for each of 4 offsets; the 19th rate is 110 %.
  auto const result = run(FaultKind::clock, {{{Stream::restart, 0, 0, clock_site, 0}, 3 * 21 + 19}}, trace);
  EXPECT_FALSE(result.failure) << result.failure->what;
  EXPECT_EQ(result.faults.of(FaultKind::clock), 1U);
  EXPECT_NE(trace.find("FAULT clock: the operator's clock runs at 110 % and is 1440 minutes ahead"), nullptr);
  int told = 0;
  for (auto const& line : trace.lines) {
    if (line.what.find("Echo default/echo-0 changed") == std::string::npos) continue;
    EXPECT_NE(line.what.find(R"("creationTimestamp":"2026-01-01T)"), std::string::npos) << line.what;
    EXPECT_EQ(line.what.find(R"("lastTransitionTime":"2026-01-01T)"), std::string::npos) << line.what;
    told += line.what.find(R"("lastTransitionTime":"2026-01-02T)") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(told, 0);
}

}  // namespace
