// What servers say about a value that cannot be decoded.
#include "fakeapi/types/codec.hpp"

namespace fakeapi::types {
namespace {

namespace json = boost::json;

std::string_view found_text(json::kind kind) {
  switch (kind) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "bool";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "number";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
  }
  return "";
}

// The path as Go tells it: without the indices of lists.
std::string without_indices(std::string_view path) {
  std::string text;
  bool inside = false;
  for (char const c : path) {
    inside = c == '[' || (inside && c != ']');
    if (!inside && c != ']') text += c;
  }
  return text;
}

}  // namespace

std::string to_text(TypeError const& error) {
  Type const& expected = *error.expected;
  bool const unmarshals_itself = expected.form == Form::time || expected.form == Form::micro_time ||
                                 expected.form == Form::quantity || expected.form == Form::bytes;
  if (unmarshals_itself && !error.detail.empty()) return error.detail;
  std::string text = "json: cannot unmarshal " + std::string(found_text(error.found));
  if (!error.detail.empty()) text += " " + error.detail;
  // Those read their text by themselves: Go no longer knows where it stands.
  bool const nowhere = expected.form == Form::time || expected.form == Form::micro_time;
  if (nowhere) return text + " into Go value of type string";
  if (expected.form == Form::int_or_string) {
    return text + " into Go value of type " + (error.found == json::kind::string ? "string" : "int32");
  }
  auto const name = error.structures.empty() ? "" : go_type_name(*error.structures.back());
  return text + " into Go struct field " + name.substr(name.find('.') + 1) + "." + without_indices(error.path) +
         " of type " + go_type(expected);
}

}  // namespace fakeapi::types
