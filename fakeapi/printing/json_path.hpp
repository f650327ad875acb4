// JSONPath as printer columns of definitions and kubectl know it (client-go's dialect): fields, indices, slices,
// wildcards, recursive descent, unions and filters.
#pragma once
#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::printing {

namespace detail {
struct PathStep;
}

/// One compiled path. Immutable; copies share it.
class JsonPath {
 public:
  using Values = std::vector<boost::json::value const*>;

  /// Reads a path as definitions write it: ".spec.replicas", ".status.conditions[?(@.type==\"Ready\")].status". The
  /// error says what is wrong.
  static std::expected<JsonPath, std::string> parse(std::string_view text);

  /// The values at the path, in the order in which they are found; none where a step is missing. They live as long as
  /// `root` and the path. The error is a step that can never be taken: an index into no list, a filter that compares
  /// unlike values, more values than can be of use.
  std::expected<Values, std::string> find(boost::json::value const& root) const;

  /// The name of the first step where that is a field, else "": who has the fields apart need not put them together.
  std::string_view first_field() const;
  /// The same as find() on an object whose first_field() is `value`.
  std::expected<Values, std::string> find_below(boost::json::value const& value) const;

 private:
  using Steps = std::vector<detail::PathStep>;
  explicit JsonPath(std::shared_ptr<Steps const> steps) : steps_(std::move(steps)) {}
  std::expected<Values, std::string> walk(boost::json::value const& from, std::size_t first_step) const;

  std::shared_ptr<Steps const> steps_;
};

/// How client-go prints one value that a path found: text as it is, numbers and flags plain, the rest as JSON.
std::string print(boost::json::value const& value);

}  // namespace fakeapi::printing
