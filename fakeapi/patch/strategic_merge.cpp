#include "fakeapi/patch/strategic_merge.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "fakeapi/patch/go_text.hpp"
#include "fakeapi/patch/strategic_list.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;
using detail::item_kind;
using detail::ItemKind;
using detail::plain_error;
using Result = detail::StrategicResult;
using ListResult = std::expected<json::array, StrategicMergeError>;

constexpr std::string_view directive = "$patch";
constexpr std::string_view retain_keys = "$retainKeys";
constexpr std::string_view delete_prefix = "$deleteFromPrimitiveList";
constexpr std::string_view order_prefix = "$setElementOrder";

Result merge_object(json::object& target, json::object patch, MergeSchema const& schema);

std::unexpected<StrategicMergeError> bad_request(std::string text) {
  return std::unexpected(StrategicMergeError{StrategicMergeError::Kind::bad_request, std::move(text)});
}

std::unexpected<StrategicMergeError> unknown_directive(json::value const& word, json::object const& patch) {
  return plain_error("unknown patch type: " + go_text::plain(word) + " in map: " + go_text::plain(json::value(patch)));
}

// "$prefix/field" -> "field".
std::expected<std::string, StrategicMergeError> field_of(std::string_view key, std::string_view prefix) {
  auto const slash = key.find('/');
  if (slash == std::string_view::npos || key.substr(0, slash) != prefix) {
    return bad_request(prefix == delete_prefix ? "invalid patch format of primitive list"
                                               : "invalid patch format of setElementOrder list");
  }
  return std::string(key.substr(slash + 1));
}

bool is_word(json::value const& value, std::string_view word) {
  return value.is_string() && value.get_string() == word;
}

// A $patch of the whole object.
Result follow_directive(json::object& target, json::object patch) {
  auto const word = patch.at(directive);
  if (is_word(word, "replace")) {
    patch.stable_erase(patch.find(directive));
    target = std::move(patch);
    return {};
  }
  if (is_word(word, "delete")) {
    target.clear();
    return {};
  }
  return unknown_directive(word, patch);
}

// What $retainKeys does not name goes; all that the patch sets must be named.
Result retain(json::object& target, json::object& patch) {
  auto const found = patch.find(retain_keys);
  if (found == patch.end()) return {};
  json::value const list = std::move(found->value());
  patch.stable_erase(patch.find(retain_keys));
  if (!list.is_array()) return bad_request("invalid patch format of retainKeys");
  detail::Positions const kept(list.get_array(), {});
  auto const is_kept = [&](std::string_view key) { return kept.find_name(json::value(key)) >= 0; };
  for (auto const& [key, value] : patch) {
    if (value.is_null() || key.starts_with(delete_prefix) || key.starts_with(order_prefix)) continue;
    if (!is_kept(key)) return bad_request("invalid patch format of retainKeys");
  }
  std::vector<std::string> dropped;
  for (auto const& [key, value] : target) {
    if (!is_kept(key)) dropped.emplace_back(key);
  }
  for (auto const& key : dropped) target.stable_erase(target.find(key));
  return {};
}

// The memory of a list that the real server merges in place. It goes on to read the list as long as it was, and what it
// finds there decides the order of the result: deletions have moved items forward, additions have filled the gap.
class Remains {
 public:
  explicit Remains(json::array const& list) : items_(list), used_(list.size()) {}

  void erase(std::size_t at) {
    --used_;
    for (; at < used_; ++at) items_[at] = items_[at + 1];
  }
  void append(json::value const& item) {
    if (used_ < items_.size()) items_[used_++] = item;
  }
  /// Nothing is added in place any more.
  void leave() { used_ = items_.size(); }
  json::array const& items() const { return items_; }

 private:
  json::array items_;
  std::size_t used_;
};

// The items of the patch that carry a $patch, carried out on the list; returns the other ones. `replaced`: the list is
// to be what is returned.
ListResult follow_item_directives(json::array& target, json::array patch, std::string_view merge_key, bool& replaced,
                                  Remains* remains) {
  json::array others;
  for (auto& item : patch) {
    auto const& members = item.get_object();
    auto const* word = members.if_contains(directive);
    if (word == nullptr) {
      others.push_back(std::move(item));
    } else if (is_word(*word, "delete")) {
      auto const* name = members.if_contains(merge_key);
      if (name == nullptr) return detail::no_merge_key(item, merge_key);
      for (std::size_t at = 0; at < target.size();) {
        auto const* own = target[at].get_object().if_contains(merge_key);
        if (own == nullptr || !detail::same_scalar(*own, *name)) {
          ++at;
          continue;
        }
        target.erase(target.begin() + static_cast<std::ptrdiff_t>(at));
        if (remains != nullptr) remains->erase(at);
      }
    } else if (is_word(*word, "replace")) {
      replaced = true;
    } else if (is_word(*word, "merge")) {
      return plain_error("merging lists cannot yet be specified in the patch");
    } else {
      return unknown_directive(*word, members);
    }
  }
  return others;
}

// Merges each item into the one of the same key, or appends it.
Result merge_items(json::array& target, json::array const& patch, std::string_view merge_key, MergeSchema const& schema,
                   Remains* remains) {
  json::array names;  // copies: merging moves the items' own
  names.reserve(target.size() + patch.size());
  detail::Positions positions(names, {});
  auto const note = [&](json::value const& name, std::size_t at) {
    names.push_back(name);
    positions.add(names.back(), at);
  };
  for (std::size_t at = 0; at < target.size(); ++at) {
    if (auto const* name = target[at].get_object().if_contains(merge_key)) note(*name, at);
  }
  for (auto const& item : patch) {
    auto const* name = item.get_object().if_contains(merge_key);
    if (name == nullptr) return detail::no_merge_key(item, merge_key);
    if (auto const at = positions.find_name(*name); at >= 0) {
      auto merged = merge_object(target[static_cast<std::size_t>(at)].get_object(), item.get_object(), schema);
      if (!merged) return merged;
    } else {
      note(*name, target.size());
      target.push_back(item);
      if (remains != nullptr) remains->append(item);
    }
  }
  return {};
}

json::array without(json::array const& list, json::array const& gone) {
  detail::Positions const positions(gone, {});
  json::array kept;
  for (auto const& item : list) {
    if (positions.find(item) < 0) kept.push_back(item);
  }
  return kept;
}

json::array united(json::array const& a, json::array const& b) {
  json::array both;
  both.reserve(a.size() + b.size());
  detail::Positions seen(both, {});
  for (auto const* list : {&a, &b}) {
    for (auto const& item : *list) {
      if (seen.find_name(item) >= 0) continue;
      both.push_back(item);
      seen.add(both.back(), both.size() - 1);
    }
  }
  return both;
}

ListResult merge_list(json::array target, json::array patch, MergeSchema::PatchField const& field, bool deletes,
                      Remains* remains = nullptr) {
  if (!field.merge) return patch;
  if (target.empty() && patch.empty()) return target;
  auto const kind = item_kind(target, patch);
  if (!kind) return std::unexpected(kind.error());
  if (*kind == ItemKind::scalar) {
    if (deletes) return without(target, patch);
    auto merged = united(target, patch);
    return detail::ordered(std::move(merged), patch, target, field.merge_key, *kind);
  }
  if (field.merge_key.empty()) {
    return plain_error("cannot merge lists without merge key for " + std::string(field.schema.items().go_kind()));
  }
  bool replaced = false;
  auto others = follow_item_directives(target, std::move(patch), field.merge_key, replaced, remains);
  if (!others) return others;
  if (replaced) {
    target = *std::move(others);
    others->clear();
    if (remains != nullptr) remains->leave();
  }
  json::array merged = target;
  if (auto done = merge_items(merged, *others, field.merge_key, field.schema.items(), remains); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return detail::ordered(std::move(merged), *others, target, field.merge_key, *kind);
}

bool is_directive(std::string_view key) {
  return key == directive || key == retain_keys || key.starts_with(delete_prefix) || key.starts_with(order_prefix);
}

bool is_directed(json::value const& value) {
  auto const* members = value.if_object();
  return members != nullptr && members->contains(directive);
}

// What a patch brings for a place where there is nothing: later servers take its directives and nulls for what they
// mean there.
json::value without_directives(json::value const& value) {
  if (auto const* members = value.if_object()) {
    json::object out;
    for (auto const& [key, member] : *members) {
      if (!is_directive(key) && !member.is_null() && !is_directed(member)) out.emplace(key, without_directives(member));
    }
    return json::value(std::move(out));
  }
  auto const* items = value.if_array();
  if (items == nullptr) return value;
  json::array out;
  for (auto const& item : *items) {
    if (!is_directed(item)) out.push_back(without_directives(item));
  }
  return json::value(std::move(out));
}

json::array const* list_at(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr ? value->if_array() : nullptr;
}

// One $setElementOrder: merges the list of the patch, if there is one, and puts the result into this order.
Result follow_order(json::object& target, json::object& patch, std::string_view key, json::value const& order,
                    MergeSchema const& schema) {
  constexpr std::string_view list_type = "[]interface {}";
  if (!order.is_array()) return detail::wrong_type(list_type, order);
  auto const name = field_of(key, order_prefix);
  if (!name) return std::unexpected(name.error());
  for (auto const* object : {&target, &patch}) {
    auto const* value = object->if_contains(*name);
    if (value != nullptr && !value->is_array()) return detail::wrong_type(list_type, *value);
  }
  auto const field = schema.patch_field(*name);
  if (!field) return plain_error(field.error());
  auto const* const old_list = list_at(target, *name);
  auto const* const patch_list = list_at(patch, *name);
  json::array const server_order = old_list != nullptr ? *old_list : json::array();
  json::array const changes = patch_list != nullptr ? *patch_list : json::array();
  if (auto checked = detail::check_order(changes, order.get_array(), field->merge_key); !checked) return checked;
  if (old_list == nullptr && patch_list == nullptr) return {};

  json::array merged = server_order;
  if (old_list == nullptr) {
    merged = schema.rules().modern ? without_directives(json::value(changes)).get_array() : changes;
  }
  Remains remains(server_order);
  if (old_list != nullptr && patch_list != nullptr) {
    auto done = merge_list(server_order, changes, *field, false, &remains);
    if (!done) return std::unexpected(std::move(done.error()));
    merged = *std::move(done);
  }
  auto const kind = item_kind(server_order, changes);
  if (!kind) return std::unexpected(kind.error());
  auto result = detail::ordered(std::move(merged), order.get_array(), remains.items(), field->merge_key, *kind);
  if (!result) return std::unexpected(std::move(result.error()));
  target[*name] = *std::move(result);
  if (patch_list != nullptr) patch.stable_erase(patch.find(*name));
  return {};
}

Result merge_member(json::object& target, std::string_view key, json::value change, bool deletes,
                    MergeSchema const& schema) {
  auto const found = target.find(key);
  if (change.is_null()) {
    if (found != target.end()) target.stable_erase(found);
    return {};
  }
  bool const both_objects = found != target.end() && found->value().is_object() && change.is_object();
  bool const both_lists = found != target.end() && found->value().is_array() && change.is_array();
  if (!both_objects && !both_lists) {
    bool const as_it_is = !schema.rules().modern;
    if (as_it_is || !(deletes || is_directed(change))) {
      target.insert_or_assign(key, as_it_is ? std::move(change) : without_directives(change));
    }
    return {};
  }
  auto const field = schema.patch_field(key);
  if (!field) return plain_error(field.error());
  if (both_objects) return merge_object(found->value().get_object(), std::move(change.get_object()), field->schema);
  auto merged = merge_list(std::move(found->value().get_array()), std::move(change.get_array()), *field, deletes);
  if (!merged) return std::unexpected(std::move(merged.error()));
  found->value() = *std::move(merged);
  return {};
}

Result merge_object(json::object& target, json::object patch, MergeSchema const& schema) {
  if (patch.contains(directive)) return follow_directive(target, std::move(patch));
  if (auto done = retain(target, patch); !done) return done;

  std::vector<std::string> orders, deletions;
  for (auto const& [key, value] : patch) {
    if (key.starts_with(order_prefix)) orders.emplace_back(key);
    if (key.starts_with(delete_prefix)) deletions.emplace_back(key);
  }
  for (auto const& key : orders) {
    json::value const order = std::move(patch.at(key));
    patch.stable_erase(patch.find(key));
    if (auto done = follow_order(target, patch, key, order, schema); !done) return done;
  }
  // The real server takes the members in no particular order; here deletions come last.
  for (auto& [key, change] : patch) {
    if (key.starts_with(delete_prefix)) continue;
    if (auto done = merge_member(target, key, std::move(change), false, schema); !done) return done;
  }
  for (auto const& key : deletions) {
    auto const name = field_of(key, delete_prefix);
    if (!name) return std::unexpected(name.error());
    if (auto done = merge_member(target, *name, std::move(patch.at(key)), true, schema); !done) return done;
  }
  return {};
}

}  // namespace

std::expected<void, StrategicMergeError> strategic_merge(json::value& target, json::value patch,
                                                         MergeSchema const& schema) {
  if (patch.is_null()) return {};
  if (!patch.is_object()) {
    return bad_request("json: cannot unmarshal " +
                       std::string(patch.is_array()    ? "array"
                                   : patch.is_string() ? "string"
                                   : patch.is_bool()   ? "bool"
                                                       : "number") +
                       " into Go value of type map[string]interface {}");
  }
  if (!target.is_object()) target.emplace_object();
  return merge_object(target.get_object(), std::move(patch.get_object()), schema);
}

}  // namespace fakeapi::patch
