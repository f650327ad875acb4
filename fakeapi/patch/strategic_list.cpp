#include "fakeapi/patch/strategic_list.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <utility>
#include <vector>

#include "fakeapi/patch/go_text.hpp"

namespace fakeapi::patch::detail {
namespace {

namespace json = boost::json;

bool is_scalar(json::value const& value) { return !value.is_array() && !value.is_object(); }

// What an item is found by: itself, or its merge key; null for an object that lacks it.
json::value const* name_of(json::value const& item, std::string_view merge_key) {
  if (merge_key.empty()) return &item;
  auto const* members = item.if_object();
  return members != nullptr ? members->if_contains(merge_key) : nullptr;
}

bool is_deletion(json::value const& item) {
  auto const* members = item.if_object();
  auto const* directive = members != nullptr ? members->if_contains("$patch") : nullptr;
  return directive != nullptr && directive->is_string() && directive->get_string() == "delete";
}

// Sorts by the place in `order`. Items without one are, as by the server's comparison, before whatever stood before
// them: they end up in reverse.
std::expected<json::array, StrategicMergeError> sorted(json::array items, json::array const& order,
                                                       std::string_view merge_key, ItemKind kind) {
  json::array deletions;
  if (kind == ItemKind::object) {
    for (json::array const* list : {&std::as_const(items), &order}) {
      for (auto const& item : *list) {
        if (name_of(item, merge_key) == nullptr) return no_merge_key(item, merge_key);
      }
    }
    json::array others;
    for (auto& item : items) (is_deletion(item) ? deletions : others).push_back(std::move(item));
    items = std::move(others);
  }
  Positions const positions(order, merge_key);
  struct Placed {
    std::ptrdiff_t at;
    std::size_t ordinal;  // keeps the sorting stable
    json::value item;
  };
  std::vector<Placed> placed;
  placed.reserve(items.size());
  for (auto& item : items) placed.push_back({positions.find(item), placed.size(), std::move(item)});
  if (std::ranges::any_of(placed, [](auto const& item) { return item.at < 0; })) {
    std::ranges::reverse(placed);
  } else {
    std::ranges::sort(placed, {}, [](auto const& item) { return std::pair(item.at, item.ordinal); });
  }
  json::array result;
  result.reserve(placed.size() + deletions.size());
  for (auto& item : placed) result.push_back(std::move(item.item));
  for (auto& item : deletions) result.push_back(std::move(item));
  return result;
}

}  // namespace

std::unexpected<StrategicMergeError> plain_error(std::string text) {
  return std::unexpected(StrategicMergeError{StrategicMergeError::Kind::plain, std::move(text)});
}

std::unexpected<StrategicMergeError> no_merge_key(json::value const& item, std::string_view merge_key) {
  return plain_error("map: " + go_text::plain(item) +
                     " does not contain declared merge key: " + std::string(merge_key));
}

std::unexpected<StrategicMergeError> wrong_type(std::string_view expected, json::value const& actual) {
  return plain_error("expected a " + std::string(expected) + ", but received a " +
                     std::string(go_text::type_of(actual)));
}

bool same_scalar(json::value const& a, json::value const& b) {
  return is_scalar(a) && is_scalar(b) && go_text::type_of(a) == go_text::type_of(b) && a == b;
}

bool Positions::Less::operator()(json::value const* a, json::value const* b) const {
  auto const type_a = go_text::type_of(*a), type_b = go_text::type_of(*b);
  if (type_a != type_b) return type_a < type_b;
  if (a->is_string() && b->is_string()) return a->get_string() < b->get_string();
  if (a->is_number() && b->is_number()) {
    bool const exact = a->is_int64() && b->is_int64();
    return exact ? a->get_int64() < b->get_int64() : a->to_number<double>() < b->to_number<double>();
  }
  return a->is_bool() && b->is_bool() && !a->get_bool() && b->get_bool();
}

Positions::Positions(json::array const& list, std::string_view merge_key) : merge_key_(merge_key) {
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (auto const* name = name_of(list[at], merge_key)) add(*name, at);
  }
}

void Positions::add(json::value const& name, std::size_t at) {
  if (is_scalar(name)) at_.emplace(&name, at);
}

std::ptrdiff_t Positions::find_name(json::value const& name) const {
  if (!is_scalar(name)) return -1;
  auto const found = at_.find(&name);
  return found == at_.end() ? -1 : static_cast<std::ptrdiff_t>(found->second);
}

std::ptrdiff_t Positions::find(json::value const& item) const {
  auto const* name = name_of(item, merge_key_);
  return name != nullptr ? find_name(*name) : -1;
}

std::expected<ItemKind, StrategicMergeError> item_kind(json::array const& a, json::array const& b) {
  std::string_view type;
  for (auto const* list : {&a, &b}) {
    for (auto const& item : *list) {
      auto const own = go_text::type_of(item);
      if (type.empty() && item.is_array()) {
        return std::unexpected(
            StrategicMergeError{StrategicMergeError::Kind::unprocessable, "lists of lists are not supported"});
      }
      if (type.empty()) type = own;
      if (own != type) {
        return plain_error("list element types are not identical: " + go_text::plain(json::array{a, b}));
      }
    }
  }
  if (type.empty()) return plain_error("no elements in any of the given slices");
  return type == "map[string]interface {}" ? ItemKind::object : ItemKind::scalar;
}

std::expected<json::array, StrategicMergeError> ordered(json::array merged, json::array const& patch_order,
                                                        json::array const& server_order, std::string_view merge_key,
                                                        ItemKind kind) {
  Positions const wanted(patch_order, merge_key);
  json::array patch_items, server_only;
  for (auto& item : merged) {
    if (!merge_key.empty()) {
      if (!item.is_object()) return wrong_type("map[string]interface {}", item);
      if (name_of(item, merge_key) == nullptr) return no_merge_key(item, merge_key);
    }
    (wanted.find(item) >= 0 ? patch_items : server_only).push_back(std::move(item));
  }
  auto right = sorted(std::move(patch_items), patch_order, merge_key, kind);
  if (!right) return right;
  auto left = sorted(std::move(server_only), server_order, merge_key, kind);
  if (!left) return left;

  Positions const there(server_order, merge_key);
  json::array all;
  all.reserve(left->size() + right->size());
  std::size_t i = 0, j = 0;
  while (i < left->size() && j < right->size()) {
    auto const at_left = there.find((*left)[i]), at_right = there.find((*right)[j]);
    bool const takes_left = at_left >= 0 && at_right >= 0 && at_left < at_right;
    all.push_back(std::move(takes_left ? (*left)[i++] : (*right)[j++]));
  }
  while (j < right->size()) all.push_back(std::move((*right)[j++]));
  while (i < left->size()) all.push_back(std::move((*left)[i++]));
  return all;
}

StrategicResult check_order(json::array const& patch, json::array const& order, std::string_view merge_key) {
  if (patch.empty() || order.empty()) return {};
  std::vector<json::value const*> kept;
  for (auto const& item : patch) {
    if (!merge_key.empty()) {
      if (!item.is_object()) return wrong_type("map[string]interface {}", item);
      if (is_deletion(item)) continue;
    }
    kept.push_back(&item);
  }
  std::size_t at = 0, in_order = 0;
  while (at < kept.size() && in_order < order.size()) {
    auto const* members = kept[at]->if_object();
    if (members != nullptr && members->contains("$patch")) {
      ++at;
      continue;
    }
    auto const& wanted = order[in_order];
    if (!merge_key.empty()) {
      if (!wanted.is_object()) return wrong_type("map[string]interface {}", wanted);
      for (auto const* item : {kept[at], &wanted}) {
        if (name_of(*item, merge_key) == nullptr) return no_merge_key(*item, merge_key);
      }
    }
    if (same_scalar(*name_of(*kept[at], merge_key), *name_of(wanted, merge_key))) ++at;
    ++in_order;
  }
  if (at == kept.size()) return {};
  return plain_error("The order in patch list:\n" + go_text::plain(json::value(patch)) +
                     "\n doesn't match $setElementOrder list:\n" + go_text::plain(json::value(order)) + "\n");
}

}  // namespace fakeapi::patch::detail
