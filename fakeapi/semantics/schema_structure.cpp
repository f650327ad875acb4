// What makes a schema structural: every field has its type outside of anyOf and the like, and metadata is left alone.
#include <re2/re2.h>

#include <algorithm>

#include "fakeapi/semantics/schema_source.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

enum class Level : std::uint8_t { root, item, field };

// anyOf: [{type: integer}, {type: string}], which x-kubernetes-int-or-string may have beside it.
bool is_int_or_string(json::array const* any_of) {
  static json::array const pattern{json::object{{"type", "integer"}}, json::object{{"type", "string"}}};
  return any_of != nullptr && *any_of == pattern;
}

bool begins_with_int_or_string(SchemaSource const& schema) {
  auto const* all_of = schema.list("allOf");
  if (all_of == nullptr || all_of->empty() || !all_of->front().is_object()) return false;
  return is_int_or_string(SchemaSource(all_of->front()).list("anyOf"));
}

// What is wrong with a pattern, in the words of Go's regexp/syntax, whose dialect RE2 shares.
std::string go_mistake(re2::RE2 const& pattern) {
  using re2::RE2;
  std::string_view text;
  bool whole = false;
  switch (pattern.error_code()) {
    case RE2::ErrorMissingParen:
      text = "missing closing )";
      whole = true;
      break;
    case RE2::ErrorMissingBracket:
      text = "missing closing ]";
      break;
    case RE2::ErrorBadPerlOp:
      text = "invalid or unsupported Perl syntax";
      break;
    case RE2::ErrorRepeatArgument:
      text = "missing argument to repetition operator";
      break;
    case RE2::ErrorRepeatSize:
      text = "invalid repeat count";
      break;
    case RE2::ErrorBadEscape:
      text = "invalid escape sequence";
      break;
    case RE2::ErrorBadCharRange:
      text = "invalid character class range";
      break;
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression: ``";
    default:
      text = "invalid pattern";
      break;
  }
  return std::string(text) + ": `" + (whole ? pattern.pattern() : pattern.error_arg()) + "`";
}

void check_nested(SchemaSource const& schema, bool skip_any_of, std::string const& field, FieldErrors& errors);

// The parts of a node that only restrict values.
void check_value_validation(SchemaSource const& schema, bool skip_any_of, bool skip_in_first_all_of,
                            std::string const& field, FieldErrors& errors) {
  if (!skip_any_of) {
    schema.each_in("anyOf", [&](std::size_t i, json::value const& json) {
      check_nested(SchemaSource(json), false, at_index(child(field, "anyOf"), i), errors);
    });
  }
  schema.each_in("allOf", [&](std::size_t i, json::value const& json) {
    check_nested(SchemaSource(json), skip_in_first_all_of && i == 0, at_index(child(field, "allOf"), i), errors);
  });
  schema.each_in("oneOf", [&](std::size_t i, json::value const& json) {
    check_nested(SchemaSource(json), false, at_index(child(field, "oneOf"), i), errors);
  });
  if (auto const* negated = schema.schema("not")) {
    check_nested(SchemaSource(*negated), false, child(field, "not"), errors);
  }
  auto const pattern = schema.text("pattern");
  if (pattern.empty()) return;
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 const compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (compiled.ok()) return;
  errors.invalid(child(field, "pattern"), go_value::text(pattern),
                 "must be a valid regular expression, but isn't: error parsing regexp: " + go_mistake(compiled));
}

// A node below anyOf, allOf, oneOf or not: it may restrict values and nothing else.
void check_nested(SchemaSource const& schema, bool skip_any_of, std::string const& field, FieldErrors& errors) {
  check_value_validation(schema, skip_any_of, false, field, errors);
  if (auto const* items = schema.schema("items")) {
    check_nested(SchemaSource(*items), false, child(field, "items"), errors);
  }
  schema.each_of("properties", [&](std::string const& name, json::value const& json) {
    check_nested(SchemaSource(json), false, at_key(child(field, "properties"), name), errors);
  });
  for (std::string_view const key : {"type", "title", "description"}) {
    if (!schema.text(key).empty()) errors.forbidden(child(field, key), "must be empty to be structural");
  }
  for (std::string_view const key :
       {"additionalProperties", "default", "x-kubernetes-list-type", "x-kubernetes-map-type"}) {
    if (schema.has(key)) errors.forbidden(child(field, key), "must be undefined to be structural");
  }
  for (std::string_view const key : {"nullable", "x-kubernetes-preserve-unknown-fields",
                                     "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"}) {
    if (schema.flag(key)) errors.forbidden(child(field, key), "must be false to be structural");
  }
  if (!schema.is_empty("x-kubernetes-list-map-keys")) {
    errors.forbidden(child(field, "x-kubernetes-list-map-keys"), "must be empty to be structural");
  }
  if (auto const* properties = schema.object("properties"); properties != nullptr && properties->contains("metadata")) {
    errors.forbidden(at_key(child(field, "properties"), "metadata"), "must not be specified in a nested context");
  }
}

// At the root, metadata may say something of name and generateName and nothing else.
bool says_more_than_names(SchemaSource const& metadata) {
  for (auto const& [key, value] : metadata.json().get_object()) {
    if (key == "type" || key == "default") continue;
    if (key != "properties") return true;
    for (auto const& property : value.is_object() ? value.get_object() : json::object()) {
      if (property.key() != "name" && property.key() != "generateName") return true;
    }
  }
  return false;
}

void check_metadata(SchemaSource const& schema, bool root, std::string const& field, FieldErrors& errors) {
  auto const* properties = schema.object("properties");
  if (properties == nullptr) return;
  for (auto const& [name, type] : {std::pair("kind", "string"), {"apiVersion", "string"}, {"metadata", "object"}}) {
    auto const* property = properties->if_contains(name);
    if (property == nullptr || !property->is_object()) continue;
    SchemaSource const source(*property);
    if (source.type() != type) {
      errors.invalid(child(at_key(child(field, "properties"), name), "type"), go_value::text(source.type()),
                     std::string("must be ") + type);
    }
  }
  if (!root) return;
  auto const* metadata = properties->if_contains("metadata");
  if (metadata != nullptr && metadata->is_object() && says_more_than_names(SchemaSource(*metadata))) {
    errors.forbidden(at_key(child(field, "properties"), "metadata"),
                     "must not specify anything other than name and generateName, but metadata is implicitly "
                     "specified");
  }
}

void check_type(SchemaSource const& schema, Level level, std::string const& field, FieldErrors& errors) {
  bool const embedded = schema.flag("x-kubernetes-embedded-resource");
  auto const type = schema.type();
  std::string const at = child(field, "type");
  if (embedded && type != "object") {
    constexpr std::string_view must = "must be object if x-kubernetes-embedded-resource is true";
    if (type.empty()) {
      errors.required(at, must);
    } else {
      errors.invalid(at, go_value::text(type), must);
    }
  } else if (type.empty() && schema.text("$ref").empty() && !schema.flag("x-kubernetes-int-or-string") &&
             !schema.flag("x-kubernetes-preserve-unknown-fields")) {
    errors.required(at, level == Level::root   ? "must not be empty at the root"
                        : level == Level::item ? "must not be empty for specified array items"
                                               : "must not be empty for specified object fields");
  }
  if (level == Level::root && !type.empty() && type != "object") {
    errors.invalid(at, go_value::text(type), "must be object at the root");
  }
}

void check(SchemaSource const& schema, Level level, std::string const& field, FieldErrors& errors) {
  if (schema.type() == "array" && !schema.has("items")) errors.required(child(field, "items"), "must be specified");
  if (auto const* items = schema.schema("items")) {
    check(SchemaSource(*items), Level::item, child(field, "items"), errors);
  }
  schema.each_of("properties", [&](std::string const& name, json::value const& json) {
    check(SchemaSource(json), Level::field, at_key(child(field, "properties"), name), errors);
  });
  bool const embedded = schema.flag("x-kubernetes-embedded-resource");
  std::string const additional_field = child(field, "additionalProperties");
  if (auto const* additional = schema.find("additionalProperties")) {
    if (level == Level::root) errors.forbidden(additional_field, "must not be used at the root");
    if (additional->is_object()) check(SchemaSource(*additional), Level::field, additional_field, errors);
    if (embedded) {
      errors.forbidden(additional_field, "must not be used if x-kubernetes-embedded-resource is set");
    }
  }
  if (schema.flag("x-kubernetes-int-or-string")) {
    for (std::string_view const key : {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}) {
      if (schema.flag(key)) {
        errors.invalid(child(field, key), "true", "must be false if x-kubernetes-int-or-string is true");
      }
    }
  }
  check_value_validation(schema, is_int_or_string(schema.list("anyOf")), begins_with_int_or_string(schema), field,
                         errors);
  check_type(schema, level, field, errors);
  if (level == Level::root || embedded) check_metadata(schema, level == Level::root, field, errors);
  if (embedded && !schema.flag("x-kubernetes-preserve-unknown-fields") && schema.is_empty("properties")) {
    errors.required(child(field, "properties"),
                    "must not be empty if x-kubernetes-embedded-resource is true without "
                    "x-kubernetes-preserve-unknown-fields");
  }
}

// What a value validation at the root names must be named outside of it too. `outside` null: it is not.
void check_complete(SchemaSource const& nested, json::value const* outside, std::string const& field,
                    std::string const& nested_field, FieldErrors& errors) {
  if (outside == nullptr) {
    errors.required(field, "because it is defined in " + nested_field);
    return;
  }
  SchemaSource const source(*outside);
  for (std::string_view const key : {"allOf", "anyOf", "oneOf"}) {
    nested.each_in(key, [&](std::size_t i, json::value const& json) {
      check_complete(SchemaSource(json), outside, field, at_index(child(nested_field, key), i), errors);
    });
  }
  if (auto const* negated = nested.schema("not")) {
    check_complete(SchemaSource(*negated), outside, field, child(nested_field, "not"), errors);
  }
  if (auto const* items = nested.schema("items")) {
    check_complete(SchemaSource(*items), source.schema("items"), child(field, "items"), child(nested_field, "items"),
                   errors);
  }
  nested.each_of("properties", [&](std::string const& name, json::value const& json) {
    auto const* properties = source.object("properties");
    auto const* same = properties != nullptr ? properties->if_contains(name) : nullptr;
    check_complete(SchemaSource(json), same, at_key(child(field, "properties"), name),
                   at_key(child(nested_field, "properties"), name), errors);
  });
}

}  // namespace

void check_structure(SchemaSource const& schema, std::string const& field, FieldErrors& errors) {
  FieldErrors found;
  check(schema, Level::root, field, found);
  for (std::string_view const key : {"allOf", "anyOf", "oneOf"}) {
    schema.each_in(key, [&](std::size_t i, json::value const& json) {
      check_complete(SchemaSource(json), &schema.json(), field, at_index(child(field, key), i), found);
    });
  }
  if (auto const* negated = schema.schema("not")) {
    check_complete(SchemaSource(*negated), &schema.json(), field, child(field, "not"), found);
  }
  found.sort();
  errors.append(found);
}

}  // namespace fakeapi
