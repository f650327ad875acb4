// A small protobuf encoder by the table of types: the inverse of what is tested.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "fakeapi/types/type.hpp"

namespace fakeapi::protobuf {

std::string varint(std::uint64_t value);
/// A field of wire type 2.
std::string bytes_field(std::uint32_t number, std::string_view bytes);
std::string varint_field(std::uint32_t number, std::uint64_t value);

/// How lists of numbers are written.
enum class Lists { one_by_one, packed };

/// A value of a structure as a message. The JSON must be of the structure.
std::string encode(types::Type const& type, boost::json::value const& value, Lists lists = Lists::one_by_one);

/// The whole body.
std::string envelope(std::string_view api_version, std::string_view kind, std::string_view message);

}  // namespace fakeapi::protobuf
