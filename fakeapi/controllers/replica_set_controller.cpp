#include "fakeapi/controllers/replica_set_controller.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/pod_view.hpp"
#include "fakeapi/controllers/resources.hpp"

namespace fakeapi {
namespace {

boost::json::value const* selector_of(api::Object const& replica_set) {
  return api::find_path(replica_set.spec.get(), {"selector"});
}

}  // namespace

ReplicaSetController::ReplicaSetController(Server& server, seams::Clock& clock, DelaySource& delays,
                                           ClusterCache& cache, Actor actor, bool use_expectations)
    : clock_(clock),
      cache_(cache),
      client_(server, clock, actor, "kube-controller-manager"),
      events_(client_, "replicaset-controller"),
      use_expectations_(use_expectations),
      queue_(clock, delays, {.use = DelayUse::replica_set_sync},
             [this](api::ObjectKey const& key) { return sync(key); }) {
  cache_.for_each(CachedKind::replica_sets, [this](api::ObjectPtr const& object) { queue_.add(object->key()); });
  cache_.subscribe(CachedKind::replica_sets, [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    api::ObjectKey const key = (after ? after : before)->key();
    // One of the same name that is made anew starts clean.
    if (before && (!after || after->metadata.uid != before->metadata.uid)) expectations_.forget(key);
    queue_.add(key);
  });
  cache_.subscribe(CachedKind::pods,
                   [this](api::ObjectPtr const& before, api::ObjectPtr const& after) { pod_changed(before, after); });
}

api::ObjectPtr ReplicaSetController::find_owner(std::string const& namespace_,
                                                api::OwnerReference const* reference) const {
  if (reference == nullptr || reference->kind != "ReplicaSet") return nullptr;
  api::ObjectPtr owner = cache_.find(CachedKind::replica_sets, {namespace_, reference->name});
  return owner && owner->metadata.uid == reference->uid ? owner : nullptr;
}

void ReplicaSetController::add_matching(api::Object const& pod) {
  cache_.for_each_in(CachedKind::replica_sets, pod.metadata.namespace_, [&](api::ObjectPtr const& replica_set) {
    auto const* const selector = selector_of(*replica_set);
    if (!selects_everything(selector) && selects(selector, *pod.metadata.labels)) queue_.add(replica_set->key());
  });
}

// A pod that is marked for deletion counts as gone: its successor does not wait for it.
void ReplicaSetController::pod_gone(api::Object const& pod) {
  api::ObjectPtr const owner = find_owner(pod.metadata.namespace_, pod.metadata.controller());
  if (!owner) return;
  expectations_.deletion_observed(owner->key(), pod.metadata.name);
  queue_.add(owner->key());
}

void ReplicaSetController::pod_changed(api::ObjectPtr const& before, api::ObjectPtr const& after) {
  if (!after) return pod_gone(*before);
  if (after->metadata.terminating()) return pod_gone(*after);
  auto const* const reference = after->metadata.controller();
  auto const* const old_reference = before ? before->metadata.controller() : nullptr;
  bool const other_owner = old_reference != nullptr && (reference == nullptr || *reference != *old_reference);
  if (other_owner) {
    if (auto const old_owner = find_owner(before->metadata.namespace_, old_reference)) queue_.add(old_owner->key());
  }
  if (reference != nullptr) {
    api::ObjectPtr const owner = find_owner(after->metadata.namespace_, reference);
    if (!owner) return;
    if (!before) expectations_.creation_observed(owner->key());
    queue_.add(owner->key());
    return;
  }
  if (!before || other_owner || before->metadata.labels != after->metadata.labels) add_matching(*after);
}

SyncOutcome ReplicaSetController::sync(api::ObjectKey const& key) {
  api::ObjectPtr const replica_set = cache_.find(CachedKind::replica_sets, key);
  if (!replica_set) {
    expectations_.forget(key);
    return {};
  }
  bool const may_act = !use_expectations_ || expectations_.met(key, clock_.now());
  std::vector<api::ObjectPtr> candidates;
  for_each_candidate(cache_, CachedKind::pods, *replica_set, [&](api::ObjectPtr const& pod) {
    if (is_active(*pod)) candidates.push_back(pod);
  });
  auto const active = settle_claims(client_, *replica_set, replica_sets, pods,
                                    claim(*replica_set, selector_of(*replica_set), candidates));
  if (!active) return {.failed = true, .again_after = std::nullopt};
  std::optional<ReplicaFailure> failure;
  if (may_act && !replica_set->metadata.terminating()) failure = change_replicas(*replica_set, *active);
  auto next = next_replica_set_status(*replica_set, *active, failure, client_.now());
  if (next && !write_status(*std::move(next))) return {.failed = true, .again_after = std::nullopt};
  if (failure) return {.failed = true, .again_after = std::nullopt};
  auto again_after = until_available(*replica_set, *active, client_.now());
  if (!may_act) again_after = std::min(again_after.value_or(Expectations::patience), Expectations::patience);
  return {.failed = false, .again_after = again_after};
}

std::vector<api::ObjectPtr> ReplicaSetController::related_pods(api::Object const& replica_set) const {
  std::vector<api::ObjectPtr> related;
  auto const* const owner = replica_set.metadata.controller();
  if (owner == nullptr) return related;
  std::string const& namespace_ = replica_set.metadata.namespace_;
  cache_.for_each_controlled(CachedKind::replica_sets, namespace_, owner->uid, [&](api::ObjectPtr const& sibling) {
    cache_.for_each_controlled(CachedKind::pods, namespace_, sibling->metadata.uid, [&](api::ObjectPtr const& pod) {
      if (selects(selector_of(*sibling), *pod->metadata.labels)) related.push_back(pod);
    });
  });
  return related;
}

std::optional<ReplicaFailure> ReplicaSetController::change_replicas(api::Object const& replica_set,
                                                                    std::vector<api::ObjectPtr> const& active) {
  ReplicaChange const change = plan_replicas(replica_set, active, related_pods(replica_set));
  if (change.create > 0) return create_pods(replica_set, change.create);
  if (!change.remove.empty()) return delete_pods(replica_set, change.remove);
  return std::nullopt;
}

std::optional<ReplicaFailure> ReplicaSetController::create_pods(api::Object const& replica_set, std::int64_t count) {
  api::ObjectKey const key = replica_set.key();
  expectations_.expect_creations(key, count, clock_.now());
  api::Object const pod = pod_of(replica_set);
  std::optional<ReplicaFailure> failure;
  std::int64_t created = 0;
  for (std::int64_t const batch : slow_start(count)) {
    for (std::int64_t i = 0; i < batch; ++i) {
      auto const answer = client_.create(pods, pod);
      if (answer) {
        ++created;
        events_.normal(subject_of(replica_set), "SuccessfulCreate", "Created pod: " + (*answer)->metadata.name);
      } else if (!namespace_is_terminating(answer.error())) {
        events_.warning(subject_of(replica_set), "FailedCreate", "Error creating: " + answer.error().message);
        if (!failure) failure = ReplicaFailure{answer.error().message};
      }
    }
    if (failure) break;
  }
  // What was not created will not be seen.
  expectations_.creation_observed(key, count - created);
  return failure;
}

std::optional<ReplicaFailure> ReplicaSetController::delete_pods(api::Object const& replica_set,
                                                                std::vector<api::ObjectPtr> const& doomed) {
  api::ObjectKey const key = replica_set.key();
  std::set<std::string> names;
  for (auto const& pod : doomed) names.insert(pod->metadata.name);
  expectations_.expect_deletions(key, std::move(names), clock_.now());
  std::optional<ReplicaFailure> failure;
  for (auto const& pod : doomed) {
    api::DeleteOptions options;
    options.preconditions.uid = pod->metadata.uid;
    auto const answer = client_.remove(pods, pod->key(), std::move(options));
    if (answer) {
      events_.normal(subject_of(replica_set), "SuccessfulDelete", "Deleted pod: " + pod->metadata.name);
      continue;
    }
    expectations_.deletion_observed(key, pod->metadata.name);
    events_.warning(subject_of(replica_set), "FailedDelete", "Error deleting: " + answer.error().message);
    if (!failure) failure = ReplicaFailure{"unable to delete pods: " + answer.error().message};
  }
  return failure;
}

// Once more with the newest version if somebody else has written in between; the generation that was acted on stays.
bool ReplicaSetController::write_status(api::Object next) {
  auto const answer = client_.update(replica_sets, next, api::Subresource::status);
  if (answer || !answer.error().is(api::Reason::conflict)) return answer.has_value();
  auto const fresh = client_.get(replica_sets, next.key());
  if (!fresh || (*fresh)->metadata.uid != next.metadata.uid) return false;
  api::Object again = **fresh;
  again.status = next.status;
  return client_.update(replica_sets, std::move(again), api::Subresource::status).has_value();
}

}  // namespace fakeapi
