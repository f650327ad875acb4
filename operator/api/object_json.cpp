#include "operator/api/object_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <cmath>

namespace api {
namespace json = boost::json;
namespace detail {
namespace {

std::unexpected<std::string> wrong(std::string_view path, std::string_view what) {
  return std::unexpected(std::string(path) + ": " + std::string(what));
}

}  // namespace

std::expected<StringMap, std::string> read_string_map(json::value const& value, std::string_view path) {
  StringMap map;
  if (value.is_null()) return map;
  json::object const* const members = value.if_object();
  if (members == nullptr) return wrong(path, "must be an object");
  for (auto const& [key, member] : *members) {
    if (member.is_null()) {  // to Go the empty text, where the map is one of text
      map.set(key, "");
      continue;
    }
    json::string const* const text = member.if_string();
    if (text == nullptr) return wrong(std::string(path) + "." + std::string(key), "must be a string");
    map.set(key, std::string(*text));
  }
  return map;
}

std::expected<std::vector<std::string>, std::string> read_finalizers(json::value const& value) {
  std::vector<std::string> finalizers;
  if (value.is_null()) return finalizers;
  json::array const* const items = value.if_array();
  if (items == nullptr) return wrong("metadata.finalizers", "must be an array");
  finalizers.reserve(items->size());
  for (auto const& item : *items) {
    json::string const* const text = item.if_string();
    if (text == nullptr) {
      return wrong("metadata.finalizers[" + std::to_string(finalizers.size()) + "]", "must be a string");
    }
    finalizers.emplace_back(*text);
  }
  return finalizers;
}

std::expected<OwnerReference, std::string> read_owner_reference(json::value const& value, std::string_view path) {
  json::object const* const members = value.if_object();
  if (members == nullptr) return wrong(path, "must be an object");
  OwnerReference reference;
  for (auto const& [key, member] : *members) {
    if (member.is_null()) continue;
    std::string* text = nullptr;
    std::optional<bool>* flag = nullptr;
    if (key == "apiVersion") {
      text = &reference.api_version;
    } else if (key == "kind") {
      text = &reference.kind;
    } else if (key == "name") {
      text = &reference.name;
    } else if (key == "uid") {
      text = &reference.uid;
    } else if (key == "controller") {
      flag = &reference.controller;
    } else if (key == "blockOwnerDeletion") {
      flag = &reference.block_owner_deletion;
    }
    if (text != nullptr) {
      if (!member.is_string()) return wrong(std::string(path) + "." + std::string(key), "must be a string");
      text->assign(member.get_string());
    } else if (flag != nullptr) {
      if (!member.is_bool()) return wrong(std::string(path) + "." + std::string(key), "must be true or false");
      *flag = member.get_bool();
    }
  }
  return reference;
}

std::expected<std::vector<OwnerReference>, std::string> read_owner_references(json::value const& value) {
  std::vector<OwnerReference> references;
  if (value.is_null()) return references;
  json::array const* const items = value.if_array();
  if (items == nullptr) return wrong("metadata.ownerReferences", "must be an array");
  references.reserve(items->size());
  for (auto const& item : *items) {
    auto reference = read_owner_reference(item, "metadata.ownerReferences[" + std::to_string(references.size()) + "]");
    if (!reference) return std::unexpected(std::move(reference.error()));
    references.push_back(*std::move(reference));
  }
  return references;
}

std::optional<ResourceVersion> parse_resource_version(std::string_view text) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return ResourceVersion{number};
}

bool is_finite(json::value const& value) {
  switch (value.kind()) {
    case json::kind::object:
      return std::ranges::all_of(value.get_object(), [](auto const& member) { return is_finite(member.value()); });
    case json::kind::array:
      return std::ranges::all_of(value.get_array(), [](auto const& item) { return is_finite(item); });
    case json::kind::double_:
      return std::isfinite(value.get_double());
    default:
      return true;
  }
}

std::optional<std::int64_t> as_integer(json::value const& value) {
  if (auto const* number = value.if_int64()) return *number;
  if (auto const* number = value.if_uint64()) {
    if (*number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }
  if (auto const* number = value.if_double()) {
    // 2^63 is the first double above the range; every double below it and from -2^63 on fits.
    constexpr double limit = 9223372036854775808.0;
    if (*number >= -limit && *number < limit && std::trunc(*number) == *number) {
      return static_cast<std::int64_t>(*number);
    }
  }
  return std::nullopt;
}

namespace {

/// Reads metadata; each function reads one member and leaves the first error.
class MetadataReader {
 public:
  std::expected<ObjectMeta, std::string> read(json::object const& members) {
    json::object rest;
    for (auto const& [key, value] : members) {
      if (value.is_null()) continue;
      if (!member(key, value)) rest.emplace(key, value);
      if (!error_.empty()) return std::unexpected(std::move(error_));
    }
    if (!rest.empty()) meta_.rest = share(json::value(std::move(rest)));
    return std::move(meta_);
  }

 private:
  /// False for a field that ObjectMeta has no member for.
  bool member(std::string_view key, json::value const& value) {
    if (key == "name") return text(key, value, meta_.name);
    if (key == "generateName") return text(key, value, meta_.generate_name);
    if (key == "namespace") return text(key, value, meta_.namespace_);
    if (key == "uid") return text(key, value, meta_.uid);
    if (key == "resourceVersion") return resource_version(value);
    if (key == "generation") return integer(key, value, [this](std::int64_t number) { meta_.generation = number; });
    if (key == "creationTimestamp") return timestamp(key, value, meta_.creation_timestamp);
    if (key == "deletionTimestamp") return timestamp(key, value, meta_.deletion_timestamp);
    if (key == "deletionGracePeriodSeconds") {
      return integer(key, value, [this](std::int64_t number) { meta_.deletion_grace_period_seconds = number; });
    }
    if (key == "labels") return take(read_string_map(value, "metadata.labels"), meta_.labels);
    if (key == "annotations") return take(read_string_map(value, "metadata.annotations"), meta_.annotations);
    if (key == "finalizers") return take(read_finalizers(value), meta_.finalizers);
    if (key == "ownerReferences") return take(read_owner_references(value), meta_.owner_references);
    return false;
  }

  bool fail(std::string_view key, std::string_view what) {
    error_ = "metadata." + std::string(key) + ": " + std::string(what);
    return true;
  }
  bool text(std::string_view key, json::value const& value, std::string& out) {
    if (!value.is_string()) return fail(key, "must be a string");
    out.assign(value.get_string());
    return true;
  }
  bool resource_version(json::value const& value) {
    if (!value.is_string()) return fail("resourceVersion", "must be a string");
    std::string_view const digits = value.get_string();
    if (digits.empty()) return true;
    auto const version = parse_resource_version(digits);
    if (!version) return fail("resourceVersion", "must be a decimal number of 64 bits");
    meta_.resource_version = *version;
    return true;
  }
  template <class Set>
  bool integer(std::string_view key, json::value const& value, Set set) {
    auto const number = as_integer(value);
    if (!number) return fail(key, "must be an integer");
    set(*number);
    return true;
  }
  bool timestamp(std::string_view key, json::value const& value, std::optional<Timestamp>& out) {
    if (!value.is_string()) return fail(key, "must be a string");
    out = parse_timestamp(value.get_string());
    if (!out) return fail(key, "must be a time such as 2026-11-23T17:24:10Z");
    return true;
  }
  template <class T>
  bool take(std::expected<T, std::string> read, Shared<T>& out) {
    if (read) {
      out = *std::move(read);
    } else {
      error_ = std::move(read.error());
    }
    return true;
  }

  ObjectMeta meta_;
  std::string error_;
};

json::object string_map_to_json(StringMap const& map, json::storage_ptr const& storage) {
  json::object members(map.size(), storage);
  for (auto const& [key, value] : map) members.emplace(key, value);
  return members;
}

json::object metadata_to_json(ObjectMeta const& meta) {
  json::object out(16);
  auto const& storage = out.storage();
  if (!meta.name.empty()) out.emplace("name", meta.name);
  if (!meta.generate_name.empty()) out.emplace("generateName", meta.generate_name);
  if (!meta.namespace_.empty()) out.emplace("namespace", meta.namespace_);
  if (!meta.uid.empty()) out.emplace("uid", meta.uid);
  if (meta.resource_version != ResourceVersion::none) {
    out.emplace("resourceVersion", std::to_string(to_number(meta.resource_version)));
  }
  if (meta.generation != 0) out.emplace("generation", meta.generation);
  if (meta.creation_timestamp) out.emplace("creationTimestamp", format_timestamp(*meta.creation_timestamp));
  if (meta.deletion_timestamp) out.emplace("deletionTimestamp", format_timestamp(*meta.deletion_timestamp));
  if (meta.deletion_grace_period_seconds) {
    out.emplace("deletionGracePeriodSeconds", *meta.deletion_grace_period_seconds);
  }
  if (!meta.labels.empty()) out.emplace("labels", string_map_to_json(*meta.labels, storage));
  if (!meta.annotations.empty()) out.emplace("annotations", string_map_to_json(*meta.annotations, storage));
  if (!meta.owner_references.empty()) {
    json::array references(storage);
    references.reserve(meta.owner_references->size());
    for (auto const& reference : *meta.owner_references) {
      json::object item(6, storage);
      item.emplace("apiVersion", reference.api_version);
      item.emplace("kind", reference.kind);
      item.emplace("name", reference.name);
      item.emplace("uid", reference.uid);
      if (reference.controller) item.emplace("controller", *reference.controller);
      if (reference.block_owner_deletion) item.emplace("blockOwnerDeletion", *reference.block_owner_deletion);
      references.push_back(std::move(item));
    }
    out.emplace("ownerReferences", std::move(references));
  }
  if (!meta.finalizers.empty()) {
    json::array finalizers(storage);
    finalizers.reserve(meta.finalizers->size());
    for (auto const& finalizer : *meta.finalizers) finalizers.emplace_back(finalizer);
    out.emplace("finalizers", std::move(finalizers));
  }
  if (meta.rest) {
    for (auto const& [key, value] : meta.rest->get_object()) out.emplace(key, value);
  }
  return out;
}

}  // namespace

bool same_metadata(ObjectMeta const& a, ObjectMeta const& b) {
  return a.generation == b.generation && a.name == b.name && a.uid == b.uid && a.namespace_ == b.namespace_ &&
         a.generate_name == b.generate_name && a.creation_timestamp == b.creation_timestamp &&
         a.deletion_timestamp == b.deletion_timestamp &&
         a.deletion_grace_period_seconds == b.deletion_grace_period_seconds && a.finalizers == b.finalizers &&
         a.labels == b.labels && a.annotations == b.annotations && a.owner_references == b.owner_references &&
         same_json(a.rest, b.rest);
}

}  // namespace detail

std::expected<Object, std::string> object_from_json(json::value const& value) {
  json::object const* const members = value.if_object();
  if (members == nullptr) return std::unexpected("must be a JSON object");
  Object object;
  json::object rest;
  for (auto const& [key, member] : *members) {
    if (member.is_null()) continue;
    if (key == "apiVersion" || key == "kind") {
      if (!member.is_string()) return std::unexpected(std::string(key) + ": must be a string");
      (key == "kind" ? object.kind : object.api_version).assign(member.get_string());
    } else if (key == "metadata") {
      if (!member.is_object()) return std::unexpected("metadata: must be an object");
      auto metadata = detail::MetadataReader().read(member.get_object());
      if (!metadata) return std::unexpected(std::move(metadata.error()));
      object.metadata = *std::move(metadata);
    } else if (key == "spec") {
      object.spec = share(member);
    } else if (key == "status") {
      object.status = share(member);
    } else {
      rest.emplace(key, member);
    }
  }
  if (!rest.empty()) object.rest = share(json::value(std::move(rest)));
  return object;
}

json::value object_to_json(Object const& object) {
  std::size_t const rest_size = object.rest ? object.rest->get_object().size() : 0;
  json::object out(5 + rest_size);
  if (!object.api_version.empty()) out.emplace("apiVersion", object.api_version);
  if (!object.kind.empty()) out.emplace("kind", object.kind);
  out.emplace("metadata", detail::metadata_to_json(object.metadata));
  if (object.spec) out.emplace("spec", *object.spec);
  if (object.status) out.emplace("status", *object.status);
  if (object.rest) {
    for (auto const& [key, value] : object.rest->get_object()) out.emplace(key, value);
  }
  return json::value(std::move(out));
}

}  // namespace api
