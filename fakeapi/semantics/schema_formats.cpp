#include "fakeapi/semantics/schema_formats.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace fakeapi::formats {
namespace {

using re2::RE2;
using re2::StringPiece;

StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
bool matches(std::string_view text, RE2 const& pattern) { return RE2::FullMatch(piece(text), pattern); }

std::string without_hyphens(std::string_view format) {
  std::string out(format);
  std::erase(out, '-');
  return out;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

bool is_date(std::string_view text) {
  static RE2 const shape("(\\d{4})-(\\d\\d)-(\\d\\d)");
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!RE2::FullMatch(piece(text), shape, &year, &month, &day)) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)).ok();
}

// "2026-11-23T17:24:10Z", on a day that every month has: nearly every time that is written.
bool is_plain_date_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    bool const fits = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (!fits) return false;
  }
  auto const number = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  int const month = number(5);
  int const day = number(8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && number(11) < 24 && number(14) < 60 && number(17) < 60;
}

bool is_date_time(std::string_view text) {
  if (is_plain_date_time(text)) return true;
  static RE2 const shape("(?i)(\\d{4}-\\d\\d-\\d\\d)t(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.\\d+)?(?:z|[+-]\\d\\d:\\d\\d)");
  std::string date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!RE2::FullMatch(piece(text), shape, &date, &hour, &minute, &second)) return false;
  return is_date(date) && hour < 24 && minute < 60 && second < 60;
}

// A number of bits after the slash of a CIDR, at most `most`.
bool is_prefix_length(std::string_view text, int most) {
  int bits = -1;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  return error == std::errc() && end == text.data() + text.size() && bits >= 0 && bits <= most && text[0] != '+';
}

bool is_ipv4(std::string_view text) {
  static RE2 const shape("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  std::array<std::string, 4> parts;
  if (!RE2::FullMatch(piece(text), shape, &parts[0], &parts[1], &parts[2], &parts[3])) return false;
  return std::ranges::all_of(
      parts, [](std::string const& part) { return (part.size() == 1 || part[0] != '0') && std::stoi(part) <= 255; });
}

// Groups of hexadecimal digits, the last two of which may be an IPv4 address, with at most one "::".
bool is_ipv6(std::string_view text) {
  if (!text.contains(':')) return false;
  constexpr int most = 8;
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    auto const colon = text.find(':');
    auto const group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.contains('.')) {
      groups += 2;
      return is_ipv4(group) && (gap ? groups < most : groups == most);
    }
    bool const hexadecimal = std::ranges::all_of(
        group, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
    if (group.empty() || group.size() > 4 || !hexadecimal || ++groups > most) return false;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  return gap ? groups < most : groups == most;
}

bool is_cidr(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return false;
  auto const address = text.substr(0, slash);
  auto const bits = text.substr(slash + 1);
  return (is_ipv4(address) && is_prefix_length(bits, 32)) || (is_ipv6(address) && is_prefix_length(bits, 128));
}

bool is_mac(std::string_view text) {
  static RE2 const colons(
      "(?i)[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?::[0-9a-f]{2}){7}|[0-9a-f]{2}(?::[0-9a-f]{2}){19}");
  static RE2 const hyphens(
      "(?i)[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){7}|[0-9a-f]{2}(?:-[0-9a-f]{2}){19}");
  static RE2 const dots(
      "(?i)[0-9a-f]{4}(?:\\.[0-9a-f]{4}){2}|[0-9a-f]{4}(?:\\.[0-9a-f]{4}){3}|[0-9a-f]{4}(?:\\.[0-9a-f]{4}){9}");
  return matches(text, colons) || matches(text, hyphens) || matches(text, dots);
}

// "local@domain", or a display name with the address in angle brackets.
bool is_email(std::string_view text) {
  static RE2 const shape(
      R"(\s*(?:(?:"[^"]*"|[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.\-]+(?:\s+[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.\-]+)*)?\s*<\s*)"
      R"((?:"[^"]*"|[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+)*)@)"
      R"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+)*\s*>)"
      R"(|(?:"[^"]*"|[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+)*)@)"
      R"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\-]+)*)\s*)");
  return matches(text, shape);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Lengths are counted here: with counted repetitions of such classes RE2 runs out of memory.
bool is_hostname(std::string_view text) {
  static RE2 const only_label("[a-zA-Z0-9\\p{S}\\p{L}](?:-?[a-zA-Z0-9\\p{S}\\p{L}]*)?");
  static RE2 const label("[a-zA-Z0-9\\p{S}\\p{L}](?:[a-zA-Z0-9\\-\\p{S}\\p{L}]*[a-zA-Z0-9\\p{S}\\p{L}])?");
  static RE2 const last_label("[a-zA-Z\\p{L}]{2,}");
  constexpr std::size_t longest = 255;
  constexpr std::size_t longest_label = 63;
  if (text.size() > longest) return false;
  bool first = true;
  for (;;) {
    auto const dot = text.find('.');
    auto const part = text.substr(0, dot);
    bool const last = dot == std::string_view::npos;
    RE2 const& shape = !last ? label : first ? only_label : last_label;
    if (part.size() > longest_label || code_points(part) > longest_label || !matches(part, shape)) return false;
    if (last) return true;
    text.remove_prefix(dot + 1);
    first = false;
  }
}

// What may stand in the first line of a request: an absolute path, or a URI with a scheme.
bool is_uri(std::string_view text) {
  static RE2 const escapes("(?:[^%]|%[0-9a-fA-F]{2})*");
  static RE2 const scheme("[a-zA-Z][a-zA-Z0-9+.\\-]*:");
  static RE2 const authority("(?:[^@/?#\\s]*@)?(?:\\[[0-9a-fA-F:.%]+\\]|[^\\s\"<>\\\\^`{|}/?#:\\[\\]]*)(?::\\d*)?");
  bool const control = std::ranges::any_of(text, [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (text == "*") return true;  // of OPTIONS *
  if (text.empty() || control || !matches(text, escapes)) return false;
  StringPiece rest = piece(text);
  if (rest[0] != '/' && !RE2::Consume(&rest, scheme)) return false;
  std::string_view const after(rest.data(), rest.size());
  if (!after.starts_with("//") || after.data() == text.data()) return true;
  auto const end = after.find_first_of("/?#", 2);
  return matches(after.substr(2, end == std::string_view::npos ? end : end - 2), authority);
}

bool is_base64(std::string_view text) {
  static RE2 const shape("(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=|[A-Za-z0-9+\\/]{4})");
  return matches(text, shape);
}

bool is_isbn10(std::string_view text) {
  static RE2 const shape("(?:[0-9]{9}X|[0-9]{10})");
  std::string plain;
  std::ranges::copy_if(text, std::back_inserter(plain), [](char c) { return c != '-' && c != ' '; });
  if (!matches(plain, shape)) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (i + 1) * (plain[static_cast<std::size_t>(i)] - '0');
  sum += plain[9] == 'X' ? 100 : 10 * (plain[9] - '0');
  return sum % 11 == 0;
}

bool is_isbn13(std::string_view text) {
  static RE2 const shape("[0-9]{13}");
  std::string plain;
  std::ranges::copy_if(text, std::back_inserter(plain), [](char c) { return c != '-' && c != ' '; });
  if (!matches(plain, shape)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i) sum += (i % 2 == 0 ? 1 : 3) * (plain[i] - '0');
  return (10 - sum % 10) % 10 == plain[12] - '0';
}

bool is_credit_card(std::string_view text) {
  static RE2 const shape(
      "(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}"
      "|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\\d{3})\\d{11})");
  std::string const digits = digits_of(text);
  if (!matches(digits, shape)) return false;
  int sum = 0;
  bool doubled = false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
    int const digit = (*at - '0') * (doubled ? 2 : 1);
    sum += digit / 10 + digit % 10;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

// A unit of time as people write it, in lower case: "s", "secs", "seconds".
bool is_unit(std::string_view unit) {
  constexpr std::string_view short_ones[] = {"ns", "us", "\u00b5s", "ms", "s", "m", "h", "hr", "d", "w", "wk"};
  constexpr std::string_view beginnings[] = {"nano", "micro", "milli", "sec", "min", "hour", "day", "week"};
  return std::ranges::find(short_ones, unit) != std::end(short_ones) ||
         std::ranges::any_of(beginnings, [&](std::string_view beginning) { return unit.starts_with(beginning); });
}

// As Go reads durations ("1h2m"), or with a number of some unit anywhere in it ("3 days").
bool is_duration(std::string_view text) {
  static RE2 const go("[+-]?(?:0|(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)");
  static RE2 const quantity("(\\d+)\\s*([A-Za-z\u00b5]+)");
  if (matches(text, go)) return true;
  StringPiece rest = piece(text);
  std::string number;
  std::string unit;
  while (RE2::FindAndConsume(&rest, quantity, &number, &unit)) {
    for (char& c : unit) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (is_unit(unit)) return true;
  }
  return false;
}

bool is_uuid(std::string_view text) {
  static RE2 const shape("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  return matches(text, shape);
}
bool is_uuid3(std::string_view text) {
  static RE2 const shape("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  return matches(text, shape);
}
bool is_uuid4(std::string_view text) {
  static RE2 const shape("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}");
  return matches(text, shape);
}
bool is_uuid5(std::string_view text) {
  static RE2 const shape("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}");
  return matches(text, shape);
}
bool is_object_id(std::string_view text) {
  static RE2 const shape("[0-9a-fA-F]{24}");
  return matches(text, shape);
}
bool is_ssn(std::string_view text) {
  static RE2 const shape("\\d{3}[- ]?\\d{2}[- ]?\\d{4}");
  return matches(text, shape);
}
bool is_hex_color(std::string_view text) {
  static RE2 const shape("#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})");
  return matches(text, shape);
}
bool is_rgb_color(std::string_view text) {
  static RE2 const shape(
      "rgb\\(\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*,"
      "\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*\\)");
  return matches(text, shape);
}
bool is_isbn(std::string_view text) { return is_isbn10(text) || is_isbn13(text); }
bool is_anything(std::string_view /*text*/) { return true; }

}  // namespace

Check check_of(std::string_view format) {
  static constexpr std::pair<std::string_view, Check> checks[] = {{"bsonobjectid", is_object_id},
                                                                  {"uri", is_uri},
                                                                  {"email", is_email},
                                                                  {"hostname", is_hostname},
                                                                  {"ipv4", is_ipv4},
                                                                  {"ipv6", is_ipv6},
                                                                  {"cidr", is_cidr},
                                                                  {"mac", is_mac},
                                                                  {"uuid", is_uuid},
                                                                  {"uuid3", is_uuid3},
                                                                  {"uuid4", is_uuid4},
                                                                  {"uuid5", is_uuid5},
                                                                  {"isbn", is_isbn},
                                                                  {"isbn10", is_isbn10},
                                                                  {"isbn13", is_isbn13},
                                                                  {"creditcard", is_credit_card},
                                                                  {"ssn", is_ssn},
                                                                  {"hexcolor", is_hex_color},
                                                                  {"rgbcolor", is_rgb_color},
                                                                  {"byte", is_base64},
                                                                  {"password", is_anything},
                                                                  {"date", is_date},
                                                                  {"duration", is_duration},
                                                                  {"datetime", is_date_time}};
  if (format.empty()) return nullptr;
  std::string const name = without_hyphens(format);
  for (auto const& [known, check] : checks) {
    if (known == name) return check;
  }
  return nullptr;
}

}  // namespace fakeapi::formats
