// The only source of random numbers of a process.
#pragma once
#include <cstdint>

namespace seams {

/// What a random number is for. The simulator draws each use from a stream of its own, so that one more draw for one
/// purpose changes no other; it lists the uses by these numbers, so new ones go to the end.
enum class RandomUse : std::uint8_t {
  informer_backoff,
  watch_timeout,
  retry_backoff,
  resync,
  leader_election,
};
inline constexpr unsigned random_use_count = 5;

class Random {
 public:
  virtual ~Random() = default;

  /// A number in [0, bound), each equally likely; `bound` must be positive. 0 is always the least disturbing outcome
  /// (no jitter), so that a simulation can shrink towards it.
  virtual std::uint64_t below(std::uint64_t bound, RandomUse use) = 0;
};

}  // namespace seams
