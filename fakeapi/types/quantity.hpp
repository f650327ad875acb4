// resource.Quantity: amounts of CPU, memory and the like.
#pragma once
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fakeapi::types {

/// A fixed-point number with a preferred way to print it. Capped at 10^28, and with a binary suffix at 2^63-1 as in
/// Kubernetes.
class Quantity {
 public:
  /// Reads "1.5Gi", "500m", "1e3". What is finer than a billionth is rounded away from zero. The error is Go's.
  static std::expected<Quantity, std::string> parse(std::string_view text);

  /// Rounds away from zero to thousandths.
  void round_to_milli();

  /// As the API server prints it: no fraction, the largest suffix that loses nothing.
  std::string to_string() const;

  bool is_zero() const { return nano_ == 0; }
  bool is_negative() const { return nano_ < 0; }
  /// Whether it is a whole number.
  bool is_whole() const { return nano_ % one == 0; }
  /// Whole units, rounded away from zero.
  std::int64_t value() const;
  /// Thousandths, rounded away from zero.
  std::int64_t milli_value() const;

  friend bool operator==(Quantity const& a, Quantity const& b) { return a.nano_ == b.nano_; }
  friend std::strong_ordering operator<=>(Quantity const& a, Quantity const& b) { return a.nano_ <=> b.nano_; }

 private:
  enum class Format : std::uint8_t { decimal, exponent, binary };
  __extension__ using Wide = __int128;
  static constexpr std::int64_t one = 1'000'000'000;

  Wide nano_ = 0;
  Format format_ = Format::decimal;
  std::string text_;  // what was read, where Go keeps it as the canonical form
};

}  // namespace fakeapi::types
