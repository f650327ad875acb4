// Log lines on standard error, for a person at a terminal or for a program.
#pragma once
#include <cstdint>
#include <memory>

#include "operator/seams/log.hpp"

namespace spdlog {
class logger;
}

namespace real {

/// How lines look.
///
/// text: "2026-11-23T17:24:10.123Z info  message key=value key="two words"": a value
/// with anything but plain characters is quoted and escaped.
/// json: {"time":"2026-11-23T17:24:10.123Z","level":"info","msg":"message","key":"value"}: the names of Go's slog,
/// numbers as numbers. A field that has one of these names gets "_" behind it.
enum class LogFormat : std::uint8_t { text, json };

/// Writes one line each, in UTC, at once. A value of more than 2,000 bytes is cut. Whatever the bytes, a line is one
/// line and, of JSON, an object in UTF-8.
class ConsoleLog final : public seams::Log {
 public:
  explicit ConsoleLog(seams::LogLevel least, LogFormat format = LogFormat::text);
  ~ConsoleLog() override;

  bool enabled(seams::LogLevel level) const override { return level >= least_; }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override;

 private:
  seams::LogLevel least_;
  LogFormat format_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace real
