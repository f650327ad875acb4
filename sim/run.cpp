#include "sim/run.hpp"

#include <exception>
#include <utility>

#include "operator/seams/check.hpp"

namespace sim {

namespace {

// Runs turns until `done`; an exception that leaves a turn is the operator's (O16).
template <class Done>
Scheduler::Stop advance(Scheduler& scheduler, World& world, seams::Duration most, RunLimits const& limits, Done done) {
  try {
    return scheduler.run_until(scheduler.now() + most, limits.turns,
                               [&] { return world.invariants().failure().has_value() || done(); });
  } catch (std::exception const& exception) {
    world.invariants().exception_escaped(exception.what());
    return Scheduler::Stop::done;
  }
}

void judge(Scheduler& scheduler, World& world, Workload const& workload, RunLimits const& limits) {
  auto& invariants = world.invariants();
  auto const never = [] { return false; };
  world.start();
  advance(scheduler, world, workload.length() + limits.chaos_after_script, limits, never);
  world.check_exceptions();
  if (invariants.failure()) return;

  world.begin_calm();
  auto const stop = advance(scheduler, world, limits.settle, limits, [&] { return world.settled(); });
  if (invariants.failure()) return;
  if (stop != Scheduler::Stop::done) {
    return invariants.fail_liveness(stop == Scheduler::Stop::turn_limit ? "still busy at the limit of turns: "
                                                                        : "not settled in time: ");
  }
  auto const& counts = world.faults().counts();
  bool const blind = counts.of(FaultKind::watch_silent) + counts.of(FaultKind::bytes_stalled) > 0;
  advance(scheduler, world, limits.grace + (blind ? limits.blindness : seams::Duration::zero()), limits, never);
  if (invariants.failure()) return;
  invariants.begin_quiescence();
  advance(scheduler, world, limits.quiet, limits, never);
  if (invariants.failure()) return;
  world.check_exceptions();
  invariants.fail_stability();
  invariants.check_end();
}

}  // namespace

RunResult run(Scheduler& scheduler, Tape& tape, Scene const& scene, Swarm const& swarm, Workload const& workload,
              RunLimits const& limits, Trace* trace) {
  scheduler.reset();
  RunResult result;
  {
    World world(scheduler, tape, scene, swarm, workload, trace);
    judge(scheduler, world, workload, limits);
    result.failure = world.invariants().failure();
    result.faults = world.faults().counts();
    result.requests = world.requests();
    result.operator_requests = world.faults().calls();
    result.turns = scheduler.turns();
    result.lifecycle_changes = world.lifecycle_changes();
    result.virtual_time = scheduler.now() - Scheduler::start;
    result.digest = scheduler.digest().value();
  }
  if (result.failure) result.choices = tape.recorded();
  return result;
}

namespace {
RunResult run_drawn(Scheduler& scheduler, Tape tape, Scene const& scene, std::uint32_t echoes, Trace* trace,
                    std::vector<FaultKind> const& without, Profile const& profile) {
  Swarm swarm = draw_swarm(tape);
  for (auto const kind : without) swarm.weight.at(static_cast<std::size_t>(kind)) = 0;
  if (profile.http) {
    // There is but one HTTP front, without any lag.
    for (auto const kind : {FaultKind::time_travel, FaultKind::kind_skew}) {
      swarm.weight.at(static_cast<std::size_t>(kind)) = 0;
    }
  }
  Workload const workload = draw_workload(tape, swarm, echoes, profile);
  return run(scheduler, tape, scene, swarm, workload, {}, trace);
}
}  // namespace

RunResult run_seed(Scheduler& scheduler, Scene const& scene, std::uint64_t run_seed, std::uint32_t echoes, Trace* trace,
                   std::vector<FaultKind> const& without, Profile const& profile) {
  return run_drawn(scheduler, Tape::from_seed(run_seed), scene, echoes, trace, without, profile);
}

RunResult run_tape(Scheduler& scheduler, Scene const& scene, std::vector<Choice> choices, std::uint32_t echoes,
                   Trace* trace, Profile const& profile) {
  return run_drawn(scheduler, Tape::of(std::move(choices)), scene, echoes, trace, {}, profile);
}

std::uint64_t seed_of_run(std::uint64_t batch_seed, std::uint64_t index) { return mix(mix(batch_seed) ^ index); }

}  // namespace sim
