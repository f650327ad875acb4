// Syntax errors of YAML in words that help, and a check that yaml-cpp leaves out.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "operator/manifest/node.hpp"

namespace YAML {
class Exception;
}

namespace manifest {

/// False if a quoted scalar starts at `position` (after anchors and tags) and the text ends before its closing quote.
bool is_quote_closed(std::string_view text, std::size_t position);

/// A scalar as yaml-cpp gives it, made UTF-8: its escapes \N and \_ become the bytes 85 and A0 instead of U+0085 and
/// U+00A0. All other bytes come from text that is UTF-8.
std::string repair_escapes(std::string const& value);

/// How far the reading had come.
struct Context {
  std::size_t position = 0;  ///< where the last value started: byte offset in the text
  int bracket_line = 0;      ///< the line of the innermost bracket that is open; 0: none
};

/// What yaml-cpp's error means.
Failure explain_syntax_error(std::string_view text, int first_line, YAML::Exception const& error,
                             Context const& context);

}  // namespace manifest
