#include "operator/echo/names.hpp"

#include <algorithm>

namespace echo {

namespace {

constexpr std::size_t kept_of_a_long_name = 52;
constexpr std::size_t hash_digits = 10;
static_assert(kept_of_a_long_name + 1 + hash_digits == LabelValue::max_size);

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

LabelValue::LabelValue(std::string_view name) : characters_{} {
  bool const fits = name.size() <= max_size;
  std::string_view const kept = fits ? name : name.substr(0, kept_of_a_long_name);
  auto* at = std::ranges::copy(kept, characters_.data()).out;
  if (!fits) {
    *at++ = '-';
    std::uint64_t const hash = fnv1a(name);
    for (std::size_t digit = hash_digits; digit-- > 0;) *at++ = "0123456789abcdef"[(hash >> (4 * digit)) & 0xfU];
  }
  size_ = static_cast<std::uint8_t>(at - characters_.data());
}

bool is_dns1123_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower_alphanumeric(text.front()) &&
         is_lower_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

std::string_view container_name(std::string_view name) { return is_dns1123_label(name) ? name : "echo"; }

}  // namespace echo
