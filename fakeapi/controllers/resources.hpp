// The resources that only the built-in controllers speak of.
#pragma once
#include <optional>

#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"
#include "operator/api/resource.hpp"

namespace fakeapi {

inline api::Resource const replica_sets{"apps", "v1", "replicasets"};
inline api::Resource const pods{"", "v1", "pods"};

/// PodDisruptionBudgets in the version that the server has, or nothing.
std::optional<api::Resource> find_disruption_budgets(Server const& server);

}  // namespace fakeapi
