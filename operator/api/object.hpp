// A Kubernetes object: typed metadata and shared immutable subtrees of JSON.
#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/resource.hpp"
#include "operator/api/shared.hpp"
#include "operator/api/string_map.hpp"

namespace api {

/// metav1.Time: whole seconds, UTC.
using Timestamp = std::chrono::sys_seconds;

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  std::optional<bool> controller;
  std::optional<bool> block_owner_deletion;
  friend bool operator==(OwnerReference const&, OwnerReference const&) = default;
};

struct ObjectMeta {
  std::string name;
  std::string generate_name;
  std::string namespace_;
  std::string uid;
  ResourceVersion resource_version = ResourceVersion::none;
  std::int64_t generation = 0;
  std::optional<Timestamp> creation_timestamp;
  std::optional<Timestamp> deletion_timestamp;
  std::optional<std::int64_t> deletion_grace_period_seconds;
  Shared<StringMap> labels;
  Shared<StringMap> annotations;
  Shared<std::vector<std::string>> finalizers;
  Shared<std::vector<OwnerReference>> owner_references;
  /// The metadata fields that have no member here (managedFields, selfLink, …), a JSON object; null when there are
  /// none.
  SharedJson rest;

  bool terminating() const { return deletion_timestamp.has_value(); }
  bool has_finalizer(std::string_view finalizer) const;
  /// The reference with controller: true, or null. Valid as long as owner_references is not replaced.
  OwnerReference const* controller() const;
};

/// An object of any kind. A value: copying it shares the subtrees, changing a copy never changes the original.
struct Object {
  std::string api_version;
  std::string kind;
  ObjectMeta metadata;
  SharedJson spec;
  SharedJson status;
  /// Every other top-level field (data, rules, involvedObject, …), a JSON object; null when there are none.
  SharedJson rest;

  ObjectKey key() const { return {metadata.namespace_, metadata.name}; }
};

/// An object that nobody changes any more: what stores, caches and events hold.
using ObjectPtr = std::shared_ptr<Object const>;

/// Reads an object. The error names the field and what is wrong with it ("metadata.labels.app: must be a string").
/// Takes any JSON object: apiVersion and kind may be missing (items of typed lists lack them). An explicit null
/// stands for an absent field, as in Go.
std::expected<Object, std::string> object_from_json(boost::json::value const& json);

/// The inverse: fields in the order apiVersion, kind, metadata, spec, status, then the rest; empty fields left out.
boost::json::value object_to_json(Object const& object);

/// Equal in everything but metadata.resourceVersion; pointers first. This is the API server's no-op test.
bool same_content(Object const& a, Object const& b);

/// "2026-11-23T17:24:10Z".
std::string format_timestamp(Timestamp time);
/// Reads RFC 3339 with any offset and fraction (the fraction is dropped), or nothing.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// Drops the fields at `paths` ("metadata.managedFields", "spec.template") from an object. Returns the same pointer
/// when there was nothing to drop. A trimmed object must never be sent back whole.
ObjectPtr trim(ObjectPtr object, std::vector<std::string> const& paths);

namespace detail {
std::optional<std::int64_t> as_integer(boost::json::value const& value);
}

// Paths are mostly constants of one key: seen by the compiler, comparing names takes no call.

/// The member of a JSON object at a path of keys, or null if any step is missing or no object.
inline boost::json::value const* find_path(boost::json::value const* value,
                                           std::initializer_list<std::string_view> path) {
  for (auto const key : path) {
    if (value == nullptr || !value->is_object()) return nullptr;
    value = find_member(value->get_object(), key);
  }
  return value;
}
/// The integer there (a number without a fraction that fits), or nothing.
inline std::optional<std::int64_t> find_integer(boost::json::value const* value,
                                                std::initializer_list<std::string_view> path) {
  value = find_path(value, path);
  if (value == nullptr) return std::nullopt;
  if (auto const* number = value->if_int64()) return *number;
  return detail::as_integer(*value);
}
/// The string there, or nothing. Valid as long as the JSON.
inline std::optional<std::string_view> find_string(boost::json::value const* value,
                                                   std::initializer_list<std::string_view> path) {
  value = find_path(value, path);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

}  // namespace api
