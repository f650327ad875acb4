// The formats of strings that an API server checks in custom resources.
#pragma once
#include <string_view>

namespace fakeapi::formats {

/// Whether servers hold strings against this format; of others they say nothing. Hyphens do not matter.
bool is_checked(std::string_view format);
/// Whether a text has a format that is checked.
bool has(std::string_view format, std::string_view text);

}  // namespace fakeapi::formats
