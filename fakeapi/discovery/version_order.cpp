#include "fakeapi/discovery/version_order.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>

namespace fakeapi::discovery {
namespace {

/// "v2beta3": stable before beta before alpha, then by the numbers.
struct KubeVersion {
  int stage = 0;  ///< 2 stable, 1 beta, 0 alpha
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  auto operator<=>(KubeVersion const&) const = default;
};

// A number that does not begin with 0, taken off the front.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || number == 0 || text.starts_with('0')) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<KubeVersion> read(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  auto const major = take_number(text);
  if (!major) return std::nullopt;
  if (text.empty()) return KubeVersion{2, *major, 0};
  bool const beta = text.starts_with("beta");
  if (!beta && !text.starts_with("alpha")) return std::nullopt;
  text.remove_prefix(beta ? 4 : 5);
  auto const minor = take_number(text);
  if (!minor || !text.empty()) return std::nullopt;
  return KubeVersion{beta ? 1 : 0, *major, *minor};
}

}  // namespace

bool version_before(std::string_view a, std::string_view b) {
  auto const left = read(a);
  auto const right = read(b);
  if (left && right) return *left > *right;
  if (left || right) return left.has_value();
  return a < b;
}

}  // namespace fakeapi::discovery
