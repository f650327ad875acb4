// The header Warning of HTTP (RFC 7234 §5.5), with which API servers tell of deprecations and mistakes. Pure.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace client {

/// The texts of the warnings with code 299 in one header field: `299 - "text", 299 agent "another" "date"`. What is
/// not well-formed ends the list; the rest of the field is not looked at.
std::vector<std::string> warning_texts(std::string_view field);

/// Which texts have been seen, up to a limit: when that many have been, nothing is new any more.
class SeenWarnings {
 public:
  static constexpr std::size_t most = 200;

  bool is_new(std::string const& text) { return seen_.size() < most && seen_.insert(text).second; }

 private:
  std::set<std::string> seen_;
};

}  // namespace client
