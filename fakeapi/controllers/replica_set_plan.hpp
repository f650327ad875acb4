// What the ReplicaSet controller does next with one ReplicaSet: pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// Pods to create, or pods to delete, the most dispensable first.
struct ReplicaChange {
  std::int64_t create = 0;
  std::vector<api::ObjectPtr> remove;
};

/// At most 500 at a time. `active` are the pods that it owns and that count; `related` those of all ReplicaSets of the
/// same owner.
ReplicaChange plan_replicas(api::Object const& replica_set, std::vector<api::ObjectPtr> const& active,
                            std::vector<api::ObjectPtr> const& related);

/// How many to create in a row before looking whether that went well: 1, then twice as many each time.
std::vector<std::int64_t> slow_start(std::int64_t count);

/// A pod as the template asks for it, named by the server.
api::Object pod_of(api::Object const& replica_set);

/// Why pods could not be created or deleted.
struct ReplicaFailure {
  std::string message;
};

/// The ReplicaSet with the status that the pods add up to, or nothing if it says so already.
std::optional<api::Object> next_replica_set_status(api::Object const& replica_set,
                                                   std::vector<api::ObjectPtr> const& active,
                                                   std::optional<ReplicaFailure> const& failure, seams::WallTime now);

/// When the next pod that is ready becomes available without anything else happening; nothing if all that are ready
/// are.
std::optional<seams::Duration> until_available(api::Object const& replica_set,
                                               std::vector<api::ObjectPtr> const& active, seams::WallTime now);

}  // namespace fakeapi
