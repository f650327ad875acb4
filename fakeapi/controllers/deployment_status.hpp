// What a Deployment's status says next: the deployment controller's model, pure.
//
// A cheap model without ReplicaSet and Pod objects: the status itself is the state, with the Rollout beside it. The
// order in which fields change is that of a real controller (research: fakeapi.md §6, golden traces), the names in
// messages apart. Left to a later issue: spec.paused, progressDeadlineSeconds, minReadySeconds, rollback to a revision
// that still has pods (a template that comes back counts from 0 again), pods that fail.
#pragma once
#include <cstdint>
#include <optional>

#include "fakeapi/controllers/delay_source.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {

/// Whether pods become ready one by one, each after a delay of its own, or all at once (cheaper to simulate).
enum class ReadySteps : std::uint8_t { one_at_a_time, all_at_once };

/// What the model knows of one Deployment besides the object: in a cluster this is in its ReplicaSets.
struct Rollout {
  api::SharedJson spec;          ///< the last spec acted upon; null: none yet
  api::SharedJson pod_template;  ///< the pod template of the newest ReplicaSet, part of a spec; null: there is none
  std::int64_t revision = 0;     ///< its revision; 0: no ReplicaSet yet
  /// The newest ReplicaSet has no pods yet: updatedReplicas in the status counts those of the one before.
  bool fresh = false;
};

/// The Rollout of a Deployment that was there before the controller: the one its status tells of, if it tells of any.
Rollout adopt_rollout(api::Object const& deployment);

/// The next write of the controller.
struct StatusStep {
  api::SharedJson status;
  /// What to remember once the write has succeeded.
  Rollout rollout;
  /// The annotation deployment.kubernetes.io/revision is to be set to rollout.revision.
  bool set_revision = false;
};

/// What has to pass before the next write, or nothing when none is due. As next_status() but builds no JSON.
std::optional<DelayUse> next_step(api::Object const& deployment, Rollout const& rollout, ReadySteps ready_steps);

/// The next write, or nothing when the status says what it should. `now` stamps the conditions that change.
std::optional<StatusStep> next_status(api::Object const& deployment, Rollout const& rollout, ReadySteps ready_steps,
                                      api::Timestamp now);

}  // namespace fakeapi
