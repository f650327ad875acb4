// The resources that more than one room speaks of.
#pragma once
#include "operator/api/resource.hpp"

namespace api {

inline Resource const namespaces{"", "v1", "namespaces"};
inline Resource const events{"", "v1", "events"};
inline Resource const pods{"", "v1", "pods"};
inline Resource const services{"", "v1", "services"};
inline Resource const deployments{"apps", "v1", "deployments"};
inline Resource const replica_sets{"apps", "v1", "replicasets"};
inline Resource const leases{"coordination.k8s.io", "v1", "leases"};
inline Resource const custom_resource_definitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions"};

}  // namespace api
