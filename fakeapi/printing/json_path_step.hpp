// The steps of a compiled path.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::printing::detail {

enum class StepKind : std::uint8_t { field, slice, filter, wildcard, recursive, union_, constant, identifier };
enum class Operator : std::uint8_t { exists, equal, not_equal, less, less_equal, greater, greater_equal, unknown };

/// One of the three numbers of [from:to:step].
struct SliceNumber {
  std::int64_t value = 0;
  bool known = false;
  bool derived = false;  ///< the end of a single index
};

struct PathStep {
  StepKind kind = StepKind::field;
  std::string name;                             ///< of fields and identifiers
  SliceNumber slice[3];                         ///< from, to, step
  Operator comparison = Operator::exists;       ///< of filters
  std::vector<std::vector<PathStep>> branches;  ///< a filter's left and right, a union's members
  boost::json::value constant;                  ///< numbers, flags, quoted text
};

/// The steps of the first action in a template ("{.spec.a}"). All of it is checked.
std::expected<std::vector<PathStep>, std::string> parse_template(std::string_view text);

}  // namespace fakeapi::printing::detail
