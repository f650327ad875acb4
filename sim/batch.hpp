// Many runs, one report.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/run.hpp"

namespace sim {

struct BatchOptions {
  std::uint64_t runs = 1000;
  std::uint64_t seed = 1;
  std::uint32_t echoes = 3;
  /// Stop after this many failed runs.
  std::uint64_t most_failures = 5;
  /// Faults that no run has.
  std::vector<FaultKind> without{};
  Profile profile{};
};

struct FailedRun {
  std::uint64_t index = 0;
  std::uint64_t run_seed = 0;
  Failure failure;
};

struct BatchResult {
  std::uint64_t runs = 0;
  std::vector<FailedRun> failures;
  std::uint64_t requests = 0;
  std::uint64_t operator_requests = 0;
  std::uint64_t turns = 0;
  std::uint64_t median_requests = 0;
  std::uint64_t median_operator_requests = 0;
  std::uint64_t least_lifecycle_changes = 0;  ///< scales, deletes and recreates that took effect, in the poorest run
  seams::Duration virtual_time{0};
  FaultCounts injected;                                     ///< sums over all runs
  std::array<std::uint64_t, fault_kind_count> runs_with{};  ///< runs in which the fault was injected at least once
  std::uint64_t digest = 0;
};

/// Runs seed_of_run(seed, 0), (seed, 1), … one after the other. `progress` is called after each run.
BatchResult run_batch(Scene const& scene, BatchOptions const& options,
                      std::function<void(BatchResult const& so_far)> const& progress);

/// The report as JSON, one object; `wall_seconds` is the time that the batch took.
std::string to_json(BatchResult const& result, BatchOptions const& options, double wall_seconds);

/// What echo-sim's exit code tells: 0, or the class of the first failure.
int exit_code(BatchResult const& result);

}  // namespace sim
