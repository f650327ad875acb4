#include "fakeapi/controllers/replica_set_plan.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "fakeapi/controllers/condition_list.hpp"
#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::int64_t most_at_once = 500;
constexpr std::string_view replica_failure = "ReplicaFailure";

seams::Duration min_ready(api::Object const& replica_set) {
  return std::chrono::seconds(
      std::max<std::int64_t>(api::find_integer(replica_set.spec.get(), {"minReadySeconds"}).value_or(0), 0));
}

int phase_rank(api::Object const& pod) {
  std::string_view const phase = pod_phase(pod);
  return phase == "Running" ? 2 : phase == "Unknown" ? 1 : 0;
}

/// Everything that the order of deletion depends on, the pods to go first comparing less.
struct Dispensability {
  bool assigned;
  int phase;
  bool ready;
  std::int64_t alone_on_node;                 // the more pods beside it, the less
  std::optional<api::Timestamp> ready_since;  // the later, the less
  std::int64_t restarts;                      // the more, the less
  std::optional<api::Timestamp> created;      // the later, the less

  static Dispensability of(api::Object const& pod, std::map<std::string, std::int64_t, std::less<>> const& on_node) {
    auto const at = on_node.find(pod_node(pod));
    return {!pod_node(pod).empty(),
            phase_rank(pod),
            is_ready(pod),
            at == on_node.end() ? 0 : -at->second,
            fakeapi::ready_since(pod),
            -most_restarts(pod),
            pod.metadata.creation_timestamp};
  }
  /// A time that is not known counts as the latest.
  static bool later(std::optional<api::Timestamp> const& a, std::optional<api::Timestamp> const& b) {
    return b && (!a || *a > *b);
  }
  bool before(Dispensability const& other) const {
    if (assigned != other.assigned) return !assigned;
    if (phase != other.phase) return phase < other.phase;
    if (ready != other.ready) return !ready;
    if (alone_on_node != other.alone_on_node) return alone_on_node < other.alone_on_node;
    if (ready_since != other.ready_since) return later(ready_since, other.ready_since);
    if (restarts != other.restarts) return restarts < other.restarts;
    return later(created, other.created);
  }
};

/// Whether the pod has all labels of the template.
bool is_fully_labelled(api::Object const& replica_set, api::Object const& pod) {
  auto const* const labels = api::find_path(replica_set.spec.get(), {"template", "metadata", "labels"});
  if (labels == nullptr || !labels->is_object()) return true;
  return std::ranges::all_of(labels->get_object(), [&](auto const& label) {
    std::string const* const value = pod.metadata.labels->find(label.key());
    return value != nullptr && label.value().is_string() && std::string_view(label.value().get_string()) == *value;
  });
}

api::StringMap string_map(json::value const* value) {
  api::StringMap map;
  if (value == nullptr || !value->is_object()) return map;
  for (auto const& [key, text] : value->get_object()) {
    if (text.is_string()) map.set(key, std::string(std::string_view(text.get_string())));
  }
  return map;
}

}  // namespace

ReplicaChange plan_replicas(api::Object const& replica_set, std::vector<api::ObjectPtr> const& active,
                            std::vector<api::ObjectPtr> const& related) {
  ReplicaChange change;
  auto const wanted = std::max<std::int64_t>(api::find_integer(replica_set.spec.get(), {"replicas"}).value_or(1), 0);
  auto const present = static_cast<std::int64_t>(active.size());
  change.create = std::clamp<std::int64_t>(wanted - present, 0, most_at_once);
  std::int64_t const surplus = std::clamp<std::int64_t>(present - wanted, 0, most_at_once);
  if (surplus == 0) return change;
  std::map<std::string, std::int64_t, std::less<>> on_node;
  for (auto const& pod : related) {
    if (is_active(*pod)) ++on_node[std::string(pod_node(*pod))];
  }
  std::vector<std::pair<Dispensability, api::ObjectPtr>> ranked;
  for (auto const& pod : active) ranked.emplace_back(Dispensability::of(*pod, on_node), pod);
  std::ranges::sort(ranked, [](auto const& a, auto const& b) {
    if (a.first.before(b.first)) return true;
    return !b.first.before(a.first) && a.second->metadata.name < b.second->metadata.name;
  });
  for (std::int64_t i = 0; i < surplus; ++i) change.remove.push_back(ranked[static_cast<std::size_t>(i)].second);
  return change;
}

std::vector<std::int64_t> slow_start(std::int64_t count) {
  std::vector<std::int64_t> batches;
  for (std::int64_t size = 1; count > 0; size *= 2) {
    batches.push_back(std::min(size, count));
    count -= batches.back();
  }
  return batches;
}

api::Object pod_of(api::Object const& replica_set) {
  auto const* const pod_template = api::find_path(replica_set.spec.get(), {"template"});
  constexpr std::size_t longest_name = 253;
  api::Object pod;
  pod.api_version = "v1";
  pod.kind = "Pod";
  pod.metadata.generate_name = replica_set.metadata.name;
  if (pod.metadata.generate_name.size() < longest_name) pod.metadata.generate_name += '-';
  pod.metadata.namespace_ = replica_set.metadata.namespace_;
  pod.metadata.labels = string_map(api::find_path(pod_template, {"metadata", "labels"}));
  pod.metadata.annotations = string_map(api::find_path(pod_template, {"metadata", "annotations"}));
  std::vector<std::string> finalizers;
  if (auto const* const given = api::find_path(pod_template, {"metadata", "finalizers"});
      given != nullptr && given->is_array()) {
    for (auto const& each : given->get_array()) {
      if (each.is_string()) finalizers.emplace_back(std::string_view(each.get_string()));
    }
  }
  pod.metadata.finalizers = std::move(finalizers);
  pod.metadata.owner_references = std::vector<api::OwnerReference>{controller_reference(replica_set)};
  if (auto const* const spec = api::find_path(pod_template, {"spec"})) {
    pod.spec = api::SharedJson(replica_set.spec, spec);
  }
  return pod;
}

std::optional<api::Object> next_replica_set_status(api::Object const& replica_set,
                                                   std::vector<api::ObjectPtr> const& active,
                                                   std::optional<ReplicaFailure> const& failure, seams::WallTime now) {
  std::int64_t labelled = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
  for (auto const& pod : active) {
    if (is_fully_labelled(replica_set, *pod)) ++labelled;
    if (is_ready(*pod)) ++ready;
    if (is_available(*pod, min_ready(replica_set), now)) ++available;
  }
  auto const replicas = static_cast<std::int64_t>(active.size());
  auto const wanted = std::max<std::int64_t>(api::find_integer(replica_set.spec.get(), {"replicas"}).value_or(1), 0);
  ConditionList const before(replica_set.status.get());
  ConditionList conditions = before;
  if (failure && before.find(replica_failure) == nullptr) {
    json::object condition(5);
    condition.emplace("type", replica_failure);
    condition.emplace("status", "True");
    condition.emplace("lastTransitionTime", api::format_timestamp(std::chrono::floor<std::chrono::seconds>(now)));
    if (replicas != wanted) condition.emplace("reason", replicas < wanted ? "FailedCreate" : "FailedDelete");
    condition.emplace("message", failure->message);
    conditions.put(std::move(condition));
  } else if (!failure) {
    conditions.remove(replica_failure);
  }
  ReplicaSetView const view = view_replica_set(std::make_shared<api::Object const>(replica_set));
  auto const labelled_before = api::find_integer(replica_set.status.get(), {"fullyLabeledReplicas"}).value_or(0);
  bool const same = view.replicas == replicas && labelled_before == labelled && view.ready == ready &&
                    view.available == available && view.observed_generation == replica_set.metadata.generation &&
                    conditions == before;
  if (same) return std::nullopt;
  json::object status(6);
  status.emplace("replicas", replicas);
  auto const put = [&status](std::string_view key, std::int64_t value) {
    if (value != 0) status.emplace(key, value);  // omitempty
  };
  put("fullyLabeledReplicas", labelled);
  put("readyReplicas", ready);
  put("availableReplicas", available);
  put("observedGeneration", replica_set.metadata.generation);
  if (!conditions.items().empty()) status.emplace("conditions", conditions.items());
  api::Object next = replica_set;
  next.status = api::share(json::value(std::move(status)));
  return next;
}

std::optional<seams::Duration> until_available(api::Object const& replica_set,
                                               std::vector<api::ObjectPtr> const& active, seams::WallTime now) {
  std::optional<seams::Duration> least;
  for (auto const& pod : active) {
    auto const since = ready_since(*pod);
    if (!since || is_available(*pod, min_ready(replica_set), now)) continue;
    // Timestamps are whole seconds, rounded down: one more, so that it has really been ready for so long.
    seams::Duration const left = seams::WallTime(*since) + min_ready(replica_set) + std::chrono::seconds(1) - now;
    least = std::min(least.value_or(left), left);
  }
  if (least) return std::max<seams::Duration>(*least, std::chrono::milliseconds(1));
  return least;
}

}  // namespace fakeapi
