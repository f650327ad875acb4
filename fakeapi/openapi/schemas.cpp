#include "fakeapi/openapi/schemas.hpp"

#include <boost/json/array.hpp>
#include <utility>

#include "fakeapi/openapi/descriptions.hpp"

namespace fakeapi::openapi {
namespace {

namespace json = boost::json;
using types::Form;
using types::ListType;
using types::PatchStrategy;
using types::Type;

constexpr std::string_view object_meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
constexpr std::string_view list_meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
constexpr char const* gvk_extension = "x-kubernetes-group-version-kind";

json::array alternatives(std::string_view first, std::string_view second) {
  json::array list;
  list.push_back(json::object{{"type", first}});
  list.push_back(json::object{{"type", second}});
  return list;
}

json::object scalar_schema(Form form) {
  switch (form) {
    case Form::string:
    case Form::duration:
      return {{"type", "string"}};
    case Form::boolean:
      return {{"type", "boolean"}};
    case Form::int32:
      return {{"type", "integer"}, {"format", "int32"}};
    case Form::int64:
      return {{"type", "integer"}, {"format", "int64"}};
    case Form::number:
      return {{"type", "number"}, {"format", "double"}};
    case Form::bytes:
      return {{"type", "string"}, {"format", "byte"}};
    case Form::time:
    case Form::micro_time:
      return {{"type", "string"}, {"format", "date-time"}};
    case Form::int_or_string:
      return {{"oneOf", alternatives("integer", "string")}, {"format", "int-or-string"}};
    case Form::quantity:
      return {{"oneOf", alternatives("string", "number")}};
    case Form::fields_v1:
      return {{"type", "object"}};
    case Form::any:
    case Form::structure:
    case Form::list:
    case Form::map:
      break;
  }
  return {};
}

std::string_view text_of(PatchStrategy strategy) {
  switch (strategy) {
    case PatchStrategy::replace:
      return "";
    case PatchStrategy::merge:
      return "merge";
    case PatchStrategy::retain_keys:
      return "retainKeys";
    case PatchStrategy::merge_retain_keys:
      return "merge,retainKeys";
  }
  return "";
}

void add_markers(types::Field const& field, json::object& schema) {
  if (field.list_marked) {
    schema["x-kubernetes-list-type"] = field.list_type == ListType::map   ? "map"
                                       : field.list_type == ListType::set ? "set"
                                                                          : "atomic";
    if (field.list_type == ListType::map) {
      json::array keys;
      for (auto const key : field.list_keys) keys.emplace_back(key);
      schema["x-kubernetes-list-map-keys"] = std::move(keys);
    }
  }
  if (auto const strategy = text_of(field.patch); !strategy.empty()) schema["x-kubernetes-patch-strategy"] = strategy;
  if (!field.merge_key.empty()) schema["x-kubernetes-patch-merge-key"] = field.merge_key;
  if (field.atomic && field.type->form == Form::map) schema["x-kubernetes-map-type"] = "atomic";
}

json::array one(json::object value) {
  json::array list;
  list.emplace_back(std::move(value));
  return list;
}

// A reference with something said besides, which a $ref alone has no place for.
json::object described(json::object schema, std::string_view text) {
  if (text.empty()) return schema;
  if (schema.contains("$ref")) schema = json::object{{"allOf", one(std::move(schema))}};
  schema["description"] = text;
  return schema;
}

// "example.com" -> "com.example".
std::string reversed(std::string_view group) {
  std::string out;
  while (!group.empty()) {
    auto const dot = group.rfind('.');
    if (!out.empty()) out += ".";
    out += dot == std::string_view::npos ? group : group.substr(dot + 1);
    group = dot == std::string_view::npos ? std::string_view() : group.substr(0, dot);
  }
  return out;
}

json::object list_schema(Kind const& kind, std::string_view name) {
  json::object items{{"type", "array"}, {"items", reference(name)}, {"description", "The objects."}};
  json::object properties{
      {"apiVersion", described({{"type", "string"}}, describe("", "apiVersion"))},
      {"items", std::move(items)},
      {"kind", described({{"type", "string"}}, describe("", "kind"))},
      {"metadata", described(reference(list_meta), "Where the list ends, and at which revision it was true.")}};
  json::object schema{{"description", kind.list_kind + " is a list of " + kind.kind + "."}, {"type", "object"}};
  json::array required;
  required.emplace_back("items");
  schema["required"] = std::move(required);
  schema["properties"] = std::move(properties);
  schema[gvk_extension] = one(group_version_kind(kind.resource.group, kind.resource.version, kind.list_kind));
  return schema;
}

}  // namespace

json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json::object group_version_kind(std::string_view group, std::string_view version, std::string_view kind) {
  return {{"group", group}, {"version", version}, {"kind", kind}};
}

std::string schema_name(Kind const& kind) {
  return reversed(kind.resource.group) + "." + kind.resource.version + "." + kind.kind;
}

void Schemas::add(Type const& type) {
  if (schemas_.contains(type.name)) return;
  schemas_[type.name] = nullptr;  // it may contain itself
  auto schema = schema_of(type);
  schemas_[type.name] = std::move(schema);
}

json::object Schemas::schema_of(Type const& type) {
  if (type.form != Form::structure) return scalar_schema(type.form);
  json::object schema;
  if (auto const text = describe(type.name); !text.empty()) schema["description"] = text;
  schema["type"] = "object";
  json::array required;
  json::object properties;
  for (auto const* field : type.members) {
    if (field->modern && !modern_) continue;
    if (field->required) required.emplace_back(field->name);
    properties[field->name] = property_of(type, *field);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  if (!properties.empty()) schema["properties"] = std::move(properties);
  if (type.atomic) schema["x-kubernetes-map-type"] = "atomic";
  // The kinds of meta/v1 belong to every group version; nobody asks for them by name.
  if (!type.kind.empty() && type.name.find(".meta.v1.") == std::string_view::npos) {
    schema[gvk_extension] = one(group_version_kind(type.group, type.version, type.kind));
  }
  return schema;
}

json::object Schemas::reference_or_schema(Type const& type) {
  if (type.form == Form::list) return {{"type", "array"}, {"items", reference_or_schema(*type.element)}};
  if (type.form == Form::map) return {{"type", "object"}, {"additionalProperties", reference_or_schema(*type.element)}};
  if (type.name.empty()) return scalar_schema(type.form);
  add(type);
  return reference(type.name);
}

json::object Schemas::property_of(Type const& owner, types::Field const& field) {
  auto schema = reference_or_schema(*field.type);
  json::object markers;
  add_markers(field, markers);
  auto const text = describe(owner.name, field.name);
  if (!markers.empty() && schema.contains("$ref")) schema = json::object{{"allOf", one(std::move(schema))}};
  schema = described(std::move(schema), text);
  for (auto& [name, value] : markers) schema[name] = std::move(value);
  return schema;
}

std::string Schemas::add(Kind const& kind) {
  std::string const name = schema_name(kind);
  add(*types::find_type(object_meta));
  add(*types::find_type(list_meta));
  json::object schema;
  if (kind.schema_source && kind.schema_source->is_object()) schema = kind.schema_source->get_object();
  // What every object has is not for the definition to say.
  auto& properties = schema["properties"];
  if (!properties.is_object()) properties.emplace_object();
  auto& fields = properties.get_object();
  fields["apiVersion"] = described({{"type", "string"}}, describe("", "apiVersion"));
  fields["kind"] = described({{"type", "string"}}, describe("", "kind"));
  fields["metadata"] = described(reference(object_meta), describe("", "metadata"));
  schema[gvk_extension] = one(group_version_kind(kind.resource.group, kind.resource.version, kind.kind));
  schemas_[name] = std::move(schema);
  schemas_[name + "List"] = list_schema(kind, name);
  return name;
}

}  // namespace fakeapi::openapi
