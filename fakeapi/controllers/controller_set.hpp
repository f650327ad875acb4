// All built-in controllers of one fake cluster, put together: what a server, a simulation or a benchmark constructs.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/controllers/deployment_status.hpp"
#include "fakeapi/controllers/pod_stages.hpp"
#include "fakeapi/controllers/pod_status.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

/// The parts that can be had, paused and slowed down one by one.
enum class ControllerRole : std::uint8_t {
  deployments,
  replica_sets,
  pods,  ///< the scheduler and the kubelet of the only node
  garbage_collector,
  namespaces,
  disruption_budgets,
};
inline constexpr std::size_t controller_role_count = 6;

/// How much of what is below a Deployment there is.
enum class PodModel : std::uint8_t {
  full,   ///< ReplicaSets and Pods, as in a cluster
  cheap,  ///< only the status of Deployments: for tens of thousands of them
};

/// Who writes. Different numbers, so that logs and reports can tell the controllers apart.
struct ControllerActors {
  Actor deployments{3};
  Actor garbage_collector{4};
  Actor replica_sets{5};
  Actor scheduler{6};
  Actor kubelet{7};
  Actor namespaces{8};
  Actor disruption_budgets{9};
};

struct ControllerSetOptions {
  PodModel pods = PodModel::full;
  /// Of the cheap model.
  ReadySteps ready_steps = ReadySteps::one_at_a_time;
  ControllerActors actors = {};
  // Which controllers there are. The cheap model has no ReplicaSets and pods.
  bool deployments = true;
  bool replica_sets = true;
  bool pods_run = true;
  bool garbage_collector = true;
  bool namespaces = true;
  bool disruption_budgets = true;
  /// Of the ReplicaSet controller: it waits until it has seen its own writes. Without that, and with a cache that lags,
  /// it makes too many pods.
  bool expectations = true;
  /// Of the pods: how likely they are to fail, and how.
  PodStageTable pod_stages = {};
  PodNode node = {};
};

class ClusterCache;
class PodController;

class ControllerSet {
 public:
  /// The controllers start with what is there. Server, clock and delays must outlive the set; timers run as turns of
  /// the clock's process.
  ControllerSet(Server& server, seams::Clock& clock, DelaySource& delays, ControllerSetOptions const& options);
  ~ControllerSet();
  ControllerSet(ControllerSet const&) = delete;
  ControllerSet& operator=(ControllerSet const&) = delete;

  /// The controller of a role, or null if there is none.
  Controller* find(ControllerRole role) { return controllers_[index(role)].get(); }
  Controller const* find(ControllerRole role) const { return controllers_[index(role)].get(); }

  /// The one of the pods, for making them fail; null if there is none.
  PodController* pod_controller();

  /// See Controller; nothing for a role without a controller.
  void pause(ControllerRole role);
  void resume(ControllerRole role);
  void pause_all();
  void resume_all();
  /// From now on each of its delays is longer by this much; 0 takes it back.
  void slow_down(ControllerRole role, seams::Duration by);

  /// Of all controllers together, and commits that are on their way to them.
  std::size_t pending() const;
  std::uint64_t refused_writes() const;

 private:
  class SlowedDelays;
  static std::size_t index(ControllerRole role) { return static_cast<std::size_t>(role); }

  std::unique_ptr<ClusterCache> cache_;
  std::array<std::unique_ptr<SlowedDelays>, controller_role_count> delays_;
  std::array<std::unique_ptr<Controller>, controller_role_count> controllers_;
};

}  // namespace fakeapi
