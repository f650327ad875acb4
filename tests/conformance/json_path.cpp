#include "tests/conformance/json_path.hpp"

#include <charconv>
#include <string>

namespace conformance {
namespace {

namespace json = boost::json;

json::value const* member(json::value const& value, std::string_view name) {
  if (auto const* object = value.if_object()) return object->if_contains(name);
  if (auto const* array = value.if_array()) {
    std::size_t index = 0;
    auto const [stop, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || stop != name.data() + name.size() || index >= array->size()) return nullptr;
    return &(*array)[index];
  }
  return nullptr;
}

}  // namespace

json::value const* at_path(json::value const& value, std::string_view path) {
  if (path.starts_with('/')) {
    boost::system::error_code error;
    return value.find_pointer(json::string_view(path.data(), path.size()), error);
  }
  json::value const* current = &value;
  while (!path.empty() && current != nullptr) {
    auto const dot = path.find('.');
    current = member(*current, path.substr(0, dot));
    path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
  }
  return current;
}

}  // namespace conformance
