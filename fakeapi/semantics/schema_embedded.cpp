// Embedded resources: objects with apiVersion, kind and metadata inside of others.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/go_syntax.hpp"
#include "fakeapi/semantics/metadata.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/schema.hpp"
#include "fakeapi/types/codec.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

types::Type const& object_meta() {
  static types::Type const& type = *types::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  return type;
}

std::string child_path(std::string const& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

// Metadata in its one form; a creation time that is null is none.
std::optional<std::string> coerce_metadata(json::value& metadata, std::string const& path) {
  json::value const given(metadata);
  if (!metadata.is_object()) {
    return path + ": Invalid value: " + go_syntax(given) + ": expect { or n, but found something else";
  }
  if (auto const error = types::canonicalize(object_meta(), metadata, {})) {
    return path + ": Invalid value: " + go_syntax(given) + ": " + types::to_text(*error);
  }
  auto& members = metadata.get_object();
  if (auto const* time = members.if_contains("creationTimestamp"); time != nullptr && time->is_null()) {
    members.stable_erase("creationTimestamp");
  }
  return std::nullopt;
}

// What is wrong with an apiVersion, as Go reads it.
std::optional<std::string> api_version_fault(std::string_view text) {
  if (text.empty()) return "must not be empty";
  auto const slash = text.find('/');
  if (slash != std::string_view::npos && text.find('/', slash + 1) != std::string_view::npos) {
    return "unexpected GroupVersion string: " + std::string(text);
  }
  return std::nullopt;
}

std::optional<std::string> kind_fault(std::string_view text) {
  if (text.empty()) return "must not be empty";
  auto const messages = names::dns1035_label(names::lower(text));
  if (messages.empty()) return std::nullopt;
  return "may have mixed case, but should otherwise match: " + names::joined(messages);
}

using Fault = std::optional<std::string> (*)(std::string_view text);

void validate_text(json::object const& object, std::string_view name, Fault fault, std::string const& path,
                   FieldErrors& errors) {
  std::string const field = child_path(path, name);
  auto const* value = object.if_contains(name);
  if (value == nullptr) {
    errors.required(field, "must not be empty");
  } else if (!value->is_string()) {
    errors.invalid(field, go_syntax(*value), "must be a string");
  } else if (auto const what = fault(value->get_string())) {
    errors.invalid(field, go_syntax(*value), *what);
  }
}

void validate_metadata_of(json::value const& metadata, std::string const& path, FieldErrors& errors) {
  auto const object = api::object_from_json(json::object{{"metadata", metadata}});
  if (!object) {
    errors.invalid(path, go_syntax(metadata), object.error());
    return;
  }
  FieldErrors own;
  validate_embedded_metadata(object->metadata, own);
  errors.append_at(path, "metadata", own);
}

}  // namespace

std::optional<std::string> Schema::coerce(api::SharedJson& value, std::string const& path) const {
  if (!value || !has_embedded) return std::nullopt;
  json::value copy(*value);
  if (auto error = coerce(copy, path)) return error;
  if (copy != *value) value = api::share(std::move(copy));
  return std::nullopt;
}

std::optional<std::string> Schema::coerce(json::value& value, std::string const& path) const {
  if (!has_embedded) return std::nullopt;
  if (auto* object = value.if_object()) {
    for (auto& [name, member] : *object) {
      std::string const field = child_path(path, name);
      if (embedded_resource && (name == "apiVersion" || name == "kind") && !member.is_string()) {
        return field + ": Invalid value: " + go_syntax(member) + ": must be a string";
      }
      if (embedded_resource && name == "metadata") {
        if (auto error = coerce_metadata(member, field)) return error;
      }
      Schema const* schema = property(name);
      if (schema == nullptr) schema = additional.get();
      if (schema == nullptr) continue;
      if (auto error = schema->coerce(member, field)) return error;
    }
  } else if (auto* array = value.if_array(); array != nullptr && items != nullptr) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (auto error = items->coerce((*array)[i], path + "[" + std::to_string(i) + "]")) return error;
    }
  }
  return std::nullopt;
}

void Schema::validate_embedded(json::value const& value, std::string const& path, FieldErrors& errors) const {
  if (!has_embedded) return;
  if (auto const* object = value.if_object()) {
    if (embedded_resource) {
      validate_text(*object, "apiVersion", api_version_fault, path, errors);
      validate_text(*object, "kind", kind_fault, path, errors);
      if (auto const* metadata = object->if_contains("metadata")) {
        validate_metadata_of(*metadata, child_path(path, "metadata"), errors);
      }
    }
    for (auto const& [name, member] : *object) {
      if (Schema const* schema = property(name)) {
        schema->validate_embedded(member, child_path(path, name), errors);
      } else if (additional != nullptr) {
        additional->validate_embedded(member, path + "[" + std::string(name) + "]", errors);
      }
    }
  } else if (auto const* array = value.if_array(); array != nullptr && items != nullptr) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      items->validate_embedded((*array)[i], path + "[" + std::to_string(i) + "]", errors);
    }
  }
}

}  // namespace fakeapi
