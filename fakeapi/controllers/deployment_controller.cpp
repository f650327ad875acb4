#include "fakeapi/controllers/deployment_controller.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/pod_template.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"
#include "fakeapi/controllers/resources.hpp"

namespace fakeapi {
namespace {

constexpr unsigned most_failures = 15;

bool is_recreate(api::Object const& deployment) {
  return api::find_string(deployment.spec.get(), {"strategy", "type"}) == "Recreate";
}

}  // namespace

struct DeploymentController::Sync {
  api::ObjectPtr deployment;
  /// The ReplicaSets as this sync's own writes have left them: the next write to one goes on from there.
  std::map<std::string, api::ResourceVersion> versions;
  bool has_failed_for_good = false;
};

DeploymentController::DeploymentController(Server& server, seams::Clock& clock, DelaySource& delays,
                                           ClusterCache& cache, Actor actor)
    : cache_(cache),
      client_(server, clock, actor, "kube-controller-manager"),
      events_(client_, "deployment-controller"),
      queue_(clock, delays, {.use = DelayUse::deployment_sync, .most_failures = most_failures},
             [this](api::ObjectKey const& key) { return sync(key); }) {
  cache_.for_each(CachedKind::deployments, [this](api::ObjectPtr const& object) { queue_.add(object->key()); });
  cache_.subscribe(CachedKind::deployments, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    queue_.add((after ? after : before)->key());
  });
  cache_.subscribe(CachedKind::replica_sets, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    replica_set_changed(before, after);
  });
  cache_.subscribe(CachedKind::pods,
                   [this](api::ObjectPtr const& before, api::ObjectPtr const& after) { pod_changed(before, after); });
}

void DeploymentController::add_owner(std::string const& namespace_, api::OwnerReference const* reference) {
  if (reference == nullptr || reference->kind != "Deployment") return;
  api::ObjectPtr const owner = cache_.find(CachedKind::deployments, {namespace_, reference->name});
  if (owner && owner->metadata.uid == reference->uid) queue_.add(owner->key());
}

void DeploymentController::add_matching(api::Object const& replica_set) {
  cache_.for_each_in(CachedKind::deployments, replica_set.metadata.namespace_, [&](api::ObjectPtr const& deployment) {
    auto const* const selector = api::find_path(deployment->spec.get(), {"selector"});
    if (!selects_everything(selector) && selects(selector, *replica_set.metadata.labels)) {
      queue_.add(deployment->key());
    }
  });
}

void DeploymentController::replica_set_changed(api::ObjectPtr const& before, api::ObjectPtr const& after) {
  auto const* const old_owner = before ? before->metadata.controller() : nullptr;
  if (!after) return add_owner(before->metadata.namespace_, old_owner);
  auto const* const owner = after->metadata.controller();
  bool const other_owner = old_owner != nullptr && (owner == nullptr || *owner != *old_owner);
  if (other_owner) add_owner(before->metadata.namespace_, old_owner);
  if (owner != nullptr) return add_owner(after->metadata.namespace_, owner);
  bool const is_news = !before || other_owner || before->metadata.labels != after->metadata.labels;
  if (is_news && !after->metadata.terminating()) add_matching(*after);
}

// Only for Recreate: the new pods wait for the old ones to be gone.
void DeploymentController::pod_changed(api::ObjectPtr const& before, api::ObjectPtr const& after) {
  if (after) return;
  auto const* const owner = before->metadata.controller();
  if (owner == nullptr || owner->kind != "ReplicaSet") return;
  api::ObjectPtr const set = cache_.find(CachedKind::replica_sets, {before->metadata.namespace_, owner->name});
  if (!set || set->metadata.uid != owner->uid) return;
  auto const* const reference = set->metadata.controller();
  if (reference == nullptr) return;
  api::ObjectPtr const deployment =
      cache_.find(CachedKind::deployments, {before->metadata.namespace_, reference->name});
  if (deployment && is_recreate(*deployment)) add_owner(before->metadata.namespace_, reference);
}

std::optional<std::vector<api::ObjectPtr>> DeploymentController::owned_sets(api::Object const& deployment) {
  std::vector<api::ObjectPtr> candidates;
  for_each_candidate(cache_, CachedKind::replica_sets, deployment,
                     [&](api::ObjectPtr const& set) { candidates.push_back(set); });
  auto const* const selector = api::find_path(deployment.spec.get(), {"selector"});
  return settle_claims(client_, deployment, api::deployments, replica_sets, claim(deployment, selector, candidates));
}

std::set<std::string> DeploymentController::sets_with_pods(api::Object const& deployment,
                                                           std::vector<api::ObjectPtr> const& sets) const {
  std::set<std::string> uids;
  auto const* const selector = api::find_path(deployment.spec.get(), {"selector"});
  for (auto const& set : sets) {
    cache_.for_each_controlled(CachedKind::pods, deployment.metadata.namespace_, set->metadata.uid,
                               [&](api::ObjectPtr const& pod) {
                                 if (!has_ended(*pod) && selects(selector, *pod->metadata.labels)) {
                                   uids.insert(set->metadata.uid);
                                 }
                               });
  }
  return uids;
}

SyncOutcome DeploymentController::sync(api::ObjectKey const& key) {
  api::ObjectPtr const deployment = cache_.find(CachedKind::deployments, key);
  if (!deployment) return {};
  DeploymentInput input;
  input.deployment = deployment;
  input.now = client_.now();
  if (!selects_everything(api::find_path(deployment->spec.get(), {"selector"}))) {
    auto sets = owned_sets(*deployment);
    if (!sets) return {.failed = true, .again_after = std::nullopt};
    input.replica_sets = *std::move(sets);
    if (is_recreate(*deployment)) input.sets_with_pods = sets_with_pods(*deployment, input.replica_sets);
  }
  DeploymentPlan const plan = plan_deployment(input);
  Sync sync;
  sync.deployment = deployment;
  for (auto const& write : plan.writes) {
    bool const done = std::visit([&](auto const& each) { return carry_out(sync, each); }, write);
    if (!done) return {.failed = !sync.has_failed_for_good, .again_after = std::nullopt};
  }
  return {.failed = false, .again_after = plan.again_after};
}

bool DeploymentController::carry_out(Sync& sync, CreateReplicaSet const& write) {
  api::Object const& deployment = *sync.deployment;
  std::string const& name = write.replica_set.metadata.name;
  auto const answer = client_.create(replica_sets, write.replica_set);
  if (answer) {
    sync.versions[name] = (*answer)->metadata.resource_version;
    if (write.replicas > 0) {
      events_.normal(subject_of(deployment), "ScalingReplicaSet",
                     "Scaled up replica set " + name + " to " + std::to_string(write.replicas));
    }
    return true;
  }
  api::Error const& error = answer.error();
  if (error.is(api::Reason::already_exists)) {
    // Made by an earlier sync and not seen yet, or somebody else's: then the hash gets another number.
    api::ObjectPtr const there = cache_.find(CachedKind::replica_sets, write.replica_set.key());
    if (!there) return false;
    auto const* const owner = there->metadata.controller();
    bool const is_ours = owner != nullptr && owner->uid == deployment.metadata.uid &&
                         same_template(api::find_path(deployment.spec.get(), {"template"}),
                                       api::find_path(there->spec.get(), {"template"}));
    if (!is_ours) update_status(name_taken(deployment));
  } else if (namespace_is_terminating(error)) {
    sync.has_failed_for_good = true;
  } else {
    if (auto next = replica_set_refused(deployment, name, error.message, client_.timestamp())) {
      update_status(*std::move(next));
    }
    events_.warning(subject_of(deployment), "ReplicaSetCreateError",
                    "Failed to create new replica set \"" + name + "\": " + error.message);
  }
  return false;
}

bool DeploymentController::carry_out(Sync& sync, UpdateReplicaSet const& write) {
  api::Object next = write.replica_set;
  std::string const& name = write.replica_set.metadata.name;
  if (auto const at = sync.versions.find(name); at != sync.versions.end()) next.metadata.resource_version = at->second;
  auto const answer = client_.update(replica_sets, std::move(next));
  if (!answer) return false;
  sync.versions[name] = (*answer)->metadata.resource_version;
  if (!write.message.empty()) events_.normal(subject_of(*sync.deployment), "ScalingReplicaSet", write.message);
  return true;
}

bool DeploymentController::carry_out(Sync& /*sync*/, DeleteReplicaSet const& write) {
  api::DeleteOptions options;
  options.preconditions.uid = write.uid;
  return client_.remove(replica_sets, write.key, std::move(options)).has_value();
}

bool DeploymentController::carry_out(Sync& /*sync*/, UpdateDeploymentStatus const& write) {
  return update_status(write.deployment);
}

bool DeploymentController::carry_out(Sync& sync, WarnSelectingAll const& /*write*/) {
  events_.warning(subject_of(*sync.deployment), "SelectingAll",
                  "This deployment is selecting all pods. A non-empty selector is required.");
  return true;
}

bool DeploymentController::update_status(api::Object deployment) {
  return client_.update(api::deployments, std::move(deployment), api::Subresource::status).has_value();
}

}  // namespace fakeapi
