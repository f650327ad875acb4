// JSON as text, byte for byte as Go's encoder writes it.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace fakeapi::http {

/// The order of an object's members: as they stand, or by name, as Go writes maps.
enum class MemberOrder : std::uint8_t { as_is, by_name };

/// A text with its quotes; what a browser might take for markup is escaped, bytes that are no UTF-8 are replaced.
void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, std::int64_t number);
void append_json(std::string& out, boost::json::value const& value, MemberOrder order);

/// A text as it comes back when it has been written as JSON: bytes that are no UTF-8 are replaced.
std::string readable(std::string_view text);

/// Appends `"name":`, with a comma before it unless an object has just been opened.
void append_member(std::string& out, std::string_view name);

/// Compact JSON on lines of its own, indented by two spaces, as json.MarshalIndent does; without a last newline.
std::string indent_json(std::string_view compact);

}  // namespace fakeapi::http
