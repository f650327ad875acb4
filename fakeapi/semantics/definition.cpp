#include "fakeapi/semantics/definition.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/printing/printing.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::string_view all_versions[] = {"spec", "status"};

std::string_view text_at(json::value const& value, std::initializer_list<std::string_view> path) {
  return api::find_string(&value, path).value_or("");
}

bool flag_at(json::value const& value, std::string_view key) {
  auto const* flag = api::find_path(&value, {key});
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

json::array const* versions_of(json::value const& spec) {
  auto const* list = api::find_path(&spec, {"versions"});
  return list != nullptr ? list->if_array() : nullptr;
}

std::vector<std::string> texts_at(json::value const& value, std::initializer_list<std::string_view> path) {
  std::vector<std::string> texts;
  json::value const* list = api::find_path(&value, path);
  if (list == nullptr || !list->is_array()) return texts;
  for (auto const& item : list->get_array()) {
    if (item.is_string()) texts.emplace_back(std::string_view(item.get_string()));
  }
  return texts;
}

// singular, listKind and conversion follow from the rest when they are not given.
api::SharedJson with_defaults(api::SharedJson const& spec) {
  auto const kind = text_at(*spec, {"names", "kind"});
  bool const complete = !text_at(*spec, {"names", "singular"}).empty() &&
                        !text_at(*spec, {"names", "listKind"}).empty() &&
                        api::find_path(spec.get(), {"conversion"}) != nullptr;
  if (complete || kind.empty()) return spec;
  json::value filled(*spec);
  auto& names = filled.at("names").get_object();
  if (!names.contains("singular")) names["singular"] = lower(kind);
  if (!names.contains("listKind")) names["listKind"] = std::string(kind) + "List";
  if (!filled.get_object().contains("conversion")) filled.get_object()["conversion"] = {{"strategy", "None"}};
  return api::share(std::move(filled));
}

// Structural schemas say the type of everything they name.
void check_structural(json::value const& schema, std::string const& path, bool item, FieldErrors& errors) {
  if (!schema.is_object()) return;
  bool const typed = !text_at(schema, {"type"}).empty() || flag_at(schema, "x-kubernetes-int-or-string") ||
                     flag_at(schema, "x-kubernetes-preserve-unknown-fields");
  if (!typed) {
    errors.required(path + ".type", item ? "must not be empty for specified array items"
                                         : "must not be empty for specified object fields");
  }
  if (auto const* properties = api::find_path(&schema, {"properties"});
      properties != nullptr && properties->is_object()) {
    for (auto const& [name, child] : properties->get_object()) {
      check_structural(child, path + ".properties[" + std::string(name) + "]", false, errors);
    }
  }
  if (auto const* items = api::find_path(&schema, {"items"})) check_structural(*items, path + ".items", true, errors);
  if (auto const* additional = api::find_path(&schema, {"additionalProperties"});
      additional != nullptr && additional->is_object()) {
    check_structural(*additional, path + ".additionalProperties", false, errors);
  }
}

// ".spec.replicas" -> {spec, replicas}; empty if it is no simple path below `root`.
ScalePaths::Path simple_path(std::string_view text, std::string_view root) {
  ScalePaths::Path path;
  if (!text.starts_with('.')) return path;
  text.remove_prefix(1);
  for (;;) {
    auto const dot = text.find('.');
    auto const step = text.substr(0, dot);
    if (step.empty() || step.contains('[')) return {};
    path.emplace_back(step);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  bool const below =
      path.size() > 1 &&
      (root.empty() ? std::ranges::find(all_versions, path.front()) != std::end(all_versions) : path.front() == root);
  return below ? path : ScalePaths::Path();
}

std::optional<ScalePaths> read_scale(json::value const& version, std::string const& field, FieldErrors& errors) {
  json::value const* scale = api::find_path(&version, {"subresources", "scale"});
  if (scale == nullptr) return std::nullopt;
  auto const read = [&](std::string_view key, std::string_view root, bool required) {
    auto const text = text_at(*scale, {key});
    std::string const at = field + ".subresources.scale." + std::string(key);
    if (text.empty()) {
      if (required) errors.required(at);
      return ScalePaths::Path();
    }
    auto path = simple_path(text, root);
    if (path.empty()) {
      errors.invalid(at, go_value::text(text),
                     root.empty() ? "should be a json path under .status or .spec"
                                  : "should be a json path under ." + std::string(root));
    }
    return path;
  };
  return ScalePaths{read("specReplicasPath", "spec", true), read("statusReplicasPath", "status", true),
                    read("labelSelectorPath", "", false)};
}

// A definition's columns; what cannot be printed is left to custom_columns().
void check_columns(json::value const& version, std::string const& field, FieldErrors& errors) {
  json::value const* columns = api::find_path(&version, {"additionalPrinterColumns"});
  if (columns == nullptr || !columns->is_array()) return;
  constexpr std::string_view types = "boolean,date,integer,number,string";
  constexpr std::string_view formats = "byte,date,date-time,double,float,int32,int64,password";
  auto const is_one_of = [](std::string_view text, std::string_view list) {
    return !text.contains(',') && ("," + std::string(list) + ",").contains("," + std::string(text) + ",");
  };
  for (std::size_t i = 0; i < columns->get_array().size(); ++i) {
    json::value const& column = columns->get_array()[i];
    std::string const at = field + ".additionalPrinterColumns[" + std::to_string(i) + "]";
    auto const type = text_at(column, {"type"});
    auto const format = text_at(column, {"format"});
    auto const path = text_at(column, {"jsonPath"});
    if (text_at(column, {"name"}).empty()) errors.required(at + ".name");
    if (type.empty()) {
      errors.required(at + ".type", "must be one of " + std::string(types));
    } else if (!is_one_of(type, types)) {
      errors.invalid(at + ".type", go_value::text(type), "must be one of " + std::string(types));
    }
    if (!format.empty() && !is_one_of(format, formats)) {
      errors.invalid(at + ".format", go_value::text(format), "must be one of " + std::string(formats));
    }
    if (path.empty()) {
      errors.required(at + ".JSONPath");
    } else if (!path.starts_with('.')) {
      errors.invalid(at + ".JSONPath", go_value::text(path), "must be a simple json path starting with .");
    }
  }
}

std::shared_ptr<Kind const> read_version(Definition const& definition, json::value const& spec,
                                         json::value const& version, std::string const& field, bool only,
                                         FieldErrors& errors) {
  auto const name = text_at(version, {"name"});
  if (!names::dns1123_label(name).empty()) {
    errors.invalid(field + ".name", go_value::text(name), "must be a DNS-1035 label");
  }
  Kind kind =
      make_kind({definition.group, std::string(name), definition.plural}, std::string(text_at(spec, {"names", "kind"})),
                text_at(spec, {"scope"}) == "Namespaced", custom_resource_strategy);
  kind.singular = text_at(spec, {"names", "singular"});
  kind.list_kind = text_at(spec, {"names", "listKind"});
  kind.short_names = texts_at(spec, {"names", "shortNames"});
  kind.categories = texts_at(spec, {"names", "categories"});
  kind.has_status = api::find_path(&version, {"subresources", "status"}) != nullptr;
  kind.scale = read_scale(version, field, errors);
  kind.has_scale = kind.scale.has_value();
  // Those of an only version it keeps one level higher, too.
  check_columns(version, only ? "spec" : field, errors);
  json::value const* schema = api::find_path(&version, {"schema", "openAPIV3Schema"});
  if (schema == nullptr) {
    errors.required(field + ".schema.openAPIV3Schema", "schemas are required");
    return nullptr;
  }
  // Server 1.20 keeps the schema of an only version one level higher, and names it there.
  std::string const at = only ? "spec.validation.openAPIV3Schema" : field + ".schema.openAPIV3Schema";
  if (text_at(*schema, {"type"}) != "object") {
    errors.invalid(at + ".type", go_value::text(text_at(*schema, {"type"})), "must be object at the root");
  }
  if (auto const* properties = api::find_path(schema, {"properties"});
      properties != nullptr && properties->is_object()) {
    for (auto const& [property, child] : properties->get_object()) {
      check_structural(child, at + ".properties[" + std::string(property) + "]", false, errors);
    }
  }
  auto compiled = Schema::compile(*schema);
  if (!compiled) {
    errors.invalid(at, "\"\"", compiled.error());
    return nullptr;
  }
  kind.schema = *std::move(compiled);
  kind.schema_source = api::share(*schema);
  kind.columns = printing::custom_columns(api::find_path(&version, {"additionalPrinterColumns"}));
  return std::make_shared<Kind const>(std::move(kind));
}

void check_names(Definition const& definition, json::value const& spec, FieldErrors& errors) {
  if (definition.group.empty()) {
    errors.required("spec.group");
  } else {
    for (auto const& message : names::dns1123_subdomain(definition.group)) {
      errors.invalid("spec.group", go_value::text(definition.group), message);
    }
    if (!definition.group.contains('.')) {
      errors.invalid("spec.group", go_value::text(definition.group), "should be a domain with at least one dot");
    }
  }
  static std::array const scopes{std::string("Cluster"), std::string("Namespaced")};
  auto const scope = text_at(spec, {"scope"});
  if (std::ranges::find(scopes, scope) == scopes.end()) {
    errors.not_supported("spec.scope", go_value::text(scope), scopes);
  }
  for (std::string_view const name : {"plural", "singular", "kind", "listKind"}) {
    auto const text = text_at(spec, {"names", name});
    std::string const field = "spec.names." + std::string(name);
    if (text.empty()) {
      errors.required(field);
      continue;
    }
    for (auto const& message : names::dns1123_label(lower(text))) errors.invalid(field, go_value::text(text), message);
  }
}

void read_versions(Definition& definition, json::value const& spec) {
  json::array const* versions = versions_of(spec);
  if (versions == nullptr || versions->empty()) {
    definition.errors.required("spec.versions", "must have exactly one version marked as storage version");
    return;
  }
  std::size_t storage_versions = 0;
  for (std::size_t i = 0; i < versions->size(); ++i) {
    json::value const& version = (*versions)[i];
    auto kind = read_version(definition, spec, version, "spec.versions[" + std::to_string(i) + "]",
                             versions->size() == 1, definition.errors);
    if (flag_at(version, "storage")) {
      ++storage_versions;
      definition.storage_version = text_at(version, {"name"});
    }
    if (kind != nullptr && flag_at(version, "served")) definition.served.push_back(std::move(kind));
  }
  if (storage_versions != 1) {
    definition.errors.invalid("spec.versions", "\"\"", "must have exactly one version marked as storage version");
  }
}

}  // namespace

std::shared_ptr<Definition const> compile_definition(api::SharedJson const& given) {
  static api::SharedJson const nothing = api::share(json::object());
  auto definition = std::make_shared<Definition>();
  definition->submitted = given;
  api::SharedJson const& spec = given && given->is_object() ? given : nothing;
  definition->spec = with_defaults(spec);
  definition->group = text_at(*spec, {"group"});
  definition->plural = text_at(*spec, {"names", "plural"});
  check_names(*definition, *definition->spec, definition->errors);
  read_versions(*definition, *definition->spec);
  if (auto const* names = api::find_path(definition->spec.get(), {"names"}))
    definition->accepted_names = api::share(*names);
  return definition;
}

std::shared_ptr<Definition const> DefinitionCache::compile(api::SharedJson const& spec) {
  for (auto const& definition : held_) {
    if (spec && (definition->submitted == spec || definition->spec == spec)) return definition;
  }
  auto compiled = compile_definition(spec);
  held_.push_front(compiled);
  if (held_.size() > most) held_.pop_back();
  return compiled;
}

std::shared_ptr<DefinitionCache> make_definition_cache() { return std::make_shared<DefinitionCache>(); }

}  // namespace fakeapi
