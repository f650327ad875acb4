// Reading a schema.
#include "fakeapi/semantics/schema.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/semantics/schema_formats.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;
using Read = std::expected<std::unique_ptr<Schema>, std::string>;

std::optional<Schema::Type> type_of(std::string_view text) {
  using Type = Schema::Type;
  constexpr std::pair<std::string_view, Type> words[] = {{"object", Type::object}, {"array", Type::array},
                                                         {"string", Type::string}, {"integer", Type::integer},
                                                         {"number", Type::number}, {"boolean", Type::boolean}};
  for (auto const& [word, type] : words) {
    if (word == text) return type;
  }
  return std::nullopt;
}

bool flag(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<double> real(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<Schema::Bound> bound(json::object const& object, std::string_view key, std::string_view exclusive) {
  auto const limit = real(object, key);
  if (!limit) return std::nullopt;
  return Schema::Bound{*limit, flag(object, exclusive)};
}

std::vector<std::string> strings(json::object const& object, std::string_view key) {
  std::vector<std::string> texts;
  auto const* list = object.if_contains(key);
  if (list == nullptr || !list->is_array()) return texts;
  for (auto const& item : list->get_array()) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

// One schema among the keys of another; null if it is not there.
Read read_child(json::object const& object, std::string_view key) {
  auto const* child = object.if_contains(key);
  if (child == nullptr) return nullptr;
  auto read = Schema::compile(*child);
  if (!read) return std::unexpected(std::string(key) + "." + read.error());
  return read;
}

std::expected<Schema::Schemas, std::string> read_list(json::object const& object, std::string_view key) {
  Schema::Schemas schemas;
  auto const* list = object.if_contains(key);
  if (list == nullptr || !list->is_array()) return schemas;
  for (auto const& entry : list->get_array()) {
    auto read = Schema::compile(entry);
    if (!read) return std::unexpected(std::string(key) + "[" + std::to_string(schemas.size()) + "]." + read.error());
    schemas.push_back(*std::move(read));
  }
  return schemas;
}

std::optional<std::string> read_properties(json::object const& object, Schema& schema) {
  auto const* properties = object.if_contains("properties");
  if (properties == nullptr) return std::nullopt;
  if (!properties->is_object()) return "properties must be an object";
  for (auto const& [name, child] : properties->get_object()) {
    auto read = Schema::compile(child);
    if (!read) return "properties[" + std::string(name) + "]." + read.error();
    schema.properties.push_back({std::string(name), *std::move(read)});
  }
  return std::nullopt;
}

std::optional<std::string> read_additional(json::object const& object, Schema& schema) {
  auto const* additional = object.if_contains("additionalProperties");
  if (additional == nullptr) return std::nullopt;
  if (additional->is_bool()) {
    schema.additional_rule = additional->get_bool() ? Schema::Additional::allowed : Schema::Additional::forbidden;
    return std::nullopt;
  }
  auto read = Schema::compile(*additional);
  if (!read) return "additionalProperties." + read.error();
  schema.additional = *std::move(read);
  return std::nullopt;
}

std::optional<std::string> read_combinations(json::object const& object, Schema& schema) {
  for (auto const& [key, place] :
       {std::pair("allOf", &schema.all_of), {"anyOf", &schema.any_of}, {"oneOf", &schema.one_of}}) {
    auto read = read_list(object, key);
    if (!read) return std::move(read.error());
    *place = *std::move(read);
  }
  auto read = read_child(object, "not");
  if (!read) return std::move(read.error());
  schema.not_ = *std::move(read);
  return std::nullopt;
}

std::optional<std::string> read_pattern(json::value const& json, Schema& schema) {
  auto const text = api::find_string(&json, {"pattern"});
  if (!text || text->empty()) return std::nullopt;
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_shared<re2::RE2 const>(re2::StringPiece(text->data(), text->size()), options);
  if (!pattern->ok()) return "pattern: " + pattern->error();
  schema.pattern_text = *text;
  schema.pattern = std::move(pattern);
  return std::nullopt;
}

void read_limits(json::value const& json, Schema& schema) {
  auto const& object = json.get_object();
  schema.minimum = bound(object, "minimum", "exclusiveMinimum");
  schema.maximum = bound(object, "maximum", "exclusiveMaximum");
  schema.multiple_of = real(object, "multipleOf");
  schema.min_length = api::find_integer(&json, {"minLength"});
  schema.max_length = api::find_integer(&json, {"maxLength"});
  schema.min_items = api::find_integer(&json, {"minItems"});
  schema.max_items = api::find_integer(&json, {"maxItems"});
  schema.min_properties = api::find_integer(&json, {"minProperties"});
  schema.max_properties = api::find_integer(&json, {"maxProperties"});
  if (auto const* values = object.if_contains("enum"); values != nullptr && values->is_array()) {
    schema.enumeration.assign(values->get_array().begin(), values->get_array().end());
  }
}

// What is somewhere below, so that walks need not look for it.
void note_contents(Schema& schema) {
  schema.has_embedded = schema.embedded_resource;
  schema.has_lists = schema.list_map || schema.list_set;
  auto const note = [&](Schema const* child) {
    if (child == nullptr) return;
    schema.has_embedded |= child->has_embedded;
    schema.has_lists |= child->has_lists;
  };
  for (auto const& property : schema.properties) note(property.schema.get());
  note(schema.items.get());
  note(schema.additional.get());
}

}  // namespace

std::expected<std::unique_ptr<Schema>, std::string> Schema::compile(json::value const& json) {
  if (!json.is_object()) return std::unexpected("must be an object");
  auto const& object = json.get_object();
  auto schema = std::make_unique<Schema>();
  if (auto const text = api::find_string(&json, {"type"}); text && !text->empty()) {
    auto const type = type_of(*text);
    if (!type) return std::unexpected("type: unknown type \"" + std::string(*text) + "\"");
    schema->type = *type;
  }
  schema->nullable = flag(object, "nullable");
  schema->int_or_string = flag(object, "x-kubernetes-int-or-string");
  schema->preserve_unknown = flag(object, "x-kubernetes-preserve-unknown-fields");
  schema->embedded_resource = flag(object, "x-kubernetes-embedded-resource");
  schema->unique_items = flag(object, "uniqueItems");
  schema->list_map = api::find_string(&json, {"x-kubernetes-list-type"}) == "map";
  schema->list_set = api::find_string(&json, {"x-kubernetes-list-type"}) == "set";
  schema->map_atomic = api::find_string(&json, {"x-kubernetes-map-type"}) == "atomic";
  schema->list_keys = strings(object, "x-kubernetes-list-map-keys");
  schema->required = strings(object, "required");
  if (auto const* value = object.if_contains("default"); value != nullptr && !value->is_null()) {
    schema->default_value = *value;
  }
  auto const format = api::find_string(&json, {"format"}).value_or("");
  if (auto const check = formats::check_of(format)) {
    schema->format = format;
    schema->has_format = check;
  }
  read_limits(json, *schema);
  auto items = read_child(object, "items");
  if (!items) return std::unexpected(std::move(items.error()));
  schema->items = *std::move(items);
  for (auto const read : {read_properties, read_additional, read_combinations}) {
    if (auto error = read(object, *schema)) return std::unexpected(*std::move(error));
  }
  if (auto error = read_pattern(json, *schema)) return std::unexpected(*std::move(error));
  note_contents(*schema);
  return schema;
}

Schema const* Schema::property(std::string_view name) const {
  for (auto const& property : properties) {
    if (property.name == name) return property.schema.get();
  }
  return nullptr;
}

std::string FieldPath::to_string() const {
  std::string text = parent != nullptr ? parent->to_string() : "";
  if (!text.empty() && !name.empty()) text += '.';
  return text.append(name);
}

}  // namespace fakeapi
