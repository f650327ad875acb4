#include "fakeapi/types/codec.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <limits>

#include "fakeapi/types/dependent_defaults.hpp"
#include "fakeapi/types/quantity.hpp"
#include "fakeapi/types/scalars.hpp"
#include "operator/api/json_access.hpp"
#include "operator/manifest/resolve.hpp"

namespace fakeapi::types {
namespace {

namespace json = boost::json;

std::string_view text_of(json::value const& value) { return value.get_string(); }

// The member of this name. Objects mostly come in the order of their declaration: the search begins at `hint`, where
// the last one ended.
Field const* find_member(Type const& type, std::string_view name, std::size_t& hint, Decoding const& decoding) {
  auto const& members = type.members;
  auto const count = members.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t const at = hint + i < count ? hint + i : hint + i - count;
    if (members[at]->name != name) continue;
    hint = at + 1 < count ? at + 1 : 0;
    return members[at]->modern && !decoding.modern ? nullptr : members[at];
  }
  return nullptr;
}

// What null is as an element of a list or map, or as a member that is no pointer.
json::value zero_value(Type const& type) {
  Field field;
  field.type = &type;
  auto zero = absent_value(field);
  return type.form == Form::bytes ? json::value("") : zero;
}

bool shows_null(Field const& field) {
  if (!field.always || !field.default_json.empty()) return false;
  if (field.pointer) return true;
  switch (field.type->form) {
    case Form::any:
    case Form::bytes:
    case Form::time:
    case Form::micro_time:
    case Form::fields_v1:
    case Form::list:
    case Form::map:
      return true;
    default:
      return false;
  }
}

bool is_zero(Type const& type, json::value const& value) {
  switch (type.form) {
    case Form::string:
    case Form::bytes:
      return text_of(value).empty();
    case Form::boolean:
      return !value.get_bool();
    case Form::int32:
    case Form::int64:
      return value.is_int64() && value.get_int64() == 0;
    case Form::number:
      return value.is_int64() && value.get_int64() == 0;
    case Form::list:
      return value.get_array().empty();
    case Form::map:
      return value.get_object().empty();
    default:
      return false;
  }
}

// A canonical value that may not stand at its field: Go leaves it out, fills in a default, or forgets that it was empty
// rather than absent.
bool counts_as_absent(Field const& field, json::value const& value) {
  if (field.pointer) return false;
  bool const list = field.type->form == Form::list || field.type->form == Form::map;
  return (field.omit_empty || list || !field.default_json.empty()) && is_zero(*field.type, value);
}

// A number as clients write it.
std::string number_text(json::value const& value) {
  if (!value.is_double()) return json::serialize(value);
  char buffer[32];
  auto const end = std::to_chars(buffer, buffer + sizeof buffer, value.get_double());
  return {buffer, end.ptr};
}

bool is_int32(json::value const& value) {
  return value.is_int64() && value.get_int64() >= std::numeric_limits<std::int32_t>::min() &&
         value.get_int64() <= std::numeric_limits<std::int32_t>::max();
}

// "100m", "1Gi", "2": texts that need no second look.
bool is_plain_quantity(std::string_view text) {
  constexpr std::size_t longest = 8;
  if (text.empty() || text.size() > longest) return false;
  auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > 3 || (text.front() == '0' && text.size() > 1)) return false;
  auto const suffix = text.substr(digits);
  if (suffix.empty() || suffix == "m" || suffix == "k" || suffix == "M" || suffix == "G") return true;
  return suffix == "Ki" || suffix == "Mi" || suffix == "Gi";
}

bool is_canonical_quantity(std::string_view text) {
  if (is_plain_quantity(text)) return true;
  auto const read = Quantity::parse(text);
  return read && read->to_string() == text;
}

// The amounts of a resource list are kept in thousandths.
std::string rounded(std::string_view quantity) {
  if (is_plain_quantity(quantity)) return std::string(quantity);
  auto amount = *Quantity::parse(quantity);
  amount.round_to_milli();
  return amount.to_string();
}

bool is_canonical_element(Type const& type, json::value const& value, Decoding const& decoding,
                          json::value const* known = nullptr) {
  return value.is_null() ? zero_value(type).is_null() : is_canonical(type, value, decoding, known);
}

bool is_canonical_member(Type const& map, json::value const& value, Decoding const& decoding) {
  if (!is_canonical_element(*map.element, value, decoding)) return false;
  return map.element->form != Form::quantity || rounded(text_of(value)) == text_of(value);
}

bool is_canonical_list(Type const& type, json::array const& array, Decoding const& decoding, json::value const* known) {
  auto const* const known_items = known != nullptr ? known->if_array() : nullptr;
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto const* const twin = known_items != nullptr ? known_items->if_contains(i) : nullptr;
    if (twin != nullptr && api::equal_json(array[i], *twin)) continue;
    if (!is_canonical_element(*type.element, array[i], decoding, twin)) return false;
  }
  return true;
}

bool is_canonical_structure(Type const& type, json::object const& object, Decoding const& decoding,
                            json::value const* known) {
  auto const* const known_members = known != nullptr ? known->if_object() : nullptr;
  std::size_t always = 0;
  std::size_t hint = 0;
  for (auto const& [name, value] : object) {
    Field const* const field = find_member(type, name, hint, decoding);
    if (field == nullptr) return false;
    if (field->always) ++always;
    if (value.is_null()) {
      if (!shows_null(*field)) return false;
      continue;
    }
    bool const has_twin = known_members != nullptr && value.is_structured();
    auto const* const twin = has_twin ? api::find_member(*known_members, name) : nullptr;
    if (!is_canonical(*field->type, value, decoding, twin) || counts_as_absent(*field, value)) return false;
  }
  if (always != type.always) return false;
  return type.dependent_defaults == nullptr || type.dependent_defaults->complete(object);
}

// A place in an object, kept on the stack while the object is walked.
struct Place {
  Place const* parent = nullptr;
  std::string_view name;            // of a member or key
  std::size_t index = 0;            // of an item, when there is no name
  Type const* structure = nullptr;  // when the value there is one

  std::string to_string() const {
    if (parent == nullptr) return std::string(name);
    std::string text = parent->to_string();
    if (name.empty()) return text + "[" + std::to_string(index) + "]";
    return text.empty() ? std::string(name) : text + "." + std::string(name);
  }
};

class Canonicalizer {
 public:
  explicit Canonicalizer(Decoding const& decoding) : decoding_(decoding) {}

  std::optional<TypeError> any(Type const& type, json::value& value, Place const& place) {
    if (value.is_null()) value = zero_value(type);
    switch (type.form) {
      case Form::any:
      case Form::fields_v1:
      case Form::duration:
        return std::nullopt;
      case Form::string:
        return value.is_string() ? std::nullopt : mismatch(type, value, place);
      case Form::boolean:
        return value.is_bool() ? std::nullopt : mismatch(type, value, place);
      case Form::int32:
      case Form::int64:
        return integer(type, value, place);
      case Form::number:
        if (!value.is_number()) return mismatch(type, value, place);
        // Shown without a fraction that is zero, and read as an integer then.
        make_signed(value);
        if (!value.is_int64()) value = manifest::through_json(value.to_number<double>());
        return std::nullopt;
      case Form::int_or_string:
        make_signed(value);
        if (value.is_string() || is_int32(value)) return std::nullopt;
        return mismatch(type, value, place, value.is_number() ? number_text(value) : std::string());
      case Form::bytes:
        return bytes(type, value, place);
      case Form::time:
      case Form::micro_time:
        return time(type, value, place);
      case Form::quantity:
        return quantity(type, value, place);
      case Form::list:
        return list(type, value, place);
      case Form::map:
        return map(type, value, place);
      case Form::structure:
        return structure(type, value, place);
    }
    return std::nullopt;
  }

  std::optional<TypeError> members(Type const& type, json::object& object, Place const& place) {
    std::size_t hint = 0;
    for (auto at = object.begin(); at != object.end();) {
      Field const* const field = find_member(type, at->key(), hint, decoding_);
      Place const here{&place, at->key(), 0, nullptr};
      if (field == nullptr && decoding_.unknown != nullptr) decoding_.unknown->push_back(here.to_string());
      bool dropped = field == nullptr || at->value().is_null();
      if (!dropped) {
        if (auto error = any(*field->type, at->value(), here)) return error;
        dropped = at->value().is_null() || counts_as_absent(*field, at->value());
      }
      at = dropped ? object.stable_erase(at) : at + 1;
    }
    for (auto const* field : type.members) {
      if (!field->always || object.contains(field->name)) continue;
      auto& value = object[field->name];
      value = absent_value(*field);
      Place const here{&place, field->name, 0, nullptr};
      if (value.is_object()) {
        if (auto error = any(*field->type, value, here)) return error;
      }
    }
    if (type.dependent_defaults != nullptr) type.dependent_defaults->fill(object);
    return std::nullopt;
  }

 private:
  static std::optional<TypeError> mismatch(Type const& type, json::value const& value, Place const& place,
                                           std::string detail = {}) {
    TypeError error;
    error.path = place.to_string();
    for (Place const* at = &place; at != nullptr; at = at->parent) {
      if (at->structure != nullptr) error.structures.push_back(at->structure);
    }
    std::ranges::reverse(error.structures);
    error.expected = &type;
    error.found = value.kind();
    error.detail = std::move(detail);
    return error;
  }

  // In-process clients may have made a number from an unsigned one.
  static void make_signed(json::value& value) {
    if (value.is_uint64() &&
        value.get_uint64() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      value = static_cast<std::int64_t>(value.get_uint64());
    }
  }

  static std::optional<TypeError> integer(Type const& type, json::value& value, Place const& place) {
    make_signed(value);
    if (type.form == Form::int32 ? is_int32(value) : value.is_int64()) return std::nullopt;
    return mismatch(type, value, place, value.is_number() ? number_text(value) : std::string());
  }

  static std::optional<TypeError> bytes(Type const& type, json::value& value, Place const& place) {
    if (!value.is_string()) return mismatch(type, value, place);
    if (auto error = base64_error(text_of(value)); !error.empty())
      return mismatch(type, value, place, std::move(error));
    auto& text = value.get_string();
    if (text.find('\n') == json::string::npos && text.find('\r') == json::string::npos) return std::nullopt;
    std::string joined;
    for (char const c : text) {
      if (c != '\n' && c != '\r') joined += c;
    }
    text = joined;
    return std::nullopt;
  }

  static std::optional<TypeError> time(Type const& type, json::value& value, Place const& place) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) return mismatch(type, value, place);
    bool const micro = type.form == Form::micro_time;
    auto shown = micro ? canonical_micro_time(text_of(value)) : canonical_time(text_of(value));
    if (!shown) return mismatch(type, value, place, std::move(shown.error()));
    value = *shown;
    return std::nullopt;
  }

  static std::optional<TypeError> quantity(Type const& type, json::value& value, Place const& place) {
    std::string text = value.is_string()   ? std::string(text_of(value))
                       : value.is_number() ? number_text(value)
                                           : json::serialize(value);
    auto const first = std::min(text.find_first_not_of(" \t\n\r"), text.size());
    text.erase(0, first);
    text.erase(text.find_last_not_of(" \t\n\r") + 1);
    auto read = Quantity::parse(text);
    if (!read) return mismatch(type, value, place, std::move(read.error()));
    value = read->to_string();
    return std::nullopt;
  }

  std::optional<TypeError> list(Type const& type, json::value& value, Place const& place) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_array()) return mismatch(type, value, place);
    auto& items = value.get_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (auto error = any(*type.element, items[i], {&place, {}, i, nullptr})) return error;
    }
    return std::nullopt;
  }

  std::optional<TypeError> map(Type const& type, json::value& value, Place const& place) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_object()) return mismatch(type, value, place);
    for (auto& [name, member] : value.get_object()) {
      if (auto error = any(*type.element, member, {&place, name, 0, nullptr})) return error;
      if (type.element->form == Form::quantity) member = rounded(text_of(member));
    }
    return std::nullopt;
  }

  std::optional<TypeError> structure(Type const& type, json::value& value, Place const& place) {
    if (!value.is_object()) return mismatch(type, value, place);
    Place const inside{place.parent, place.name, place.index, &type};
    return members(type, value.get_object(), inside);
  }

  Decoding const& decoding_;
};

}  // namespace

json::value absent_value(Field const& field) {
  if (!field.default_json.empty()) return json::parse(field.default_json);
  if (field.pointer) return nullptr;
  switch (field.type->form) {
    case Form::structure:
      return json::object();
    case Form::string:
      return "";
    case Form::boolean:
      return false;
    case Form::int32:
    case Form::int64:
    case Form::int_or_string:
      return 0;
    case Form::number:
      return 0;
    case Form::quantity:
      return "0";
    case Form::duration:
      return "0s";
    case Form::any:
    case Form::bytes:
    case Form::time:
    case Form::micro_time:
    case Form::fields_v1:
    case Form::list:
    case Form::map:
      return nullptr;
  }
  return nullptr;
}

bool is_canonical(Type const& type, json::value const& value, Decoding const& decoding, json::value const* known) {
  switch (type.form) {
    case Form::any:
    case Form::fields_v1:
    case Form::duration:
      return true;
    case Form::string:
      return value.is_string();
    case Form::boolean:
      return value.is_bool();
    case Form::int32:
      return is_int32(value);
    case Form::int64:
      return value.is_int64();
    case Form::number:
      return value.is_int64() || (value.is_double() && manifest::through_json(value.get_double()).is_double());
    case Form::int_or_string:
      return value.is_string() || is_int32(value);
    case Form::bytes:
      return value.is_string() && !text_of(value).contains('\n') && !text_of(value).contains('\r') &&
             base64_error(text_of(value)).empty();
    case Form::time:
      return value.is_string() && is_canonical_time(text_of(value));
    case Form::micro_time:
      return value.is_string() && is_canonical_micro_time(text_of(value));
    case Form::quantity:
      return value.is_string() && is_canonical_quantity(text_of(value));
    case Form::list:
      return value.is_array() && is_canonical_list(type, value.get_array(), decoding, known);
    case Form::map:
      return value.is_object() && std::ranges::all_of(value.get_object(), [&](auto const& member) {
               return is_canonical_member(type, member.value(), decoding);
             });
    case Form::structure:
      return value.is_object() && is_canonical_structure(type, value.get_object(), decoding, known);
  }
  return false;
}

std::optional<TypeError> canonicalize(Type const& type, json::value& value, Decoding const& decoding) {
  return Canonicalizer(decoding).any(type, value, Place{});
}

std::optional<TypeError> canonicalize_member(Type const& kind, Field const& field, json::value& value,
                                             Decoding const& decoding) {
  Place const top{nullptr, {}, 0, &kind};
  return Canonicalizer(decoding).any(*field.type, value, {&top, field.name, 0, nullptr});
}

std::optional<TypeError> canonicalize_members(Type const& structure, json::object& object, Decoding const& decoding) {
  return Canonicalizer(decoding).members(structure, object, Place{nullptr, {}, 0, &structure});
}

}  // namespace fakeapi::types
