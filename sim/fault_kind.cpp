#include "sim/fault_kind.hpp"

namespace sim {

std::string_view to_string(FaultKind kind) {
  static constexpr std::array<std::string_view, fault_kind_count> names{"crash_before_send",
                                                                        "crash_arrived",
                                                                        "crash_applied",
                                                                        "crash_delivered",
                                                                        "error_before_apply",
                                                                        "error_after_apply",
                                                                        "conflict",
                                                                        "latency",
                                                                        "watch_drop",
                                                                        "watch_expired_410",
                                                                        "deployment_edit",
                                                                        "deployment_delete",
                                                                        "echo_delete",
                                                                        "echo_recreate",
                                                                        "stranger_first",
                                                                        "foreign_finalizer_before",
                                                                        "foreign_finalizer_during",
                                                                        "foreign_finalizer_never_removed",
                                                                        "time_travel",
                                                                        "kind_skew",
                                                                        "pause",
                                                                        "clock",
                                                                        "watch_silent",
                                                                        "watch_repeat",
                                                                        "burst",
                                                                        "cut_off",
                                                                        "takeover",
                                                                        "takeover_from_living",
                                                                        "never_restarted",
                                                                        "bytes_cut",
                                                                        "bytes_reset",
                                                                        "bytes_split",
                                                                        "bytes_stalled",
                                                                        "watch_list",
                                                                        "sent_twice"};
  return names.at(static_cast<std::size_t>(kind));
}

std::optional<FaultKind> fault_kind_from(std::string_view name) {
  for (unsigned kind = 0; kind < fault_kind_count; ++kind) {
    if (to_string(static_cast<FaultKind>(kind)) == name) return static_cast<FaultKind>(kind);
  }
  return std::nullopt;
}

}  // namespace sim
