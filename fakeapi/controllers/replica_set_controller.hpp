// The ReplicaSet controller of the fake cluster: creates and deletes pods, and keeps the ReplicaSets' status.
//
// A thin effect: what it does is decided in replica_set_plan.hpp. It sees the cluster through the controllers' cache.
// As in Kubernetes it waits, before it creates or deletes any more pods, until it has seen what it created and deleted
// before. Without these expectations (an option) and with a cache that lags it makes the mistake that they are there
// against: too many pods.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "fakeapi/controllers/cluster_cache.hpp"
#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/event_recorder.hpp"
#include "fakeapi/controllers/expectations.hpp"
#include "fakeapi/controllers/replica_set_plan.hpp"
#include "fakeapi/controllers/work_queue.hpp"

namespace fakeapi {

class ReplicaSetController final : public Controller {
 public:
  /// Starts with what is in the cache. All outlive it but the cache's calls, which must not come any more.
  ReplicaSetController(Server& server, seams::Clock& clock, DelaySource& delays, ClusterCache& cache, Actor actor,
                       bool use_expectations);

  void pause() override { queue_.pause(); }
  void resume() override { queue_.resume(); }
  std::size_t pending() const override { return queue_.size(); }
  std::uint64_t refused_writes() const override { return client_.refused(); }

 private:
  void pod_changed(api::ObjectPtr const& before, api::ObjectPtr const& after);
  void pod_gone(api::Object const& pod);
  /// The ReplicaSet that a reference of an object in this namespace names, if it is still the same.
  api::ObjectPtr find_owner(std::string const& namespace_, api::OwnerReference const* reference) const;
  void add_matching(api::Object const& pod);

  SyncOutcome sync(api::ObjectKey const& key);
  std::vector<api::ObjectPtr> related_pods(api::Object const& replica_set) const;
  std::optional<ReplicaFailure> change_replicas(api::Object const& replica_set,
                                                std::vector<api::ObjectPtr> const& active);
  std::optional<ReplicaFailure> create_pods(api::Object const& replica_set, std::int64_t count);
  std::optional<ReplicaFailure> delete_pods(api::Object const& replica_set, std::vector<api::ObjectPtr> const& pods);
  bool write_status(api::Object next);

  seams::Clock& clock_;
  ClusterCache& cache_;
  ControllerClient client_;
  EventRecorder events_;
  Expectations expectations_;
  bool use_expectations_;
  WorkQueue queue_;
};

}  // namespace fakeapi
