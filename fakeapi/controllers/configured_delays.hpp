// Delays for a cluster that people use: small constants with jitter.
#pragma once
#include <array>
#include <cstdint>

#include "fakeapi/controllers/delay_source.hpp"

namespace fakeapi {

/// From `least` to `most`, each equally likely.
struct DelayRange {
  seams::Duration least{0};
  seams::Duration most{0};
};

/// The delays of each use. The defaults are those of a small, fast cluster: controllers act within 10 ms, a pod is
/// ready about a second after it was asked for (scheduled after 50 ms, pulled after 250 to 350 ms, started after 400 to
/// 600 ms), and gone within half a second of its deletion.
struct DelayTable {
  std::array<DelayRange, delay_use_count> ranges;

  DelayTable();
  DelayRange& operator[](DelayUse use) { return ranges[static_cast<std::size_t>(use)]; }
  DelayRange const& operator[](DelayUse use) const { return ranges[static_cast<std::size_t>(use)]; }
};

/// Draws from a table, with random numbers of its own: the same seed gives the same delays.
class ConfiguredDelays final : public DelaySource {
 public:
  explicit ConfiguredDelays(DelayTable table = {}, std::uint64_t seed = 1) : table_(table), state_(seed) {}

  DelayTable& table() { return table_; }

  seams::Duration delay(DelayUse use) override;
  std::uint32_t choose(DelayUse use, std::uint32_t bound) override;

 private:
  std::uint64_t next();

  DelayTable table_;
  std::uint64_t state_;
};

}  // namespace fakeapi
