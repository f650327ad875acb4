// C++ source as the tests of the arrows see it: code without comments and literals, line by line, and its includes.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace architecture {

struct Include {
  int line = 0;
  std::string path;     ///< "operator/api/object.hpp"
  bool quoted = false;  ///< "…", not <…>
};

struct Source {
  std::string file;                ///< from the top of the repository
  std::vector<std::string> lines;  ///< comments and the contents of literals are blanks
  std::vector<Include> includes;
};

/// The text with comments and the contents of string and character literals blanked; line ends stay.
std::string blank_comments_and_literals(std::string_view text);

Source parse_source(std::string file, std::string_view text);

/// Every .hpp and .cpp below the folders, in the order of their names. `root` is the top of the repository.
std::vector<Source> read_sources(std::filesystem::path const& root, std::vector<std::string> const& folders);

}  // namespace architecture
