// The resources that only the built-in controllers speak of.
#pragma once
#include "operator/api/kinds.hpp"
#include "operator/api/resource.hpp"

namespace fakeapi {

inline api::Resource const replica_sets{"apps", "v1", "replicasets"};
inline api::Resource const pods{"", "v1", "pods"};

}  // namespace fakeapi
