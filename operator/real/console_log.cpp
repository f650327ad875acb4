#include "operator/real/console_log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <string>
#include <utility>

namespace real {
namespace {

constexpr std::size_t max_value_size = 2000;

spdlog::level::level_enum to_spdlog(seams::LogLevel level) {
  switch (level) {
    case seams::LogLevel::debug:
      return spdlog::level::debug;
    case seams::LogLevel::info:
      return spdlog::level::info;
    case seams::LogLevel::warning:
      return spdlog::level::warn;
    case seams::LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

std::string_view name_of(seams::LogLevel level) {
  switch (level) {
    case seams::LogLevel::debug:
      return "debug ";
    case seams::LogLevel::info:
      return "info  ";
    case seams::LogLevel::warning:
      return "warn  ";
    case seams::LogLevel::error:
      break;
  }
  return "error ";
}

bool is_plain(char c) { return static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '=' && c != '\\' && c != 0x7F; }

void append_escaped(std::string& line, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto const byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    line += '\\';
    line += c;
  } else if (c == '\n') {
    line += "\\n";
  } else if (c == '\t') {
    line += "\\t";
  } else if (byte < 0x20 || byte == 0x7F) {
    line += "\\x";
    line += digits[byte >> 4];
    line += digits[byte & 0xF];
  } else {
    line += c;
  }
}

void append_text(std::string& line, std::string_view text) {
  std::string_view kept = text;
  if (kept.size() > max_value_size) {
    kept = kept.substr(0, max_value_size);
    // Not in the middle of a character of several bytes.
    while (!kept.empty() && (static_cast<unsigned char>(text[kept.size()]) & 0xC0) == 0x80) kept.remove_suffix(1);
  }
  bool const cut = kept.size() < text.size();
  if (!kept.empty() && !cut && std::ranges::all_of(kept, is_plain)) {
    line += kept;
    return;
  }
  line += '"';
  for (char const c : kept) append_escaped(line, c);
  line += cut ? "…\"" : "\"";
}

}  // namespace

ConsoleLog::ConsoleLog(seams::LogLevel least) : least_(least) {
  logger_ = std::make_unique<spdlog::logger>("echo", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger_->set_formatter(
      std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
  logger_->set_level(to_spdlog(least));
}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
  std::string line(name_of(level));
  line += message;
  for (seams::LogField const& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      append_text(line, std::get<std::string_view>(field.value));
    }
  }
  logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace real
