// The status of a Deployment with ReplicaSets: counts, availability, progress and deadline. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/controllers/condition_list.hpp"
#include "fakeapi/controllers/replica_set_view.hpp"
#include "fakeapi/controllers/rolling_numbers.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// A DeploymentStatus.
struct DeploymentStatusView {
  std::int64_t observed_generation = 0;
  std::int64_t replicas = 0;
  std::int64_t updated = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
  std::int64_t unavailable = 0;
  std::optional<std::int64_t> collisions;
  ConditionList conditions{nullptr};

  friend bool operator==(DeploymentStatusView const&, DeploymentStatusView const&) = default;
};

DeploymentStatusView view_status(api::SharedJson const& status);
api::SharedJson to_json(DeploymentStatusView const& status);

/// spec.progressDeadlineSeconds, or nothing where no progress is asked for.
std::optional<seams::Duration> progress_deadline(api::Object const& deployment);

/// All replicas are updated and available, and nothing else is left.
bool is_complete(DeploymentStatusView const& status, RolloutNumbers const& wanted, std::int64_t generation);

/// What the ReplicaSets add up to, with the Available condition; the other conditions are those of `before`.
/// `newest` is one of `sets`, or null.
DeploymentStatusView add_up(std::vector<ReplicaSetView> const& sets, ReplicaSetView const* newest,
                            api::Object const& deployment, DeploymentStatusView const& before,
                            RolloutNumbers const& wanted, api::Timestamp now);

/// The same during a rollout: the Progressing condition moves with what has changed since `before`, or says that the
/// deadline has passed; a ReplicaSet's failure to create or delete pods is told as ReplicaFailure.
DeploymentStatusView add_up_rollout(std::vector<ReplicaSetView> const& sets, ReplicaSetView const* newest,
                                    api::Object const& deployment, DeploymentStatusView const& before,
                                    RolloutNumbers const& wanted, seams::WallTime now);

/// When to look again whether the deadline has passed, if nothing changes until then; nothing if it does not matter.
std::optional<seams::Duration> until_deadline(api::Object const& deployment, DeploymentStatusView const& status,
                                              RolloutNumbers const& wanted, seams::WallTime now);

}  // namespace fakeapi
