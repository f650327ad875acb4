// Label and field selectors.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/string_map.hpp"

namespace api {

/// A parsed label selector: "app=echo,tier in (a,b),!legacy,version>3". The empty selector matches everything.
/// Grammar and meaning: k8s.io/apimachinery/pkg/labels/selector.go (a key that is absent matches != and notin).
class LabelSelector {
 public:
  LabelSelector() = default;
  static std::expected<LabelSelector, std::string> parse(std::string_view text);

  bool matches(StringMap const& labels) const;
  bool empty() const { return requirements_.empty(); }
  /// Its text, which reads as the same selector again: "app=echo,tier in (a,b),!legacy,version>3".
  std::string to_string() const;

 private:
  enum class Operator : std::uint8_t { exists, does_not_exist, in, not_in, greater_than, less_than };
  struct Requirement {
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };
  class Parser;
  std::vector<Requirement> requirements_;
};

/// A parsed field selector: "metadata.name=a,metadata.namespace!=b". Which fields a kind offers, the server decides.
/// Grammar: k8s.io/apimachinery/pkg/fields/selector.go (=, == and !=; backslash escapes).
class FieldSelector {
 public:
  struct Requirement {
    std::string field;
    bool equal;
    std::string value;
  };

  FieldSelector() = default;
  static std::expected<FieldSelector, std::string> parse(std::string_view text);

  bool empty() const { return requirements_.empty(); }
  /// Its text, which reads as the same selector again.
  std::string to_string() const;
  std::vector<Requirement> const& requirements() const { return requirements_; }
  /// `value_of(field)` gives the object's value of a field that the server offers.
  bool matches(std::function<std::string(std::string_view field)> const& value_of) const;

 private:
  std::vector<Requirement> requirements_;
};

}  // namespace api
