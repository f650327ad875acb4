#include "operator/real/real_random.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>

#include "operator/seams/check.hpp"

namespace {

constexpr auto use = seams::RandomUse::resync;

RC_GTEST_PROP(RealRandom, stays_below_its_bound, (std::uint64_t seed, std::uint64_t any)) {
  std::uint64_t const bound = any == 0 ? UINT64_MAX : any;
  real::RealRandom random(seed);
  for (int i = 0; i < 20; ++i) RC_ASSERT(random.below(bound, use) < bound);
}

TEST(RealRandom, gives_the_same_numbers_for_the_same_seed) {
  real::RealRandom a(7);
  real::RealRandom b(7);
  real::RealRandom c(8);
  bool differs = false;
  for (int i = 0; i < 10; ++i) {
    auto const number = a.below(1'000'000, use);
    EXPECT_EQ(number, b.below(1'000'000, use));
    differs = differs || number != c.below(1'000'000, use);
  }
  EXPECT_TRUE(differs);
}

TEST(RealRandom, favours_no_number) {
  // With 2^64 * 2/3 as its bound, taking the remainder would give the lower half twice as often as the upper one.
  std::uint64_t const bound = UINT64_MAX / 3 * 2;
  real::RealRandom random(1);
  std::array<int, 2> halves{};
  for (int i = 0; i < 10'000; ++i) ++halves[random.below(bound, use) < bound / 2 ? 0 : 1];
  EXPECT_NEAR(halves[0], 5'000, 300);
}

TEST(RealRandom, refuses_a_bound_of_zero) {
  real::RealRandom random(1);
  EXPECT_THROW(random.below(0, use), seams::BrokenInvariant);
}

TEST(EntropySeed, differs_from_call_to_call) { EXPECT_NE(real::entropy_seed(), real::entropy_seed()); }

}  // namespace
