// Structured logging: a constant message and named values.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace seams {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One named value of a log line. Holds references: use it only as an argument.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t>;
  std::string_view key;
  Value value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, char const* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, std::string const& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, std::integral auto v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// Where log lines go. Secrets (tokens, keys, Secret data) are never given to it.
class Log {
 public:
  virtual ~Log() = default;

  /// Whether lines of this level go anywhere; ask before doing work only for a line's sake.
  virtual bool enabled(LogLevel level) const = 0;

  /// Writes one line. `message` is a constant sentence; what varies is in `fields`.
  virtual void write(LogLevel level, std::string_view message, std::span<LogField const> fields) = 0;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    line(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    line(LogLevel::info, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
    line(LogLevel::warning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    line(LogLevel::error, message, fields);
  }

 private:
  void line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (enabled(level)) write(level, message, {fields.begin(), fields.size()});
  }
};

}  // namespace seams
