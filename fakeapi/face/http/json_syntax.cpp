#include "fakeapi/face/http/json_syntax.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "operator/api/object_json.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

// As Go's scanner quotes the character that it did not expect.
std::string quote(char c) {
  if (c == '\'') return R"('\'')";
  if (c == '"') return R"('"')";
  std::string text = "'";
  constexpr std::string_view digits = "0123456789abcdef";
  auto const byte = static_cast<unsigned char>(c);
  if (c == '\n') {
    text += "\\n";
  } else if (c == '\t') {
    text += "\\t";
  } else if (c == '\r') {
    text += "\\r";
  } else if (c == '\\') {
    text += "\\\\";
  } else if (byte < 0x20 || byte == 0x7f) {
    text += "\\x";
    text += digits[byte >> 4];
    text += digits[byte & 15];
  } else if (byte >= 0x80) {  // a byte by itself is a Latin-1 character to Go
    text += static_cast<char>(0xc0 | (byte >> 6));
    text += static_cast<char>(0x80 | (byte & 0x3f));
  } else {
    text += c;
  }
  return text + "'";
}

// Walks over text that is known to be wrong somewhere, to the place where Go's scanner or its conversion of a number
// would stop.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  std::string error() {
    if (!value("looking for beginning of value")) return message_;
    space();
    if (at_ < text_.size()) return fail("after top-level value");
    return "invalid JSON";
  }

 private:
  bool end() const { return at_ >= text_.size(); }
  char here() const { return text_[at_]; }
  void space() {
    while (!end() && (here() == ' ' || here() == '\t' || here() == '\r' || here() == '\n')) ++at_;
  }
  std::string fail(std::string_view where) {
    message_ = end() ? "unexpected end of JSON input" : "invalid character " + quote(here()) + " " + std::string(where);
    return message_;
  }
  bool stop(std::string_view where) {
    fail(where);
    return false;
  }

  bool value(std::string_view where) {
    space();
    if (end()) return stop(where);
    if (open_.size() > max_json_depth) {
      message_ = "exceeded max depth";
      return false;
    }
    switch (here()) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        if (here() == '-' || is_digit()) return number();
        return stop(where);
    }
  }

  bool object() {
    open_.push_back('{');
    ++at_;
    space();
    if (!end() && here() == '}') return close();
    for (;;) {
      space();
      if (end() || here() != '"') return stop("looking for beginning of object key string");
      if (!string()) return false;
      space();
      if (end() || here() != ':') return stop("after object key");
      ++at_;
      if (!value("looking for beginning of value")) return false;
      space();
      if (end()) return stop("after object key:value pair");
      if (here() == '}') return close();
      if (here() != ',') return stop("after object key:value pair");
      ++at_;
    }
  }

  bool array() {
    open_.push_back('[');
    ++at_;
    space();
    if (!end() && here() == ']') return close();
    for (;;) {
      if (!value("looking for beginning of value")) return false;
      space();
      if (end()) return stop("after array element");
      if (here() == ']') return close();
      if (here() != ',') return stop("after array element");
      ++at_;
    }
  }

  bool close() {
    open_.pop_back();
    ++at_;
    return true;
  }

  bool string() {
    for (++at_; !end(); ++at_) {
      if (here() == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(here()) < 0x20) return stop("in string literal");
      if (here() != '\\') continue;
      ++at_;
      if (end()) break;
      if (here() == 'u') {
        for (int i = 0; i < 4; ++i) {
          ++at_;
          if (end()) return stop("");
          if (!std::string_view("0123456789abcdefABCDEF").contains(here())) {
            return stop("in \\u hexadecimal character escape");
          }
        }
      } else if (!std::string_view("bfnrt\\/\"").contains(here())) {
        return stop("in string escape code");
      }
    }
    return stop("");
  }

  bool literal(std::string_view word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      ++at_;
      if (end()) return stop("");
      if (here() != word[i]) {
        return stop("in literal " + std::string(word) + " (expecting " + quote(word[i]) + ")");
      }
    }
    ++at_;
    return true;
  }

  bool is_digit() const { return !end() && here() >= '0' && here() <= '9'; }
  bool digits(std::string_view where) {
    if (!is_digit()) return stop(where);
    while (is_digit()) ++at_;
    return true;
  }
  bool number() {
    std::size_t const start = at_;
    if (here() == '-') {
      ++at_;
      if (!is_digit()) return stop("in numeric literal");
    }
    if (here() == '0') {
      ++at_;
    } else if (!digits("in numeric literal")) {
      return false;
    }
    if (!end() && here() == '.') {
      ++at_;
      if (!digits("after decimal point in numeric literal")) return false;
    }
    if (!end() && (here() == 'e' || here() == 'E')) {
      ++at_;
      if (!end() && (here() == '+' || here() == '-')) ++at_;
      if (!digits("in exponent of numeric literal")) return false;
    }
    return is_in_range(text_.substr(start, at_ - start));
  }
  // Too large for a float64. What is too small is 0.
  bool is_in_range(std::string_view number) {
    double value = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    // Boost's parser tells too large from too small, but gives up on exponents without any sense.
    json::error_code senseless;
    auto const read = error == std::errc::result_out_of_range ? json::parse(number, senseless) : json::value(value);
    bool const large = senseless || !api::detail::is_finite(read);
    if (large) message_ = "strconv.ParseFloat: parsing \"" + std::string(number) + "\": value out of range";
    return !large;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;
  std::string message_;
};

// What Boost's push parser calls while duplicate keys are looked for.
struct KeyHandler {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;
  using Code = json::error_code;

  // One object or array that is open.
  struct Level {
    bool is_array = false;
    std::size_t path_length = 0;  // of the path up to here
    std::size_t next_item = 0;
    std::set<std::string, std::less<>> keys;
  };
  std::vector<Level> open;
  std::string path;
  std::string key;
  std::vector<std::string> found;

  // A value begins: where it stands becomes the path.
  void begin_value() {
    if (open.empty() || !open.back().is_array) return;
    path.resize(open.back().path_length);
    path += "[" + std::to_string(open.back().next_item++) + "]";
  }
  bool begin(bool is_array) {
    begin_value();
    open.push_back({is_array, path.size(), 0, {}});
    return true;
  }
  bool end() {
    path.resize(open.back().path_length);
    open.pop_back();
    return true;
  }
  bool scalar() {
    begin_value();
    return true;
  }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return begin(false); }
  bool on_object_end(std::size_t, Code&) { return end(); }
  bool on_array_begin(Code&) { return begin(true); }
  bool on_array_end(std::size_t, Code&) { return end(); }
  bool on_key_part(json::string_view text, std::size_t, Code&) {
    key.append(text.data(), text.size());
    return true;
  }
  bool on_key(json::string_view text, std::size_t, Code&) {
    key.append(text.data(), text.size());
    auto& level = open.back();
    path.resize(level.path_length);
    if (!path.empty()) path += '.';
    path += key;
    if (!level.keys.insert(std::exchange(key, {})).second && std::ranges::find(found, path) == found.end()) {
      found.push_back(path);
    }
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return scalar(); }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return scalar(); }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return scalar(); }
  bool on_double(double, json::string_view, Code&) { return scalar(); }
  bool on_bool(bool, Code&) { return scalar(); }
  bool on_null(Code&) { return scalar(); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

json::parse_options options() {
  json::parse_options made;
  made.max_depth = max_json_depth;
  return made;
}

}  // namespace

std::expected<json::value, std::string> parse_json(std::string_view text) {
  json::error_code error;
  auto value = json::parse(json::string_view(text.data(), text.size()), error, {}, options());
  if (!error && api::detail::is_finite(value)) return value;
  if (error == json::error::too_deep) return std::unexpected("exceeded max depth");
  return std::unexpected(Walk(text).error());
}

std::vector<std::string> duplicate_keys(std::string_view text) {
  json::basic_parser<KeyHandler> parser(options());
  json::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return std::move(parser.handler().found);
}

std::string_view go_kind(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "bool";
    case json::kind::string:
      return "string";
    case json::kind::object:
      return "object";
    case json::kind::array:
      return "array";
    default:
      return "number";
  }
}

}  // namespace fakeapi::http
