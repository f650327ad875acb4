// RFC 6902 on JSON values.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "operator/api/json_pointer.hpp"
#include "operator/api/patch.hpp"
#include "operator/api/patch_detail.hpp"

namespace api {
namespace json = boost::json;
namespace detail {
namespace {

/// The bytes that all copy operations of one patch may make together; the API server has the same limit.
constexpr std::size_t most_copied_bytes = 3 * 1024 * 1024;

using Outcome = std::expected<void, std::string>;

std::unexpected<std::string> failure(std::string_view path, std::string_view what) {
  return std::unexpected(std::string(path) + ": " + std::string(what));
}

/// About how long the value is as text.
std::size_t weight(json::value const& value) {
  std::size_t bytes = 8;
  if (auto const* text = value.if_string()) return bytes + text->size();
  if (auto const* items = value.if_array()) {
    for (auto const& item : *items) bytes += weight(item);
  } else if (auto const* members = value.if_object()) {
    for (auto const& [key, member] : *members) bytes += key.size() + weight(member);
  }
  return bytes;
}

/// The element that a token names, or null.
json::value* child(json::value& parent, std::string_view token) {
  if (auto* members = parent.if_object()) return members->if_contains(token);
  if (auto* items = parent.if_array()) {
    auto const index = array_index(token);
    if (index && *index < items->size()) return &(*items)[*index];
  }
  return nullptr;
}

json::value* find(json::value& root, std::string_view path) {
  json::value* at = &root;
  for (JsonPointer pointer(path); at != nullptr && !pointer.at_end();) at = child(*at, pointer.next());
  return at;
}

/// The element that holds the pointer's last one, or null, and that last token.
struct Place {
  json::value* parent;
  std::string token;
};
Place find_place(json::value& root, std::string_view path) {
  JsonPointer pointer(path);
  json::value* at = &root;
  for (;;) {
    std::string_view const token = pointer.next();
    if (pointer.at_end()) return {at, std::string(token)};
    at = child(*at, token);
    if (at == nullptr) return {nullptr, {}};
  }
}

Outcome add(json::value& root, std::string_view path, json::value value) {
  if (path.empty()) {
    root = std::move(value);
    return {};
  }
  auto const [parent, token] = find_place(root, path);
  if (parent == nullptr) return failure(path, "the parent does not exist");
  if (auto* members = parent->if_object()) {
    members->insert_or_assign(token, std::move(value));
    return {};
  }
  auto* items = parent->if_array();
  if (items == nullptr) return failure(path, "the parent is neither an object nor an array");
  auto const index = token == "-" ? std::optional(items->size()) : array_index(token);
  if (!index || *index > items->size()) return failure(path, "no such place in the array");
  items->insert(items->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  return {};
}

std::expected<json::value, std::string> take(json::value& root, std::string_view path) {
  if (path.empty()) return failure(path, "the whole document cannot be removed");
  auto const [parent, token] = find_place(root, path);
  json::value* const element = parent == nullptr ? nullptr : child(*parent, token);
  if (element == nullptr) return failure(path, "does not exist");
  json::value taken(std::move(*element));
  if (auto* members = parent->if_object()) {
    members->stable_erase(members->find(token));
  } else {
    auto& items = parent->get_array();
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(*array_index(token)));
  }
  return taken;
}

Outcome replace(json::value& root, std::string_view path, json::value const& value) {
  json::value* const element = find(root, path);
  if (element == nullptr) return failure(path, "does not exist");
  *element = value;
  return {};
}

Outcome move(json::value& root, std::string_view path, std::string_view from) {
  if (path.starts_with(from) && path.size() > from.size() && path[from.size()] == '/') {
    return failure(from, "cannot be moved into itself");
  }
  auto taken = take(root, from);
  if (!taken) return std::unexpected(std::move(taken.error()));
  return add(root, path, *std::move(taken));
}

Outcome copy(json::value& root, std::string_view path, std::string_view from, std::size_t& copied) {
  json::value const* const element = find(root, from);
  if (element == nullptr) return failure(from, "does not exist");
  copied += weight(*element);
  if (copied > most_copied_bytes) return failure(from, "the patch copies too much");
  return add(root, path, json::value(*element));
}

Outcome test(json::value& root, std::string_view path, json::value const& expected) {
  json::value const* const element = find(root, path);
  if (element == nullptr) {
    // Beyond the RFC, as in the API server: testing an absent member for null is how a patch says "not there yet".
    bool const member_absent = expected.is_null() && !path.empty() && [&] {
      json::value const* const parent = find_place(root, path).parent;
      return parent != nullptr && parent->is_object();
    }();
    if (member_absent) return {};
    return failure(path, "does not exist");
  }
  if (!equal_values(*element, expected)) return failure(path, "has another value");
  return {};
}

}  // namespace

bool equal_values(json::value const& a, json::value const& b) {
  if (a.is_number() && b.is_number()) {
    // An integer and a fraction are compared as the server does, as doubles.
    if (a.is_double() == b.is_double()) return a == b;
    return a.to_number<double>() == b.to_number<double>();
  }
  if (a.is_array() && b.is_array()) {
    auto const &x = a.get_array(), &y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), equal_values);
  }
  if (a.is_object() && b.is_object()) {
    auto const &x = a.get_object(), &y = b.get_object();
    return x.size() == y.size() && std::all_of(x.begin(), x.end(), [&](auto const& member) {
             json::value const* const other = y.if_contains(member.key());
             return other != nullptr && equal_values(member.value(), *other);
           });
  }
  return a == b;
}

Outcome apply_operation(json::value& target, JsonPatchVerb verb, std::string_view path, SharedJson const& value,
                        std::string_view from, std::size_t& copied) {
  if (!JsonPointer(path).valid()) return failure(path, "a pointer starts with /");
  switch (verb) {
    case JsonPatchVerb::remove: {
      auto taken = take(target, path);
      if (!taken) return std::unexpected(std::move(taken.error()));
      return {};
    }
    case JsonPatchVerb::move:
    case JsonPatchVerb::copy:
      if (!JsonPointer(from).valid()) return failure(from, "a pointer starts with /");
      return verb == JsonPatchVerb::move ? move(target, path, from) : copy(target, path, from, copied);
    case JsonPatchVerb::add:
    case JsonPatchVerb::replace:
    case JsonPatchVerb::test:
      break;
  }
  if (!value) return failure(path, "the operation needs a value");
  if (verb == JsonPatchVerb::add) return add(target, path, json::value(*value));
  if (verb == JsonPatchVerb::replace) return replace(target, path, *value);
  return test(target, path, *value);
}

}  // namespace detail

std::expected<void, std::string> json_patch(json::value& target, JsonPatch const& patch) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < patch.operations.size(); ++i) {
    auto const& operation = patch.operations[i];
    auto done =
        detail::apply_operation(target, operation.verb, operation.path, operation.value, operation.from, copied);
    if (!done) return std::unexpected("operation " + std::to_string(i) + ": " + done.error());
  }
  return {};
}

}  // namespace api
