// A short name for a text's content, for ETags: no protection against anybody who wants two texts to share one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace fakeapi::discovery {

/// 32 hexadecimal digits, the same for the same text in every build (FNV-1a, from two beginnings).
inline std::string digest(std::string_view text) {
  constexpr std::uint64_t prime = 0x100000001b3ULL;
  std::uint64_t halves[2] = {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL};
  for (char const c : text) {
    for (auto& half : halves) half = (half ^ static_cast<unsigned char>(c)) * prime;
  }
  std::string digits;
  for (auto const half : halves) {
    for (unsigned shift = 64; shift > 0; shift -= 4) digits += "0123456789abcdef"[(half >> (shift - 4)) & 15];
  }
  return digits;
}

}  // namespace fakeapi::discovery
