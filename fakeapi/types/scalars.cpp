#include "fakeapi/types/scalars.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "operator/api/object.hpp"

namespace fakeapi::types {
namespace {

constexpr std::string_view date_layout = "2006-01-02T15:04:05";
constexpr std::string_view zone_layout = "Z07:00";
constexpr std::string_view micro_layout = ".000000";

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a text is "2026-11-23T17:24:10" and names a moment.
bool is_date(std::string_view text) {
  for (std::size_t i = 0; i < date_layout.size(); ++i) {
    bool const fits = is_digit(date_layout[i]) ? is_digit(text[i]) : text[i] == date_layout[i];
    if (!fits) return false;
  }
  auto const two = [&](std::size_t at) { return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0')); };
  std::chrono::year_month_day const date(std::chrono::year(static_cast<int>(two(0) * 100 + two(2))),
                                         std::chrono::month(two(5)), std::chrono::day(two(8)));
  return date.ok() && two(11) < 24 && two(14) < 60 && two(17) < 60;
}

// Go's time.Parse: reads the layout piece by piece and says at which piece it stopped.
class Reader {
 public:
  Reader(std::string_view text, bool micro) : text_(text), rest_(text), micro_(micro) {}

  std::string error() {
    struct Piece {
      std::string_view layout;
      unsigned low, high;
      std::string_view name;
    };
    constexpr Piece pieces[] = {{"2006", 0, 9999, "year"}, {"-", 0, 0, ""}, {"01", 1, 12, "month"}, {"-", 0, 0, ""},
                                {"02", 1, 31, "day"},      {"T", 0, 0, ""}, {"15", 0, 23, "hour"},  {":", 0, 0, ""},
                                {"04", 0, 59, "minute"},   {":", 0, 0, ""}, {"05", 0, 59, "second"}};
    for (auto const& piece : pieces) {
      auto const part = rest_.substr(0, piece.layout.size());
      bool const digits = is_digit(piece.layout.front());
      bool const fits =
          part.size() == piece.layout.size() && (digits ? std::ranges::all_of(part, is_digit) : part == piece.layout);
      if (!fits) return cannot_parse(piece.layout);
      rest_.remove_prefix(part.size());
      if (!digits) continue;
      unsigned number = 0;
      for (char const c : part) number = number * 10 + static_cast<unsigned>(c - '0');
      if (number < piece.low || number > piece.high) return out_of_range(piece.name);
    }
    if (auto text = fraction_error(); !text.empty()) return text;
    if (auto text = zone_error(); !text.empty()) return text;
    if (!rest_.empty()) return prefix() + ": extra text: " + quoted(rest_);
    return is_date(text_.substr(0, date_layout.size())) ? "" : out_of_range("day");
  }

 private:
  static std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
  std::string prefix() const { return "parsing time " + quoted(text_); }
  std::string cannot_parse(std::string_view layout) const {
    std::string const whole =
        std::string(date_layout) + (micro_ ? std::string(micro_layout) : "") + std::string(zone_layout);
    return prefix() + " as " + quoted(whole) + ": cannot parse " + quoted(rest_) + " as " + quoted(layout);
  }
  std::string out_of_range(std::string_view name) const {
    return prefix() + ": " + std::string(name) + " out of range";
  }

  std::string fraction_error() {
    if (micro_) {
      bool const fits = rest_.size() >= micro_layout.size() && rest_.front() == '.' &&
                        std::ranges::all_of(rest_.substr(1, micro_layout.size() - 1), is_digit);
      if (!fits) return cannot_parse(micro_layout);
      rest_.remove_prefix(micro_layout.size());
      return "";
    }
    // Any fraction is let through.
    if (rest_.size() < 2 || rest_.front() != '.' || !is_digit(rest_[1])) return "";
    rest_.remove_prefix(1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
    return "";
  }

  std::string zone_error() {
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      return "";
    }
    bool const fits = rest_.size() >= 6 && (rest_.front() == '+' || rest_.front() == '-') && is_digit(rest_[1]) &&
                      is_digit(rest_[2]) && rest_[3] == ':' && is_digit(rest_[4]) && is_digit(rest_[5]);
    if (!fits) return cannot_parse(zone_layout);
    rest_.remove_prefix(6);
    return "";
  }

  std::string_view text_;
  std::string_view rest_;
  bool micro_;
};

std::expected<std::string, std::string> canonical(std::string_view text, bool micro) {
  auto error = Reader(text, micro).error();
  if (!error.empty()) return std::unexpected(std::move(error));
  auto const time = api::parse_timestamp(text);
  if (!time) return std::unexpected("parsing time \"" + std::string(text) + "\": time zone offset hour out of range");
  std::string shown = api::format_timestamp(*time);
  if (micro) shown.insert(date_layout.size(), text.substr(date_layout.size(), micro_layout.size()));
  return shown;
}

}  // namespace

bool is_canonical_time(std::string_view text) {
  return text.size() == date_layout.size() + 1 && text.back() == 'Z' && is_date(text);
}

bool is_canonical_micro_time(std::string_view text) {
  return text.size() == date_layout.size() + micro_layout.size() + 1 && text.back() == 'Z' && is_date(text) &&
         text[date_layout.size()] == '.' &&
         std::ranges::all_of(text.substr(date_layout.size() + 1, micro_layout.size() - 1), is_digit);
}

std::expected<std::string, std::string> canonical_time(std::string_view text) { return canonical(text, false); }
std::expected<std::string, std::string> canonical_micro_time(std::string_view text) { return canonical(text, true); }

std::string base64_error(std::string_view text) {
  auto const is_digit64 = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '/';
  };
  auto const is_break = [](char c) { return c == '\n' || c == '\r'; };
  auto const illegal = [](std::size_t at) { return "illegal base64 data at input byte " + std::to_string(at); };
  std::size_t in_group = 0;
  std::size_t i = 0;
  std::size_t group = 0;  // where the group of four began
  for (; i < text.size(); ++i) {
    char const c = text[i];
    if (is_break(c)) continue;
    if (c == '=') break;
    if (!is_digit64(c)) return illegal(i);
    if (in_group == 0) group = i;
    in_group = (in_group + 1) % 4;
  }
  if (i == text.size()) return in_group == 0 ? "" : illegal(group);
  // Padding: one or two, and nothing after.
  if (in_group < 2) return illegal(i);
  ++i;
  if (in_group == 2) {
    while (i < text.size() && is_break(text[i])) ++i;
    if (i == text.size()) return illegal(text.size());
    if (text[i] != '=') return illegal(i);
    ++i;
  }
  while (i < text.size() && is_break(text[i])) ++i;
  return i == text.size() ? "" : illegal(i);
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (char const c : text) {
    auto const digit = base64_digits.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 255);
  }
  return bytes;
}

}  // namespace fakeapi::types
