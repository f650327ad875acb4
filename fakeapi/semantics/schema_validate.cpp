// Validation, with the words of the real server.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "fakeapi/semantics/schema.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// 1.0 is an integer, as for JSON schema.
bool is_integral(json::value const& value) {
  return value.is_int64() || value.is_uint64() ||
         (value.is_double() && std::trunc(value.get_double()) == value.get_double());
}

std::string_view name_of(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "integer";
    case json::kind::double_:
      return is_integral(value) ? "integer" : "number";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
  }
  return "";
}

std::string_view name_of(Schema const& schema) {
  if (schema.int_or_string) return "integer,string";
  switch (schema.type) {
    case Schema::Type::any:
      return "";
    case Schema::Type::object:
      return "object";
    case Schema::Type::array:
      return "array";
    case Schema::Type::string:
      return "string";
    case Schema::Type::integer:
      return "integer";
    case Schema::Type::number:
      return "number";
    case Schema::Type::boolean:
      return "boolean";
  }
  return "";
}

bool fits(Schema const& schema, json::value const& value) {
  if (schema.int_or_string) return value.is_string() || is_integral(value);
  switch (schema.type) {
    case Schema::Type::any:
      return true;
    case Schema::Type::object:
      return value.is_object();
    case Schema::Type::array:
      return value.is_array();
    case Schema::Type::string:
      return value.is_string();
    case Schema::Type::integer:
      return is_integral(value);
    case Schema::Type::number:
      return value.is_number();
    case Schema::Type::boolean:
      return value.is_bool();
  }
  return false;
}

// %#v of what JSON decodes to.
std::string go_syntax(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "interface {}(nil)";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return std::to_string(value.get_int64());
    case json::kind::uint64:
      return std::to_string(value.get_uint64());
    case json::kind::double_:
      return go_value::real(value.get_double());
    case json::kind::string:
      return go_value::text(std::string_view(value.get_string()));
    case json::kind::array: {
      std::string text = "[]interface {}{";
      for (auto const& item : value.get_array()) text += (text.back() == '{' ? "" : ", ") + go_syntax(item);
      return text + "}";
    }
    case json::kind::object: {
      std::vector<std::string> entries;
      for (auto const& [key, member] : value.get_object()) {
        entries.push_back(go_value::text(key) + ":" + go_syntax(member));
      }
      std::ranges::sort(entries);
      std::string text = "map[string]interface {}{";
      for (auto const& entry : entries) text += (text.back() == '{' ? "" : ", ") + entry;
      return text + "}";
    }
  }
  return "";
}

std::int64_t code_points(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

void fail(FieldPath const& path, std::string_view value, std::string const& what, FieldErrors& errors) {
  auto field = path.to_string();
  auto detail = field + " in body " + what;
  errors.invalid(std::move(field), value, detail);
}

void wrong_type(FieldPath const& path, std::string_view type, std::string_view found, FieldErrors& errors) {
  auto const quoted = go_value::text(found);
  fail(path, quoted, "must be of type " + std::string(type) + ": " + quoted, errors);
}

// Whether two list items are one and the same by the list's keys.
bool same_identity(Schema const& list, json::value const& a, json::value const& b) {
  if (!list.list_map || !a.is_object() || !b.is_object()) return a == b;
  return std::ranges::all_of(list.list_keys, [&](std::string const& key) {
    auto const* left = a.get_object().if_contains(key);
    auto const* right = b.get_object().if_contains(key);
    return left == nullptr || right == nullptr ? left == right : *left == *right;
  });
}

// The members of a list item that tell it from the others.
json::value identity(Schema const& list, json::value const& item) {
  if (!list.list_map || !item.is_object()) return item;
  json::object keys;
  for (auto const& key : list.list_keys) {
    if (auto const* value = item.get_object().if_contains(key)) keys.emplace(key, *value);
  }
  return keys;
}

}  // namespace

void Schema::validate(json::value const& value, FieldPath const& path, FieldErrors& errors) const {
  if (value.is_null() && nullable) return;
  if (!fits(*this, value)) {
    wrong_type(path, name_of(*this), name_of(value), errors);
    return;
  }
  if (auto const* object = value.if_object()) {
    validate_object(*object, path, errors);
  } else if (auto const* array = value.if_array()) {
    validate_array(*array, path, errors);
  } else if (auto const* text = value.if_string()) {
    validate_string(*text, path, errors);
  } else if (value.is_number()) {
    validate_number(value, path, errors);
  }
  if (!enumeration.empty()) validate_enumeration(value, path, errors);
}

void Schema::validate_required(json::object const& object, FieldPath const& path, FieldErrors& errors) const {
  for (auto const& name : required) {
    if (!object.contains(name)) errors.required(FieldPath{&path, name}.to_string());
  }
}

void Schema::validate_object(json::object const& object, FieldPath const& path, FieldErrors& errors) const {
  auto const size = static_cast<std::int64_t>(object.size());
  if (max_properties && size > *max_properties) {
    fail(path, "\"\"", "should have at most " + std::to_string(*max_properties) + " properties", errors);
  }
  if (min_properties && size < *min_properties) {
    fail(path, "\"\"", "should have at least " + std::to_string(*min_properties) + " properties", errors);
  }
  validate_required(object, path, errors);
  if (additional == nullptr) {
    for (auto const& property : properties) {
      if (auto const* member = object.if_contains(property.name)) {
        property.schema->validate(*member, {&path, property.name}, errors);
      }
    }
    return;
  }
  for (auto const& [name, member] : object) {
    Schema const* schema = property(name);
    if (schema == nullptr) schema = additional.get();
    schema->validate(member, {&path, name}, errors);
  }
}

void Schema::validate_array(json::array const& array, FieldPath const& path, FieldErrors& errors) const {
  auto const size = static_cast<std::int64_t>(array.size());
  if (max_items && size > *max_items) {
    fail(path, go_value::number(size), "should have at most " + std::to_string(*max_items) + " items", errors);
  }
  if (min_items && size < *min_items) {
    fail(path, go_value::number(size), "should have at least " + std::to_string(*min_items) + " items", errors);
  }
  if (items != nullptr) {
    for (auto const& item : array) items->validate(item, path, errors);
  }
  if (!list_map && !list_set) return;
  for (std::size_t i = 1; i < array.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_identity(*this, array[i], array[j])) continue;
      errors.duplicate(path.to_string() + "[" + std::to_string(i) + "]", go_syntax(identity(*this, array[i])));
      break;
    }
  }
}

void Schema::validate_string(std::string_view text, FieldPath const& path, FieldErrors& errors) const {
  if (max_length && code_points(text) > *max_length) {
    fail(path, go_value::text(text), "should be at most " + std::to_string(*max_length) + " chars long", errors);
  }
  if (min_length && code_points(text) < *min_length) {
    // A quirk of the real one, which takes the zero value for no value.
    if (text.empty()) wrong_type(path, "string", "null", errors);
    fail(path, go_value::text(text), "should be at least " + std::to_string(*min_length) + " chars long", errors);
  }
  if (date_time && !api::parse_timestamp(text)) {
    fail(path, go_value::text(text), "must be of type date-time: " + go_value::text(text), errors);
  }
}

void Schema::validate_number(json::value const& value, FieldPath const& path, FieldErrors& errors) const {
  if (!minimum && !maximum) return;
  auto const number = value.to_number<double>();
  if (maximum && (maximum->exclusive ? number >= maximum->value : number > maximum->value)) {
    std::string_view const limit = maximum->exclusive ? "should be less than " : "should be less than or equal to ";
    fail(path, go_syntax(value), std::string(limit) + go_value::real(maximum->value), errors);
  }
  if (minimum && (minimum->exclusive ? number <= minimum->value : number < minimum->value)) {
    std::string_view const limit =
        minimum->exclusive ? "should be greater than " : "should be greater than or equal to ";
    fail(path, go_syntax(value), std::string(limit) + go_value::real(minimum->value), errors);
  }
}

void Schema::validate_enumeration(json::value const& value, FieldPath const& path, FieldErrors& errors) const {
  if (std::ranges::find(enumeration, value) != enumeration.end()) return;
  std::vector<std::string> words;
  for (auto const& word : enumeration) {
    words.push_back(word.is_string() ? std::string(word.get_string()) : json::serialize(word));
  }
  errors.not_supported(path.to_string(), go_syntax(value), words);
}

}  // namespace fakeapi
