// Random numbers of a real process.
#pragma once
#include <cstdint>
#include <random>

#include "operator/seams/random.hpp"

namespace real {

/// A seed that no other process has, from the system's entropy.
std::uint64_t entropy_seed();

/// A generator for jitter; not for secrets. All uses draw from one stream; the same seed gives the same numbers.
class RealRandom final : public seams::Random {
 public:
  explicit RealRandom(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t bound, seams::RandomUse use) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace real
