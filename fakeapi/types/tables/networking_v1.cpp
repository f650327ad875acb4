// networking.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const networking_v1{"io.k8s.api.networking.v1", "networking", "networking.k8s.io", "v1", R"(
NetworkPolicy kind
  metadata meta.ObjectMeta 1
  spec NetworkPolicySpec 2
NetworkPolicySpec
  podSelector! meta.LabelSelector 1
  ingress []NetworkPolicyIngressRule 2
  egress []NetworkPolicyEgressRule 3
  policyTypes []string 4
NetworkPolicyIngressRule
  ports []NetworkPolicyPort 1
  from []NetworkPolicyPeer 2
NetworkPolicyEgressRule
  ports []NetworkPolicyPort 1
  to []NetworkPolicyPeer 2
NetworkPolicyPort
  protocol *string 1 ="TCP"
  port *IntOrString 2
IPBlock
  cidr! string 1 go:CIDR
  except []string 2
NetworkPolicyPeer
  podSelector *meta.LabelSelector 1
  namespaceSelector *meta.LabelSelector 2
  ipBlock *IPBlock 3 go:IPBlock
NetworkPolicyList kind
  metadata meta.ListMeta 1
  items! []NetworkPolicy 2
)"};

}  // namespace fakeapi::types
