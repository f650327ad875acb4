#include "fakeapi/types/go_decoder.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <limits>

#include "fakeapi/types/quantity.hpp"
#include "fakeapi/types/scalars.hpp"

namespace fakeapi::types {
namespace {

namespace json = boost::json;

constexpr std::size_t most_depth = 10000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What encoding/json says of a value that is none of `wanted`.
std::string cannot_unmarshal(json::value const& value, std::string_view text, std::string_view wanted) {
  std::string found = value.is_bool()     ? "bool"
                      : value.is_string() ? "string"
                      : value.is_array()  ? "array"
                      : value.is_object() ? "object"
                                          : "number";
  if (value.is_number() && wanted != "string") found += " " + std::string(text);
  return "json: cannot unmarshal " + found + " into Go value of type " + std::string(wanted);
}

class Decoder {
 public:
  explicit Decoder(std::string_view text) : text_(text) {}

  void decode(Type const& type, bool pointer) {
    if (pointer && read_null()) return;
    switch (type.form) {
      case Form::string:
        read_string();
        return;
      case Form::boolean:
        if (!read_null()) read_bool();
        return;
      case Form::int32:
      case Form::int64:
        if (!read_null()) read_integer(type.form == Form::int32);
        return;
      case Form::number:
        if (!read_null()) read_number();
        return;
      case Form::bytes:
        read_bytes();
        return;
      case Form::structure:
        read_structure(type);
        return;
      case Form::list:
        read_list(type);
        return;
      case Form::map:
        read_map(type);
        return;
      case Form::any:
      case Form::time:
      case Form::micro_time:
      case Form::duration:
      case Form::int_or_string:
      case Form::quantity:
      case Form::fields_v1:
        read_by_itself(type);
        return;
    }
  }

  std::string const& error() const { return error_; }

 private:
  // The reader's primitives. At the end of the text everything reads as 0.

  char next_token() {
    while (head_ < text_.size() && is_space(text_[head_])) ++head_;
    return head_ < text_.size() ? text_[head_++] : '\0';
  }
  void unread() {
    if (head_ > 0 && head_ <= text_.size()) --head_;
  }
  char read_byte() { return head_ < text_.size() ? text_[head_++] : '\0'; }

  void report(std::string_view operation, std::string const& message) {
    if (!error_.empty()) return;
    constexpr std::size_t near = 10;
    constexpr std::size_t far = 50;
    auto const around = [&](std::size_t distance) {
      auto const begin = head_ - std::min(head_, distance);
      return std::string(text_.substr(begin, head_ + distance - begin));
    };
    error_ = std::string(operation) + ": " + message + ", error found in #" + std::to_string(std::min(head_, near)) +
             " byte of ...|" + around(near) + "|..., bigger context ...|" + around(far) + "|...";
  }
  void prefix(std::string const& text) {
    if (!error_.empty()) error_ = text + error_;
  }
  void report_found(std::string_view operation, std::string_view expected, char c) {
    report(operation, std::string(expected) + std::string(1, c));
  }

  void skip_literal(std::string_view rest) {
    for (char const c : rest) {
      if (read_byte() != c) return report("skipThreeBytes", "expect " + std::string(rest));
    }
  }

  bool read_null() {
    if (next_token() == 'n') {
      skip_literal("ull");
      return true;
    }
    unread();
    return false;
  }

  std::string read_rest_of_string() {
    std::string value;
    while (head_ < text_.size()) {
      char const c = text_[head_++];
      if (c == '"') break;
      value += c;
      if (c == '\\' && head_ < text_.size()) value += text_[head_++];
    }
    return value;
  }

  std::string read_string() {
    char const c = next_token();
    if (c == '"') return read_rest_of_string();
    if (c == 'n') {
      skip_literal("ull");
      return "";
    }
    report_found("ReadString", "expects \" or n, but found ", c);
    return "";
  }

  void read_bool() {
    char const c = next_token();
    if (c == 't') return skip_literal("rue");
    if (c == 'f') return skip_literal("alse");
    report_found("ReadBool", "expect t or f, but found ", c);
  }

  void read_integer(bool narrow) {
    char c = next_token();
    bool const negative = c == '-';
    if (negative) c = read_byte();
    std::string_view const unsigned_reader = narrow ? "readUint32" : "readUint64";
    if (!is_digit(c)) return report(unsigned_reader, "unexpected character: \xEF\xBF\xBD");
    auto const begin = head_ - 1;
    if (c != '0') {
      while (head_ < text_.size() && is_digit(text_[head_])) ++head_;
    }
    std::uint64_t value = 0;
    auto const digits = text_.substr(begin, head_ - begin);
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    constexpr std::uint64_t widest = std::numeric_limits<std::uint32_t>::max();
    if (read.ec != std::errc() || (narrow && value > widest)) return report(unsigned_reader, "overflow");
    if (head_ < text_.size() && text_[head_] == '.') return report("assertInteger", "can not decode float as int");
    std::uint64_t const most = static_cast<std::uint64_t>(narrow ? std::numeric_limits<std::int32_t>::max()
                                                                 : std::numeric_limits<std::int64_t>::max()) +
                               (negative ? 1 : 0);
    if (value > most) report(narrow ? "ReadInt32" : "ReadInt64", "overflow: " + std::to_string(value));
  }

  void read_number() {
    char const c = next_token();
    if (!is_digit(c) && c != '-') return report("readFloat64", "empty number");
    while (head_ < text_.size() && (is_digit(text_[head_]) || std::string_view("+-.eE").contains(text_[head_])))
      ++head_;
  }

  // The text of the next value, whole.
  std::string_view skip_value() {
    next_token();
    unread();
    auto const begin = head_;
    skip();
    return text_.substr(begin, head_ - begin);
  }

  void skip() {
    char const c = next_token();
    if (c == '"') {
      read_rest_of_string();
    } else if (c == '{' || c == '[') {
      std::size_t depth = 1;
      while (head_ < text_.size() && depth > 0) {
        char const inner = text_[head_++];
        if (inner == '"') read_rest_of_string();
        if (inner == '{' || inner == '[') ++depth;
        if (inner == '}' || inner == ']') --depth;
      }
    } else {
      while (head_ < text_.size() && !std::string_view(",}] \n\r\t").contains(text_[head_])) ++head_;
    }
  }

  void read_bytes() {
    if (read_null()) return;
    char const c = next_token();
    if (c == '"') {
      auto const fault = base64_error(read_rest_of_string());
      if (!fault.empty()) report("decode base64", fault);
      return;
    }
    unread();
    if (c != '[') return report("base64Codec", "invalid input");
    Type byte;
    byte.form = Form::int32;
    Type bytes;
    bytes.form = Form::list;
    bytes.element = &byte;
    read_list(bytes);
  }

  // Those that read their text by themselves.
  void read_by_itself(Type const& type) {
    auto const text = skip_value();
    boost::system::error_code failed;
    auto const value = json::parse(text, failed);
    if (failed || value.is_null()) return;
    if (auto const fault = fault_of(type, value, text); !fault.empty()) report("unmarshalerDecoder", fault);
  }

  static std::string fault_of(Type const& type, json::value const& value, std::string_view text) {
    switch (type.form) {
      case Form::time:
      case Form::micro_time: {
        if (!value.is_string()) return cannot_unmarshal(value, text, "string");
        auto const read =
            type.form == Form::time ? canonical_time(value.get_string()) : canonical_micro_time(value.get_string());
        return read ? "" : read.error();
      }
      case Form::quantity: {
        if (text.starts_with('"')) {
          text.remove_prefix(1);
          text.remove_suffix(1);
        }
        auto const first = std::min(text.find_first_not_of(" \t\n\r"), text.size());
        text = text.substr(first, text.find_last_not_of(" \t\n\r") + 1 - first);
        auto const read = Quantity::parse(text);
        return read ? "" : read.error();
      }
      case Form::int_or_string: {
        if (value.is_string()) return "";
        bool const fits = value.is_int64() && value.get_int64() >= std::numeric_limits<std::int32_t>::min() &&
                          value.get_int64() <= std::numeric_limits<std::int32_t>::max();
        return fits ? "" : cannot_unmarshal(value, text, "int32");
      }
      default:
        return "";
    }
  }

  bool read_object_start() {
    char c = next_token();
    if (c == '{') {
      c = next_token();
      if (c == '"') {
        unread();
        return true;
      }
      if (c == '}') return false;
      report_found("readObjectStart", "expect \" after {, but found ", c);
      return false;
    }
    if (c == 'n') {
      skip_literal("ull");
      return false;
    }
    report_found("readObjectStart", "expect { or n, but found ", c);
    return false;
  }

  // The field of this name, and the names of the inlined structures on the way to it.
  static Field const* find_field(Type const& type, std::string_view name, std::string& path) {
    for (auto const& field : type.fields) {
      if (!field.inlined) {
        if (field.name != name) continue;
        path += go_name(field) + ": ";
        return &field;
      }
      auto const full = go_type_name(*field.type);
      std::string inner = path + full.substr(full.find('.') + 1) + ": ";
      if (auto const* found = find_field(*field.type, name, inner)) {
        path = std::move(inner);
        return found;
      }
    }
    return nullptr;
  }

  void read_structure(Type const& type) {
    if (!read_object_start()) return;
    if (++depth_ > most_depth) return;
    char c = ',';
    for (; c == ','; c = next_token()) {
      if (next_token() != '"') report("ReadObject", "expect a field name");
      std::string const name = read_rest_of_string();
      std::string path;
      Field const* const field = find_field(type, name, path);
      next_token();  // ':'
      if (field == nullptr) {
        skip();
        continue;
      }
      decode(*field->type, field->pointer);
      prefix(path);
    }
    prefix(go_type_name(type) + ".");
    if (c != '}') report_found("struct Decode", "expect }, but found ", c);
    --depth_;
  }

  void read_list(Type const& type) {
    read_items(type);
    prefix(go_type(type) + ": ");
  }

  void read_items(Type const& type) {
    char c = next_token();
    if (c == 'n') return skip_literal("ull");
    if (c != '[') return report_found("decode slice", "expect [ or n, but found ", c);
    c = next_token();
    if (c == ']') return;
    unread();
    decode(*type.element, false);
    for (c = next_token(); c == ','; c = next_token()) decode(*type.element, false);
    if (c != ']') report_found("decode slice", "expect ], but found ", c);
  }

  void read_map(Type const& type) {
    char c = next_token();
    if (c == 'n') return skip_literal("ull");
    if (c != '{') return report_found("ReadMapCB", "expect { or n, but found ", c);
    c = next_token();
    if (c == '}') return;
    unread();
    do {
      read_string();
      next_token();  // ':'
      decode(*type.element, false);
      c = next_token();
    } while (c == ',');
    if (c != '}') report_found("ReadMapCB", "expect }, but found ", c);
  }

  std::string_view text_;
  std::size_t head_ = 0;
  std::size_t depth_ = 0;
  std::string error_;
};

}  // namespace

std::string go_decode_error(Type const& type, std::string_view text) {
  Decoder decoder(text);
  decoder.decode(type, false);
  return decoder.error();
}

}  // namespace fakeapi::types
