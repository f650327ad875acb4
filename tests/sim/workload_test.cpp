// What a script is like.
#include "sim/workload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sim/fault_kind.hpp"

namespace {

using namespace std::chrono_literals;

sim::Swarm everything_allowed() {
  sim::Swarm swarm;
  swarm.weight.assign(sim::fault_kind_count, 100);
  return swarm;
}

std::set<seams::Duration> moments(sim::Workload const& workload) {
  std::set<seams::Duration> all;
  for (auto const& step : workload.steps) all.insert(step.at);
  return all;
}

TEST(Workload, with_bursts_does_the_same_deeds_at_few_moments) {
  constexpr std::uint16_t in_bursts = 21;
  sim::Tape plain = sim::Tape::of({});
  sim::Tape gathered = sim::Tape::of({{{sim::Stream::workload, 0, 0, in_bursts, 0}, 1}});
  auto const spread = sim::draw_workload(plain, everything_allowed(), 3);
  auto const burst = sim::draw_workload(gathered, everything_allowed(), 3);
  EXPECT_EQ(spread.bursts, 0U);
  EXPECT_EQ(burst.steps.size(), spread.steps.size());
  std::uint32_t of_several = 0;
  for (auto const at : moments(burst)) {
    EXPECT_EQ(at % 2s, 0s);
    auto const deeds = std::ranges::count(burst.steps, at, &sim::Step::at);
    of_several += deeds > 1 ? 1 : 0;
  }
  EXPECT_EQ(burst.bursts, of_several);
  EXPECT_GT(burst.bursts, 0U);
  EXPECT_LE(burst.length(), spread.length());
  EXPECT_TRUE(std::ranges::is_sorted(burst.steps, {}, &sim::Step::at));
}

TEST(Workload, without_the_fault_has_no_bursts) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    sim::Tape tape = sim::Tape::from_seed(seed);
    auto swarm = everything_allowed();
    swarm.weight[static_cast<std::size_t>(sim::FaultKind::burst)] = 0;
    EXPECT_EQ(sim::draw_workload(tape, swarm, 3).bursts, 0U);
  }
}

}  // namespace
