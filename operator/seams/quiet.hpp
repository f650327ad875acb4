// A log that nobody reads and random numbers that disturb nothing: for tests, benchmarks and whoever wants neither.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "operator/seams/log.hpp"
#include "operator/seams/random.hpp"

namespace seams {

class NoLog final : public Log {
 public:
  bool enabled(LogLevel /*level*/) const override { return false; }
  void write(LogLevel /*level*/, std::string_view /*message*/, std::span<LogField const> /*fields*/) override {}
};

/// Always 0, the least disturbing outcome.
class NoRandom final : public Random {
 public:
  std::uint64_t below(std::uint64_t /*bound*/, RandomUse /*use*/) override { return 0; }
};

}  // namespace seams
