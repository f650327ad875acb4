// metav1.Time as text.
#include <algorithm>

#include "operator/api/object.hpp"

namespace api {
namespace {

/// Reads digits off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool number(std::size_t digits, int& out) {
    if (text_.size() < digits) return false;
    out = 0;
    for (char const c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool literal(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// The digits after a decimal point; at least one.
  bool skip_digits() {
    std::size_t const end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    text_.remove_prefix(end);
    return end > 0;
  }
  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

void put_digits(char* at, int count, int value) {
  for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string format_timestamp(Timestamp time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  auto const seconds = static_cast<int>((time - day).count());
  std::string text = "0000-00-00T00:00:00Z";
  put_digits(text.data(), 4, static_cast<int>(date.year()));
  put_digits(text.data() + 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
  put_digits(text.data() + 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
  put_digits(text.data() + 11, 2, seconds / 3600);
  put_digits(text.data() + 14, 2, seconds / 60 % 60);
  put_digits(text.data() + 17, 2, seconds % 60);
  return text;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Reader in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, year) || !in.literal('-') || !in.number(2, month) || !in.literal('-') || !in.number(2, day) ||
      !in.literal('T') || !in.number(2, hour) || !in.literal(':') || !in.number(2, minute) || !in.literal(':') ||
      !in.number(2, second)) {
    return std::nullopt;
  }
  if (in.literal('.') && !in.skip_digits()) return std::nullopt;
  int offset_minutes = 0;
  if (!in.literal('Z')) {
    int const sign = in.literal('+') ? 1 : in.literal('-') ? -1 : 0;
    int offset_hour = 0, offset_minute = 0;
    if (sign == 0 || !in.number(2, offset_hour) || !in.literal(':') || !in.number(2, offset_minute)) {
      return std::nullopt;
    }
    if (offset_hour > 23 || offset_minute > 59) return std::nullopt;
    offset_minutes = sign * (offset_hour * 60 + offset_minute);
  }
  std::chrono::year_month_day const date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!in.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute - offset_minutes) +
         std::chrono::seconds(second);
}

}  // namespace api
