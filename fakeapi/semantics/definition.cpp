#include "fakeapi/semantics/definition.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/printing/printing.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "fakeapi/semantics/unstructured.hpp"
#include "fakeapi/types/codec.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

std::string_view text_at(json::value const& value, std::initializer_list<std::string_view> path) {
  return api::find_string(&value, path).value_or("");
}

bool flag_at(json::value const& value, std::string_view key) {
  auto const* flag = api::find_path(&value, {key});
  return flag != nullptr && flag->is_bool() && flag->get_bool();
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

// items and additionalProperties may be something else than a schema, so the codec does not look into them.
std::optional<types::TypeError> canonicalize_below(json::value& schema);

std::optional<types::TypeError> canonicalize_schema(json::value& schema) {
  static types::Type const& type =
      *types::find_type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  if (!schema.is_object()) return std::nullopt;
  if (auto error = types::canonicalize(type, schema, {})) return error;
  return canonicalize_below(schema);
}

std::optional<types::TypeError> canonicalize_below(json::value& schema) {
  if (!schema.is_object()) return std::nullopt;
  for (auto& [key, value] : schema.get_object()) {
    if (key == "items" || key == "additionalProperties" || key == "additionalItems") {
      if (auto* const list = value.if_array()) {
        for (auto& entry : *list) {
          if (auto error = canonicalize_schema(entry)) return error;
        }
      } else if (auto error = canonicalize_schema(value)) {
        return error;
      }
    } else if (key == "properties" || key == "definitions" || key == "patternProperties") {
      for (auto& [name, child] : value.get_object()) {
        if (auto error = canonicalize_below(child)) return error;
      }
    } else if (key == "allOf" || key == "anyOf" || key == "oneOf") {
      for (auto& child : value.get_array()) {
        if (auto error = canonicalize_below(child)) return error;
      }
    } else if (key == "not") {
      if (auto error = canonicalize_below(value)) return error;
    }
  }
  return std::nullopt;
}

// The spec as a server stores it.
std::optional<types::TypeError> canonicalize_spec(json::value& spec) {
  static types::Type const& kind = *types::find_kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
  static types::Field const& field = *kind.field("spec");
  if (auto error = types::canonicalize_member(kind, field, spec, {})) return error;
  if (!spec.is_object()) return std::nullopt;
  auto* const versions = spec.get_object().if_contains("versions");
  if (versions == nullptr || !versions->is_array()) return std::nullopt;
  for (auto& version : versions->get_array()) {
    auto* const schema = version.is_object() ? version.get_object().if_contains("schema") : nullptr;
    if (schema == nullptr || !schema->is_object()) continue;
    auto* const open_api = schema->get_object().if_contains("openAPIV3Schema");
    if (open_api == nullptr) continue;
    if (auto error = canonicalize_below(*open_api)) return error;
  }
  return std::nullopt;
}

// ".spec.replicas" -> {spec, replicas}.
ScalePaths::Path steps_of(std::string_view text) {
  ScalePaths::Path path;
  while (!text.empty()) {
    text.remove_prefix(1);
    auto const dot = std::min(text.find('.'), text.size());
    path.emplace_back(text.substr(0, dot));
    text.remove_prefix(dot);
  }
  return path;
}

std::optional<ScalePaths> read_scale(json::value const& version) {
  json::value const* scale = api::find_path(&version, {"subresources", "scale"});
  if (scale == nullptr) return std::nullopt;
  return ScalePaths{steps_of(text_at(*scale, {"specReplicasPath"})), steps_of(text_at(*scale, {"statusReplicasPath"})),
                    steps_of(text_at(*scale, {"labelSelectorPath"}))};
}

std::optional<Kind> read_version(Definition const& definition, json::value const& spec, json::value const& version,
                                 FieldErrors& errors) {
  Kind kind = make_kind({definition.group, std::string(text_at(version, {"name"})), definition.plural},
                        std::string(text_at(spec, {"names", "kind"})), text_at(spec, {"scope"}) == "Namespaced",
                        custom_resource_strategy);
  kind.singular = text_at(spec, {"names", "singular"});
  kind.list_kind = text_at(spec, {"names", "listKind"});
  kind.short_names = texts_at(spec, {"names", "shortNames"});
  kind.categories = texts_at(spec, {"names", "categories"});
  kind.has_status = api::find_path(&version, {"subresources", "status"}) != nullptr;
  kind.scale = read_scale(version);
  kind.has_scale = kind.scale.has_value();
  json::value const* schema = api::find_path(&version, {"schema", "openAPIV3Schema"});
  auto compiled = Schema::compile(*schema);
  if (!compiled) {
    errors.invalid("spec.versions", "\"\"", "error building validator: " + compiled.error());
    return std::nullopt;
  }
  kind.schema = *std::move(compiled);
  kind.schema_source = api::share(*schema);
  kind.columns = printing::custom_columns(api::find_path(&version, {"additionalPrinterColumns"}));
  return kind;
}

void read_versions(Definition& definition, json::value const& spec) {
  auto const versions = std::make_shared<CustomVersions>();
  std::vector<Kind> kinds;
  for (auto const& version : spec.at("versions").get_array()) {
    auto kind = read_version(definition, spec, version, definition.errors);
    if (!kind) return;
    versions->all.push_back({kind->api_version, kind->schema});
    if (flag_at(version, "storage")) {
      definition.storage_version = kind->resource.version;
      versions->storage = kind->api_version;
    }
    if (flag_at(version, "served")) kinds.push_back(*std::move(kind));
  }
  for (auto& kind : kinds) {
    kind.versions = versions;
    definition.served.push_back(std::make_shared<Kind const>(std::move(kind)));
  }
}

}  // namespace

void fill_in_definition(json::object& spec) {
  auto* const names = spec.if_contains("names");
  auto const kind = std::string(names != nullptr ? text_at(*names, {"kind"}) : "");
  if (!kind.empty()) {
    if (text_at(*names, {"singular"}).empty()) names->get_object()["singular"] = names::lower(kind);
    if (text_at(*names, {"listKind"}).empty()) names->get_object()["listKind"] = kind + "List";
  }
  auto const* conversion = spec.if_contains("conversion");
  if (conversion == nullptr || conversion->is_null()) spec["conversion"] = json::object{{"strategy", "None"}};
}

Schema const* CustomVersions::schema_of(std::string_view api_version) const {
  auto const found = std::ranges::find(all, api_version, &Version::api_version);
  return found == all.end() ? nullptr : found->schema.get();
}

std::shared_ptr<Definition const> compile_definition(api::SharedJson const& given) {
  auto definition = std::make_shared<Definition>();
  definition->submitted = given;
  json::value spec = given && given->is_object() ? *given : json::value(json::object());
  fill_in_definition(spec.get_object());
  if (auto const error = canonicalize_spec(spec)) {
    definition->unreadable = types::to_text(*error);
    return definition;
  }
  settle_numbers(spec);
  definition->spec = given && spec == *given ? given : api::share(std::move(spec));
  definition->group = text_at(*definition->spec, {"group"});
  definition->plural = text_at(*definition->spec, {"names", "plural"});
  auto const* versions = api::find_path(given.get(), {"versions"});
  check_definition_spec(*definition->spec, versions != nullptr && versions->is_array(), definition->errors);
  if (definition->errors.empty()) read_versions(*definition, *definition->spec);
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
