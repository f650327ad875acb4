// A manifest as bytes: is it text, and where do its documents begin.
#pragma once
#include <expected>
#include <string_view>
#include <vector>

#include "operator/manifest/node.hpp"

namespace manifest {

/// Fails on bytes that are not UTF-8 and on characters that YAML forbids (control characters, half surrogates).
std::expected<void, Failure> check_text(std::string_view text);

/// One document's text and the line it starts on.
struct Piece {
  std::string_view text;
  int line = 1;
};

/// Cuts at the lines that start with `---`. Like kubectl, takes nothing but a comment after the `---`.
std::expected<std::vector<Piece>, Failure> split_documents(std::string_view text);

}  // namespace manifest
