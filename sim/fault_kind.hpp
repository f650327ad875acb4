// The kinds of faults that the simulator injects.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sim {

/// The numbers are the sites of the swarm's choices; new kinds go to the end.
enum class FaultKind : std::uint8_t {
  crash_before_send,
  crash_arrived,
  crash_applied,
  crash_delivered,
  error_before_apply,
  error_after_apply,
  conflict,
  latency,
  watch_drop,
  watch_expired,
  deployment_edit,
  deployment_delete,
  echo_delete,
  echo_recreate,
  stranger_first,
  foreign_finalizer_before,
  foreign_finalizer_during,
  foreign_finalizer_never_removed,
  time_travel,
  kind_skew,
  pause,
  clock,
  watch_silent,
  watch_repeat,
  burst,
  cut_off,
  takeover,
  takeover_from_living,
  never_restarted,
  bytes_cut,
  bytes_reset,
  bytes_split,
  bytes_stalled,
  watch_list,
  sent_twice,
};
inline constexpr unsigned fault_kind_count = 35;

/// What happens only where there is more than one operator process.
constexpr bool of_several_operators(FaultKind kind) {
  return kind == FaultKind::cut_off || kind == FaultKind::takeover || kind == FaultKind::takeover_from_living ||
         kind == FaultKind::never_restarted;
}

/// What happens only where the operators talk HTTP.
constexpr bool of_bytes(FaultKind kind) {
  return kind == FaultKind::bytes_cut || kind == FaultKind::bytes_reset || kind == FaultKind::bytes_split ||
         kind == FaultKind::bytes_stalled;
}

/// As it stands in reports: "crash_before_send".
std::string_view to_string(FaultKind kind);
/// And back; nothing for a name that is none.
std::optional<FaultKind> fault_kind_from(std::string_view name);

}  // namespace sim
