#include "tests/fakeapi_protobuf/encoder.hpp"

#include <bit>
#include <boost/json/serialize.hpp>

#include "fakeapi/types/scalars.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::protobuf {
namespace {

namespace json = boost::json;
using types::Form;
using types::Type;

std::string fixed64(std::uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string time_message(std::string_view text) {
  auto const second = api::parse_timestamp(text);
  std::string out = varint_field(1, static_cast<std::uint64_t>(second->time_since_epoch().count()));
  auto const dot = text.find('.');
  if (dot != std::string_view::npos) {
    out += varint_field(2, std::stoull(std::string(text.substr(dot + 1, 6))) * 1000);
  }
  return out;
}

/// A scalar without its tag, and the wire type that it needs.
std::string scalar(Type const& type, json::value const& value, unsigned& wire) {
  wire = 2;
  switch (type.form) {
    case Form::boolean:
      wire = 0;
      return varint(value.as_bool() ? 1 : 0);
    case Form::int32:
    case Form::int64:
      wire = 0;
      return varint(static_cast<std::uint64_t>(value.to_number<std::int64_t>()));
    case Form::number:
      wire = 1;
      return fixed64(std::bit_cast<std::uint64_t>(value.to_number<double>()));
    case Form::string:
      return std::string(value.as_string());
    case Form::bytes:
      return types::from_base64(value.as_string());
    case Form::time:
    case Form::micro_time:
      return time_message(value.as_string());
    case Form::quantity:
      return bytes_field(1, value.as_string());
    case Form::int_or_string:
      return value.is_string() ? varint_field(1, 1) + bytes_field(3, value.as_string())
                               : varint_field(1, 0) + varint_field(2, static_cast<std::uint64_t>(value.as_int64()));
    case Form::any:
    case Form::fields_v1:
      return bytes_field(1, json::serialize(value));
    default:
      return {};
  }
}

std::string one(std::uint32_t number, Type const& type, json::value const& value, Lists lists) {
  if (type.form == Form::structure) return bytes_field(number, encode(type, value, lists));
  unsigned wire = 0;
  std::string const text = scalar(type, value, wire);
  if (wire == 2) return bytes_field(number, text);
  return varint(number << 3 | wire) + text;
}

std::string field_of(types::Field const& field, json::value const& value, Lists lists) {
  std::string out;
  if (field.type->form == Form::list) {
    Type const& element = *field.type->element;
    bool const number = element.form == Form::int32 || element.form == Form::int64 || element.form == Form::number ||
                        element.form == Form::boolean;
    if (number && lists == Lists::packed) {
      std::string all;
      unsigned wire = 0;
      for (auto const& item : value.as_array()) all += scalar(element, item, wire);
      return all.empty() ? "" : bytes_field(field.number, all);
    }
    for (auto const& item : value.as_array()) out += one(field.number, element, item, lists);
    return out;
  }
  if (field.type->form == Form::map) {
    Type const& element = *field.type->element;
    for (auto const& [key, item] : value.as_object()) {
      std::string entry = bytes_field(1, key);
      if (element.form == Form::list) {
        std::string list;
        for (auto const& text : item.as_array()) list += one(1, *element.element, text, lists);
        entry += bytes_field(2, list);
      } else {
        entry += one(2, element, item, lists);
      }
      out += bytes_field(field.number, entry);
    }
    return out;
  }
  return one(field.number, *field.type, value, lists);
}

}  // namespace

std::string varint(std::uint64_t value) {
  std::string out;
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  return out + static_cast<char>(value);
}

std::string bytes_field(std::uint32_t number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
std::string varint_field(std::uint32_t number, std::uint64_t value) { return varint(number << 3) + varint(value); }

std::string encode(Type const& type, json::value const& value, Lists lists) {
  std::string out;
  for (auto const& field : type.fields) {
    if (field.number == 0) continue;
    if (field.inlined) {
      out += bytes_field(field.number, encode(*field.type, value, lists));
      continue;
    }
    auto const* member = value.as_object().if_contains(field.name);
    if (member != nullptr && !member->is_null()) out += field_of(field, *member, lists);
  }
  return out;
}

std::string envelope(std::string_view api_version, std::string_view kind, std::string_view message) {
  return std::string("k8s\0", 4) + bytes_field(1, bytes_field(1, api_version) + bytes_field(2, kind)) +
         bytes_field(2, message) + bytes_field(3, "") + bytes_field(4, "");
}

}  // namespace fakeapi::protobuf
