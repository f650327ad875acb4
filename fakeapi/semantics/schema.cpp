// Reading a schema.
#include "fakeapi/semantics/schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

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

std::optional<Schema::Bound> bound(json::object const& object, std::string_view key, std::string_view exclusive) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return Schema::Bound{value->to_number<double>(), flag(object, exclusive)};
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

Read read_properties(json::object const& object, std::unique_ptr<Schema> schema) {
  auto const* properties = object.if_contains("properties");
  if (properties == nullptr) return schema;
  if (!properties->is_object()) return std::unexpected("properties must be an object");
  for (auto const& [name, child] : properties->get_object()) {
    auto read = Schema::compile(child);
    if (!read) return std::unexpected("properties[" + std::string(name) + "]." + read.error());
    schema->properties.push_back({std::string(name), *std::move(read)});
  }
  return schema;
}

Read read_additional(json::object const& object, std::unique_ptr<Schema> schema) {
  auto const* additional = object.if_contains("additionalProperties");
  if (additional == nullptr) return schema;
  if (additional->is_bool()) {
    if (!additional->get_bool()) return schema;
    schema->additional = std::make_unique<Schema>();
    schema->additional->preserve_unknown = true;
    return schema;
  }
  auto read = Schema::compile(*additional);
  if (!read) return std::unexpected("additionalProperties." + read.error());
  schema->additional = *std::move(read);
  return schema;
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
  schema->date_time = api::find_string(&json, {"format"}) == "date-time";
  schema->list_map = api::find_string(&json, {"x-kubernetes-list-type"}) == "map";
  schema->list_set = api::find_string(&json, {"x-kubernetes-list-type"}) == "set";
  schema->map_atomic = api::find_string(&json, {"x-kubernetes-map-type"}) == "atomic";
  schema->list_keys = strings(object, "x-kubernetes-list-map-keys");
  if (auto const* value = object.if_contains("default")) schema->default_value = *value;
  schema->required = strings(object, "required");
  schema->minimum = bound(object, "minimum", "exclusiveMinimum");
  schema->maximum = bound(object, "maximum", "exclusiveMaximum");
  schema->min_length = api::find_integer(&json, {"minLength"});
  schema->max_length = api::find_integer(&json, {"maxLength"});
  schema->min_items = api::find_integer(&json, {"minItems"});
  schema->max_items = api::find_integer(&json, {"maxItems"});
  schema->min_properties = api::find_integer(&json, {"minProperties"});
  schema->max_properties = api::find_integer(&json, {"maxProperties"});
  if (auto const* values = object.if_contains("enum"); values != nullptr && values->is_array()) {
    schema->enumeration.assign(values->get_array().begin(), values->get_array().end());
  }
  if (auto const* items = object.if_contains("items")) {
    auto read = compile(*items);
    if (!read) return std::unexpected("items." + read.error());
    schema->items = *std::move(read);
  }
  auto read = read_properties(object, std::move(schema));
  if (!read) return read;
  return read_additional(object, *std::move(read));
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
