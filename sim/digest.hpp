// A running fingerprint of everything that happens in a simulation.
#pragma once
#include <bit>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sim {

/// Mixes 64 bits thoroughly (the finaliser of SplitMix64, Steele, Lea and Flood, OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// Two runs that did the same things in the same order have the same value. Not cryptographic.
class Digest {
 public:
  void add(std::uint64_t value) { state_ = mix(state_ ^ value); }
  void add(std::string_view text) {
    // Eight bytes at a time, lowest first on every machine.
    std::uint64_t hash = 0xcbf29ce484222325U ^ text.size();
    char const* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; at += 8, left -= 8) hash = stir(hash, word_of_eight(at));
    if (left != 0) {
      std::uint64_t word = 0;
      for (std::size_t i = 0; i < left; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
      hash = stir(hash, word);
    }
    add(hash);
  }
  void add_json(boost::json::value const& json);
  std::uint64_t value() const { return state_; }

 private:
  static std::uint64_t stir(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9ddfea08eb382d69U;
    return hash ^ (hash >> 32);
  }
  static std::uint64_t word_of_eight(char const* text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
    return word;
  }

  std::uint64_t state_ = 0;
};

}  // namespace sim
