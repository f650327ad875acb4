#include "fakeapi/semantics/go_syntax.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi {
namespace json = boost::json;

std::string go_syntax(json::value const& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "interface {}(nil)";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
      return std::to_string(value.get_int64());
    case json::kind::uint64:
      return std::to_string(value.get_uint64());
    case json::kind::double_:
      return go_value::real(value.get_double());
    case json::kind::string:
      return go_value::text(std::string_view(value.get_string()));
    case json::kind::array: {
      std::string text = "[]interface {}{";
      for (auto const& item : value.get_array()) text += (text.back() == '{' ? "" : ", ") + go_syntax(item);
      return text + "}";
    }
    case json::kind::object: {
      std::vector<std::string> entries;
      for (auto const& [key, member] : value.get_object()) {
        entries.push_back(go_value::text(key) + ":" + go_syntax(member));
      }
      std::ranges::sort(entries);
      std::string text = "map[string]interface {}{";
      for (auto const& entry : entries) text += (text.back() == '{' ? "" : ", ") + entry;
      return text + "}";
    }
  }
  return "";
}

}  // namespace fakeapi
