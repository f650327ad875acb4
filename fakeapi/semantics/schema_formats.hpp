// The formats of strings that an API server checks in custom resources.
#pragma once
#include <string_view>

namespace fakeapi::formats {

/// Tells whether a text has a format.
using Check = bool (*)(std::string_view text);

/// How servers hold strings against this format, or null: of most they say nothing. Hyphens do not matter.
Check check_of(std::string_view format);

}  // namespace fakeapi::formats
