// Random numbers that tests can foresee.
#pragma once
#include <cstdint>
#include <vector>

#include "operator/seams/random.hpp"
#include "tests/runtime/support/randoms.hpp"

namespace runtime_tests {

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
