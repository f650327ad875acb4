// The status of an Echo: a value, its JSON, and whether the one says what the other says.
#pragma once
#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/echo/text.hpp"

namespace echo {

/// Our condition types, in the order in which they stand in the status.
enum class ConditionType : std::uint8_t { ready, progressing, degraded };
inline constexpr std::size_t condition_count = 3;
/// "Ready", "Progressing", "Degraded".
std::string_view to_string(ConditionType type);

/// A metav1.Condition without its type, and without lastTransitionTime: that follows from the one before.
struct Condition {
  bool holds = false;
  Text reason;   ///< one word for programs
  Text message;  ///< for people: what is, and what to do about it
  friend bool operator==(Condition const&, Condition const&) = default;
};

struct EchoStatus {
  std::int64_t observed_generation = 0;  ///< of each condition too
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  std::string selector;  ///< "app=<label value>"
  std::array<Condition, condition_count> conditions;

  Condition& operator[](ConditionType type) { return conditions[static_cast<std::size_t>(type)]; }
  Condition const& operator[](ConditionType type) const { return conditions[static_cast<std::size_t>(type)]; }
  friend bool operator==(EchoStatus const&, EchoStatus const&) = default;
};

/// Whether a stored status (null: none) says the same, times aside. Compares in place and allocates nothing.
bool says(boost::json::value const* stored, EchoStatus const& status);

/// Whether the condition of this type stands in a stored status (null: none) as True.
bool holds(boost::json::value const* stored, ConditionType type);

/// What to store. A condition keeps the lastTransitionTime that it has in `before` (null: none) unless its status has
/// changed; then it is `now`.
boost::json::value to_json(EchoStatus const& status, boost::json::value const* before, api::Timestamp now);

/// The inverse of to_json(); nothing if it is no status that the operator could have written.
std::optional<EchoStatus> read_status(boost::json::value const& stored);

}  // namespace echo
