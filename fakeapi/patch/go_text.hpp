// How Go prints and writes JSON values, for error messages and for keys that are JSON text.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace fakeapi::patch::go_text {

/// fmt's %v of a decoded value: "map[a:1 b:[x y]]", keys sorted.
std::string plain(boost::json::value const& value);

/// fmt's %#v: Go syntax, "map[string]interface {}{\"a\":1}".
std::string syntax(boost::json::value const& value);

/// The type of a decoded value: "map[string]interface {}", "int64".
std::string_view type_of(boost::json::value const& value);

/// encoding/json's text: compact, "<", ">" and "&" escaped.
std::string json(boost::json::value const& value);
/// The same with the keys of objects sorted, as maps are written.
std::string sorted_json(boost::json::value const& value);

}  // namespace fakeapi::patch::go_text
