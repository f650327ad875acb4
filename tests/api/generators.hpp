// Random JSON, objects and patches over a small vocabulary, so that patches meet what is there.
#pragma once
#include <rapidcheck.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <ostream>

#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"

namespace api {

// For counterexamples.
inline void showValue(Object const& object, std::ostream& out) {
  out << boost::json::serialize(object_to_json(object));
}
inline void showValue(Patch const& patch, std::ostream& out) {
  if (auto const* merge = std::get_if<MergePatch>(&patch)) out << boost::json::serialize(*merge->document);
  if (auto const* operations = std::get_if<JsonPatch>(&patch)) {
    for (auto const& operation : operations->operations) {
      out << "{verb " << static_cast<int>(operation.verb) << " " << operation.path << " from " << operation.from << " "
          << (operation.value ? boost::json::serialize(*operation.value) : "-") << "} ";
    }
  }
}

namespace test {

namespace json = boost::json;

inline json::value parse(std::string_view text) { return json::parse(text); }
inline SharedJson shared(std::string_view text) { return share(parse(text)); }
/// The object that the text describes; throws where it describes none.
inline Object object(std::string_view text) { return object_from_json(parse(text)).value(); }

/// Each number equally likely, whatever size rapidcheck is at.
inline int below(int bound) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound)); }
inline std::string word() { return *rc::gen::element<std::string>("a", "b", "c", "x.io/y", "list", "0"); }
inline bool one_in(int n) { return below(n) == n - 1; }

/// Any JSON; a shrunk one is a small number.
inline json::value any_json(int depth) {
  switch (below(depth > 0 ? 9 : 6)) {
    case 0:
    case 1:
      return json::value(below(3));
    case 2:
      return json::value(word());
    case 3:
      return json::value(below(2) == 1);
    case 4:
      return json::value(nullptr);
    case 5:
      return json::value(1.0);
    case 6: {
      json::array items;
      for (int n = below(3); n > 0; --n) items.push_back(any_json(depth - 1));
      return json::value(std::move(items));
    }
    default: {
      json::object members;
      for (int n = below(4); n > 0; --n) members.insert_or_assign(word(), any_json(depth - 1));
      return json::value(std::move(members));
    }
  }
}

inline json::value json_object(int depth) {
  json::object members;
  for (int n = below(4); n > 0; --n) members.insert_or_assign(word(), any_json(depth - 1));
  return json::value(std::move(members));
}

inline OwnerReference any_owner() {
  OwnerReference owner;
  owner.api_version = "example.com/v1";
  owner.kind = "Echo";
  owner.name = word();
  owner.uid = word();
  if (one_in(2)) owner.controller = one_in(2);
  if (one_in(2)) owner.block_owner_deletion = one_in(2);
  return owner;
}

inline json::value owner_json() {
  json::object owner;
  owner["apiVersion"] = "example.com/v1";
  owner["kind"] = "Echo";
  owner["name"] = word();
  owner["uid"] = one_in(8) ? json::value(1) : json::value(word());
  if (one_in(2)) owner["controller"] = one_in(2);
  if (one_in(4)) owner["unknown"] = word();
  return json::value(std::move(owner));
}

inline StringMap any_string_map() {
  StringMap map;
  for (int n = below(3); n > 0; --n) map.set(word(), word());
  return map;
}

inline Object any_object() {
  Object out;
  out.api_version = "example.com/v1";
  out.kind = "Echo";
  auto& meta = out.metadata;
  meta.name = "a";
  meta.namespace_ = one_in(5) ? "" : "default";
  meta.uid = one_in(4) ? "" : word();
  meta.resource_version = ResourceVersion{static_cast<std::uint64_t>(below(12))};
  meta.generation = below(3);
  if (one_in(2)) meta.creation_timestamp = Timestamp(std::chrono::seconds(below(2000000000)));
  if (one_in(4)) {
    meta.deletion_timestamp = Timestamp(std::chrono::seconds(below(2000000000)));
    meta.deletion_grace_period_seconds = below(2) * 30;
  }
  meta.labels = any_string_map();
  meta.annotations = any_string_map();
  std::vector<std::string> finalizers;
  for (int n = below(3); n > 0; --n) finalizers.push_back(word());
  meta.finalizers = finalizers;
  std::vector<OwnerReference> owners;
  for (int n = below(3); n > 0; --n) owners.push_back(any_owner());
  meta.owner_references = owners;
  if (one_in(3)) meta.rest = shared(R"({"managedFields":[{"manager":"kubectl"}]})");
  if (!one_in(4)) out.spec = share(one_in(6) ? any_json(0) : json_object(3));
  if (out.spec && out.spec->is_null()) out.spec = nullptr;
  if (!one_in(3)) out.status = share(json_object(3));
  if (one_in(3)) out.rest = shared(R"({"data":{"a":"1"},"type":"Opaque"})");
  return out;
}

inline json::value metadata_change() {
  json::object meta;
  for (int n = 1 + below(3); n > 0; --n) {
    std::string const field =
        *rc::gen::element<std::string>("resourceVersion", "uid", "labels", "annotations", "finalizers",
                                       "ownerReferences", "name", "generation", "managedFields", "namespace");
    json::value value;
    if (one_in(8)) {
      value = any_json(2);
    } else if (field == "resourceVersion") {
      value = json::value(std::to_string(below(12)));
    } else if (field == "labels" || field == "annotations") {
      json::object map;
      for (int k = below(3); k > 0; --k) {
        map.insert_or_assign(word(), one_in(3) ? json::value(nullptr) : json::value(word()));
      }
      value = json::value(std::move(map));
    } else if (field == "finalizers") {
      json::array items;
      for (int k = below(3); k > 0; --k) items.push_back(json::value(word()));
      value = json::value(std::move(items));
    } else if (field == "ownerReferences") {
      json::array items;
      for (int k = below(3); k > 0; --k) items.push_back(owner_json());
      value = json::value(std::move(items));
    } else {
      value = json::value(word());
    }
    meta.insert_or_assign(field, std::move(value));
  }
  return json::value(std::move(meta));
}

inline Patch any_merge_patch() {
  if (one_in(20)) return MergePatch{share(any_json(1))};
  json::object document;
  for (int n = 1 + below(3); n > 0; --n) {
    std::string const field =
        *rc::gen::element<std::string>("metadata", "spec", "status", "data", "type", "kind", "apiVersion");
    json::value value = json_object(3);
    if (one_in(8)) {
      value = any_json(2);
    } else if (field == "metadata") {
      value = metadata_change();
    } else if (field == "kind") {
      value = "Echo";
    } else if (field == "apiVersion") {
      value = "example.com/v1";
    }
    document.insert_or_assign(field, std::move(value));
  }
  return MergePatch{share(json::value(std::move(document)))};
}

inline std::string any_path() {
  return *rc::gen::element<std::string>(
      "/metadata/resourceVersion", "/metadata/uid", "/metadata/finalizers", "/metadata/finalizers/-",
      "/metadata/finalizers/0", "/metadata/finalizers/1", "/metadata/labels", "/metadata/labels/a",
      "/metadata/labels/x.io~1y", "/metadata/labels/a/b", "/metadata/annotations", "/metadata/annotations/b",
      "/metadata/ownerReferences", "/metadata/ownerReferences/-", "/metadata/ownerReferences/0",
      "/metadata/ownerReferences/0/uid", "/metadata/name", "/metadata/generation", "/metadata/managedFields",
      "/metadata", "/spec", "/spec/a", "/spec/a/b", "/spec/list/0", "/spec/list/-", "/status", "/status/a",
      "/status/c/0", "/data", "/data/a", "/kind", "", "spec", "/metadata/finalizers/00", "/spec/");
}

/// A patch for this object: mostly one that succeeds.
inline Patch any_json_patch(Object const& target) {
  json::value document = object_to_json(target);
  std::vector<std::string> paths;  // few, so that operations meet each other
  for (int n = below(3); n >= 0; --n) paths.push_back(any_path());
  JsonPatch patch;
  for (int n = below(4); n >= 0; --n) {
    JsonPatchOperation operation;
    operation.verb = *rc::gen::weightedElement<JsonPatchVerb>({{8, JsonPatchVerb::add},
                                                               {6, JsonPatchVerb::replace},
                                                               {5, JsonPatchVerb::remove},
                                                               {6, JsonPatchVerb::test},
                                                               {1, JsonPatchVerb::move},
                                                               {1, JsonPatchVerb::copy}});
    operation.path = *rc::gen::elementOf(paths);
    operation.from = any_path();
    bool const list = operation.path.ends_with("finalizers") || operation.path.ends_with("ownerReferences");
    bool const owners = operation.path.contains("ownerReferences");
    if (one_in(30)) {
      operation.value = nullptr;
    } else if (one_in(20)) {
      operation.value = share(json::value(nullptr));
    } else if (one_in(8)) {
      operation.value = share(any_json(2));
    } else if (list) {
      json::array items;
      for (int k = below(3); k > 0; --k) items.push_back(owners ? owner_json() : json::value(word()));
      operation.value = share(json::value(std::move(items)));
    } else if (owners) {
      operation.value = share(owner_json());
    } else if (operation.path.ends_with("resourceVersion")) {
      operation.value = share(json::value((one_in(4) ? "0" : "") + std::to_string(below(12))));
    } else if (operation.path == "/spec" || operation.path == "/status") {
      operation.value = share(json_object(2));
    } else if (operation.path.ends_with("labels") || operation.path.ends_with("annotations")) {
      json::object map;
      for (int k = below(3); k > 0; --k) map.insert_or_assign(word(), word());
      operation.value = share(json::value(std::move(map)));
    } else {
      operation.value = share(json::value(word()));
    }
    boost::system::error_code missing;
    json::value const* const present = document.find_pointer(operation.path, missing);
    if (operation.verb == JsonPatchVerb::test && present != nullptr && !one_in(4)) {
      operation.value = share(json::value(*present));
    } else if (operation.verb != JsonPatchVerb::add && present == nullptr && !one_in(4)) {
      operation.verb = JsonPatchVerb::add;
    }
    json::value next(document);
    if (json_patch(next, JsonPatch({operation}))) document = std::move(next);
    patch.operations.push_back(std::move(operation));
  }
  return patch;
}

}  // namespace test
}  // namespace api
