#include "fakeapi/semantics/unstructured.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/types/codec.hpp"
#include "operator/api/object_json.hpp"
#include "operator/manifest/resolve.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;
using types::Form;

// An int32 takes the low half of what does not fit.
void wrap_integers(types::Type const& type, json::value& value) {
  if (type.form == Form::int32 && value.is_int64()) {
    value = static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(value.get_int64())));
  } else if (type.form == Form::structure && value.is_object()) {
    for (auto& [name, member] : value.get_object()) {
      if (auto const* field = type.field(name)) wrap_integers(*field->type, member);
    }
  } else if (type.form == Form::map && value.is_object() && type.element != nullptr) {
    for (auto& [name, member] : value.get_object()) wrap_integers(*type.element, member);
  } else if (type.form == Form::list && value.is_array() && type.element != nullptr) {
    for (auto& item : value.get_array()) wrap_integers(*type.element, item);
  }
}

std::string_view go_kind(Form form) {
  switch (form) {
    case Form::string:
    case Form::bytes:
      return "string";
    case Form::boolean:
      return "bool";
    case Form::int32:
      return "int32";
    case Form::int64:
      return "int64";
    case Form::number:
      return "float64";
    default:
      return "struct";
  }
}

std::string_view go_type(json::kind kind) {
  switch (kind) {
    case json::kind::int64:
    case json::kind::uint64:
      return "int64";
    case json::kind::double_:
      return "float64";
    case json::kind::string:
      return "string";
    case json::kind::bool_:
      return "bool";
    case json::kind::array:
      return "slice";
    default:
      return "map";
  }
}

std::string_view json_word(json::kind kind) {
  switch (kind) {
    case json::kind::string:
      return "string";
    case json::kind::bool_:
      return "bool";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
    default:
      return "number";
  }
}

std::string text_of(types::TypeError const& error) {
  Form const wanted = error.expected != nullptr ? error.expected->form : Form::any;
  std::string const found(go_type(error.found));
  switch (wanted) {
    case Form::list:
      return "cannot restore slice from " + found;
    case Form::map:
      return "cannot restore map from " + found;
    case Form::structure:
      return "cannot restore struct from: " + found;
    case Form::int_or_string: {
      std::string const number = error.detail.empty() ? "" : " " + error.detail;
      return "json: cannot unmarshal " + std::string(json_word(error.found)) + number + " into Go value of type int32";
    }
    case Form::bytes:
      if (!error.detail.empty()) return "error decoding from json: " + error.detail;
      return "cannot restore slice from " + found;
    case Form::time:
    case Form::micro_time:
    case Form::quantity:
    case Form::duration:
      if (!error.detail.empty()) return error.detail;
      return "json: cannot unmarshal " + std::string(json_word(error.found)) + " into Go value of type string";
    default:
      break;
  }
  // Go converts numbers to each other, and an integer to the text of that code point; both are refused by name.
  bool const number =
      error.found == json::kind::int64 || error.found == json::kind::uint64 || error.found == json::kind::double_;
  bool const wants_number = wanted == Form::int32 || wanted == Form::int64 || wanted == Form::number;
  bool const code_point = wanted == Form::string && number && error.found != json::kind::double_;
  if ((number && wants_number) || code_point) return "cannot convert " + found + " to " + std::string(go_kind(wanted));
  return "unrecognized type: " + std::string(go_kind(wanted));
}

bool has_double(json::value const& value) {
  if (auto const* members = value.if_object()) {
    return std::ranges::any_of(*members, [](auto const& member) { return has_double(member.value()); });
  }
  if (auto const* items = value.if_array()) return std::ranges::any_of(*items, has_double);
  return value.is_double();
}

}  // namespace

std::expected<void, std::string> convert_unstructured(types::Type const& kind, json::value& document, bool modern) {
  wrap_integers(kind, document);
  types::Decoding const decoding{.modern = modern, .unknown = nullptr};
  if (auto const error = types::canonicalize(kind, document, decoding)) return std::unexpected(text_of(*error));
  return {};
}

void make_integers(json::value& value) {
  if (auto* members = value.if_object()) {
    for (auto& [name, member] : *members) make_integers(member);
  } else if (auto* items = value.if_array()) {
    for (auto& item : *items) make_integers(item);
  } else if (value.is_double()) {
    if (auto const number = api::detail::as_integer(value)) value = *number;
  }
}

void settle_numbers(json::value& value) {
  if (auto* members = value.if_object()) {
    for (auto& [name, member] : *members) settle_numbers(member);
  } else if (auto* items = value.if_array()) {
    for (auto& item : *items) settle_numbers(item);
  } else if (value.is_double()) {
    value = manifest::through_json(value.get_double());
  }
}

void settle_numbers(api::SharedJson& value) {
  if (!value || !has_double(*value)) return;
  json::value made = *value;
  settle_numbers(made);
  if (made != *value) value = api::share(std::move(made));
}

}  // namespace fakeapi
