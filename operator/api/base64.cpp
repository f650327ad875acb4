#include "operator/api/base64.hpp"

#include <cstddef>
#include <cstdint>

namespace api {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned digits = 0;   // of the present group
  unsigned padding = 0;  // "=" seen
  for (char const c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      if (digits + padding >= 4 || digits < 2) return std::nullopt;
      ++padding;
      continue;
    }
    auto const digit = alphabet.find(c);
    if (digit == std::string_view::npos || padding > 0) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    if (++digits < 4) continue;
    for (unsigned const shift : {16U, 8U, 0U}) bytes.push_back(static_cast<char>((bits >> shift) & 0xffU));
    digits = 0;
    bits = 0;
  }
  if (digits == 0) return bytes;
  if (digits + padding != 4) return std::nullopt;
  bits <<= 6U * (4 - digits);
  bytes.push_back(static_cast<char>((bits >> 16U) & 0xffU));
  if (digits == 3) bytes.push_back(static_cast<char>((bits >> 8U) & 0xffU));
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t const bits = byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
    for (unsigned digit = 0; digit < 4; ++digit) {
      bool const filled = at + digit <= bytes.size();
      text.push_back(filled ? alphabet[(bits >> (18U - 6U * digit)) & 63U] : '=');
    }
  }
  return text;
}

}  // namespace api
