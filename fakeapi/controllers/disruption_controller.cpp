#include "fakeapi/controllers/disruption_controller.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/resources.hpp"
#include "fakeapi/semantics/registry.hpp"

namespace fakeapi {

DisruptionController::DisruptionController(Server& server, seams::Clock& clock, DelaySource& delays,
                                           ClusterCache& cache, Actor actor)
    : server_(server),
      cache_(cache),
      client_(server, clock, actor, "kube-controller-manager"),
      events_(client_, "controllermanager"),
      resource_(find_disruption_budgets(server)),
      queue_(clock, delays, {.use = DelayUse::disruption_sync},
             [this](api::ObjectKey const& key) { return sync(key); }) {
  cache_.for_each(CachedKind::disruption_budgets, [this](api::ObjectPtr const& each) { queue_.add(each->key()); });
  cache_.subscribe(CachedKind::disruption_budgets, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    if (after) {
      queue_.add(after->key());
    } else {
      queue_.forget(before->key());
    }
  });
  cache_.subscribe(CachedKind::pods, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    if (before) add_budgets_of(*before);
    if (after && (!before || before->metadata.labels != after->metadata.labels)) add_budgets_of(*after);
  });
}

void DisruptionController::add_budgets_of(api::Object const& pod) {
  cache_.for_each_in(CachedKind::disruption_budgets, pod.metadata.namespace_, [&](api::ObjectPtr const& budget) {
    if (selects(api::find_path(budget->spec.get(), {"selector"}), *pod.metadata.labels)) queue_.add(budget->key());
  });
}

std::vector<api::ObjectPtr> DisruptionController::pods_of(api::Object const& budget) const {
  std::vector<api::ObjectPtr> found;
  auto const* const selector = api::find_path(budget.spec.get(), {"selector"});
  // In policy/v1beta1 a selector without requirements selects nothing.
  if (budget.api_version == "policy/v1beta1" && selects_everything(selector)) return found;
  cache_.for_each_in(CachedKind::pods, budget.metadata.namespace_, [&](api::ObjectPtr const& pod) {
    if (selects(selector, *pod->metadata.labels)) found.push_back(pod);
  });
  return found;
}

std::optional<ScaleOfPods> DisruptionController::find_scale(std::string const& namespace_,
                                                            api::OwnerReference const& controller) {
  auto const replicas = [](api::Object const& object) {
    return api::find_integer(object.spec.get(), {"replicas"}).value_or(1);
  };
  api::ObjectPtr const set = cache_.find(CachedKind::replica_sets, {namespace_, controller.name});
  if (controller.kind == "ReplicaSet" && set && set->metadata.uid == controller.uid) {
    auto const* const owner = set->metadata.controller();
    if (owner != nullptr && owner->kind == "Deployment") {
      api::ObjectPtr const deployment = cache_.find(CachedKind::deployments, {namespace_, owner->name});
      if (deployment && deployment->metadata.uid == owner->uid) return ScaleOfPods{owner->uid, replicas(*deployment)};
    }
    return ScaleOfPods{controller.uid, replicas(*set)};
  }
  // Anything else that has a scale.
  for (auto const& served : server_.registry().served()) {
    Kind const& kind = *served->kind;
    if (kind.kind != controller.kind || kind.api_version != controller.api_version || !kind.has_scale) continue;
    api::ObjectPtr const owner = server_.find(kind.resource, {kind.namespaced ? namespace_ : "", controller.name});
    if (!owner || owner->metadata.uid != controller.uid || kind.strategy->read_scale == nullptr) continue;
    auto const scale = kind.strategy->read_scale(kind, *owner);
    if (scale && scale->spec_replicas) return ScaleOfPods{controller.uid, *scale->spec_replicas};
  }
  return std::nullopt;
}

SyncOutcome DisruptionController::sync(api::ObjectKey const& key) {
  constexpr SyncOutcome failed{.failed = true, .again_after = std::nullopt};
  api::ObjectPtr const budget = cache_.find(CachedKind::disruption_budgets, key);
  if (!budget) return {};
  auto const matching = pods_of(*budget);
  if (matching.empty()) events_.normal(subject_of(*budget), "NoPods", "No matching pods found");
  auto const counts = count_disruptions(
      *budget, matching, [&](api::OwnerReference const& controller) { return find_scale(key.namespace_, controller); });
  if (!counts) {
    DisruptionProblem const& problem = counts.error();
    events_.warning(subject_of(*budget), problem.reason, problem.message);
    events_.warning(subject_of(*budget), "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: " + problem.message);
    auto none = allow_none(*budget);
    return none && !write(*std::move(none)) ? failed : SyncOutcome{};
  }
  DisruptionStep step = plan_disruption(*budget, matching, *counts, client_.now());
  for (auto const& pod : step.not_deleted) {
    events_.warning(
        subject_of(*pod), "NotDeleted",
        "Pod was expected by PDB " + key.namespace_ + "/" + key.namespace_ + " to be deleted but it wasn't");
  }
  if (step.next && !write(*std::move(step.next))) return failed;
  return {.failed = false, .again_after = step.again_after};
}

bool DisruptionController::write(api::Object next) {
  return client_.update(*resource_, std::move(next), api::Subresource::status).has_value();
}

}  // namespace fakeapi
