// One run: chaos, then calm; what came of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/fault_kind.hpp"
#include "sim/invariants.hpp"
#include "sim/tape.hpp"
#include "sim/trace.hpp"
#include "sim/workload.hpp"
#include "sim/world.hpp"

namespace sim {

/// How long a run may go on, in virtual time and in turns.
struct RunLimits {
  seams::Duration chaos_after_script = std::chrono::seconds(2);
  /// Once calm, everything must have settled within this. Longer than the longest backoff (5 min).
  seams::Duration settle = std::chrono::minutes(15);
  /// After settling, what was on its way may arrive for this long, be it sent by a process that is long dead: the
  /// slowest request takes 4 s to the server and 1.4 s more as the last one of a dying process, and then what it does
  /// may have to be put right …
  seams::Duration grace = std::chrono::seconds(8);
  /// A watch that has fallen silent in the chaos stays so until the operator gives it up: after its timeout of at most
  /// 190 s and 5 s more, on a clock that may be slow by a tenth. Until then it is half blind, and may look at the
  /// server again and again for what it cannot see.
  seams::Duration blindness = std::chrono::seconds(220);
  /// … and then nothing may be written for this long.
  seams::Duration quiet = std::chrono::seconds(20);
  std::uint64_t turns = 2'000'000;
};

struct RunResult {
  std::optional<Failure> failure;
  FaultCounts faults;
  std::uint64_t requests = 0;           ///< of everybody
  std::uint64_t operator_requests = 0;  ///< of the operator's incarnations
  std::uint64_t turns = 0;              ///< that the scheduler ran
  std::uint64_t lifecycle_changes = 0;  ///< scales, deletes and recreates of Echoes that took effect
  seams::Duration virtual_time{0};
  std::uint64_t digest = 0;
  std::vector<Choice> choices;  ///< the tape, only if the run failed or was asked to keep it
};

/// Runs `workload` with the faults that `tape` chooses. `scheduler` is reset first; it only lends its memory.
RunResult run(Scheduler& scheduler, Tape& tape, Scene const& scene, Swarm const& swarm, Workload const& workload,
              RunLimits const& limits, Trace* trace);

/// The run that a seed stands for: swarm, workload and faults all come from it.
/// But for the faults in `without`, which it does not have.
RunResult run_seed(Scheduler& scheduler, Scene const& scene, std::uint64_t run_seed, std::uint32_t echoes, Trace* trace,
                   std::vector<FaultKind> const& without = {}, Profile const& profile = {});
/// The same from the choices of a tape.
RunResult run_tape(Scheduler& scheduler, Scene const& scene, std::vector<Choice> choices, std::uint32_t echoes,
                   Trace* trace, Profile const& profile = {});

/// The seed of run number `index` of a batch.
std::uint64_t seed_of_run(std::uint64_t batch_seed, std::uint64_t index);

}  // namespace sim
