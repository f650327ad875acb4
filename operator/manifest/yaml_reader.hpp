// YAML text -> nodes, through yaml-cpp's events.
#pragma once
#include <expected>
#include <string_view>

#include "operator/manifest/builder.hpp"

namespace manifest {

/// Reads at most one document: `text` has no `---` line. Lines are counted from `first_line`. Stricter than yaml-cpp
/// 0.7, which takes a quote that is never closed, a line without its colon, and a stray second document.
std::expected<void, Failure> read_yaml(std::string_view text, int first_line, Builder& builder);

}  // namespace manifest
