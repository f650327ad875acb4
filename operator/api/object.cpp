#include "operator/api/object.hpp"

#include <algorithm>
#include <boost/json/object.hpp>

#include "operator/api/object_json.hpp"

namespace api {
namespace json = boost::json;

bool ObjectMeta::has_finalizer(std::string_view finalizer) const {
  return std::ranges::find(*finalizers, finalizer) != finalizers->end();
}

OwnerReference const* ObjectMeta::controller() const {
  for (auto const& reference : *owner_references) {
    if (reference.controller.value_or(false)) return &reference;
  }
  return nullptr;
}

bool same_content(Object const& a, Object const& b) {
  return a.api_version == b.api_version && a.kind == b.kind && detail::same_metadata(a.metadata, b.metadata) &&
         same_json(a.status, b.status) && same_json(a.spec, b.spec) && same_json(a.rest, b.rest);
}

namespace {

/// Splits "a.b.c" at its first dot.
std::pair<std::string_view, std::string_view> split(std::string_view path) {
  auto const dot = path.find('.');
  if (dot == std::string_view::npos) return {path, {}};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

bool contains(json::value const& value, std::string_view path) {
  if (path.empty()) return true;
  auto const [first, rest] = split(path);
  json::value const* const member = find_path(&value, {first});
  return member != nullptr && contains(*member, rest);
}

/// The path must be there.
void erase(json::object& object, std::string_view path) {
  auto const [first, rest] = split(path);
  auto const member = object.find(first);
  if (rest.empty()) {
    object.stable_erase(member);
  } else {
    erase(member->value().get_object(), rest);
  }
}

/// Drops `path` ("": all of it) from a subtree; true if it was there.
bool drop(SharedJson& subtree, std::string_view path) {
  if (!subtree || !contains(*subtree, path)) return false;
  if (path.empty()) {
    subtree = nullptr;
  } else {
    json::value copy(*subtree);
    erase(copy.get_object(), path);
    subtree = share(std::move(copy));
  }
  return true;
}

/// As drop(), for one member of an object of further fields, which is null rather than empty.
bool drop_from_rest(SharedJson& rest, std::string_view path) {
  if (!drop(rest, path)) return false;
  if (rest->get_object().empty()) rest = nullptr;
  return true;
}

bool drop(Shared<StringMap>& map, std::string_view key) {
  if (map.empty()) return false;
  if (key.empty()) {
    map = {};
    return true;
  }
  StringMap copy = *map;
  if (!copy.erase(key)) return false;
  map = std::move(copy);
  return true;
}

template <class T>
bool drop_whole(Shared<T>& value) {
  bool const there = !value.empty();
  value = {};
  return there;
}

bool drop(ObjectMeta& meta, std::string_view path) {
  auto const [first, rest] = split(path);
  if (first == "labels") return drop(meta.labels, rest);
  if (first == "annotations") return drop(meta.annotations, rest);
  if (first == "finalizers") return rest.empty() && drop_whole(meta.finalizers);
  if (first == "ownerReferences") return rest.empty() && drop_whole(meta.owner_references);
  return drop_from_rest(meta.rest, path);
}

bool drop(Object& object, std::string_view path) {
  auto const [first, rest] = split(path);
  if (first == "metadata") return !rest.empty() && drop(object.metadata, rest);
  if (first == "spec") return drop(object.spec, rest);
  if (first == "status") return drop(object.status, rest);
  return !first.empty() && drop_from_rest(object.rest, path);
}

}  // namespace

ObjectPtr trim(ObjectPtr object, std::vector<std::string> const& paths) {
  if (paths.empty()) return object;
  Object copy = *object;
  bool dropped = false;
  for (auto const& path : paths) dropped |= drop(copy, path);
  if (!dropped) return object;
  return std::make_shared<Object const>(std::move(copy));
}

}  // namespace api
