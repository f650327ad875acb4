#include "fakeapi/patch/typed.hpp"

#include <algorithm>
#include <map>

#include "fakeapi/patch/json_order.hpp"
#include "fakeapi/patch/typed_atom.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;
using detail::Atom;
using detail::atom_of;
using detail::items_of;
using detail::member_schema;
using detail::members_of;

// The items of two lists that have the same element, in the order of the first and then of the second one.
struct ItemPair {
  PathElement element;
  json::value const* before = nullptr;
  json::value const* after = nullptr;
};

std::vector<ItemPair> pair_items(MergeSchema const& list, json::array const& before, json::array const& after) {
  std::vector<ItemPair> pairs;
  std::map<PathElement, std::size_t> places;
  pairs.reserve(std::max(before.size(), after.size()));
  auto const note = [&](json::array const& items, json::value const* ItemPair::* side) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto element = item_element(list, i, items[i]);
      if (!element) continue;
      auto const [place, is_new] = places.emplace(*element, pairs.size());
      if (is_new) pairs.push_back({*std::move(element)});
      auto& item = pairs[place->second].*side;
      if (item == nullptr) item = &items[i];
    }
  };
  note(before, &ItemPair::before);
  note(after, &ItemPair::after);
  return pairs;
}

class Comparer {
 public:
  void compare(json::value const* before, json::value const* after, MergeSchema const& schema) {
    Atom const own = atom_of(schema, after != nullptr ? *after : *before);
    Atom const earlier = before != nullptr ? atom_of(schema, *before) : own;
    // Values of different natures are compared as what each of them is.
    if (earlier != own) compare_as(earlier, before, after, schema);
    bool const is_leaf = compare_as(own, before, after, schema);
    if (is_leaf) return;
    if (before == nullptr) found_.added.insert(path_);
    if (after == nullptr) found_.removed.insert(path_);
  }
  Comparison take() { return std::move(found_); }

 private:
  // True for what is compared as a whole.
  bool compare_as(Atom atom, json::value const* before, json::value const* after, MergeSchema const& schema) {
    if (atom == Atom::list) {
      auto const &old_items = items_of(before), &new_items = items_of(after);
      bool const whole = schema.list() == MergeSchema::List::atomic || (old_items.empty() && new_items.empty());
      if (!whole) compare_items(old_items, new_items, schema);
      if (!whole) return false;
    } else if (atom == Atom::map) {
      auto const &old_members = members_of(before), &new_members = members_of(after);
      bool const whole = schema.map() == MergeSchema::Map::atomic || (old_members.empty() && new_members.empty());
      if (!whole) compare_members(old_members, new_members, schema);
      if (!whole) return false;
    }
    if (before == nullptr) {
      found_.added.insert(path_);
    } else if (after == nullptr) {
      found_.removed.insert(path_);
    } else if (!equal_values(*before, *after)) {
      found_.modified.insert(path_);
    }
    return true;
  }

  void compare_items(json::array const& before, json::array const& after, MergeSchema const& schema) {
    MergeSchema const item = schema.items();
    auto pairs = pair_items(schema, before, after);
    std::ranges::sort(pairs, {}, &ItemPair::element);
    for (auto& pair : pairs) {
      path_.push_back(std::move(pair.element));
      compare(pair.before, pair.after, item);
      path_.pop_back();
    }
  }

  void compare_members(json::object const& before, json::object const& after, MergeSchema const& schema) {
    auto const visit = [&](std::string_view name, json::value const* old_value, json::value const* new_value) {
      path_.push_back(PathElement::field(name));
      compare(old_value, new_value, member_schema(schema, name));
      path_.pop_back();
    };
    // In order, so that the sets grow at their end.
    auto const old_members = in_order(before), new_members = in_order(after);
    auto old_at = old_members.begin();
    auto new_at = new_members.begin();
    while (old_at != old_members.end() || new_at != new_members.end()) {
      bool const only_old =
          new_at == new_members.end() || (old_at != old_members.end() && (*old_at)->key() < (*new_at)->key());
      bool const only_new =
          old_at == old_members.end() || (new_at != new_members.end() && (*new_at)->key() < (*old_at)->key());
      auto const* const old_member = only_new ? nullptr : *old_at++;
      auto const* const new_member = only_old ? nullptr : *new_at++;
      visit((old_member != nullptr ? old_member : new_member)->key(),
            old_member != nullptr ? &old_member->value() : nullptr,
            new_member != nullptr ? &new_member->value() : nullptr);
    }
  }

  Path path_;
  Comparison found_;
};

class Collector {
 public:
  void collect(json::value const& value, MergeSchema const& schema) {
    switch (atom_of(schema, value)) {
      case Atom::list:
        if (schema.list() == MergeSchema::List::atomic) return add();
        return collect_items(items_of(&value), schema);
      case Atom::map:
        if (schema.map() == MergeSchema::Map::atomic) return add();
        return collect_members(members_of(&value), schema);
      case Atom::scalar:
        return add();
      case Atom::none:
        return;
    }
  }
  FieldSet take() { return std::move(set_); }

 private:
  void add() { set_.insert(path_); }

  void collect_items(json::array const& items, MergeSchema const& schema) {
    MergeSchema const item = schema.items();
    static json::array const none;
    auto pairs = pair_items(schema, items, none);
    std::ranges::sort(pairs, {}, &ItemPair::element);
    for (auto& pair : pairs) {
      path_.push_back(std::move(pair.element));
      collect(*pair.before, item);
      add();
      path_.pop_back();
    }
  }

  void collect_members(json::object const& members, MergeSchema const& schema) {
    for (auto const* named : in_order(members)) {
      std::string_view const name = named->key();
      auto const& value = named->value();
      auto const member = schema.member(name);
      path_.push_back(PathElement::field(name));
      collect(value, member ? member->schema : MergeSchema::untyped());
      bool const is_empty = value.is_null() || (value.is_object() && value.get_object().empty());
      if (!member || !member->declared || (schema.rules().modern && is_empty)) add();
      path_.pop_back();
    }
  }

  Path path_;
  FieldSet set_;
};

}  // namespace

std::expected<PathElement, std::string> item_element(MergeSchema const& list, std::size_t index,
                                                     json::value const& item) {
  using Unexpected = std::unexpected<std::string>;
  if (list.list() == MergeSchema::List::set) {
    if (item.is_object()) return Unexpected("associative list without keys has an element that's a map type");
    if (item.is_array()) return Unexpected("not supported: associative list with lists as elements");
    if (item.is_null()) return Unexpected("associative list without keys has an element that's an explicit null");
    return PathElement::value(item);
  }
  if (list.list() != MergeSchema::List::map) return PathElement::index(static_cast<std::int64_t>(index));
  if (item.is_null()) return Unexpected("associative list with keys may not have a null element");
  if (!item.is_object()) return Unexpected("associative list with keys may not have non-map elements");
  PathElement::Keys keys;
  for (std::size_t i = 0; i < list.key_count(); ++i) {
    auto const name = list.key(i);
    if (auto const* value = item.get_object().if_contains(name)) {
      keys.emplace_back(name, *value);
    } else if (auto value_of_absent = list.key_default(name)) {
      keys.emplace_back(name, *std::move(value_of_absent));
    } else {
      return Unexpected("associative list with keys has an element that omits key field \"" + std::string(name) +
                        "\" (and doesn't have default value)");
    }
  }
  return PathElement::keys(std::move(keys));
}

Comparison compare(json::value const* before, json::value const* after, MergeSchema const& schema) {
  Comparer comparer;
  if (before != nullptr || after != nullptr) comparer.compare(before, after, schema);
  return comparer.take();
}

FieldSet fields_of(json::value const& value, MergeSchema const& schema) {
  Collector collector;
  collector.collect(value, schema);
  return collector.take();
}

std::optional<json::value> overlay(json::value const* live, json::value const* config, MergeSchema const& schema) {
  if (live == nullptr && config == nullptr) return std::nullopt;
  Atom const atom = atom_of(schema, config != nullptr ? *config : *live);
  if (atom == Atom::list) {
    auto const &old_items = items_of(live), &new_items = items_of(config);
    if (schema.list() != MergeSchema::List::atomic && (!old_items.empty() || !new_items.empty())) {
      json::array out;
      for (auto const& pair : pair_items(schema, old_items, new_items)) {
        if (auto merged = overlay(pair.before, pair.after, schema.items())) out.push_back(*std::move(merged));
      }
      if (out.empty()) return std::nullopt;
      return json::value(std::move(out));
    }
  } else if (atom == Atom::map) {
    auto const &old_members = members_of(live), &new_members = members_of(config);
    if (schema.map() != MergeSchema::Map::atomic && (!old_members.empty() || !new_members.empty())) {
      json::object out(std::max(old_members.size(), new_members.size()));
      for (auto const& [name, value] : old_members) {
        auto merged = overlay(&value, new_members.if_contains(name), member_schema(schema, name));
        if (merged) out.emplace(name, *std::move(merged));
      }
      for (auto const& [name, value] : new_members) {
        if (old_members.contains(name)) continue;
        if (auto merged = overlay(nullptr, &value, member_schema(schema, name))) out.emplace(name, *std::move(merged));
      }
      if (out.empty()) return std::nullopt;
      return json::value(std::move(out));
    }
  }
  return config != nullptr ? *config : *live;
}

json::value without(json::value const& value, FieldSet const& gone, MergeSchema const& schema) {
  switch (atom_of(schema, value)) {
    case Atom::scalar:
      return value;
    case Atom::none:
      return nullptr;
    case Atom::list: {
      if (schema.list() == MergeSchema::List::atomic) return nullptr;
      json::array out;
      auto const& items = items_of(&value);
      for (std::size_t i = 0; i < items.size(); ++i) {
        auto const element = item_element(schema, i, items[i]);
        if (element && gone.contains(*element)) continue;
        FieldSet const* inner = element ? gone.below(*element) : nullptr;
        out.push_back(inner != nullptr ? without(items[i], *inner, schema.items()) : items[i]);
      }
      if (out.empty()) return nullptr;
      return json::value(std::move(out));
    }
    case Atom::map:
      break;
  }
  if (schema.map() == MergeSchema::Map::atomic) return nullptr;
  json::object out;
  for (auto const& [name, member] : members_of(&value)) {
    auto const element = PathElement::field(name);
    if (gone.contains(element)) continue;
    FieldSet const* inner = gone.below(element);
    out.emplace(name, inner != nullptr ? without(member, *inner, member_schema(schema, name)) : member);
  }
  if (out.empty()) return nullptr;
  return json::value(std::move(out));
}

}  // namespace fakeapi::patch
