#include "fakeapi/face/http/yaml_text.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeapi/face/http/json_text.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

// Whether a plain scalar of this text would be read as something else than text.
bool means_something(std::string_view text) {
  if (text.empty() ||
      is_one_of(text, {"~",   "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "yes",
                       "Yes", "YES",  "no",   "No",   "NO",   "on",   "On",   "ON",    "off",   "Off",   "OFF",
                       "y",   "Y",    "n",    "N",    "<<",   "=",    ".nan", ".NaN",  ".NAN"})) {
    return true;
  }
  auto rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (is_one_of(rest, {".inf", ".Inf", ".INF"})) return true;
  bool const digit =
      !rest.empty() && (std::isdigit(static_cast<unsigned char>(rest.front())) != 0 || rest.front() == '.');
  if (!digit) return false;
  // A number, or a time: whatever starts like one and has nothing but their characters is put in quotes.
  if (rest.starts_with("0x") || rest.starts_with("0b") || rest.starts_with("0o")) return true;
  return rest.find_first_not_of("0123456789._eE+-:TtZz ") == std::string_view::npos && rest != ".";
}

bool needs_quotes(std::string_view text) {
  if (means_something(text) || text.starts_with("---") || text.starts_with("...")) return true;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@` ").contains(text.front())) {
    // A dash, a question mark or a colon that is followed by something is plain.
    bool const plain_start = std::string_view("-?:").contains(text.front()) && text.size() > 1 && text[1] != ' ';
    if (!plain_start) return true;
  }
  return text.back() == ' ' || text.back() == ':' || text.contains(": ") || text.contains(" #");
}

// The length of the character that a text starts with, and its number. Texts are UTF-8.
std::pair<std::size_t, std::uint32_t> first_character(std::string_view text) {
  auto const lead = static_cast<unsigned char>(text.front());
  std::size_t const wanted = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  auto const length = std::min(wanted, text.size());
  std::uint32_t number = lead < 0x80 ? lead : lead & (0xffU >> (wanted + 1));
  for (std::size_t i = 1; i < length; ++i) number = number << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  return {length, number};
}

// What go-yaml writes as it is, less the line breaks of Unicode.
bool is_printable(std::uint32_t c) {
  constexpr std::uint32_t line_separator = 0x2028, paragraph_separator = 0x2029, byte_order_mark = 0xfeff;
  if (c < 0x7f) return c >= 0x20;
  if (c == line_separator || c == paragraph_separator || c == byte_order_mark) return false;
  return c >= 0xa0 && c < 0xfffe;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    auto const [length, number] = first_character(text);
    if (!is_printable(number)) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_escape(std::string& out, std::uint32_t c) {
  constexpr std::pair<std::uint32_t, char> names[] = {
      {0, '0'},    {7, 'a'},   {8, 'b'},     {9, 't'},    {10, 'n'},   {11, 'v'},     {12, 'f'},    {13, 'r'},
      {0x1b, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
  out += '\\';
  if (auto const* name = std::ranges::find(names, c, &std::pair<std::uint32_t, char>::first); name != std::end(names)) {
    out += name->second;
    return;
  }
  out += c <= 0xff ? 'x' : c <= 0xffff ? 'u' : 'U';
  for (int shift = c <= 0xff ? 4 : c <= 0xffff ? 12 : 28; shift >= 0; shift -= 4) {
    out += "0123456789ABCDEF"[(c >> shift) & 15];
  }
}

void append_double_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto const [length, number] = first_character(text);
    if (is_printable(number) && number != '"' && number != '\\') {
      out += text.substr(0, length);
    } else {
      append_escape(out, number);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_single_quoted(std::string& out, std::string_view text) {
  out += '\'';
  for (char const c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  out += '\'';
}

// A text of several lines, as a block of its own.
void append_block(std::string& out, std::string_view text, std::size_t indent) {
  out += '|';
  if (text.front() == ' ' || text.front() == '\n') out += '2';
  bool const ends = text.ends_with('\n');
  if (!ends) out += '-';
  if (ends && text.ends_with("\n\n")) out += '+';
  if (ends) text.remove_suffix(1);
  for (;;) {
    auto const end = text.find('\n');
    out += '\n';
    if (auto const line = text.substr(0, end); !line.empty()) out.append(indent, ' ').append(line);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool is_block(std::string_view text) {
  if (!text.contains('\n')) return false;
  while (!text.empty()) {
    auto const [length, number] = first_character(text);
    if (!is_printable(number) && number != '\n' && number != '\t') return false;
    text.remove_prefix(length);
  }
  return true;
}

// On one line.
void append_line(std::string& out, std::string_view text) {
  if (!is_printable(text) || means_something(text)) {
    append_double_quoted(out, text);
  } else if (needs_quotes(text)) {
    append_single_quoted(out, text);
  } else {
    out += text;
  }
}

void append_text(std::string& out, std::string_view text, std::size_t indent) {
  if (is_block(text)) {
    append_block(out, text, indent);
  } else {
    append_line(out, text);
  }
}

void append_value(std::string& out, json::value const& value, std::size_t indent, bool in_list);

void append_object(std::string& out, json::object const& object, std::size_t indent, bool first_on_line) {
  std::vector<json::key_value_pair const*> members;
  for (auto const& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](auto const* member) { return member->key(); });
  for (auto const* member : members) {
    if (!first_on_line) out.append(indent, ' ');
    first_on_line = false;
    append_line(out, member->key());
    out += ':';
    append_value(out, member->value(), indent, false);
  }
}

// After "key:" or "-".
void append_value(std::string& out, json::value const& value, std::size_t indent, bool in_list) {
  if (value.is_object() && !value.get_object().empty()) {
    out += in_list ? ' ' : '\n';
    append_object(out, value.get_object(), indent + 2, in_list);
  } else if (value.is_array() && !value.get_array().empty()) {
    // A list stands under its key, a list in a list behind its dash.
    std::size_t const own = in_list ? indent + 2 : indent;
    out += in_list ? ' ' : '\n';
    bool first = in_list;
    for (auto const& item : value.get_array()) {
      if (!first) out.append(own, ' ');
      first = false;
      out += '-';
      append_value(out, item, own, true);
    }
  } else {
    out += ' ';
    if (value.is_string()) {
      append_text(out, value.get_string(), indent + 2);
    } else {
      append_json(out, value, MemberOrder::by_name);
    }
    out += '\n';
  }
}

}  // namespace

std::string to_yaml(json::value const& value) {
  std::string out;
  if (value.is_object() && !value.get_object().empty()) {
    append_object(out, value.get_object(), 0, false);
  } else if (value.is_array() && !value.get_array().empty()) {
    for (auto const& item : value.get_array()) {
      out += '-';
      append_value(out, item, 0, true);
    }
  } else {
    append_json(out, value, MemberOrder::by_name);
    out += '\n';
  }
  return out;
}

}  // namespace fakeapi::http
