// How long the built-in controllers take, and which way they go where there is a choice.
#pragma once
#include <cstdint>

#include "operator/seams/time.hpp"

namespace fakeapi {

/// What a built-in controller waits for before it acts. Simulations list the uses by these numbers: new ones go to the
/// end.
enum class DelayUse : std::uint8_t {
  deployment_sync,     ///< the deployment controller sees a change, or its last write, and acts on it
  pod_ready,           ///< in the cheap model: a pod is scheduled, pulled, started and becomes ready
  garbage_collection,  ///< the garbage collector notices and gets round to it
  watch,               ///< a commit reaches the controllers' cache
  replica_set_sync,    ///< the ReplicaSet controller acts on a change
  pod_scheduling,      ///< a pod is given a node
  pod_pulling,         ///< its node takes it up and has the images
  pod_starting,        ///< its containers start
  pod_readiness,       ///< a readiness probe succeeds for the first time
  pod_stopping,        ///< the containers of a pod that is being deleted end
  pod_failing,         ///< a failing stage strikes a pod that is threatened by one
  pod_recovering,      ///< a failed pod mends
  namespace_deletion,  ///< the namespace controller begins after a deletion (5 s in real clusters)
  disruption_sync,     ///< the disruption controller acts on a change
};
inline constexpr unsigned delay_use_count = 14;

/// Gives the delays: constants, or choices of a simulation.
class DelaySource {
 public:
  virtual ~DelaySource() = default;

  /// How long to wait this time. Not negative.
  virtual seams::Duration delay(DelayUse use) = 0;

  /// A number in [0, bound): jitter, or one of several stages of a pod. 0 is the most boring one. `bound` is positive.
  virtual std::uint32_t choose(DelayUse use, std::uint32_t bound) {
    (void)use;
    (void)bound;
    return 0;
  }
};

}  // namespace fakeapi
