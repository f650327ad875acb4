#include "operator/api/json_access.hpp"

namespace api {
namespace {

namespace json = boost::json;

bool equal_objects(json::object const& a, json::object const& b) {
  if (&a == &b) return true;
  if (a.size() != b.size()) return false;
  auto twin = b.begin();
  for (auto const& member : a) {
    json::value const* other = twin->key() == member.key() ? &twin->value() : find_member(b, member.key());
    if (other == nullptr || !equal_json(member.value(), *other)) return false;
    ++twin;
  }
  return true;
}

bool equal_arrays(json::array const& a, json::array const& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal_json(a[i], b[i])) return false;
  }
  return true;
}

bool equal_strings(json::string const& a, json::string const& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool equal_json(json::value const& a, json::value const& b) {
  if (a.kind() == b.kind()) {
    switch (a.kind()) {
      case json::kind::object:
        return equal_objects(a.get_object(), b.get_object());
      case json::kind::array:
        return equal_arrays(a.get_array(), b.get_array());
      case json::kind::string:
        return equal_strings(a.get_string(), b.get_string());
      default:
        break;
    }
  }
  return a == b;
}

}  // namespace api
