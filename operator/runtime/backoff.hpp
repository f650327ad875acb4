// Exponential waiting times.
#pragma once
#include <algorithm>
#include <cstdint>

#include "operator/seams/random.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

/// base · 2^step, at most `cap`. Does not overflow for any step.
constexpr seams::Duration exponential(seams::Duration base, seams::Duration cap, unsigned step) {
  seams::Duration wait = base;
  for (unsigned i = 0; i < step && wait < cap; ++i) wait *= 2;
  return std::min(wait, cap);
}

/// A random duration in [0, span); 0 for a span of 0.
inline seams::Duration random_duration(seams::Random& random, seams::Duration span, seams::RandomUse use) {
  if (span <= seams::Duration::zero()) return seams::Duration::zero();
  return seams::Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(span.count()), use)));
}

}  // namespace runtime
