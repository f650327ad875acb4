#include "fakeapi/controllers/pod_view.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace fakeapi {
namespace {

boost::json::value const* ready_condition(api::Object const& pod) {
  auto const* const conditions = api::find_path(pod.status.get(), {"conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (auto const& condition : conditions->get_array()) {
    if (api::find_string(&condition, {"type"}) == "Ready") return &condition;
  }
  return nullptr;
}

}  // namespace

std::string_view pod_phase(api::Object const& pod) {
  return api::find_string(pod.status.get(), {"phase"}).value_or("");
}

std::string_view pod_node(api::Object const& pod) {
  return api::find_string(pod.spec.get(), {"nodeName"}).value_or("");
}

bool has_ended(api::Object const& pod) {
  std::string_view const phase = pod_phase(pod);
  return phase == "Succeeded" || phase == "Failed";
}

bool is_active(api::Object const& pod) { return !has_ended(pod) && !pod.metadata.terminating(); }

bool is_ready(api::Object const& pod) { return api::find_string(ready_condition(pod), {"status"}) == "True"; }

std::optional<api::Timestamp> ready_since(api::Object const& pod) {
  auto const* const condition = ready_condition(pod);
  if (api::find_string(condition, {"status"}) != "True") return std::nullopt;
  return api::parse_timestamp(api::find_string(condition, {"lastTransitionTime"}).value_or(""));
}

bool is_available(api::Object const& pod, seams::Duration min_ready, seams::WallTime now) {
  if (!is_ready(pod)) return false;
  if (min_ready == seams::Duration(0)) return true;
  auto const since = ready_since(pod);
  return since && seams::WallTime(*since) + min_ready < now;
}

std::int64_t most_restarts(api::Object const& pod) {
  auto const* const containers = api::find_path(pod.status.get(), {"containerStatuses"});
  if (containers == nullptr || !containers->is_array()) return 0;
  std::int64_t most = 0;
  for (auto const& container : containers->get_array()) {
    most = std::max(most, api::find_integer(&container, {"restartCount"}).value_or(0));
  }
  return most;
}

}  // namespace fakeapi
