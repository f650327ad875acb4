#include "fakeapi/protobuf/message.hpp"

#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "fakeapi/protobuf/wire.hpp"
#include "fakeapi/types/scalars.hpp"
#include "operator/api/base64.hpp"
#include "operator/api/object.hpp"
#include "operator/api/object_json.hpp"

namespace fakeapi::protobuf {
namespace {

namespace json = boost::json;
using types::Field;
using types::Form;
using types::Type;

constexpr int deepest = 64;            // messages within messages
constexpr std::size_t most = 200'000;  // values in one message: what fits into a body, short of abuse
constexpr std::string_view schema_props = "JSONSchemaProps";

/// Where in the object a value stands, for errors.
struct Place {
  Place const* parent = nullptr;
  std::string_view name;
  std::optional<std::size_t> index = {};

  std::string to_string() const {
    std::string text = parent != nullptr ? parent->to_string() : std::string();
    if (index) return text + "[" + std::to_string(*index) + "]";
    if (name.empty()) return text;
    return text + (text.empty() ? "" : ".") + std::string(name);
  }
};

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    int const more = lead >= 0xc2 && lead < 0xe0   ? 1
                     : lead >= 0xe0 && lead < 0xf0 ? 2
                     : lead >= 0xf0 && lead < 0xf5 ? 3
                                                   : 0;
    if (more == 0 || text.size() - i < static_cast<std::size_t>(more)) return false;
    auto const second = static_cast<unsigned char>(text[i]);
    bool const overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool const no_character = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
    if (overlong || no_character) return false;
    for (int k = 0; k < more; ++k) {
      if ((static_cast<unsigned char>(text[i++]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

namespace {

// Go's zero value of a form, as JSON.
bool is_zero(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::double_:
      return value.get_double() == 0;
    case json::kind::string:
      return value.get_string().empty();
    default:
      return false;
  }
}

class Decoder {
 public:
  std::string const& error() const { return error_; }

  // Each field of a message into the object; what is there already is added to.
  bool structure(std::string_view bytes, Type const& type, json::object& into, Place const& place, int depth) {
    if (depth > deepest) return fail(place, "too deep");
    WireReader reader(bytes);
    while (auto const wire = reader.next()) {
      Field const* field = find(type, wire->number);
      if (field == nullptr) continue;  // of a later version
      if (!member(*wire, *field, type, into, place, depth)) return false;
    }
    return reader.error().empty() || fail(place, reader.error());
  }

 private:
  static Field const* find(Type const& type, std::uint32_t number) {
    for (auto const& field : type.fields) {
      if (field.number == number && number != 0) return &field;
    }
    return nullptr;
  }

  bool fail(Place const& place, std::string const& what) {
    auto const where = place.to_string();
    error_ = where.empty() ? what : where + ": " + what;
    return false;
  }

  bool expect(WireField const& wire, WireType wanted, Place const& place) {
    if (wire.type == wanted) return true;
    return fail(place, "wire type " + std::to_string(static_cast<int>(wire.type)) + " instead of " +
                           std::to_string(static_cast<int>(wanted)));
  }

  bool count(Place const& place) { return ++values_ <= most || fail(place, "too many values"); }

  bool member(WireField const& wire, Field const& field, Type const& owner, json::object& into, Place const& parent,
              int depth) {
    Place const place{&parent, field.name};
    if (!count(place)) return false;
    if (field.inlined) {
      return expect(wire, WireType::bytes, place) && structure(wire.bytes, *field.type, into, parent, depth + 1);
    }
    if (field.type->form == Form::list)
      return append(wire, *field.type->element, list_at(into, field.name), place, depth);
    if (field.type->form == Form::map) return add_entry(wire, field, owner, object_at(into, field.name), place, depth);
    if (field.type->form == Form::structure) {
      return expect(wire, WireType::bytes, place) &&
             structure(wire.bytes, *field.type, object_at(into, field.name), place, depth + 1);
    }
    json::value value;
    bool const schema_union = field.type->form == Form::any && owner.name.ends_with(schema_props);
    bool const read = schema_union ? union_of_schema(wire, field.name, owner, value, place, depth)
                                   : scalar(wire, *field.type, value, place);
    if (!read) return false;
    // What Go leaves out of JSON stands in every message.
    bool const unsaid = is_zero(value) && !field.pointer && (field.omit_empty || value.is_null());
    if (unsaid || value.is_null()) {
      into.erase(field.name);
    } else {
      into[field.name] = std::move(value);
    }
    return true;
  }

  static json::array& list_at(json::object& into, std::string_view name) {
    auto& value = into[name];
    return value.is_array() ? value.get_array() : value.emplace_array();
  }
  static json::object& object_at(json::object& into, std::string_view name) {
    auto& value = into[name];
    return value.is_object() ? value.get_object() : value.emplace_object();
  }

  bool append(WireField const& wire, Type const& element, json::array& list, Place const& parent, int depth) {
    Place const place{&parent, {}, list.size()};
    bool const number = element.form == Form::int32 || element.form == Form::int64 || element.form == Form::boolean ||
                        element.form == Form::number;
    if (number && wire.type == WireType::bytes) return append_packed(wire.bytes, element, list, parent);
    json::value value;
    if (element.form == Form::structure) {
      if (!expect(wire, WireType::bytes, place)) return false;
      if (!structure(wire.bytes, element, value.emplace_object(), place, depth + 1)) return false;
    } else if (!scalar(wire, element, value, place)) {
      return false;
    }
    list.push_back(std::move(value));
    return true;
  }

  bool append_packed(std::string_view bytes, Type const& element, json::array& list, Place const& parent) {
    WireReader reader(bytes);
    while (!reader.at_end()) {
      Place const place{&parent, {}, list.size()};
      if (!count(place)) return false;
      WireField wire;
      wire.type = element.form == Form::number ? WireType::fixed64 : WireType::varint;
      auto const number = element.form == Form::number ? reader.next_fixed(8) : reader.next_varint();
      if (!number) return fail(place, reader.error());
      wire.number_value = *number;
      json::value value;
      if (!scalar(wire, element, value, place)) return false;
      list.push_back(std::move(value));
    }
    return true;
  }

  // One entry of a map is a message of key and value.
  bool add_entry(WireField const& wire, Field const& field, Type const& owner, json::object& map, Place const& parent,
                 int depth) {
    if (!expect(wire, WireType::bytes, parent)) return false;
    std::string key;
    std::optional<WireField> found;
    WireReader reader(wire.bytes);
    while (auto const part = reader.next()) {
      if (part->number == 1) {
        if (!expect(*part, WireType::bytes, parent)) return false;
        if (!is_utf8(part->bytes)) return fail(parent, "a key that is no UTF-8");
        key = part->bytes;
      }
      if (part->number == 2) found = part;
    }
    if (!reader.error().empty()) return fail(parent, reader.error());
    Place const place{&parent, key};
    json::value value;
    if (!entry_value(found, field, owner, value, place, depth)) return false;
    map[key] = std::move(value);
    return true;
  }

  bool entry_value(std::optional<WireField> const& wire, Field const& field, Type const& owner, json::value& value,
                   Place const& place, int depth) {
    Type const& element = *field.type->element;
    WireField nothing;
    nothing.type = WireType::bytes;
    WireField const& given = wire ? *wire : nothing;
    if (element.form == Form::structure) {
      return expect(given, WireType::bytes, place) &&
             structure(given.bytes, element, value.emplace_object(), place, depth + 1);
    }
    if (element.form == Form::list) {
      // A list needs a message of its own, whose first field it is.
      if (!expect(given, WireType::bytes, place)) return false;
      auto& list = value.emplace_array();
      WireReader reader(given.bytes);
      while (auto const item = reader.next()) {
        if (!count(place)) return false;
        if (item->number == 1 && !append(*item, *element.element, list, place, depth + 1)) return false;
      }
      return reader.error().empty() || fail(place, reader.error());
    }
    if (element.form == Form::any && owner.name.ends_with(schema_props)) {
      return union_of_schema(given, field.name, owner, value, place, depth);
    }
    if (!wire && element.form != Form::string && element.form != Form::bytes) {
      nothing.type = element.form == Form::number ? WireType::fixed64 : WireType::varint;
      bool const message = element.form == Form::quantity || element.form == Form::int_or_string ||
                           element.form == Form::any || element.form == Form::time;
      if (message) nothing.type = WireType::bytes;
    }
    return scalar(given, element, value, place);
  }

  bool scalar(WireField const& wire, Type const& type, json::value& value, Place const& place) {
    switch (type.form) {
      case Form::boolean:
        if (!expect(wire, WireType::varint, place)) return false;
        value = wire.number_value != 0;
        return true;
      case Form::int32:
        if (!expect(wire, WireType::varint, place)) return false;
        value = static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(wire.number_value)));
        return true;
      case Form::int64:
        if (!expect(wire, WireType::varint, place)) return false;
        value = static_cast<std::int64_t>(wire.number_value);
        return true;
      case Form::number: {
        if (!expect(wire, WireType::fixed64, place)) return false;
        double const number = std::bit_cast<double>(wire.number_value);
        if (!std::isfinite(number)) return fail(place, "no number that JSON has");
        // As JSON has it: 10, not 10.0.
        constexpr double exact = 9007199254740992;
        bool const whole = std::trunc(number) == number && std::abs(number) < exact;
        value = whole ? json::value(static_cast<std::int64_t>(number)) : json::value(number);
        return true;
      }
      case Form::string:
        return expect(wire, WireType::bytes, place) && text(wire.bytes, value, place);
      case Form::bytes:
        if (!expect(wire, WireType::bytes, place)) return false;
        value = json::string(api::encode_base64(wire.bytes));
        return true;
      case Form::time:
      case Form::micro_time:
        return expect(wire, WireType::bytes, place) && time(wire.bytes, type.form, value, place);
      case Form::duration:
      case Form::int_or_string:
      case Form::quantity:
        return expect(wire, WireType::bytes, place) && small_message(wire.bytes, type.form, value, place);
      case Form::any:
      case Form::fields_v1:
        return expect(wire, WireType::bytes, place) && raw(wire.bytes, value, place);
      case Form::structure:
      case Form::list:
      case Form::map:
        break;
    }
    return fail(place, "cannot be decoded");
  }

  bool text(std::string_view bytes, json::value& value, Place const& place) {
    if (!is_utf8(bytes)) return fail(place, "text that is no UTF-8");
    value = bytes;
    return true;
  }

  // Seconds and nanoseconds since 1970; an empty message is no time at all.
  bool time(std::string_view bytes, Form form, json::value& value, Place const& place) {
    value = nullptr;
    if (bytes.empty()) return true;
    std::int64_t seconds = 0;
    std::int32_t nanoseconds = 0;
    WireReader reader(bytes);
    while (auto const wire = reader.next()) {
      if (wire->number > 2) continue;
      if (!expect(*wire, WireType::varint, place)) return false;
      if (wire->number == 1) seconds = static_cast<std::int64_t>(wire->number_value);
      if (wire->number == 2) nanoseconds = static_cast<std::int32_t>(static_cast<std::uint32_t>(wire->number_value));
    }
    if (!reader.error().empty()) return fail(place, reader.error());
    constexpr std::int64_t year_1 = -62'135'596'800;
    constexpr std::int64_t year_10000 = 253'402'300'800;
    if (seconds < year_1 || seconds >= year_10000) return fail(place, "a year outside of [0,9999]");
    std::string shown = api::format_timestamp(api::Timestamp(std::chrono::seconds(seconds)));
    if (form == Form::micro_time) {
      if (nanoseconds < 0 || nanoseconds >= 1'000'000'000) return fail(place, "no part of a second");
      char fraction[16];
      std::snprintf(fraction, sizeof fraction, ".%06d", static_cast<int>(nanoseconds / 1000));
      shown.insert(shown.size() - 1, fraction);
    }
    value = json::string(shown);
    return true;
  }

  // A Duration, IntOrString or Quantity.
  bool small_message(std::string_view bytes, Form form, json::value& value, Place const& place) {
    std::int64_t numbers[3] = {};
    std::string_view words[4] = {};
    WireReader reader(bytes);
    while (auto const wire = reader.next()) {
      if (wire->type == WireType::bytes && wire->number < 4) words[wire->number] = wire->bytes;
      if (wire->type == WireType::varint && wire->number < 3) {
        numbers[wire->number] = static_cast<std::int64_t>(wire->number_value);
      }
    }
    if (!reader.error().empty()) return fail(place, reader.error());
    if (form == Form::duration) {
      value = json::string(std::to_string(numbers[1]) + "ns");
      return true;
    }
    if (form == Form::quantity) return text(words[1].empty() ? "0" : words[1], value, place);
    // The kind comes first, then one field for each.
    if (numbers[1] == 1) return text(words[3], value, place);
    value = static_cast<std::int64_t>(static_cast<std::int32_t>(numbers[2]));
    return true;
  }

  // JSON in a message of its own.
  bool raw(std::string_view bytes, json::value& value, Place const& place) {
    std::string_view inner;
    WireReader reader(bytes);
    while (auto const wire = reader.next()) {
      if (wire->number != 1) continue;
      if (!expect(*wire, WireType::bytes, place)) return false;
      inner = wire->bytes;
    }
    if (!reader.error().empty()) return fail(place, reader.error());
    value = nullptr;
    if (inner.empty()) return true;
    json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code failed;
    value = json::parse(inner, failed, {}, options);
    if (!failed && !api::detail::is_finite(value)) return fail(place, "no number that JSON has");
    return !failed || fail(place, "no JSON inside: " + failed.message());
  }

  // What a schema has that is of several types: JSON (default), a schema or a flag (additionalProperties), a schema or
  // several (items), a schema or names (dependencies).
  bool union_of_schema(WireField const& wire, std::string_view name, Type const& schema, json::value& value,
                       Place const& place, int depth) {
    bool const flag = name == "additionalProperties" || name == "additionalItems";
    bool const several = name == "items" || name == "dependencies";
    if (!expect(wire, WireType::bytes, place)) return false;
    if (!flag && !several) return raw(wire.bytes, value, place);
    std::uint32_t const schema_number = flag ? 2 : 1;
    WireReader reader(wire.bytes);
    while (auto const part = reader.next()) {
      if (!count(place)) return false;
      if (part->number == schema_number) {
        if (!expect(*part, WireType::bytes, place)) return false;
        if (!structure(part->bytes, schema, value.emplace_object(), place, depth + 1)) return false;
      } else if (flag && part->number == 1) {
        if (!expect(*part, WireType::varint, place)) return false;
        if (!value.is_object()) value = part->number_value != 0;
      } else if (several && part->number == 2) {
        if (!expect(*part, WireType::bytes, place)) return false;
        json::value item;
        bool const read = name == "items" ? structure(part->bytes, schema, item.emplace_object(), place, depth + 1)
                                          : text(part->bytes, item, place);
        if (!read) return false;
        if (!value.is_array()) value.emplace_array();
        value.get_array().push_back(std::move(item));
      }
    }
    return reader.error().empty() || fail(place, reader.error());
  }

  std::string error_;
  std::size_t values_ = 0;
};

}  // namespace

std::expected<json::value, std::string> decode_message(std::string_view bytes, Type const& type) {
  json::object made;
  Decoder decoder;
  if (!decoder.structure(bytes, type, made, {}, 0)) return std::unexpected(decoder.error());
  return made;
}

}  // namespace fakeapi::protobuf
