// Variables of a case: $(name) in its texts.
#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

namespace conformance {

/// Replaces $(name) by the variable's text, $(name+5) and $(name-5) by a number that far from it; a text that is
/// nothing but $(name) becomes the variable's value, whatever that is. Names without a variable are a mistake in the
/// case.
class Variables {
 public:
  void set(std::string const& name, boost::json::value value) { values_[name] = std::move(value); }
  bool has(std::string const& name) const { return values_.contains(name); }

  /// Throws std::runtime_error for a name that is unknown.
  std::string expand(std::string_view text) const;
  boost::json::value expand(boost::json::value const& value) const;

 private:
  std::string value_of(std::string_view expression) const;
  std::map<std::string, boost::json::value> values_;
};

}  // namespace conformance
