// The disruption controller of the fake cluster: keeps the status of PodDisruptionBudgets.
//
// A thin effect: the numbers are worked out in disruption_plan.hpp. It sees the cluster through the controllers' cache.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "fakeapi/controllers/cluster_cache.hpp"
#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/controller_client.hpp"
#include "fakeapi/controllers/disruption_plan.hpp"
#include "fakeapi/controllers/event_recorder.hpp"
#include "fakeapi/controllers/work_queue.hpp"

namespace fakeapi {

class DisruptionController final : public Controller {
 public:
  /// Starts with what is in the cache. All outlive it but the cache's calls, which must not come any more.
  DisruptionController(Server& server, seams::Clock& clock, DelaySource& delays, ClusterCache& cache, Actor actor);

  void pause() override { queue_.pause(); }
  void resume() override { queue_.resume(); }
  std::size_t pending() const override { return queue_.size(); }
  std::uint64_t refused_writes() const override { return client_.refused(); }

 private:
  void add_budgets_of(api::Object const& pod);
  SyncOutcome sync(api::ObjectKey const& key);
  std::vector<api::ObjectPtr> pods_of(api::Object const& budget) const;
  std::optional<ScaleOfPods> find_scale(std::string const& namespace_, api::OwnerReference const& controller);
  bool write(api::Object next);

  Server& server_;
  ClusterCache& cache_;
  ControllerClient client_;
  EventRecorder events_;
  std::optional<api::Resource> resource_;  // its version is the server's choice
  WorkQueue queue_;
};

}  // namespace fakeapi
