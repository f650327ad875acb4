// Long texts for people.
#pragma once
#include <string>

namespace conformance {

/// The text, or its first `length` bytes and an ellipsis; never half a character.
inline std::string shortened(std::string text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  text.resize(length);
  return text + "…";
}

}  // namespace conformance
