#include "operator/manifest/resolve.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace manifest {
namespace {

namespace json = boost::json;

constexpr auto null_words = std::to_array<std::string_view>({"", "~", "null", "Null", "NULL"});
constexpr auto true_words =
    std::to_array<std::string_view>({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"});
constexpr auto false_words =
    std::to_array<std::string_view>({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"});
constexpr auto not_finite_words = std::to_array<std::string_view>(
    {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"});

template <std::size_t n>
bool is_one_of(std::array<std::string_view, n> const& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

enum class IntegerKind : std::uint8_t { none, fits, too_large };
struct Integer {
  IntegerKind kind = IntegerKind::none;
  std::int64_t value = 0;
};

/// strconv.ParseInt(text, 0, 64) of Go, without underscores.
Integer parse_integer(std::string_view text) {
  bool const negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    char const letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    text.remove_prefix(base == 0 ? 1 : 2);
    if (base == 0) base = 8;
  }
  std::uint64_t magnitude = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return {};
  std::uint64_t const limit = std::uint64_t{1} << 63;
  if (error == std::errc::result_out_of_range || magnitude > limit || (magnitude == limit && !negative))
    return {IntegerKind::too_large, 0};
  return {IntegerKind::fits, static_cast<std::int64_t>(negative ? ~magnitude + 1 : magnitude)};
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  std::size_t at = 0;
  auto digits = [&] {
    std::size_t const start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  auto sign = [&] { at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1 : 0; };
  sign();
  std::size_t const whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() + whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    ++at;
    sign();
    if (digits() == 0) return false;
  }
  return at == text.size();
}

/// Nothing if the number is too large for a float, which leaves the text a string.
std::optional<json::value> parse_float(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, too large is no number; only a negative exponent or a leading zero makes it small.
    std::size_t const e = digits.find_first_of("eE");
    bool const small = e != std::string_view::npos ? digits.find('-', e) != std::string_view::npos
                                                   : digits.find_first_not_of("-0") == digits.find('.');
    if (!small) return std::nullopt;
    return json::value(std::int64_t{0});
  }
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return through_json(value);
}

json::value string(std::string_view text) { return json::value(json::string(text)); }

}  // namespace

json::value through_json(double value) {
  if (value == 0) return json::value(std::int64_t{0});
  if (std::abs(value) >= 1e21 || std::trunc(value) != value) return json::value(value);
  // Go writes the shortest digits that identify the float and fills up with zeros.
  std::array<char, 32> buffer{};
  auto const written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string_view const shortest(buffer.data(), written.ptr);
  std::size_t const e = shortest.find('e');
  int exponent = 0;
  std::from_chars(shortest.data() + e + 2, shortest.data() + shortest.size(), exponent);
  std::string digits;
  for (char const c : shortest.substr(0, e)) {
    if (is_digit(c)) digits += c;
  }
  digits.resize(static_cast<std::size_t>(exponent) + 1, '0');
  std::uint64_t magnitude = 0;
  auto const parsed = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (parsed.ec != std::errc{} || magnitude > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return json::value(value);
  auto const positive = static_cast<std::int64_t>(magnitude);
  return json::value(value < 0 ? -positive : positive);
}

std::expected<boost::json::value, std::string> resolve_plain(std::string_view text) {
  if (is_one_of(null_words, text)) return json::value(nullptr);
  char const first = text.front();
  if (!is_digit(first) && first != '+' && first != '-' && first != '.') {
    if (is_one_of(true_words, text)) return json::value(true);
    if (is_one_of(false_words, text)) return json::value(false);
    return string(text);
  }
  if (is_one_of(not_finite_words, text))
    return std::unexpected("Kubernetes has no number " + std::string(text) + "; put it in quotes if text is meant");
  if (first == '.') {
    if (looks_like_float(text)) {
      if (auto number = parse_float(text)) return *number;
    }
    return string(text);
  }
  std::string plain(text);
  std::erase(plain, '_');
  Integer const integer = parse_integer(plain);
  if (integer.kind == IntegerKind::fits) return json::value(integer.value);
  if (integer.kind == IntegerKind::too_large)
    return std::unexpected("the integer " + std::string(text) +
                           " does not fit in 64 bits; put it in quotes if text is meant");
  if (looks_like_float(plain)) {
    if (auto number = parse_float(plain)) return *number;
  }
  return string(text);
}

std::string short_tag(std::string_view tag) {
  constexpr std::string_view prefix = "tag:yaml.org,2002:";
  if (tag.starts_with(prefix)) return "!!" + std::string(tag.substr(prefix.size()));
  return std::string(tag);
}

std::expected<boost::json::value, std::string> resolve_tagged(std::string_view tag, std::string_view text) {
  std::string const name = short_tag(tag);
  if (name == "!!str" || name == "!!timestamp") return string(text);
  if (name == "!!binary")
    return std::unexpected("the tag !!binary is not supported; write the base64 text without a tag");
  bool const known = name == "!!int" || name == "!!float" || name == "!!bool" || name == "!!null";
  if (!known) return std::unexpected("the tag " + name + " means nothing to Kubernetes; remove it");
  auto value = resolve_plain(text);
  if (!value) return value;
  bool const fits = (name == "!!int" && value->is_int64()) ||
                    (name == "!!float" && (value->is_int64() || value->is_double())) ||
                    (name == "!!bool" && value->is_bool()) || (name == "!!null" && value->is_null());
  if (!fits)
    return std::unexpected("\"" + std::string(text) + "\" is not what its tag " + name + " says; remove the tag");
  return value;
}

}  // namespace manifest
