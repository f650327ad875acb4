// What Go's decoder says of text that is no JSON, and which keys of a text come twice.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::http {

/// The deepest nesting of a body.
inline constexpr std::size_t max_json_depth = 512;

/// Reads one JSON value. The error is in the words of Go's encoding/json ("invalid character 'b' looking for beginning
/// of object key string").
std::expected<boost::json::value, std::string> parse_json(std::string_view text);

/// The paths of keys that an object has more than once ("spec.replicas", "spec.list[0].name"), in the order in which
/// they are met; each path once. The text must be JSON.
std::vector<std::string> duplicate_keys(std::string_view text);

/// Go's word for what a JSON value is: "object", "array", "string", "number", "bool", "null".
std::string_view go_kind(boost::json::value const& value);

}  // namespace fakeapi::http
