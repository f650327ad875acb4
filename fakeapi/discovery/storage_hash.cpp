#include "fakeapi/discovery/storage_hash.hpp"

#include <array>
#include <bit>
#include <cstdint>

#include "fakeapi/types/scalars.hpp"
#include "operator/api/base64.hpp"

namespace fakeapi::discovery {
namespace {

// SHA-256 (FIPS 180-4), here only to give the same few bytes as the real server; the rooms that keep secrets use a
// library.
constexpr std::array<std::uint32_t, 64> constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using Words = std::array<std::uint32_t, 8>;

std::uint32_t word_at(std::string_view bytes) {
  std::uint32_t word = 0;
  for (char const c : bytes.substr(0, 4)) word = word << 8 | static_cast<unsigned char>(c);
  return word;
}

void mix(Words& hash, std::string_view block) {
  std::array<std::uint32_t, 64> schedule{};
  for (std::size_t i = 0; i < 16; ++i) schedule[i] = word_at(block.substr(4 * i));
  for (std::size_t i = 16; i < 64; ++i) {
    auto const a = schedule[i - 15];
    auto const b = schedule[i - 2];
    auto const low = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3);
    auto const high = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10);
    schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high;
  }
  auto [a, b, c, d, e, f, g, h] = hash;
  for (std::size_t i = 0; i < 64; ++i) {
    auto const first =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
    auto const second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  Words const change{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] += change[i];
}

Words sha256(std::string text) {
  auto const bits = static_cast<std::uint64_t>(text.size()) * 8;
  text += '\x80';
  while (text.size() % 64 != 56) text += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(bits >> shift);
  Words hash{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (std::size_t at = 0; at < text.size(); at += 64) mix(hash, std::string_view(text).substr(at, 64));
  return hash;
}

}  // namespace

std::string storage_version_hash(std::string_view group, std::string_view version, std::string_view kind) {
  auto const hash = sha256(std::string(group) + "/" + std::string(version) + "/" + std::string(kind));
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(hash[i / 4] >> (24 - 8 * (i % 4)));
  return api::encode_base64(bytes);
}

}  // namespace fakeapi::discovery
