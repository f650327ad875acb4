// Log lines for a person at a terminal, on standard error.
#pragma once
#include <memory>

#include "operator/seams/log.hpp"

namespace spdlog {
class logger;
}

namespace real {

/// Writes "2026-11-23T17:24:10.123Z info  message key=value key="two words"": one line each, in UTC, at once. A value
/// with anything but plain characters is quoted and escaped, and one of more than 2,000 bytes is cut.
class ConsoleLog final : public seams::Log {
 public:
  explicit ConsoleLog(seams::LogLevel least);
  ~ConsoleLog() override;

  bool enabled(seams::LogLevel level) const override { return level >= least_; }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override;

 private:
  seams::LogLevel least_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace real
