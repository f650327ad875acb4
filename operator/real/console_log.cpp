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

std::string_view shortened(std::string_view text) {
  if (text.size() <= max_value_size) return text;
  std::string_view kept = text.substr(0, max_value_size);
  // Not in the middle of a character of several bytes.
  while (!kept.empty() && (static_cast<unsigned char>(text[kept.size()]) & 0xC0) == 0x80) kept.remove_suffix(1);
  return kept;
}

void append_text(std::string& line, std::string_view text) {
  std::string_view const kept = shortened(text);
  bool const cut = kept.size() < text.size();
  if (!kept.empty() && !cut && std::ranges::all_of(kept, is_plain)) {
    line += kept;
    return;
  }
  line += '"';
  for (char const c : kept) append_escaped(line, c);
  line += cut ? "…\"" : "\"";
}

/// How many bytes of a character of UTF-8 stand at the beginning; 0: none that is well-formed.
std::size_t character_size(std::string_view text) {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  unsigned char const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return 0;
  }
  // Too long a form, a surrogate, or more than there are characters.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) || (first == 0xF0 && byte(1) < 0x90) ||
      (first == 0xF4 && byte(1) > 0x8F))
    return 0;
  return size;
}

void append_json(std::string& line, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string_view rest = shortened(text);
  bool const cut = rest.size() < text.size();
  line += '"';
  while (!rest.empty()) {
    auto const byte = static_cast<unsigned char>(rest.front());
    std::size_t const size = character_size(rest);
    if (size == 0) {
      line += "\xEF\xBF\xBD";  // U+FFFD
    } else if (byte == '"' || byte == '\\') {
      line += '\\';
      line += rest.front();
    } else if (byte < 0x20 || byte == 0x7F) {
      line += "\\u00";
      line += digits[byte >> 4];
      line += digits[byte & 0xF];
    } else {
      line += rest.substr(0, size);
    }
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
  line += cut ? "…\"" : "\"";
}

std::string json_line(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
  std::string_view name = name_of(level);
  while (name.ends_with(' ')) name.remove_suffix(1);
  std::string line = "\"level\":";
  append_json(line, name);
  line += ",\"msg\":";
  append_json(line, message);
  for (seams::LogField const& field : fields) {
    bool const taken = field.key == "time" || field.key == "level" || field.key == "msg";
    line += ',';
    append_json(line, taken ? std::string(field.key) + '_' : field.key);
    line += ':';
    if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      append_json(line, std::get<std::string_view>(field.value));
    }
  }
  return line;
}

std::string text_line(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
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
  return line;
}

}  // namespace

ConsoleLog::ConsoleLog(seams::LogLevel least, LogFormat format) : least_(least), format_(format) {
  char const* const pattern =
      format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %v";
  logger_ = std::make_unique<spdlog::logger>("echo", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  logger_->set_level(to_spdlog(least));
}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) {
  std::string const line =
      format_ == LogFormat::json ? json_line(level, message, fields) : text_line(level, message, fields);
  logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace real
