// autoscaling/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const autoscaling_v1{"io.k8s.api.autoscaling.v1", "autoscaling", "autoscaling", "v1", R"(
Scale kind
  metadata meta.ObjectMeta 1
  spec ScaleSpec 2
  status ScaleStatus 3
ScaleSpec
  replicas int32 1
ScaleStatus
  replicas! int32 1
  selector string 2
)"};

}  // namespace fakeapi::types
