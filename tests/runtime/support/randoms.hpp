// Random numbers that tests can foresee.
#pragma once
#include <cstdint>
#include <vector>

#include "operator/seams/random.hpp"

namespace runtime_tests {

/// Always the least disturbing outcome.
class NoRandom final : public seams::Random {
 public:
  std::uint64_t below(std::uint64_t, seams::RandomUse) override { return 0; }
};

/// Always the largest number allowed; remembers what was asked.
class MostRandom final : public seams::Random {
 public:
  struct Draw {
    std::uint64_t bound;
    seams::RandomUse use;
  };
  std::uint64_t below(std::uint64_t bound, seams::RandomUse use) override {
    draws.push_back({bound, use});
    return bound - 1;
  }
  std::vector<Draw> draws;
};

}  // namespace runtime_tests
