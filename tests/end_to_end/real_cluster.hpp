// etcd, kube-apiserver and kube-controller-manager, and the tests themselves as the node that runs the pods.
#pragma once
#include "tests/end_to_end/cluster.hpp"

namespace end_to_end {

std::unique_ptr<Cluster> start_real_cluster(std::filesystem::path const& assets, std::filesystem::path const& folder,
                                            ClusterOptions const& options);

}  // namespace end_to_end
