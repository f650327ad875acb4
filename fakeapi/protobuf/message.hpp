// One message in protobuf's wire form, decoded by the table of types.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "fakeapi/types/type.hpp"

namespace fakeapi::protobuf {

/// The JSON of a message of this structure, as Go's encoder would write the same object. The error says what is wrong
/// and where ("spec.template: a length of 9 bytes where 4 are left"). Never fails in any other way, whatever the bytes.
std::expected<boost::json::value, std::string> decode_message(std::string_view bytes, types::Type const& type);

/// Whether bytes are text.
bool is_utf8(std::string_view text);

}  // namespace fakeapi::protobuf
