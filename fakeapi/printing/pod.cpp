// A Pod's row: what its containers are at, in one word.
#include <boost/json/object.hpp>
#include <optional>

#include "fakeapi/printing/human_duration.hpp"
#include "fakeapi/printing/printer.hpp"
#include "fakeapi/printing/values.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

std::string fraction(std::int64_t part, std::size_t whole) {
  return std::to_string(part) + "/" + std::to_string(whole);
}

// "Signal:9" or "ExitCode:1" of a container that ended without saying why.
std::string ending(json::value const* terminated) {
  auto const signal = number_at(terminated, {"signal"});
  return signal != 0 ? "Signal:" + std::to_string(signal)
                     : "ExitCode:" + std::to_string(number_at(terminated, {"exitCode"}));
}

struct Summary {
  std::string reason;
  std::int64_t restarts = 0;
  std::int64_t ready = 0;
};

// What keeps the pod in its initialisation, or nothing if that is over. Restarts so far are counted.
std::optional<std::string> initializing(json::value const* spec, json::value const* status, std::int64_t& restarts) {
  auto const& statuses = list_at(status, {"initContainerStatuses"});
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    json::value const* container = &statuses[i];
    restarts += number_at(container, {"restartCount"});
    if (auto const* terminated = api::find_path(container, {"state", "terminated"})) {
      if (number_at(terminated, {"exitCode"}) == 0) continue;
      auto const reason = text_at(terminated, {"reason"});
      return "Init:" + (reason.empty() ? ending(terminated) : std::string(reason));
    }
    auto const waiting = text_at(container, {"state", "waiting", "reason"});
    if (!waiting.empty() && waiting != "PodInitializing") return "Init:" + std::string(waiting);
    return "Init:" + fraction(static_cast<std::int64_t>(i), list_at(spec, {"initContainers"}).size());
  }
  return std::nullopt;
}

bool is_ready(json::value const* status) {
  for (auto const& condition : list_at(status, {"conditions"})) {
    if (text_at(&condition, {"type"}) == "Ready" && text_at(&condition, {"status"}) == "True") return true;
  }
  return false;
}

void add_containers(json::value const* status, Summary& summary) {
  bool running = false;
  auto const& statuses = list_at(status, {"containerStatuses"});
  // From the last to the first: the first one's reason stands.
  for (auto at = statuses.rbegin(); at != statuses.rend(); ++at) {
    json::value const* container = &*at;
    summary.restarts += number_at(container, {"restartCount"});
    auto const waiting = text_at(container, {"state", "waiting", "reason"});
    if (!waiting.empty()) {
      summary.reason = waiting;
    } else if (auto const* terminated = api::find_path(container, {"state", "terminated"})) {
      auto const reason = text_at(terminated, {"reason"});
      summary.reason = reason.empty() ? ending(terminated) : std::string(reason);
    } else if (flag_at(container, {"ready"}) && api::find_path(container, {"state", "running"}) != nullptr) {
      running = true;
      ++summary.ready;
    }
  }
  if (summary.reason == "Completed" && running) summary.reason = is_ready(status) ? "Running" : "NotReady";
}

Summary summarize(api::Object const& pod) {
  json::value const* status = pod.status.get();
  Summary summary;
  auto const own_reason = text_at(status, {"reason"});
  summary.reason = or_else(own_reason, text_at(status, {"phase"}));
  if (auto reason = initializing(pod.spec.get(), status, summary.restarts)) {
    summary.reason = *std::move(reason);
  } else {
    summary.restarts = 0;
    add_containers(status, summary);
  }
  if (pod.metadata.terminating()) summary.reason = own_reason == "NodeLost" ? "Unknown" : "Terminating";
  return summary;
}

std::string readiness_gates(json::value const* spec, json::value const* status) {
  auto const& gates = list_at(spec, {"readinessGates"});
  if (gates.empty()) return "<none>";
  std::int64_t open = 0;
  for (auto const& gate : gates) {
    for (auto const& condition : list_at(status, {"conditions"})) {
      if (text_at(&condition, {"type"}) != text_at(&gate, {"conditionType"})) continue;
      if (text_at(&condition, {"status"}) == "True") ++open;
      break;
    }
  }
  return fraction(open, gates.size());
}

std::string_view address(json::value const* status) {
  auto const& addresses = list_at(status, {"podIPs"});
  return or_else(addresses.empty() ? text_at(status, {"podIP"}) : text_at(&addresses.front(), {"ip"}));
}

}  // namespace

json::array pod_cells(api::Object const& pod, seams::WallTime now) {
  json::value const* spec = pod.spec.get();
  json::value const* status = pod.status.get();
  Summary const summary = summarize(pod);
  return {pod.metadata.name,
          fraction(summary.ready, list_at(spec, {"containers"}).size()),
          summary.reason,
          summary.restarts,
          age(pod.metadata.creation_timestamp, now),
          address(status),
          or_else(text_at(spec, {"nodeName"})),
          or_else(text_at(status, {"nominatedNodeName"})),
          readiness_gates(spec, status)};
}

}  // namespace fakeapi::printing
