// A short name for a text's content, for ETags: no protection against anybody who wants two texts to share one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace fakeapi::discovery {

/// FNV-1a.
inline std::uint64_t fnv1a(std::string_view text, std::uint64_t beginning = 0xcbf29ce484222325ULL) {
  constexpr std::uint64_t prime = 0x100000001b3ULL;
  for (char const c : text) beginning = (beginning ^ static_cast<unsigned char>(c)) * prime;
  return beginning;
}

/// 32 hexadecimal digits, the same for the same text in every build (FNV-1a, from two beginnings).
inline std::string digest(std::string_view text) {
  std::uint64_t const halves[2] = {fnv1a(text), fnv1a(text, 0x84222325cbf29ce4ULL)};
  std::string digits;
  for (auto const half : halves) {
    for (unsigned shift = 64; shift > 0; shift -= 4) digits += "0123456789abcdef"[(half >> (shift - 4)) & 15];
  }
  return digits;
}

}  // namespace fakeapi::discovery
