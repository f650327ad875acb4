// ReplicaSets as the deployment controller looks at them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {

inline constexpr std::string_view revision_annotation = "deployment.kubernetes.io/revision";
inline constexpr std::string_view revision_history_annotation = "deployment.kubernetes.io/revision-history";
inline constexpr std::string_view desired_replicas_annotation = "deployment.kubernetes.io/desired-replicas";
inline constexpr std::string_view max_replicas_annotation = "deployment.kubernetes.io/max-replicas";

/// A ReplicaSet and the numbers in it.
struct ReplicaSetView {
  api::ObjectPtr object;
  std::int64_t wanted = 1;  ///< spec.replicas
  // Of the status:
  std::int64_t replicas = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
  std::int64_t observed_generation = 0;

  std::string const& name() const { return object->metadata.name; }
  boost::json::value const* pod_template() const { return api::find_path(object->spec.get(), {"template"}); }
};

ReplicaSetView view_replica_set(api::ObjectPtr object);

/// A decimal number in an annotation, or nothing.
std::optional<std::int64_t> annotated_number(api::Object const& object, std::string_view annotation);

/// The oldest first; those of one second by name.
bool created_before(ReplicaSetView const& a, ReplicaSetView const& b);

std::int64_t sum_wanted(std::vector<ReplicaSetView> const& sets);

/// A copy with spec.replicas replaced.
api::SharedJson with_replicas(api::SharedJson const& spec, std::int64_t replicas);

}  // namespace fakeapi
