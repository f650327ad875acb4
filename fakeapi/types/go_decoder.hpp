// What the JSON decoder of servers of 1.20 says about a body that does not fit its type.
#pragma once
#include <string>
#include <string_view>

#include "fakeapi/types/type.hpp"

namespace fakeapi::types {

/// Reads `text`, which must be JSON, as that decoder (json-iterator) does: it goes on after an error and so names
/// fields that come later, and it quotes what surrounds the place. "" if it finds no fault.
std::string go_decode_error(Type const& type, std::string_view text);

}  // namespace fakeapi::types
