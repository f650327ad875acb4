// Points in time. Nothing here reads a clock.
#pragma once
#include <chrono>
#include <cstdint>

namespace seams {

/// Nanoseconds, signed. The only unit of time inside the program.
using Duration = std::chrono::nanoseconds;

/// The time line of one process: never goes back, counts while the machine is suspended, has no relation to the
/// calendar and none to the time line of another process.
struct MonotonicTimeline {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicTimeline, Duration>;
  static constexpr bool is_steady = true;
};
using MonotonicTime = MonotonicTimeline::time_point;

/// Calendar time (UTC). May jump in either direction; good for people and for timestamps, never for a decision.
using WallTime = std::chrono::sys_time<Duration>;

/// A point in time later than every other one; stands for "no deadline".
inline constexpr MonotonicTime never = MonotonicTime::max();

}  // namespace seams
