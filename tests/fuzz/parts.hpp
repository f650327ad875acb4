// An input of several texts: they stand one after the other with a line "==" between them, so that corpora can be read
// and the fuzzer can exchange one text against another.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fuzz {

inline constexpr std::string_view separator = "\n==\n";

inline std::string_view as_text(std::uint8_t const* data, std::size_t size) {
  return {reinterpret_cast<char const*>(data), size};
}

/// Takes off what comes before the first `end`, and that too; all of it if there is none.
inline std::string_view take_until(std::string_view& text, std::string_view end) {
  auto const at = std::min(text.find(end), text.size());
  auto const taken = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return taken;
}

inline std::string_view take_line(std::string_view& text) { return take_until(text, "\n"); }
inline std::string_view take_word(std::string_view& text) { return take_until(text, " "); }

/// The first `most` texts.
inline std::vector<std::string_view> parts(std::string_view text, std::size_t most) {
  std::vector<std::string_view> found;
  while (!text.empty() && found.size() < most) found.push_back(take_until(text, separator));
  return found;
}

}  // namespace fuzz
