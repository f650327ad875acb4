// What a pod's status says after each stage: the kubelet's part, pure.
#pragma once
#include <string>

#include "fakeapi/controllers/pod_stages.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {

/// Where pods run. There is one node, and no Node object.
struct PodNode {
  std::string name = "node-0";
  std::string host_ip = "10.0.0.1";
};

/// The pod after a stage other than `schedule` and `remove`. `pod_ip` is given to it if it has none.
api::Object after_stage(api::Object const& pod, PodStage stage, PodNode const& node, std::string const& pod_ip,
                        api::Timestamp now);

}  // namespace fakeapi
