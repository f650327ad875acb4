// RFC 7386 on JSON values, and on objects without going through their JSON.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "operator/api/object_json.hpp"
#include "operator/api/patch.hpp"
#include "operator/api/patch_detail.hpp"

namespace api {
namespace json = boost::json;

void merge_patch(json::value& target, json::value const& patch) {
  json::object const* const changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  json::object& members = target.get_object();
  for (auto const& [key, change] : *changes) {
    if (change.is_null()) {
      if (auto const at = members.find(key); at != members.end()) members.stable_erase(at);
    } else {
      merge_patch(members[key], change);
    }
  }
}

namespace detail {
namespace {

bool has_null_member(json::value const& value) {
  auto const* members = value.if_object();
  if (members == nullptr) return false;
  for (auto const& [key, member] : *members) {
    if (member.is_null() || has_null_member(member)) return true;
  }
  return false;
}

/// What merge_patch() makes of a copy of `target`, without first copying what the patch replaces.
json::value merged_copy(json::value const& target, json::value const& patch) {
  json::object const* const changes = patch.if_object();
  if (changes == nullptr) return patch;
  static json::object const nothing;
  json::object const& members = target.is_object() ? target.get_object() : nothing;
  std::size_t added = 0;
  for (auto const& [key, change] : *changes) added += !change.is_null() && !members.contains(key);
  json::object out(members.size() + added);
  for (auto const& [key, member] : members) {
    json::value const* const change = changes->if_contains(key);
    if (change == nullptr) {
      out.emplace(key, member);
    } else if (!change->is_null()) {
      out.emplace(key, merged_copy(member, *change));
    }
  }
  if (added == 0) return json::value(std::move(out));
  for (auto const& [key, change] : *changes) {
    if (!change.is_null() && !members.contains(key)) out.emplace(key, merged_copy(json::value(), change));
  }
  return json::value(std::move(out));
}

/// Merges one member of the patch document into a subtree of the object; shares whatever it can.
void merge_subtree(SharedJson& target, SharedJson const& document, json::value const& change) {
  if (change.is_null()) {
    target = nullptr;
  } else if (!target || !target->is_object() || !change.is_object()) {
    if (target && equal_json(*target, change)) return;
    if (has_null_member(change)) {
      target = share(merged_copy(json::value(), change));
    } else {
      target = SharedJson(document, &change);  // part of the patch's document, kept alive with it
    }
  } else if (merge_changes(*target, change)) {
    target = share(merged_copy(*target, change));
  }
}

/// Merges into a field of objects that have no member of their own; its object is null rather than empty.
void merge_rest(SharedJson& rest, std::string_view key, json::value const& change) {
  json::value const* const before = rest ? rest->get_object().if_contains(key) : nullptr;
  if (before == nullptr ? change.is_null() : !change.is_null() && !merge_changes(*before, change)) return;
  json::value merged = rest ? json::value(*rest) : json::value(json::object());
  json::object& members = merged.get_object();
  if (change.is_null()) {
    members.stable_erase(members.find(key));
  } else {
    merge_patch(members[key], change);
  }
  rest = members.empty() ? nullptr : share(std::move(merged));
}

bool merge_string_map(Shared<StringMap>& target, json::value const& change) {
  if (change.is_null()) {
    target = {};
    return true;
  }
  if (!change.is_object()) return false;
  bool changed = false;
  for (auto const& [key, member] : change.get_object()) {
    if (!member.is_null() && !member.is_string()) return false;
    std::string const* const before = target->find(key);
    changed |=
        member.is_null() ? before != nullptr : before == nullptr || *before != std::string_view(member.get_string());
  }
  if (!changed) return true;
  StringMap merged = *target;
  for (auto const& [key, member] : change.get_object()) {
    if (member.is_null()) {
      merged.erase(key);
    } else {
      merged.set(key, std::string(member.get_string()));
    }
  }
  target = std::move(merged);
  return true;
}

bool merge_metadata(ObjectMeta& meta, json::object const& changes) {
  for (auto const& [key, change] : changes) {
    if (key == "resourceVersion") {
      if (!change.is_string()) return false;
      auto const version = parse_resource_version(change.get_string());
      if (!version) return false;
      meta.resource_version = *version;
    } else if (key == "uid") {
      if (!change.is_string()) return false;
      meta.uid.assign(change.get_string());
    } else if (key == "labels") {
      if (!merge_string_map(meta.labels, change)) return false;
    } else if (key == "annotations") {
      if (!merge_string_map(meta.annotations, change)) return false;
    } else if (key == "finalizers") {
      auto finalizers = read_finalizers(change);
      if (!finalizers) return false;
      if (*finalizers != *meta.finalizers) meta.finalizers = *std::move(finalizers);
    } else if (key == "ownerReferences") {
      auto references = read_owner_references(change);
      if (!references) return false;
      if (*references != *meta.owner_references) meta.owner_references = *std::move(references);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

bool merge_changes(json::value const& target, json::value const& patch) {
  auto const* changes = patch.if_object();
  if (changes == nullptr) return target != patch;
  auto const* members = target.if_object();
  if (members == nullptr) return true;
  for (auto const& [key, change] : *changes) {
    auto const* member = members->if_contains(key);
    if (change.is_null() ? member != nullptr : member == nullptr || merge_changes(*member, change)) return true;
  }
  return false;
}

std::optional<Object> apply_merge_quickly(Object const& object, MergePatch const& patch) {
  if (!patch.document || !patch.document->is_object()) return std::nullopt;
  Object patched = object;
  for (auto const& [key, change] : patch.document->get_object()) {
    if (key == "metadata") {
      if (!change.is_object() || !merge_metadata(patched.metadata, change.get_object())) return std::nullopt;
    } else if (key == "spec") {
      merge_subtree(patched.spec, patch.document, change);
    } else if (key == "status") {
      merge_subtree(patched.status, patch.document, change);
    } else if (key == "apiVersion" || key == "kind") {
      std::string const& present = key == "kind" ? object.kind : object.api_version;
      if (!change.is_string() || present != std::string_view(change.get_string())) return std::nullopt;
    } else {
      merge_rest(patched.rest, key, change);
    }
  }
  return patched;
}

}  // namespace detail
}  // namespace api
