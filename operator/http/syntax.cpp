#include "operator/http/syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "operator/seams/check.hpp"

namespace http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void append_padded(std::string& text, unsigned number, std::size_t width) {
  auto const digits = std::to_string(number);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool list_has(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    auto const comma = list.find(',');
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::string http_date(seams::WallTime time) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(std::chrono::floor<std::chrono::seconds>(time) - day);
  std::string text;
  text += days[std::chrono::weekday(day).c_encoding()];
  text += ", ";
  append_padded(text, static_cast<unsigned>(date.day()), 2);
  text += ' ';
  text += months[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text += ' ';
  append_padded(text, static_cast<unsigned>(clock.hours().count()), 2);
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text += ':';
  append_padded(text, static_cast<unsigned>(clock.seconds().count()), 2);
  text += " GMT";
  return text;
}

void append_number(std::string& text, std::size_t number) {
  std::array<char, 24> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

void append_hexadecimal(std::string& text, std::size_t number) {
  std::array<char, 24> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  text.append(digits.data(), end);
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
  seams::check(is_token(name), "a header field has a name of HTTP's grammar");
  seams::check(is_field_value(value), "a header field's value is one line");
  text += name;
  text += ": ";
  text += value;
  text += "\r\n";
}

std::size_t find_end_of_head(std::string_view bytes, std::size_t& scanned) {
  // A line end before an empty line. Bare line feeds are found too: the parser refuses them, now and not at a timeout.
  std::size_t at = scanned < 3 ? 0 : scanned - 3;
  while ((at = bytes.find('\n', at)) != std::string_view::npos) {
    auto const rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
    ++at;
  }
  scanned = bytes.size();
  return std::string_view::npos;
}

}  // namespace http
