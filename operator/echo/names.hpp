// Names derived from an Echo's name. They are part of the contract: a Deployment made by an older version of the
// operator must be recognised by a newer one.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace echo {

/// FNV-1a with 64 bits. Written out because the names below must never change.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (char const c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

/// The value of the label `app` for an Echo's name: the name itself up to 63 characters (a DNS subdomain of that length
/// is always a label value); of a longer one the first 52, "-", and the low 40 bits of its fnv1a() as 10 hexadecimal
/// digits.
class LabelValue {
 public:
  static constexpr std::size_t max_size = 63;

  explicit LabelValue(std::string_view name);
  std::string_view text() const { return {characters_.data(), size_}; }

 private:
  std::array<char, max_size> characters_;
  std::uint8_t size_;
};

/// Lower-case letters, digits and "-", not at the ends, 1 to 63 characters.
bool is_dns1123_label(std::string_view text);

/// The name of our container: the Echo's name where that is a DNS-1123 label, else "echo". Valid as long as `name`.
std::string_view container_name(std::string_view name);

}  // namespace echo
