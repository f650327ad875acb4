// One step of the path to a field, as managedFields name it: a field, the item of a list with these keys, the item of a
// set with this value, or an index.
#pragma once
#include <boost/json/value.hpp>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fakeapi::patch {

/// A total order of JSON values: numbers by value, then text, booleans, lists, objects, null.
std::strong_ordering compare_values(boost::json::value const& a, boost::json::value const& b);
/// Equal as owners of fields see it: 1 and 1.0 are, objects in any order.
bool equal_values(boost::json::value const& a, boost::json::value const& b);

class PathElement {
 public:
  using Keys = std::vector<std::pair<std::string, boost::json::value>>;

  static PathElement field(std::string_view name);
  /// By the fields that tell the items of a list apart, in any order.
  static PathElement keys(Keys keys);
  static PathElement value(boost::json::value value);
  static PathElement index(std::int64_t index);

  /// Null if it is no field.
  std::string const* field_name() const { return std::get_if<std::string>(&step_); }

  /// ".spec", "[name=\"a\"]", "[=1]", "[0]": as messages show it.
  std::string to_string() const;
  /// "f:spec", "k:{\"name\":\"a\"}", "v:1", "i:0".
  std::string serialize() const;
  /// The inverse. Nothing for a kind of element that this server does not know; the error says what is wrong.
  static std::expected<std::optional<PathElement>, std::string> parse(std::string_view text);

  friend std::strong_ordering operator<=>(PathElement const& a, PathElement const& b);
  friend bool operator==(PathElement const& a, PathElement const& b) { return (a <=> b) == 0; }

 private:
  struct Value {
    boost::json::value value;
  };
  using Step = std::variant<std::string, Keys, Value, std::int64_t>;
  explicit PathElement(Step step) : step_(std::move(step)) {}

  Step step_;
};

/// Where a field is. Empty: the object itself.
using Path = std::vector<PathElement>;
/// ".spec.items[name=\"a\"].v".
std::string to_string(Path const& path);

}  // namespace fakeapi::patch
