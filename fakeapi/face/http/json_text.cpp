#include "fakeapi/face/http/json_text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

namespace fakeapi::http {
namespace {

namespace json = boost::json;

// Bytes that stand for themselves in a text.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) table[byte] = true;
  for (char const c : {'"', '\\', '<', '>', '&'}) table[static_cast<unsigned char>(c)] = false;
  return table;
}();

constexpr std::string_view digits = "0123456789abcdef";

void append_control(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
  }
}

// The length of the character that starts here; 0: it is no UTF-8.
std::size_t character_length(std::string_view text) {
  auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  auto const continues = [&](std::size_t at) { return at < text.size() && (byte(at) & 0xc0) == 0x80; };
  auto const first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    bool const overlong = first == 0xe0 && byte(1) < 0xa0;
    bool const surrogate = first == 0xed && byte(1) > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    bool const overlong = first == 0xf0 && byte(1) < 0x90;
    bool const beyond = first == 0xf4 && byte(1) > 0x8f;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

// A number without a fraction that has more digits than tell it from others: Go fills up with zeros.
void append_large(std::string& out, double number) {
  char buffer[40];
  auto const [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  std::string_view const text(buffer, static_cast<std::size_t>(end - buffer));
  auto const e = text.find('e');
  std::size_t exponent = 0;
  std::from_chars(text.data() + e + 2, text.data() + text.size(), exponent);
  if (number < 0) out += '-';
  std::string shown;
  for (char const c : text.substr(0, e)) {
    if (c >= '0' && c <= '9') shown += c;
  }
  shown.resize(exponent + 1, '0');
  out += shown;
}

void append_double(std::string& out, double number) {
  constexpr double small = 1e-6;
  constexpr double large = 1e21;
  double const size = std::abs(number);
  char buffer[400];
  bool const scientific = size != 0 && (size < small || size >= large);
  auto const [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number,
                                          scientific ? std::chars_format::scientific : std::chars_format::fixed);
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  constexpr double exact = 9007199254740992;  // 2^53
  if (!scientific && size >= exact) {
    append_large(out, number);
    return;
  }
  // Go writes e-7, not e-07.
  if (scientific && text.size() >= 4 && text[text.size() - 4] == 'e' && text[text.size() - 3] == '-' &&
      text[text.size() - 2] == '0') {
    out.append(text.substr(0, text.size() - 2)).push_back(text.back());
  } else {
    out += text;
  }
}

template <class Number>
void append_integer(std::string& out, Number number) {
  char buffer[24];
  auto const [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end);
}

void append_object(std::string& out, json::object const& object, MemberOrder order) {
  out += '{';
  if (order == MemberOrder::as_is || object.size() < 2) {
    for (auto const& [name, value] : object) {
      append_member(out, name);
      append_json(out, value, order);
    }
  } else {
    constexpr std::size_t few = 16;
    std::array<json::key_value_pair const*, few> room;
    std::vector<json::key_value_pair const*> more;
    auto* first = room.data();
    if (object.size() > few) {
      more.resize(object.size());
      first = more.data();
    }
    auto* last = first;
    for (auto const& member : object) *last++ = &member;
    std::sort(first, last, [](auto const* a, auto const* b) { return a->key() < b->key(); });
    for (auto* at = first; at != last; ++at) {
      append_member(out, (*at)->key());
      append_json(out, (*at)->value(), order);
    }
  }
  out += '}';
}

}  // namespace

std::string readable(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    auto const byte = static_cast<unsigned char>(text.front());
    auto const length = byte < 0x80 ? 1 : character_length(text);
    made += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return made;
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    auto const byte = static_cast<unsigned char>(text[at]);
    if (plain[byte]) {
      ++at;
      continue;
    }
    if (byte >= 0x80) {
      auto const length = character_length(text.substr(at));
      auto const character = text.substr(at, length);
      bool const separator = character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9";
      if (length > 0 && !separator) {
        at += length;
        continue;
      }
      out += text.substr(start, at - start);
      if (separator) {
        out += character.back() == '\xa8' ? "\\u2028" : "\\u2029";
        at += length;
      } else {
        out += "\\ufffd";
        ++at;
      }
    } else {
      out += text.substr(start, at - start);
      append_control(out, byte);
      ++at;
    }
    start = at;
  }
  out += text.substr(start);
  out += '"';
}

void append_json(std::string& out, std::int64_t number) { append_integer(out, number); }

void append_json(std::string& out, json::value const& value, MemberOrder order) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      append_integer(out, value.get_int64());
      return;
    case json::kind::uint64:
      append_integer(out, value.get_uint64());
      return;
    case json::kind::double_:
      append_double(out, value.get_double());
      return;
    case json::kind::string:
      append_json(out, std::string_view(value.get_string()));
      return;
    case json::kind::object:
      append_object(out, value.get_object(), order);
      return;
    case json::kind::array:
      out += '[';
      for (auto const& item : value.get_array()) {
        if (out.back() != '[') out += ',';
        append_json(out, item, order);
      }
      out += ']';
      return;
  }
}

void append_member(std::string& out, std::string_view name) {
  if (!out.empty() && out.back() != '{') out += ',';
  append_json(out, name);
  out += ':';
}

std::string indent_json(std::string_view compact) {
  std::string out;
  out.reserve(compact.size() * 2);
  std::size_t depth = 0;
  bool in_text = false;
  auto const new_line = [&] {
    out += '\n';
    out.append(2 * depth, ' ');
  };
  for (std::size_t at = 0; at < compact.size(); ++at) {
    char const c = compact[at];
    if (in_text) {
      out += c;
      if (c == '\\' && at + 1 < compact.size()) {
        out += compact[++at];
      } else if (c == '"') {
        in_text = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        in_text = true;
        out += c;
        break;
      case '{':
      case '[':
        out += c;
        if (at + 1 < compact.size() && (compact[at + 1] == '}' || compact[at + 1] == ']')) {
          out += compact[++at];
        } else {
          ++depth;
          new_line();
        }
        break;
      case '}':
      case ']':
        if (depth > 0) --depth;
        new_line();
        out += c;
        break;
      case ',':
        out += c;
        new_line();
        break;
      case ':':
        out += ": ";
        break;
      case '\n':
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace fakeapi::http
