#include "fakeapi/patch/json_patch.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

namespace fakeapi::patch {
namespace {

namespace json = boost::json;
using Outcome = std::expected<void, std::string>;

/// The bytes that all copy operations of one patch may make together.
constexpr std::size_t most_copied_bytes = 3 * 1024 * 1024;

std::unexpected<std::string> failure(std::string_view path, std::string_view what) {
  return std::unexpected(std::string(path) + ": " + std::string(what));
}

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    bool const escape = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    out.push_back(!escape ? token[i] : token[++i] == '0' ? '~' : '/');
  }
  return out;
}

// An index as Go's Atoi reads it.
std::optional<std::int64_t> integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The object or list that holds what a pointer names.
struct Place {
  json::value* parent = nullptr;
  std::string key;
};

json::value* element(json::value& parent, std::string const& key) {
  if (auto* members = parent.if_object()) return members->if_contains(key);
  auto* items = parent.if_array();
  auto const index = items != nullptr ? integer(key) : std::nullopt;
  if (!index || *index < 0 || *index >= std::ssize(*items)) return nullptr;
  return &(*items)[static_cast<std::size_t>(*index)];
}

std::optional<Place> find(json::value& root, std::string_view path) {
  auto const slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  path.remove_prefix(slash + 1);
  json::value* at = &root;
  for (;;) {
    auto const end = path.find('/');
    std::string key = unescaped(path.substr(0, end));
    if (end == std::string_view::npos) return Place{at, std::move(key)};
    at = element(*at, key);
    if (at == nullptr || (!at->is_object() && !at->is_array())) return std::nullopt;
    path.remove_prefix(end + 1);
  }
}

// The place in a list that an index names, which may be negative and then counts from the end.
std::optional<std::size_t> place_in(std::string const& key, std::size_t size) {
  auto const index = integer(key);
  auto const places = static_cast<std::int64_t>(size);
  if (!index || *index >= places || *index < -places) return std::nullopt;
  return static_cast<std::size_t>(*index < 0 ? *index + places : *index);
}

Outcome add(Place const& place, std::string_view path, json::value value) {
  if (auto* members = place.parent->if_object()) {
    members->insert_or_assign(place.key, std::move(value));
    return {};
  }
  auto& items = place.parent->get_array();
  auto const at = place.key == "-" ? std::optional(items.size()) : place_in(place.key, items.size() + 1);
  if (!at) return failure(path, "no such place in the list");
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(*at), std::move(value));
  return {};
}

Outcome remove(Place const& place, std::string_view path) {
  if (auto* members = place.parent->if_object()) {
    auto const found = members->find(place.key);
    if (found == members->end()) return failure(path, "does not exist");
    members->stable_erase(found);
    return {};
  }
  auto& items = place.parent->get_array();
  auto const at = place_in(place.key, items.size());
  if (!at) return failure(path, "no such place in the list");
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(*at));
  return {};
}

Outcome replace(Place const& place, std::string_view path, json::value const& value) {
  if (auto* members = place.parent->if_object()) {
    members->insert_or_assign(place.key, value);
    return {};
  }
  json::value* const there = element(*place.parent, place.key);
  if (there == nullptr) return failure(path, "no such place in the list");
  *there = value;
  return {};
}

bool written_alike(json::value const& a, json::value const& b) {
  if (a.is_object() && b.is_object()) {
    auto const &x = a.get_object(), &y = b.get_object();
    return x.size() == y.size() && std::ranges::all_of(x, [&](auto const& member) {
             auto const* other = y.if_contains(member.key());
             return other != nullptr && written_alike(member.value(), *other);
           });
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), written_alike);
  return a.is_double() == b.is_double() && a == b;
}

class Patcher {
 public:
  explicit Patcher(json::value& root) : root_(root) {}

  Outcome apply(api::JsonPatchOperation const& operation) {
    using enum api::JsonPatchVerb;
    static json::value const null;
    json::value const& value = operation.value ? *operation.value : null;
    if (operation.verb == move || operation.verb == copy) return carry(operation);
    auto const place = find(root_, operation.path);
    if (!place) return failure(operation.path, "does not exist");
    switch (operation.verb) {
      case add:
        return patch::add(*place, operation.path, value);
      case remove:
        return patch::remove(*place, operation.path);
      case replace:
        return patch::replace(*place, operation.path, value);
      default:
        return compare(*place, operation.path, value);
    }
  }

 private:
  static Outcome compare(Place const& place, std::string_view path, json::value const& expected) {
    json::value const* const there = element(*place.parent, place.key);
    if (there == nullptr && place.parent->is_array()) return failure(path, "no such place in the list");
    bool const equal = there == nullptr ? expected.is_null() : written_alike(*there, expected);
    if (!equal) return failure(path, "has another value");
    return {};
  }

  Outcome carry(api::JsonPatchOperation const& operation) {
    auto const from = find(root_, operation.from);
    if (!from) return failure(operation.from, "does not exist");
    json::value const* const there = element(*from->parent, from->key);
    if (there == nullptr && from->parent->is_array()) return failure(operation.from, "no such place in the list");
    json::value carried = there != nullptr ? *there : json::value();
    if (operation.verb == api::JsonPatchVerb::move) {
      if (auto removed = patch::remove(*from, operation.from); !removed) return removed;
    } else {
      copied_ += json::serialize(carried).size();
      if (copied_ > most_copied_bytes) return failure(operation.from, "the patch copies too much");
    }
    auto const to = find(root_, operation.path);
    if (!to) return failure(operation.path, "does not exist");
    return patch::add(*to, operation.path, std::move(carried));
  }

  json::value& root_;
  std::size_t copied_ = 0;
};

bool has_null_member(json::value const& value) {
  auto const* members = value.if_object();
  return members != nullptr && std::ranges::any_of(*members, [](auto const& member) {
           return member.value().is_null() || has_null_member(member.value());
         });
}

// Nulls go, also from lists.
json::value pruned(json::value const& value) {
  if (auto const* members = value.if_object()) {
    json::object out(members->size());
    for (auto const& [key, member] : *members) {
      if (!member.is_null()) out.emplace(key, pruned(member));
    }
    return json::value(std::move(out));
  }
  auto const* items = value.if_array();
  if (items == nullptr) return value;
  json::array out;
  out.reserve(items->size());
  for (auto const& item : *items) {
    if (!item.is_null()) out.push_back(pruned(item));
  }
  return json::value(std::move(out));
}

}  // namespace

Outcome json_patch_1_20(json::value& target, api::JsonPatch const& patch) {
  Patcher patcher(target);
  for (auto const& operation : patch.operations) {
    if (auto done = patcher.apply(operation); !done) return done;
  }
  return {};
}

void merge_patch_1_20(json::value& target, json::value const& patch) {
  if (!target.is_object()) {
    target = pruned(patch);
    return;
  }
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  json::object& members = target.get_object();
  for (auto const& [key, change] : patch.get_object()) {
    auto const found = members.find(key);
    if (change.is_null()) {
      if (found != members.end()) members.stable_erase(found);
    } else if (found == members.end() || found->value().is_null()) {
      members.insert_or_assign(key, pruned(change));
    } else {
      merge_patch_1_20(found->value(), change);
    }
  }
}

bool has_null_in_list(json::value const& patch) {
  if (auto const* members = patch.if_object()) {
    return std::ranges::any_of(*members, [](auto const& member) { return has_null_in_list(member.value()); });
  }
  auto const* items = patch.if_array();
  return items != nullptr && std::ranges::any_of(*items, [](json::value const& item) {
           return item.is_null() || has_null_member(item) || has_null_in_list(item);
         });
}

}  // namespace fakeapi::patch
