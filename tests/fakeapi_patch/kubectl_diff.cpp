#include "tests/fakeapi_patch/kubectl_diff.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace fakeapi::testing {
namespace {

namespace json = boost::json;
using patch::MergeSchema;

enum class Part { all, without_deletions, only_deletions };

class Differ {
 public:
  explicit Differ(Part part) : part_(part) {}

  json::object objects(json::object const& original, json::object const& modified, MergeSchema const& schema) {
    json::object patch;
    for (auto const& [key, before] : original) {
      auto const* after = modified.if_contains(key);
      if (after == nullptr) {
        if (deletes()) patch[key] = nullptr;
      } else if (before.is_object() && after->is_object() && schema.patch_field(key)) {
        member(key, before.get_object(), after->get_object(), schema.patch_field(key)->schema, patch);
      } else if (before.is_array() && after->is_array() && schema.patch_field(key)) {
        list(key, before.get_array(), after->get_array(), *schema.patch_field(key), patch);
      } else if (before != *after && changes()) {
        patch[key] = *after;
      }
    }
    for (auto const& [key, after] : modified) {
      if (!original.contains(key) && changes()) patch[key] = after;
    }
    return patch;
  }

 private:
  bool deletes() const { return part_ != Part::without_deletions; }
  bool changes() const { return part_ != Part::only_deletions; }

  void member(std::string_view key, json::object const& before, json::object const& after, MergeSchema const& schema,
              json::object& patch) {
    json::object inner = objects(before, after, schema);
    if (inner.empty()) return;
    if (key == "strategy") {  // patchStrategy:"retainKeys"
      json::array kept;
      for (auto const& [name, value] : after) kept.emplace_back(name);
      inner["$retainKeys"] = std::move(kept);
    }
    patch[key] = std::move(inner);
  }

  void list(std::string_view key, json::array const& before, json::array const& after,
            MergeSchema::PatchField const& field, json::object& patch) {
    if (!field.merge) {
      if (before != after && changes()) patch[key] = after;
      return;
    }
    std::string const name(key);
    json::array items, gone;
    if (field.merge_key.empty()) {
      auto const has = [](json::array const& list, json::value const& item) {
        return std::ranges::count(list, item) > 0;
      };
      std::ranges::copy_if(before, std::back_inserter(gone), [&](auto const& item) { return !has(after, item); });
      std::ranges::copy_if(after, std::back_inserter(items), [&](auto const& item) { return !has(before, item); });
      if (deletes() && !gone.empty()) patch["$deleteFromPrimitiveList/" + name] = gone;
    } else {
      keyed(before, after, field, items);
    }
    bool const only_gone = field.merge_key.empty() && !changes();
    if (!items.empty() && !only_gone) patch[key] = items;
    bool const differs = patch.contains(key) || patch.contains("$deleteFromPrimitiveList/" + name) || before != after;
    if (!differs) return;
    json::array order;
    for (auto const& item : after) {
      if (field.merge_key.empty()) {
        order.push_back(item);
      } else {
        order.push_back(json::object{{field.merge_key, item.at(field.merge_key)}});
      }
    }
    patch["$setElementOrder/" + name] = std::move(order);
  }

  void keyed(json::array const& before, json::array const& after, MergeSchema::PatchField const& field,
             json::array& items) {
    auto const find = [&](json::array const& list, json::value const& name) -> json::value const* {
      auto const found =
          std::ranges::find_if(list, [&](json::value const& item) { return item.at(field.merge_key) == name; });
      return found == list.end() ? nullptr : &*found;
    };
    for (auto const& item : after) {
      auto const& name = item.at(field.merge_key);
      auto const* other = find(before, name);
      if (other == nullptr) {
        if (changes()) items.push_back(item);
        continue;
      }
      json::object inner = objects(other->get_object(), item.get_object(), field.schema.items());
      if (inner.empty()) continue;
      inner[field.merge_key] = name;
      items.push_back(std::move(inner));
    }
    if (!deletes()) return;
    for (auto const& item : before) {
      auto const& name = item.at(field.merge_key);
      if (find(after, name) == nullptr) items.push_back({{"$patch", "delete"}, {field.merge_key, name}});
    }
  }

  Part part_;
};

// Items that are deleted stand in no order, and come last.
void put_in_order(json::array& items, json::array const& order, std::string_view merge_key) {
  json::array ordered;
  for (auto const& place : order) {
    for (auto const& item : items) {
      if (item.at(merge_key) == place.at(merge_key)) ordered.push_back(item);
    }
  }
  for (auto const& item : items) {
    if (std::ranges::count(ordered, item) == 0) ordered.push_back(item);
  }
  items = std::move(ordered);
}

// Lays one patch over another of the same document.
void combine(json::object& patch, json::object const& other, MergeSchema const& schema) {
  for (auto const& [key, value] : other) {
    auto* const there = patch.if_contains(key);
    auto const field = schema.patch_field(key);
    if (there == nullptr) {
      patch[key] = value;
    } else if (there->is_object() && value.is_object() && field) {
      combine(there->get_object(), value.get_object(), field->schema);
    } else if (there->is_array() && value.is_array() && field && field->merge && !field->merge_key.empty()) {
      auto& items = there->get_array();
      for (auto const& item : value.get_array()) {
        auto const same = std::ranges::find_if(
            items, [&](json::value const& own) { return own.at(field->merge_key) == item.at(field->merge_key); });
        if (same == items.end()) {
          items.push_back(item);
        } else {
          combine(same->get_object(), item.get_object(), field->schema.items());
        }
      }
      if (auto const* order = other.if_contains("$setElementOrder/" + std::string(key))) {
        put_in_order(items, order->get_array(), field->merge_key);
      }
    } else {
      *there = value;
    }
  }
}

}  // namespace

json::value two_way_patch(json::value const& original, json::value const& modified, MergeSchema const& schema) {
  return Differ(Part::all).objects(original.get_object(), modified.get_object(), schema);
}

json::value three_way_patch(json::value const& last, json::value const& modified, json::value const& current,
                            MergeSchema const& schema) {
  auto patch = Differ(Part::only_deletions).objects(last.get_object(), modified.get_object(), schema);
  combine(patch, Differ(Part::without_deletions).objects(current.get_object(), modified.get_object(), schema), schema);
  return patch;
}

}  // namespace fakeapi::testing
