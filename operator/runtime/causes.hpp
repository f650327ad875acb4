// Why a key is to be reconciled: a small set, merged when reasons coalesce.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>

namespace runtime {

enum class Cause : std::uint8_t {
  created,     ///< the object came into being (or into sight)
  updated,     ///< the object changed
  deleted,     ///< the object went
  owned,       ///< something mapped to the object changed
  requeued,    ///< the reconciler asked for it
  retried,     ///< a failure's wait is over
  conflicted,  ///< a write met a newer object
  forbidden,   ///< the server refused; perhaps it no longer does
  throttled,   ///< the server asked for patience
  resync,      ///< the slow round through all objects
  asked,       ///< someone called enqueue()
};
inline constexpr unsigned cause_count = 11;

/// A set of causes.
class Causes {
 public:
  constexpr Causes() = default;
  constexpr Causes(std::initializer_list<Cause> causes) {
    for (Cause const cause : causes) add(cause);
  }

  constexpr void add(Cause cause) { bits_ = static_cast<std::uint16_t>(bits_ | (1U << static_cast<unsigned>(cause))); }
  constexpr void add(Causes other) { bits_ = static_cast<std::uint16_t>(bits_ | other.bits_); }
  constexpr bool contains(Cause cause) const { return ((bits_ >> static_cast<unsigned>(cause)) & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(Causes, Causes) = default;

  /// "created,owned", in the order of the enumeration.
  std::string to_string() const {
    constexpr char const* names[cause_count] = {"created",    "updated",   "deleted",   "owned",  "requeued", "retried",
                                                "conflicted", "forbidden", "throttled", "resync", "asked"};
    std::string text;
    for (unsigned i = 0; i < cause_count; ++i) {
      if (!contains(static_cast<Cause>(i))) continue;
      if (!text.empty()) text += ',';
      text += names[i];
    }
    return text;
  }

 private:
  std::uint16_t bits_ = 0;
};
static_assert(cause_count <= 16);

}  // namespace runtime
