#include "operator/manifest/text.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace manifest {
namespace {

/// The length of the UTF-8 sequence at the start of `text` and its code point; length 0 if it is none.
struct CodePoint {
  std::size_t length = 0;
  std::uint32_t value = 0;
};

CodePoint decode(std::string_view text) {
  auto const byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
  std::uint32_t const lead = byte(0);
  if (lead < 0x80) return {1, lead};
  std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(at) & 0x3F);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  bool const valid = value >= smallest[length] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return valid ? CodePoint{length, value} : CodePoint{};
}

bool is_allowed(std::uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  if (c < 0x7F) return true;
  return c == 0x85 || (c >= 0xA0 && c != 0xFFFE && c != 0xFFFF && c != 0xFEFF);
}

std::string hex(std::uint32_t value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += digits[(value >> shift) & 0xF];
  return text;
}

}  // namespace

std::expected<void, Failure> check_text(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    CodePoint const c = decode(text);
    if (c.length == 0) return std::unexpected(Failure{line, "these bytes are not UTF-8; save the file as UTF-8"});
    if (!is_allowed(c.value)) {
      return std::unexpected(Failure{
          line, "the character U+" + hex(c.value) + " cannot stand in a manifest; remove it or write it as an escape"});
    }
    if (c.value == '\n') ++line;
    text.remove_prefix(c.length);
  }
  return {};
}

std::expected<std::vector<Piece>, Failure> split_documents(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t start = 0;
  int start_line = 1;
  int line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    std::size_t const end = std::min(text.find('\n', at), text.size() - 1) + 1;
    std::string_view const whole = text.substr(at, end - at);
    if (whole.starts_with("---")) {
      std::size_t const after = whole.find_first_not_of(" \t\r\n", 3);
      if (after != std::string_view::npos && whole[after] != '#')
        return std::unexpected(
            Failure{line, "only a comment can follow --- on its line; start the document on the next line"});
      pieces.push_back({text.substr(start, at - start), start_line});
      start = end;
      start_line = line + 1;
    }
    at = end;
  }
  pieces.push_back({text.substr(start), start_line});
  return pieces;
}

}  // namespace manifest
