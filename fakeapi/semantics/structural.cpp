#include "fakeapi/semantics/structural.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "fakeapi/semantics/findings.hpp"
#include "fakeapi/semantics/go_syntax.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/schema_source.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// With a status subresource the schema of the status must be found below properties, so the root can hold little else.
void check_root_with_status(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  constexpr std::array<std::string_view, 21> allowed{"description",
                                                     "type",
                                                     "format",
                                                     "title",
                                                     "maximum",
                                                     "exclusiveMaximum",
                                                     "minimum",
                                                     "maxLength",
                                                     "minLength",
                                                     "pattern",
                                                     "maxItems",
                                                     "minItems",
                                                     "uniqueItems",
                                                     "multipleOf",
                                                     "required",
                                                     "items",
                                                     "properties",
                                                     "externalDocs",
                                                     "example",
                                                     "exclusiveMinimum",
                                                     "x-kubernetes-preserve-unknown-fields"};
  for (auto const& [key, value] : schema.json().get_object()) {
    bool const nothing = value.is_null() || value == false || value == "";
    if (nothing || std::ranges::find(allowed, std::string_view(key)) != allowed.end()) continue;
    errors.invalid(field, "apiextensions.JSONSchemaProps{}",
                   "only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength "
                   "MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs "
                   "Example XPreserveUnknownFields] fields are allowed at the root of the schema if the status "
                   "subresource is enabled");
    return;
  }
}

// Defaults are not held against x-kubernetes-int-or-string.
void forget_int_or_string(json::value& schema) {
  if (auto* object = schema.if_object()) {
    object->stable_erase(std::string_view("x-kubernetes-int-or-string"));
    for (auto& member : *object) forget_int_or_string(member.value());
  } else if (auto* array = schema.if_array()) {
    for (auto& entry : *array) forget_int_or_string(entry);
  }
}

// A default must be what an object could hold in its place.
void check_default(SchemaSource const& source, Schema const& schema, bool inside_metadata, std::string const& field,
                   FieldErrors& errors) {
  json::value const& value = *source.find("default");
  if (value.is_null()) return;
  if (!inside_metadata) {
    json::value pruned(value);
    schema.prune(pruned);
    if (pruned != value) errors.invalid(field, go_syntax(value), "must not have unknown fields");
  }
  api::SharedJson coerced = api::share(value);
  if (auto const fault = schema.coerce(coerced, field)) {
    auto const colon = fault->find(": Invalid value: ");
    errors.invalid(fault->substr(0, colon), go_syntax(value), "must be a string");
    return;
  }
  FieldErrors embedded;
  schema.validate_embedded(value, field, embedded);
  if (!embedded.empty()) {
    errors.append(embedded);
    return;
  }
  // The real server takes any default for what may be an integer or text.
  if (schema.int_or_string) return;
  Findings findings;
  schema.validate(value, {}, findings);
  findings.to_errors(field, errors);
}

void check_defaults_below(SchemaSource const& source, bool root, bool inside_metadata, std::string const& field,
                          FieldErrors& errors) {
  bool const resource = root || source.flag("x-kubernetes-embedded-resource");
  if (resource) inside_metadata = false;
  if (source.has("default")) {
    json::value json(source.json());
    if (root) json.get_object()["x-kubernetes-embedded-resource"] = true;
    forget_int_or_string(json);
    if (auto const compiled = Schema::compile(json)) {
      check_default(source, **compiled, inside_metadata, child(field, "default"), errors);
    }
  }
  if (auto const* items = source.schema("items")) {
    check_defaults_below(SchemaSource(*items), false, inside_metadata, child(field, "items"), errors);
  }
  source.each_of("properties", [&](std::string const& name, json::value const& json) {
    bool const meta = resource && (name == "metadata" || name == "apiVersion" || name == "kind");
    check_defaults_below(SchemaSource(json), false, inside_metadata || meta, at_key(child(field, "properties"), name),
                         errors);
  });
}

// Whether it uses none of the keywords for which structural schemas have no place: of others no more is said.
bool can_be_structural(SchemaSource const& schema) {
  for (std::string_view const key : {"$ref", "$schema", "additionalItems", "dependencies"}) {
    if (schema.has(key)) return false;
  }
  if (!schema.text("id").empty() || !schema.is_empty("patternProperties") || !schema.is_empty("definitions") ||
      schema.list("items") != nullptr) {
    return false;
  }
  bool can = true;
  auto const visit = [&](auto const& /*name*/, json::value const& json) {
    can &= can_be_structural(SchemaSource(json));
  };
  schema.each_of("properties", visit);
  for (std::string_view const key : {"allOf", "anyOf", "oneOf"}) schema.each_in(key, visit);
  for (std::string_view const key : {"items", "additionalProperties", "not"}) {
    if (auto const* below = schema.schema(key)) visit(key, *below);
  }
  return can;
}

}  // namespace

void check_defaults(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  check_defaults_below(schema, true, false, field, errors);
}

void check_definition_schema(json::value const& json, std::string const& field, bool has_status, FieldErrors& errors) {
  if (!json.is_object()) return;
  SchemaSource const schema(json);
  if (has_status) check_root_with_status(schema, field, errors);
  if (schema.flag("nullable")) errors.forbidden(child(field, "nullable"), "nullable cannot be true at the root");
  check_known_features(schema, field, errors);
  if (!can_be_structural(schema)) return;
  FieldErrors structural;
  check_structure(schema, field, structural);
  if (structural.empty()) {
    check_defaults(schema, field, errors);
  } else {
    errors.append(structural);
  }
}

}  // namespace fakeapi
