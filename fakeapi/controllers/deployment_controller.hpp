// The deployment controller of the fake cluster: keeps ReplicaSets for Deployments, and the Deployments' status.
//
// A thin effect: what it writes is decided in deployment_plan.hpp. A client like any other: it sees the cluster through
// the controllers' cache, writes with the resourceVersion that it has seen, and tries again what the server refuses,
// after longer and longer, 15 times in a row at most; then it waits for the next change.
#pragma once
#include <cstdint>
#include <vector>

#include "fakeapi/controllers/cluster_cache.hpp"
#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/deployment_plan.hpp"
#include "fakeapi/controllers/event_recorder.hpp"
#include "fakeapi/controllers/work_queue.hpp"

namespace fakeapi {

class DeploymentController final : public Controller {
 public:
  /// Starts with what is in the cache. All outlive it but the cache's calls, which must not come any more.
  DeploymentController(Server& server, seams::Clock& clock, DelaySource& delays, ClusterCache& cache, Actor actor);

  void pause() override { queue_.pause(); }
  void resume() override { queue_.resume(); }
  std::size_t pending() const override { return queue_.size(); }
  std::uint64_t refused_writes() const override { return client_.refused(); }

 private:
  void replica_set_changed(api::ObjectPtr const& before, api::ObjectPtr const& after);
  void pod_changed(api::ObjectPtr const& before, api::ObjectPtr const& after);
  /// Queues the Deployment that a reference of an object in this namespace names, if it is still the same.
  void add_owner(std::string const& namespace_, api::OwnerReference const* reference);
  void add_matching(api::Object const& replica_set);

  SyncOutcome sync(api::ObjectKey const& key);
  std::optional<std::vector<api::ObjectPtr>> owned_sets(api::Object const& deployment);
  std::set<std::string> sets_with_pods(api::Object const& deployment, std::vector<api::ObjectPtr> const& sets) const;

  // What the writes of one sync share.
  struct Sync;
  bool carry_out(Sync& sync, CreateReplicaSet const& write);
  bool carry_out(Sync& sync, UpdateReplicaSet const& write);
  bool carry_out(Sync& sync, DeleteReplicaSet const& write);
  bool carry_out(Sync& sync, UpdateDeploymentStatus const& write);
  bool carry_out(Sync& sync, WarnSelectingAll const& write);
  bool update_status(api::Object deployment);

  ClusterCache& cache_;
  ControllerClient client_;
  EventRecorder events_;
  WorkQueue queue_;
};

}  // namespace fakeapi
