#include "fakeapi/patch/go_text.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <vector>

#include "fakeapi/patch/json_order.hpp"
#include "fakeapi/semantics/field_errors.hpp"

namespace fakeapi::patch::go_text {
namespace {

namespace json_ = boost::json;

void append_plain(std::string& out, json_::value const& value) {
  switch (value.kind()) {
    case json_::kind::null:
      out += "<nil>";
      return;
    case json_::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json_::kind::int64:
      out += std::to_string(value.get_int64());
      return;
    case json_::kind::uint64:
      if (value.get_uint64() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        out += std::to_string(value.get_uint64());
      } else {
        out += go_value::real(static_cast<double>(value.get_uint64()));
      }
      return;
    case json_::kind::double_:
      out += go_value::real(value.get_double());
      return;
    case json_::kind::string:
      out += std::string_view(value.get_string());
      return;
    case json_::kind::array: {
      out += '[';
      bool first = true;
      for (auto const& item : value.get_array()) {
        if (!first) out += ' ';
        first = false;
        append_plain(out, item);
      }
      out += ']';
      return;
    }
    case json_::kind::object: {
      out += "map[";
      bool first = true;
      for (auto const* member : in_order(value.get_object())) {
        if (!first) out += ' ';
        first = false;
        out += std::string_view(member->key());
        out += ':';
        append_plain(out, member->value());
      }
      out += ']';
      return;
    }
  }
}

json_::value sorted(json_::value const& value) {
  if (auto const* items = value.if_array()) {
    json_::array out;
    out.reserve(items->size());
    for (auto const& item : *items) out.push_back(sorted(item));
    return json_::value(std::move(out));
  }
  auto const* members = value.if_object();
  if (members == nullptr) return value;
  json_::object out(members->size());
  for (auto const* member : in_order(*members)) out.emplace(member->key(), sorted(member->value()));
  return json_::value(std::move(out));
}

}  // namespace

std::string sorted_json(json_::value const& value) { return json(sorted(value)); }

std::string plain(json_::value const& value) {
  std::string out;
  append_plain(out, value);
  return out;
}

std::string syntax(json_::value const& value) {
  if (value.is_null()) return "interface {}(nil)";
  if (value.is_string()) return go_value::text(value.get_string());
  std::string out;
  if (auto const* items = value.if_array()) {
    for (auto const& item : *items) out += (out.empty() ? "" : ", ") + syntax(item);
    return "[]interface {}{" + out + "}";
  }
  if (auto const* members = value.if_object()) {
    for (auto const* member : in_order(*members)) {
      out += (out.empty() ? "" : ", ") + go_value::text(member->key()) + ":" + syntax(member->value());
    }
    return "map[string]interface {}{" + out + "}";
  }
  return plain(value);
}

std::string_view type_of(json_::value const& value) {
  switch (value.kind()) {
    case json_::kind::null:
      return "%!s(<nil>)";
    case json_::kind::bool_:
      return "bool";
    case json_::kind::int64:
      return "int64";
    case json_::kind::uint64:
      return value.get_uint64() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()} ? "int64" : "float64";
    case json_::kind::double_:
      return "float64";
    case json_::kind::string:
      return "string";
    case json_::kind::array:
      return "[]interface {}";
    case json_::kind::object:
      return "map[string]interface {}";
  }
  return "";
}

std::string json(json_::value const& value) {
  std::string const text = json_::serialize(value);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    // These stand only inside of strings. Go escapes them so that JSON may be put into HTML and JavaScript.
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else if (text.compare(at, 3, "\xE2\x80\xA8") == 0 || text.compare(at, 3, "\xE2\x80\xA9") == 0) {
      out += text[at + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace fakeapi::patch::go_text
