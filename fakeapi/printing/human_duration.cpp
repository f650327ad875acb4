#include "fakeapi/printing/human_duration.hpp"

namespace fakeapi::printing {
namespace {

std::string two(std::int64_t large, char const* large_unit, std::int64_t small, char const* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small != 0) text += std::to_string(small) + small_unit;
  return text;
}

}  // namespace

std::string human_duration(seams::Duration duration) {
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  constexpr std::int64_t year = 365 * day;
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  // Clocks differ: a second or so in the future is now.
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * minute) return std::to_string(seconds) + "s";
  if (seconds < 10 * minute) return two(seconds / minute, "m", seconds % minute, "s");
  if (seconds < 3 * hour) return std::to_string(seconds / minute) + "m";
  if (seconds < 8 * hour) return two(seconds / hour, "h", seconds % hour / minute, "m");
  if (seconds < 2 * day) return std::to_string(seconds / hour) + "h";
  if (seconds < 8 * day) return two(seconds / day, "d", seconds % day / hour, "h");
  if (seconds < 2 * year) return std::to_string(seconds / day) + "d";
  if (seconds < 8 * year) return two(seconds / year, "y", seconds % year / day, "d");
  return std::to_string(seconds / year) + "y";
}

std::string age(std::optional<api::Timestamp> then, seams::WallTime now) {
  return then ? human_duration(now - *then) : "<unknown>";
}

}  // namespace fakeapi::printing
