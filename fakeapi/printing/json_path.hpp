// JSONPath as kubectl and printer columns of definitions know it (client-go's dialect): fields, indices, slices,
// wildcards, recursive descent, unions and filters.
#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::printing {

namespace detail {
struct PathNode;
}

/// One compiled path. Immutable; copies share it.
class JsonPath {
 public:
  /// Reads a path as definitions write it: ".spec.replicas", ".status.conditions[?(@.type==\"Ready\")].status",
  /// "spec.a", "$.spec". The error says what is wrong, in the words that the real server puts into its answer.
  static std::expected<JsonPath, std::string> parse(std::string_view text);

  /// The values at the path in the order in which they are found; none where a step is missing. The pointers live as
  /// long as `root`. The error is a step that can never be taken (an index into no list, a filter of unlike types).
  std::expected<std::vector<boost::json::value const*>, std::string> find(boost::json::value const& root) const;

  /// How client-go prints one value that it found: text as it is, numbers and flags plain, the rest as JSON.
  static std::string print(boost::json::value const& value);

 private:
  explicit JsonPath(std::shared_ptr<std::vector<detail::PathNode> const> steps) : steps_(std::move(steps)) {}
  std::shared_ptr<std::vector<detail::PathNode> const> steps_;
};

}  // namespace fakeapi::printing
