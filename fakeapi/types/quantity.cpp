#include "fakeapi/types/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace fakeapi::types {
namespace {

__extension__ using Wide = __int128;

constexpr std::string_view wrong_format =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view wrong_suffix = "unable to parse quantity's suffix";

// What Kubernetes caps amounts with a binary suffix at, and what we cap all others at, in billionths.
constexpr Wide most_binary = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) * 1'000'000'000;
constexpr Wide most = static_cast<Wide>(1'000'000'000'000'000'000) * 10'000'000'000'000'000'000U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  auto const end = std::ranges::find_if_not(text, is_digit) - text.begin();
  auto const digits = text.substr(0, static_cast<std::size_t>(end));
  text.remove_prefix(digits.size());
  return digits;
}

struct Suffix {
  std::string_view text;
  int exponent;
};
constexpr std::array decimal_suffixes{Suffix{"n", -9}, Suffix{"u", -6}, Suffix{"m", -3}, Suffix{"", 0},
                                      Suffix{"k", 3},  Suffix{"M", 6},  Suffix{"G", 9},  Suffix{"T", 12},
                                      Suffix{"P", 15}, Suffix{"E", 18}};
constexpr std::array binary_suffixes{Suffix{"", 0},    Suffix{"Ki", 10}, Suffix{"Mi", 20}, Suffix{"Gi", 30},
                                     Suffix{"Ti", 40}, Suffix{"Pi", 50}, Suffix{"Ei", 60}};

Wide divided_up(Wide value, Wide by) { return (value + by - 1) / by; }

// value * factor, at most `most`.
Wide times(Wide value, Wide factor) { return value != 0 && factor > most / value ? most : value * factor; }

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// digits * 10^exponent in billionths, rounded up and capped. `digits` may be of any length.
Wide in_nano(std::string_view digits, int exponent) {
  Wide value = 0;
  bool cut = false;
  constexpr int most_digits = 37;
  int dropped = 0;
  auto const first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.remove_prefix(first);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i < most_digits) {
      value = value * 10 + (digits[i] - '0');
    } else {
      ++dropped;
      cut |= digits[i] != '0';
    }
  }
  if (value == 0) return 0;
  int const shift = exponent + dropped + 9;
  if (shift >= 0) return shift > most_digits ? most : std::min(times(value, power_of_ten(shift)), most);
  if (-shift > most_digits) return 1;
  return divided_up(value + (cut ? 1 : 0), power_of_ten(-shift));
}

std::string digits_of(Wide value) {
  std::string text;
  for (; value != 0; value /= 10) text += static_cast<char>('0' + static_cast<int>(value % 10));
  std::ranges::reverse(text);
  return text;
}

struct Parts {
  bool negative = false;
  std::string_view whole;  // without leading zeros
  std::string_view fraction;
  std::string_view suffix;
};

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  if (text.starts_with('-') || text.starts_with('+')) {
    parts.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  parts.whole = take_digits(text);
  parts.whole.remove_prefix(std::min(parts.whole.find_first_not_of('0'), parts.whole.size()));
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
  }
  parts.suffix = text;
  auto const letters = std::min(text.find_first_not_of("eEinumkKMGTP"), text.size());
  text.remove_prefix(letters);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  take_digits(text);
  if (!text.empty()) return std::nullopt;
  return parts;
}

// The number of "e3", "E-3".
std::optional<int> read_exponent(std::string_view suffix) {
  if (!suffix.starts_with('e') && !suffix.starts_with('E')) return std::nullopt;
  suffix.remove_prefix(1);
  if (suffix.starts_with('+')) suffix.remove_prefix(1);
  int exponent = 0;
  auto const read = std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
  if (suffix.empty() || read.ec != std::errc() || read.ptr != suffix.data() + suffix.size()) return std::nullopt;
  constexpr int largest = 100;  // beyond it everything is capped or rounded anyway
  return std::clamp(exponent, -largest, largest);
}

// digits * 10^-places * 2^exponent.
Wide in_nano_binary(std::string_view digits, int places, int exponent) {
  Wide const units = in_nano(digits, -9);  // the digits as a whole number, in units of 10^0
  Wide value = times(units, static_cast<Wide>(1) << exponent);
  if (places <= 9) return std::min(times(value, power_of_ten(9 - places)), most_binary);
  if (value >= most || places - 9 > 37) return value == 0 ? 0 : value >= most ? most_binary : 1;
  return std::min(divided_up(value, power_of_ten(places - 9)), most_binary);
}

// Go keeps some texts as they came: those its fast path takes for canonical.
constexpr int fast_digits = 18;

bool keeps_decimal_text(Parts const& parts, int exponent) {
  auto const whole = std::max<std::size_t>(parts.whole.size(), 1);
  int const scale = exponent - static_cast<int>(parts.fraction.size());
  if (whole + parts.fraction.size() > fast_digits || scale < -9 || scale % 3 != 0) return false;
  bool const thousands = (std::string(parts.whole) + std::string(parts.fraction)).ends_with("000");
  return !parts.whole.empty() && !thousands;
}

bool keeps_binary_text(Parts const& parts, int exponent) {
  int const precision = 14 - static_cast<int>(parts.whole.size()) - exponent * 3 / 10;
  if (!parts.fraction.empty() || parts.whole.empty() || precision < 0) return false;
  std::int64_t value = 0;
  std::from_chars(parts.whole.data(), parts.whole.data() + parts.whole.size(), value);
  return (value & 7) != 0;
}

}  // namespace

std::expected<Quantity, std::string> Quantity::parse(std::string_view text) {
  if (text.empty()) return std::unexpected(std::string(wrong_format));
  auto const parts = split(text);
  if (!parts) return std::unexpected(std::string(wrong_format));
  Quantity made;
  int exponent = 0;
  auto const is_suffix = [&](Suffix const& suffix) { return suffix.text == parts->suffix; };
  if (auto const* decimal = std::ranges::find_if(decimal_suffixes, is_suffix); decimal != decimal_suffixes.end()) {
    exponent = decimal->exponent;
  } else if (auto const* binary = std::ranges::find_if(binary_suffixes, is_suffix); binary != binary_suffixes.end()) {
    made.format_ = Format::binary;
    exponent = binary->exponent;
  } else if (auto const read = read_exponent(parts->suffix)) {
    made.format_ = Format::exponent;
    exponent = *read;
  } else {
    return std::unexpected(std::string(wrong_suffix));
  }
  std::string const digits = std::string(parts->whole) + std::string(parts->fraction);
  int const places = static_cast<int>(parts->fraction.size());
  bool const binary = made.format_ == Format::binary;
  made.nano_ = binary ? in_nano_binary(digits, places, exponent) : in_nano(digits, exponent - places);
  if (binary ? keeps_binary_text(*parts, exponent) : keeps_decimal_text(*parts, exponent)) made.text_ = text;
  if (binary && made.nano_ < one) made.format_ = Format::decimal;
  if (parts->negative) made.nano_ = -made.nano_;
  return made;
}

void Quantity::round_to_milli() {
  constexpr Wide milli = one / 1000;
  if (nano_ % milli == 0) return;
  nano_ = nano_ < 0 ? -divided_up(-nano_, milli) * milli : divided_up(nano_, milli) * milli;
  text_.clear();
}

std::string Quantity::to_string() const {
  if (!text_.empty()) return text_;
  if (nano_ == 0) return "0";
  Wide mantissa = nano_ < 0 ? -nano_ : nano_;
  std::string const sign = nano_ < 0 ? "-" : "";
  constexpr Wide kilo_binary = 1024;
  if (format_ == Format::binary && mantissa >= kilo_binary * one && mantissa % one == 0) {
    mantissa /= one;
    std::size_t step = 0;
    while (step + 1 < binary_suffixes.size() && mantissa >= kilo_binary && mantissa % kilo_binary == 0) {
      mantissa /= kilo_binary;
      ++step;
    }
    return sign + digits_of(mantissa) + std::string(binary_suffixes[step].text);
  }
  std::size_t step = 0;
  while (step + 1 < decimal_suffixes.size() && mantissa % 1000 == 0) {
    mantissa /= 1000;
    ++step;
  }
  auto const [suffix, exponent] = decimal_suffixes[step];
  std::string text = sign + digits_of(mantissa);
  if (format_ != Format::exponent) return text + std::string(suffix);
  return exponent == 0 ? text : text + "e" + std::to_string(exponent);
}

std::int64_t Quantity::value() const {
  return static_cast<std::int64_t>(nano_ < 0 ? -divided_up(-nano_, one) : divided_up(nano_, one));
}

std::int64_t Quantity::milli_value() const {
  constexpr Wide milli = one / 1000;
  Wide const count = nano_ < 0 ? -divided_up(-nano_, milli) : divided_up(nano_, milli);
  constexpr Wide largest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(count, -largest, largest));
}

}  // namespace fakeapi::types
