// JSON text -> nodes.
#pragma once
#include <expected>
#include <string_view>

#include "operator/manifest/builder.hpp"

namespace manifest {

/// Reads JSON objects that follow one another. False if the text is something else; what was built is then of no use.
/// Lines are counted from `first_line`.
std::expected<bool, Failure> read_json(std::string_view text, int first_line, Builder& builder);

}  // namespace manifest
