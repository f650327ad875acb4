// The arrows between rooms and what no room but operator/real may use, as design.md "Rooms" has them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/source_text.hpp"

namespace architecture {

/// The room of a file or of an included path: the folder that it lies in; "" for what lies in none.
std::string room_of(std::string_view path);

/// What a source does that it must not, one sentence each: "FILE:LINE: …".
std::vector<std::string> violations(Source const& source);

/// Exceptions from the bans, each with its reason, that no source made use of.
std::vector<std::string> unused_exceptions(std::vector<Source> const& sources);

}  // namespace architecture
