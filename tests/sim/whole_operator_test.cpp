// The whole operator under generated workloads and faults, shrunk by rapidcheck; and what a batch of runs must show.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>

#include "sim/batch.hpp"
#include "sim/echo_definition.hpp"

namespace sim {

// Found by rapidcheck through argument-dependent lookup.
void showValue(Step const& step, std::ostream& os) {
  Workload one;
  one.steps = {step};
  os << to_string(one);
}
void showValue(Choice const& choice, std::ostream& os) { os << Tape::to_text({choice}) << '\n'; }

}  // namespace sim

namespace {

using namespace std::chrono_literals;

sim::Scene const& scene() {
  static sim::Scene const standard = sim::standard_scene();
  return standard;
}

rc::Gen<sim::Step> any_step(std::uint32_t echoes) {
  return rc::gen::build<sim::Step>(
      rc::gen::set(&sim::Step::at,
                   rc::gen::map(rc::gen::inRange(0, 60), [](int n) { return seams::Duration(n * 150ms); })),
      rc::gen::set(&sim::Step::kind, rc::gen::map(rc::gen::inRange(0U, sim::step_kind_count),
                                                  [](unsigned kind) { return static_cast<sim::StepKind>(kind); })),
      rc::gen::set(&sim::Step::echo, rc::gen::inRange(0U, echoes)),
      rc::gen::set(&sim::Step::value, rc::gen::inRange(0U, 4U)));
}

// A fault is a choice that is not 0: which site, the how-manieth time, which kind of it.
rc::Gen<sim::Choice> any_fault() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::element(sim::Stream::faults, sim::Stream::latency, sim::Stream::watch,
                                      sim::Stream::controllers, sim::Stream::restart, sim::Stream::frontends),
                     rc::gen::inRange<std::uint16_t>(0, 5), rc::gen::inRange<std::uint16_t>(0, 4),
                     rc::gen::inRange<std::uint16_t>(0, 48), rc::gen::inRange<std::uint32_t>(0, 12),
                     rc::gen::inRange<std::uint32_t>(1, 6)),
      [](auto const& parts) {
        auto const [stream, actor, incarnation, site, ordinal, value] = parts;
        // The API servers' choices are those of several actors, none of which has a second life but the operator.
        bool const servers = stream == sim::Stream::frontends;
        return sim::Choice{
            {stream, servers ? actor : std::uint16_t{0}, servers && actor != 0 ? std::uint16_t{0} : incarnation,
             servers ? static_cast<std::uint16_t>(site % 4) : site, ordinal},
            value};
      });
}

sim::Swarm everything_allowed() {
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 100);
  return swarm;
}

RC_GTEST_PROP(WholeOperator, keeps_every_invariant_under_any_workload_and_any_faults, ()) {
  auto const echoes = *rc::gen::inRange<std::uint32_t>(1, 3);
  sim::Workload workload;
  workload.echoes = echoes;
  workload.finalizer_before = *rc::gen::container<std::vector<bool>>(echoes, rc::gen::arbitrary<bool>());
  workload.steps = *rc::gen::container<std::vector<sim::Step>>(any_step(echoes));
  if (workload.steps.size() > 40) workload.steps.resize(40);
  std::ranges::sort(workload.steps, {},
                    [](sim::Step const& step) { return std::tuple(step.at, step.echo, step.kind, step.value); });
  auto const faults = *rc::gen::container<std::vector<sim::Choice>>(any_fault());
  sim::Scheduler scheduler;
  sim::Tape tape = sim::Tape::of(faults);
  auto const result = sim::run(scheduler, tape, scene(), everything_allowed(), workload, {}, nullptr);
  if (result.failure) RC_FAIL(result.failure->invariant + ": " + result.failure->what);
}

TEST(Batch, of_three_hundred_runs_has_no_failure_and_every_run_changes_an_echo) {
  auto const result = sim::run_batch(scene(), {.runs = 300, .seed = 1, .echoes = 3}, nullptr);
  for (auto const& failed : result.failures) ADD_FAILURE() << failed.failure.invariant << ": " << failed.failure.what;
  EXPECT_GE(result.median_requests, 60U);
  EXPECT_GE(result.least_lifecycle_changes, 1U);
  for (unsigned kind = 0; kind < sim::fault_kind_count; ++kind) {
    auto const fault = static_cast<sim::FaultKind>(kind);
    if (sim::of_several_operators(fault) || sim::of_bytes(fault)) continue;
    EXPECT_GE(result.runs_with[kind], 3U) << sim::to_string(static_cast<sim::FaultKind>(kind));
  }
  // Every verb that the operator uses is hit by a crash at every hook point.
  for (unsigned point = 0; point < fakeapi::hook_point_count; ++point) {
    for (unsigned verb = 0; verb < api::verb_count; ++verb) {
      if (!sim::used_by_the_operator(static_cast<api::Verb>(verb))) continue;
      EXPECT_GE(result.injected.crashes[point][verb], 3U)
          << sim::to_string(static_cast<sim::FaultKind>(point)) << ' ' << api::to_string(static_cast<api::Verb>(verb));
    }
  }
}

TEST(Batch, reports_itself_as_json_with_one_entry_for_each_fault) {
  sim::BatchOptions const options{.runs = 5, .seed = 9, .echoes = 1};
  auto const result = sim::run_batch(scene(), options, nullptr);
  auto const json = boost::json::parse(sim::to_json(result, options, 2.5));
  for (auto const* key : {"runs", "failures", "virtual_s", "wall_s", "runs_per_s", "calls", "faults", "digest"}) {
    EXPECT_TRUE(json.get_object().contains(key)) << key;
  }
  EXPECT_EQ(json.at("runs").as_int64(), 5);
  EXPECT_EQ(json.at("runs_per_s").as_double(), 2.0);
  EXPECT_EQ(json.at("faults").as_object().size(), sim::fault_kind_count);
  EXPECT_EQ(json.at("calls").as_int64(), static_cast<std::int64_t>(result.requests));
}

TEST(Batch, has_the_same_digest_each_time_and_another_with_another_seed) {
  auto const first = sim::run_batch(scene(), {.runs = 60, .seed = 5, .echoes = 2}, nullptr);
  auto const second = sim::run_batch(scene(), {.runs = 60, .seed = 5, .echoes = 2}, nullptr);
  auto const other = sim::run_batch(scene(), {.runs = 60, .seed = 6, .echoes = 2}, nullptr);
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_NE(first.digest, other.digest);
}

TEST(Batch, a_run_played_back_from_its_tape_is_the_same_run) {
  sim::Scheduler scheduler;
  for (std::uint64_t index = 0; index < 20; ++index) {
    auto const seed = sim::seed_of_run(3, index);
    sim::Tape tape = sim::Tape::from_seed(seed);
    auto const swarm = sim::draw_swarm(tape);
    auto const workload = sim::draw_workload(tape, swarm, 2);
    auto const drawn = sim::run(scheduler, tape, scene(), swarm, workload, {}, nullptr);
    auto const played = sim::run_tape(scheduler, scene(), tape.recorded(), 2, nullptr);
    EXPECT_EQ(drawn.digest, played.digest) << "run " << index;
  }
}

}  // namespace
