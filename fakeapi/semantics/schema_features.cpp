// What servers of 1.20 accept in a schema at all: no features beyond their own, and theirs used rightly.
#include <algorithm>
#include <array>
#include <set>

#include "fakeapi/semantics/schema_source.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// Where a node is: defaults are not taken everywhere.
struct Position {
  bool root = false;
  bool inside_metadata = false;
  std::string no_defaults = {};  ///< why not; "": they may be
};

std::string go_strings(json::array const& list) {
  std::string text = "[]string{";
  for (auto const& entry : list) {
    if (!entry.is_string()) continue;
    text += (text.back() == '{' ? "" : ", ") + go_value::text(std::string_view(entry.get_string()));
  }
  return text + "}";
}

// Keywords of OpenAPI that are not taken.
void check_keywords(SchemaSource const& schema, Position const& position, std::string const& field,
                    FieldErrors& errors) {
  static std::array const types{std::string("array"),  std::string("boolean"), std::string("integer"),
                                std::string("number"), std::string("object"),  std::string("string")};
  auto const type = schema.type();
  if (!type.empty() && std::ranges::find(types, type) == types.end()) {
    errors.not_supported(child(field, "type"), go_value::text(type), types);
  }
  if (schema.has("default") && !position.no_defaults.empty()) {
    errors.forbidden(child(field, "default"), "must not be set " + position.no_defaults);
  }
  for (std::string_view const key :
       {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"}) {
    bool const used =
        key == "id" ? !schema.text(key).empty()
                    : (key == "patternProperties" || key == "definitions" ? !schema.is_empty(key) : schema.has(key));
    if (used) errors.forbidden(child(field, key), std::string(key) + " is not supported");
  }
  if (type == "null") {
    errors.forbidden(child(field, "type"), "type cannot be set to null, use nullable as an alternative");
  }
  if (auto const* items = schema.list("items"); items != nullptr && !items->empty()) {
    errors.forbidden(child(field, "items"), "items must be a schema object and not an array");
  }
  if (position.inside_metadata && schema.flag("x-kubernetes-embedded-resource")) {
    errors.forbidden(child(field, "x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
  }
  if (schema.flag("uniqueItems")) {
    errors.forbidden(child(field, "uniqueItems"),
                     "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
  }
}

void wrong_type(SchemaSource const& schema, std::string const& field, std::string_view what, FieldErrors& errors) {
  if (schema.type().empty()) {
    errors.required(child(field, "type"), what);
  } else {
    errors.invalid(child(field, "type"), go_value::text(schema.type()), what);
  }
}

void check_set(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  auto const* items = schema.schema("items");
  if (items == nullptr) return;
  SchemaSource const item(*items);
  std::string const at = child(field, "items");
  constexpr std::string_view must = "must be atomic as item of a list with x-kubernetes-list-type=set";
  auto const pointer = [&](std::string_view key) {
    return item.has(key) ? go_value::text(item.text(key)) : std::string("\"null\"");
  };
  if (item.type() == "array" && item.has("x-kubernetes-list-type") && item.text("x-kubernetes-list-type") != "atomic") {
    errors.invalid(child(at, "x-kubernetes-list-type"), pointer("x-kubernetes-list-type"), must);
  }
  if (item.type() == "object" && item.text("x-kubernetes-map-type") != "atomic") {
    errors.invalid(child(at, "x-kubernetes-map-type"), pointer("x-kubernetes-list-type"), must);
  }
}

void check_map_keys(SchemaSource const& schema, json::array const& keys, std::string const& field,
                    FieldErrors& errors) {
  SchemaSource const item(*schema.schema("items"));
  auto const* properties = item.object("properties");
  std::set<std::string_view> seen;
  for (auto const& entry : keys) {
    std::string_view const key = entry.is_string() ? std::string_view(entry.get_string()) : std::string_view();
    auto const* property = properties != nullptr ? properties->if_contains(key) : nullptr;
    if (property == nullptr) {
      errors.invalid(child(field, "x-kubernetes-list-map-keys"), go_strings(keys),
                     "entries must all be names of item properties");
    } else if (auto const type = SchemaSource(*property).type(); type == "array" || type == "object") {
      errors.invalid(child(at_key(child(child(field, "items"), "properties"), key), "type"),
                     go_value::text(item.type()),
                     "must be a scalar type if parent array's x-kubernetes-list-type is map");
    }
    if (!seen.insert(key).second) {
      errors.invalid(child(field, "x-kubernetes-list-map-keys"), go_strings(keys),
                     "must not contain duplicate entries");
    }
  }
}

// The items of sets and maps are there, and the keys of maps always have a value.
void check_presence(SchemaSource const& schema, std::string_view list_type, json::array const& keys,
                    std::string const& field, FieldErrors& errors) {
  auto const* items = schema.schema("items");
  if (items == nullptr || (list_type != "set" && list_type != "map")) return;
  SchemaSource const item(*items);
  if (item.flag("nullable")) {
    errors.forbidden(child(child(field, "items"), "nullable"),
                     "cannot be nullable when x-kubernetes-list-type is " + std::string(list_type));
  }
  if (list_type != "map") return;
  auto const* properties = item.object("properties");
  auto const* required = item.list("required");
  for (auto const& entry : keys) {
    if (!entry.is_string() || properties == nullptr) continue;
    std::string_view const key = entry.get_string();
    auto const* property = properties->if_contains(key);
    if (property == nullptr) continue;
    SchemaSource const source(*property);
    std::string const at = at_key(child(child(field, "items"), "properties"), key);
    bool const is_required = required != nullptr && std::ranges::find(*required, entry) != required->end();
    if (!is_required && !source.has("default")) {
      errors.required(child(at, "default"),
                      "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required "
                      "property");
    }
    if (source.flag("nullable")) {
      errors.forbidden(child(at, "nullable"),
                       "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
    }
  }
}

void check_map(SchemaSource const& schema, json::array const& keys, std::string const& field, FieldErrors& errors) {
  std::string const items_field = child(field, "items");
  if (keys.empty()) {
    errors.required(child(field, "x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map");
  }
  auto const* items = schema.schema("items");
  if (!schema.has("items")) {
    errors.required(items_field, "must have a schema if x-kubernetes-list-type is map");
  } else if (items == nullptr) {
    errors.invalid(items_field, "\"\"", "must only have a single schema if x-kubernetes-list-type is map");
  } else if (auto const type = SchemaSource(*items).type(); type != "object") {
    errors.invalid(child(items_field, "type"), go_value::text(type),
                   "must be object if parent array's x-kubernetes-list-type is map");
  } else {
    check_map_keys(schema, keys, field, errors);
  }
}

// The extensions x-kubernetes-….
void check_extensions(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  static std::array const list_types{std::string("atomic"), std::string("set"), std::string("map")};
  static std::array const map_types{std::string("atomic"), std::string("granular")};
  static json::array const no_keys;
  std::string const preserve = "x-kubernetes-preserve-unknown-fields";
  if (schema.has(preserve) && !schema.flag(preserve)) {
    errors.invalid(child(field, preserve), "false", "must be true or undefined");
  }
  std::string const map_type = "x-kubernetes-map-type";
  if (schema.has(map_type)) {
    if (schema.type() != "object") {
      wrong_type(schema, field, "must be object if x-kubernetes-map-type is specified", errors);
    }
    auto const text = schema.text(map_type);
    if (std::ranges::find(map_types, text) == map_types.end()) {
      errors.not_supported(child(field, map_type), go_value::text(text), map_types);
    }
  }
  std::string const list_type = "x-kubernetes-list-type";
  auto const* given_keys = schema.list("x-kubernetes-list-map-keys");
  json::array const& keys = given_keys != nullptr ? *given_keys : no_keys;
  auto const text = schema.text(list_type);
  if (schema.has(list_type)) {
    if (schema.type() != "array") {
      wrong_type(schema, field, "must be array if x-kubernetes-list-type is specified", errors);
    } else if (text == "set") {
      check_set(schema, field, errors);
    }
    if (std::ranges::find(list_types, text) == list_types.end()) {
      errors.not_supported(child(field, list_type), go_value::text(text), list_types);
    }
  }
  if (!keys.empty() && text != "map") {
    constexpr std::string_view must = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (schema.has(list_type)) {
      errors.invalid(child(field, list_type), go_value::text(text), must);
    } else {
      errors.required(child(field, list_type), must);
    }
  }
  if (text == "map") check_map(schema, keys, field, errors);
  check_presence(schema, text, keys, field, errors);
}

void check(SchemaSource const& schema, Position const& position, std::string const& field, FieldErrors& errors) {
  check_keywords(schema, position, field, errors);
  Position below = position;
  below.root = false;
  auto const visit = [&](json::value const& json, std::string const& at) {
    check(SchemaSource(json), below, at, errors);
  };
  if (auto const* additional = schema.find("additionalProperties")) {
    bool const restricts = additional->is_object() || !schema.flag("additionalProperties");
    if (restricts && !schema.is_empty("properties")) {
      errors.forbidden(child(field, "additionalProperties"),
                       "additionalProperties and properties are mutual exclusive");
    }
    if (additional->is_object()) {
      Position inside = below;
      if (inside.inside_metadata) {
        inside.no_defaults = "inside additionalProperties applying to object metadata";
      }
      check(SchemaSource(*additional), inside, child(field, "additionalProperties"), errors);
    }
  }
  bool const resource = position.root || schema.flag("x-kubernetes-embedded-resource");
  schema.each_of("properties", [&](std::string const& name, json::value const& json) {
    Position inside = below;
    if (resource && (name == "metadata" || name == "kind" || name == "apiVersion")) {
      inside.inside_metadata = true;
      if (position.root) inside.no_defaults = "in top-level " + name;
    }
    check(SchemaSource(json), inside, at_key(child(field, "properties"), name), errors);
  });
  if (auto const* negated = schema.schema("not")) visit(*negated, child(field, "not"));
  for (std::string_view const key : {"allOf", "oneOf", "anyOf"}) {
    schema.each_in(key, [&](std::size_t i, json::value const& json) { visit(json, at_index(child(field, key), i)); });
  }
  schema.each_of("definitions", [&](std::string const& name, json::value const& json) {
    visit(json, at_key(child(field, "definitions"), name));
  });
  if (auto const* items = schema.schema("items")) visit(*items, child(field, "items"));
  schema.each_in("items",
                 [&](std::size_t i, json::value const& json) { visit(json, at_index(child(field, "items"), i)); });
  check_extensions(schema, field, errors);
}

}  // namespace

void check_known_features(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  check(schema, {.root = true}, field, errors);
}

}  // namespace fakeapi
