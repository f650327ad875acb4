// coordination.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const coordination_v1{"io.k8s.api.coordination.v1", "coordination", "coordination.k8s.io", "v1", R"(
Lease kind
  metadata meta.ObjectMeta 1
  spec LeaseSpec 2
LeaseSpec
  holderIdentity *string 1
  leaseDurationSeconds *int32 2
  acquireTime *MicroTime 3
  renewTime *MicroTime 4
  leaseTransitions *int32 5
LeaseList kind
  metadata meta.ListMeta 1
  items! []Lease 2
)"};

}  // namespace fakeapi::types
