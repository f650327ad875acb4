// What `./dev run` takes and says, with either of its programs. For mains only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/manifest/manifest.hpp"

namespace program {

/// The objects of all files ("-": standard input), of the example if there are none; before them the definition of Echo
/// unless a file brings it. Nothing, and one line on stderr for each file that is bad.
std::optional<std::vector<manifest::Manifest>> read_files(std::vector<std::string> const& files);

/// To standard output, at once.
void print(std::string_view text);
/// One line to standard error.
void complain(std::string_view line);

}  // namespace program
