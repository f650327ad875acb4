// What the deployment controller does next with one Deployment: pure.
//
// One plan is one sync of the real controller: the writes that it makes one after the other, in their order, each on
// the assumption that those before have succeeded. A second write of the Deployment itself within one sync could only
// conflict with the first, so it is left out: the first one's event brings the Deployment back. The same goes for what
// would follow a ReplicaSet whose annotations had to be brought up to date first.
//
// Left out: the annotation deprecated.deployment.rollback.to of extensions/v1beta1 (kubectl rollout undo has long
// written the older template itself, which is what this handles).
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

struct CreateReplicaSet {
  api::Object replica_set;
  std::int64_t replicas = 0;
};
/// A new version of a ReplicaSet; `message` tells of it in an event ScalingReplicaSet, unless it is "".
struct UpdateReplicaSet {
  api::Object replica_set;
  std::string message;
};
struct DeleteReplicaSet {
  api::ObjectKey key;
  std::string uid;
};
/// The Deployment with a new status, and perhaps a new revision annotation.
struct UpdateDeploymentStatus {
  api::Object deployment;
};
struct WarnSelectingAll {};

using DeploymentWrite =
    std::variant<CreateReplicaSet, UpdateReplicaSet, DeleteReplicaSet, UpdateDeploymentStatus, WarnSelectingAll>;

struct DeploymentPlan {
  std::vector<DeploymentWrite> writes;
  /// Look again after this time even if nothing happens: the rollout may have missed its deadline by then.
  std::optional<seams::Duration> again_after;
};

struct DeploymentInput {
  api::ObjectPtr deployment;
  /// Those that it owns.
  std::vector<api::ObjectPtr> replica_sets;
  /// uids of ReplicaSets that have pods which have not ended, be they on their way out. Only looked at for Recreate.
  std::set<std::string> sets_with_pods;
  seams::WallTime now;
};

DeploymentPlan plan_deployment(DeploymentInput const& input);

/// The status after the creation of a ReplicaSet was refused with this message, or nothing if it need not be told.
std::optional<api::Object> replica_set_refused(api::Object const& deployment, std::string const& name,
                                               std::string const& message, api::Timestamp now);
/// The status after a ReplicaSet of the new one's name turned out to be somebody else's: one more collision.
api::Object name_taken(api::Object const& deployment);

}  // namespace fakeapi
