// Sets and maps in the form of lists: no item may come twice.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/go_syntax.hpp"
#include "fakeapi/semantics/schema.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

// What tells an item from the others: in a map its keys, as far as it has them.
json::value identity(Schema const& list, json::value const& item) {
  if (!list.list_map) return item;
  json::object keys;
  if (auto const* object = item.if_object()) {
    for (auto const& key : list.list_keys) {
      if (auto const* value = object->if_contains(key)) keys.emplace(key, *value);
    }
  }
  return keys;
}

// Whether two items are the same to the list.
bool is_same(Schema const& list, json::value const& a, json::value const& b) {
  if (!list.list_map) return a == b;
  return std::ranges::all_of(list.list_keys, [&](std::string const& key) {
    auto const* const of_a = a.is_object() ? api::find_member(a.get_object(), key) : nullptr;
    auto const* const of_b = b.is_object() ? api::find_member(b.get_object(), key) : nullptr;
    if (of_a == nullptr || of_b == nullptr) return of_a == of_b;
    return api::equal_json(*of_a, *of_b);
  });
}

bool has_twins(Schema const& list, json::array const& array) {
  for (std::size_t i = 1; i < array.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (is_same(list, array[i], array[j])) return true;
    }
  }
  return false;
}

// Only the second of several equal items is told.
void find_duplicates(Schema const& list, json::array const& array, std::string const& path, FieldErrors& errors) {
  if (list.list_map) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (array[i].is_object() || array[i].is_null()) continue;
      errors.invalid(path + "[" + std::to_string(i) + "]", go_syntax(array[i]),
                     "must be an object for an array of list-type map");
      return;
    }
  }
  if (!has_twins(list, array)) return;
  std::vector<json::value> identities;
  identities.reserve(array.size());
  for (auto const& item : array) identities.push_back(identity(list, item));
  for (std::size_t i = 1; i < array.size(); ++i) {
    auto const seen =
        std::count(identities.begin(), identities.begin() + static_cast<std::ptrdiff_t>(i), identities[i]);
    if (seen == 1) errors.duplicate(path + "[" + std::to_string(i) + "]", go_syntax(identities[i]));
  }
}

std::string child_path(std::string const& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

}  // namespace

void Schema::validate_lists(json::value const& value, std::string const& path, FieldErrors& errors) const {
  if (!has_lists) return;
  if (auto const* array = value.if_array()) {
    if (list_map || list_set) find_duplicates(*this, *array, path, errors);
    if (items == nullptr || !items->has_lists) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      items->validate_lists((*array)[i], path + "[" + std::to_string(i) + "]", errors);
    }
  } else if (auto const* object = value.if_object()) {
    for (auto const& [name, member] : *object) {
      if (Schema const* schema = property(name)) {
        if (schema->has_lists) schema->validate_lists(member, child_path(path, name), errors);
      } else if (additional != nullptr && additional->has_lists) {
        additional->validate_lists(member, path + "[" + std::string(name) + "]", errors);
      }
    }
  }
}

}  // namespace fakeapi
