#include "fakeapi/semantics/field_errors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace fakeapi {

namespace go_value {

namespace {

/// Bytes of the character of UTF-8 that a text begins with, which is none of ASCII; 0 if it is none at all.
std::size_t character_size(std::string_view text) {
  auto const byte = [&](std::size_t at) -> unsigned { return static_cast<unsigned char>(text[at]); };
  unsigned const first = byte(0);
  std::size_t const size = first >= 0xf0 && first <= 0xf4   ? 4
                           : first >= 0xe0 && first <= 0xef ? 3
                           : first >= 0xc2 && first <= 0xdf ? 2
                                                            : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) return 0;
  }
  // Overlong forms, half surrogates, beyond the last character.
  unsigned const second = byte(1);
  bool const bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return bad ? 0 : size;
}

}  // namespace

std::string text(std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  auto const escaped = [&](unsigned char byte) {
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  };
  for (std::size_t at = 0; at < value.size(); ++at) {
    char const c = value[at];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (auto const byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f) {
          escaped(byte);
        } else if (byte < 0x80) {
          out += c;
        } else if (std::size_t const size = character_size(value.substr(at)); size > 0) {
          out += value.substr(at, size);
          at += size - 1;
        } else {
          escaped(byte);  // no UTF-8
        }
    }
  }
  return out + "\"";
}

std::string number(std::int64_t value) { return std::to_string(value); }

std::string real(double value) {
  constexpr double plain_below = 1e21;
  char buffer[64];
  bool const plain = std::abs(value) < plain_below && std::trunc(value) == value;
  auto const end = plain ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed)
                         : std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

}  // namespace go_value

void FieldErrors::add(std::string_view reason, std::string_view type, std::string field, std::string_view value,
                      std::string_view detail) {
  std::string message(type);
  if (!value.empty()) message.append(": ").append(value);
  if (!detail.empty()) message.append(": ").append(detail);
  causes_.push_back({std::string(reason), std::move(message), std::move(field)});
}

void FieldErrors::required(std::string field, std::string_view detail) {
  add("FieldValueRequired", "Required value", std::move(field), {}, detail);
}
void FieldErrors::invalid(std::string field, std::string_view value, std::string_view detail) {
  add("FieldValueInvalid", "Invalid value", std::move(field), value, detail);
}
void FieldErrors::forbidden(std::string field, std::string_view detail) {
  add("FieldValueForbidden", "Forbidden", std::move(field), {}, detail);
}
void FieldErrors::not_supported(std::string field, std::string_view value, std::span<std::string const> supported) {
  std::string detail;
  for (auto const& word : supported) {
    detail += detail.empty() ? "supported values: " : ", ";
    detail += go_value::text(word);
  }
  add("FieldValueNotSupported", "Unsupported value", std::move(field), value, detail);
}
void FieldErrors::duplicate(std::string field, std::string_view value) {
  add("FieldValueDuplicate", "Duplicate value", std::move(field), value, {});
}
void FieldErrors::not_found(std::string field, std::string_view value) {
  add("FieldValueNotFound", "Not found", std::move(field), value, {});
}
void FieldErrors::too_long(std::string field, std::string_view detail) {
  add("FieldValueTooLong", "Too long", std::move(field), {}, detail);
}

void FieldErrors::append_at(std::string const& path, std::string_view root, FieldErrors const& others) {
  for (auto cause : others.causes_) {
    cause.field = path + cause.field.substr(std::min(root.size(), cause.field.size()));
    causes_.push_back(std::move(cause));
  }
}

void FieldErrors::sort() {
  std::ranges::sort(causes_, {}, [](api::Cause const& cause) { return cause.field + ": " + cause.message; });
}

api::Error FieldErrors::to_error(std::string_view qualified_kind, std::string_view group, std::string_view kind,
                                 std::string_view name) const {
  // The message names each error once, the causes all of them.
  std::vector<std::string> texts;
  for (auto const& cause : causes_) {
    std::string text = cause.field + ": " + cause.message;
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  std::string all;
  for (auto const& text : texts) {
    if (!all.empty()) all += ", ";
    all += text;
  }
  if (texts.size() > 1) all = "[" + all + "]";
  api::Error error;
  error.reason = api::Reason::invalid;
  error.code = 422;
  error.message = std::string(qualified_kind) + " " + go_value::text(name) + " is invalid: " + all;
  error.name = name;
  error.group = group;
  error.kind = kind;
  error.causes = causes_;
  return error;
}

}  // namespace fakeapi
