#include "operator/real/real_random.hpp"

#include <sys/random.h>

#include "operator/seams/check.hpp"

namespace real {

std::uint64_t entropy_seed() {
  std::uint64_t seed = 0;
  // Up to 256 bytes come whole and uninterrupted.
  seams::check(::getrandom(&seed, sizeof seed, 0) == sizeof seed, "the system gives no entropy");
  return seed;
}

std::uint64_t RealRandom::below(std::uint64_t bound, seams::RandomUse) {
  seams::check(bound > 0, "a random number below 0");
  // The numbers from 2^64 mod bound on are a multiple of `bound` many; the others would favour small results.
  std::uint64_t const first_fair = (0 - bound) % bound;
  std::uint64_t number = engine_();
  while (number < first_fair) number = engine_();
  return number % bound;
}

}  // namespace real
