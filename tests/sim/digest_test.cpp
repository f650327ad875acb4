// The same seed is the same run in every build: release, sanitizers, this machine, another. All of them are held
// against one committed digest.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "sim/batch.hpp"
#include "sim/echo_definition.hpp"

namespace {

TEST(Digest, of_two_hundred_runs_is_the_committed_one_in_every_build) {
  std::ifstream file(SOURCE_FOLDER "/tests/data/digest-of-200-runs.txt");
  std::string committed;
  ASSERT_TRUE(file >> committed);
  auto const result = sim::run_batch(sim::standard_scene(), {.runs = 200, .seed = 1, .echoes = 2}, nullptr);
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(result.digest));
  EXPECT_EQ(std::string(text.data()), committed)
      << "If the change was meant to change what the operator or the simulator does, commit the digest that\n"
         "  ./dev sim run --runs 200 --seed 1 --echoes 2\nprints as tests/data/digest-of-200-runs.txt; if not, "
         "something "
         "is not deterministic.";
}

}  // namespace
