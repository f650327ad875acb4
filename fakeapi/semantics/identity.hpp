// Uids and generated names: cheap, and the same in every run with the same seed.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace fakeapi {

class IdentitySource {
 public:
  explicit IdentitySource(std::uint64_t seed) : seed_(seed) {}

  /// A version 4 uuid.
  std::string next_uid() {
    std::uint64_t const n = ++count_;
    std::uint64_t const high = (mix(seed_ ^ mix(2 * n)) & ~0xf000ULL) | 0x4000ULL;
    std::uint64_t const low = (mix(seed_ ^ mix(2 * n + 1)) & ~(3ULL << 62)) | (1ULL << 63);
    std::string text(36, '-');
    write_hex(&text[0], high, 64, 8);
    write_hex(&text[9], high, 32, 4);
    write_hex(&text[14], high, 16, 4);
    write_hex(&text[19], low, 64, 4);
    write_hex(&text[24], low, 48, 12);
    return text;
  }

  /// What the server appends to a generateName: five letters and digits that spell no word.
  std::string next_suffix() {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::uint64_t draw = mix(seed_ ^ mix(~++count_));
    std::string text(5, ' ');
    for (char& c : text) {
      c = alphabet[draw % alphabet.size()];
      draw /= alphabet.size();
    }
    return text;
  }

 private:
  // The finalizer of splitmix64.
  static constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  // `digits` hexadecimal digits from bit `top` of `value` downwards.
  static void write_hex(char* to, std::uint64_t value, unsigned top, unsigned digits) {
    for (unsigned i = 0; i < digits; ++i) to[i] = "0123456789abcdef"[(value >> (top - 4 * (i + 1))) & 15];
  }

  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace fakeapi
