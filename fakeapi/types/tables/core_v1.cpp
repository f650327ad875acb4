// The core group: all but pods.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const core_v1{"io.k8s.api.core.v1", "core", "", "v1", R"(
Taint
  key! string 1
  value string 2
  effect! string 3
  timeAdded *Time 4
SessionAffinityConfig
  clientIP *ClientIPConfig 1
ClientIPConfig
  timeoutSeconds *int32 1
ServiceStatus
  loadBalancer LoadBalancerStatus 1
  conditions []meta.Condition 2 merge key:type list:map by:type
LoadBalancerStatus
  ingress []LoadBalancerIngress 1
LoadBalancerIngress
  ip string 1 go:IP
  hostname string 2
  ports []PortStatus 4 list:atomic
ServiceSpec
  ports []ServicePort 1 merge key:port list:map by:port by:protocol
  selector {}string 2
  clusterIP string 3
  clusterIPs []string 18 list:atomic
  type string 4 ="ClusterIP"
  externalIPs []string 5
  sessionAffinity string 7 ="None"
  loadBalancerIP string 8
  loadBalancerSourceRanges []string 9
  externalName string 10
  externalTrafficPolicy string 11
  healthCheckNodePort int32 12
  publishNotReadyAddresses bool 13
  sessionAffinityConfig *SessionAffinityConfig 14
  topologyKeys []string 16
  ipFamilies []string 19 go:IPFamilies list:atomic
  ipFamilyPolicy *string 17 go:IPFamilyPolicy
  allocateLoadBalancerNodePorts *bool 20
ServicePort
  name string 1
  protocol string 2 ="TCP"
  appProtocol *string 6
  port! int32 3
  targetPort IntOrString 4
  nodePort int32 5
Service kind
  metadata meta.ObjectMeta 1
  spec ServiceSpec 2
  status ServiceStatus 3
ServiceList kind
  metadata meta.ListMeta 1
  items! []Service 2
ServiceAccount kind
  metadata meta.ObjectMeta 1
  secrets []ObjectReference 2 merge key:name
  imagePullSecrets []LocalObjectReference 3
  automountServiceAccountToken *bool 4
ServiceAccountList kind
  metadata meta.ListMeta 1
  items! []ServiceAccount 2
Endpoints kind
  metadata meta.ObjectMeta 1
  subsets []EndpointSubset 2
EndpointSubset
  addresses []EndpointAddress 1
  notReadyAddresses []EndpointAddress 2
  ports []EndpointPort 3
EndpointAddress
  ip! string 1 go:IP
  hostname string 3
  nodeName *string 4
  targetRef *ObjectReference 2
EndpointPort
  name string 1
  port! int32 2
  protocol string 3 ="TCP"
  appProtocol *string 4
EndpointsList kind
  metadata meta.ListMeta 1
  items! []Endpoints 2
NodeSpec
  podCIDR string 1
  podCIDRs []string 7 merge
  providerID string 3
  unschedulable bool 4
  taints []Taint 5
  configSource *NodeConfigSource 6
  externalID string 2 go:DoNotUseExternalID
NodeConfigSource
  configMap *ConfigMapNodeConfigSource 2
DaemonEndpoint
  Port! int32 1
NodeDaemonEndpoints
  kubeletEndpoint DaemonEndpoint 1
NodeSystemInfo
  machineID! string 1
  systemUUID! string 2
  bootID! string 3
  kernelVersion! string 4
  osImage! string 5 go:OSImage
  containerRuntimeVersion! string 6
  kubeletVersion! string 7
  kubeProxyVersion! string 8
  operatingSystem! string 9
  architecture! string 10
NodeConfigStatus
  assigned *NodeConfigSource 1
  active *NodeConfigSource 2
  lastKnownGood *NodeConfigSource 3
  error string 4
NodeStatus
  capacity {}Quantity 1
  allocatable {}Quantity 2
  phase string 3
  conditions []NodeCondition 4 merge key:type
  addresses []NodeAddress 5 merge key:type
  daemonEndpoints NodeDaemonEndpoints 6
  nodeInfo NodeSystemInfo 7
  images []ContainerImage 8
  volumesInUse []string 9
  volumesAttached []AttachedVolume 10
  config *NodeConfigStatus 11
AttachedVolume
  name! string 1
  devicePath! string 2
NodeCondition
  type! string 1
  status! string 2
  lastHeartbeatTime Time 3
  lastTransitionTime Time 4
  reason string 5
  message string 6
NodeAddress
  type! string 1
  address! string 2
Node kind
  metadata meta.ObjectMeta 1
  spec NodeSpec 2
  status NodeStatus 3
NodeList kind
  metadata meta.ListMeta 1
  items! []Node 2
NamespaceSpec
  finalizers []string 1
NamespaceStatus
  phase string 1 ="Active"
  conditions []NamespaceCondition 2 merge key:type
NamespaceCondition
  type! string 1
  status! string 2
  lastTransitionTime Time 4
  reason string 5
  message string 6
Namespace kind
  metadata meta.ObjectMeta 1
  spec NamespaceSpec 2
  status NamespaceStatus 3
NamespaceList kind
  metadata meta.ListMeta 1
  items! []Namespace 2
ObjectReference
  kind string 1
  namespace string 2
  name string 3
  uid string 4 go:UID
  apiVersion string 5 go:APIVersion
  resourceVersion string 6
  fieldPath string 7
LocalObjectReference
  name string 1
EventSource
  component string 1
  host string 2
Event kind
  metadata! meta.ObjectMeta 1
  involvedObject! ObjectReference 2
  reason string 3
  message string 4
  source EventSource 5
  firstTimestamp Time 6
  lastTimestamp Time 7
  count int32 8
  type string 9
  eventTime MicroTime 10
  series *EventSeries 11
  action string 12
  related *ObjectReference 13
  reportingComponent string 14 keep go:ReportingController
  reportingInstance string 15 keep
EventSeries
  count int32 1
  lastObservedTime MicroTime 2
EventList kind
  metadata meta.ListMeta 1
  items! []Event 2
Secret kind
  metadata meta.ObjectMeta 1
  immutable *bool 5
  data {}bytes 2
  stringData {}string 4
  type string 3 ="Opaque"
SecretList kind
  metadata meta.ListMeta 1
  items! []Secret 2
ConfigMap kind
  metadata meta.ObjectMeta 1
  immutable *bool 4
  data {}string 2
  binaryData {}bytes 3
ConfigMapList kind
  metadata meta.ListMeta 1
  items! []ConfigMap 2
PortStatus
  port! int32 1
  protocol! string 2
  error *string 3
)"};

}  // namespace fakeapi::types
