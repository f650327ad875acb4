// The core group: pods and what they are made of, but volumes.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const core_v1_pods{"io.k8s.api.core.v1", "core", "", "v1", R"(
ContainerPort
  name string 1
  hostPort int32 2
  containerPort! int32 3
  protocol string 4 ="TCP"
  hostIP string 5
VolumeMount
  name! string 1
  readOnly bool 2
  mountPath! string 3
  subPath string 4
  mountPropagation *string 5
  subPathExpr string 6
VolumeDevice
  name! string 1
  devicePath! string 2
EnvVar
  name! string 1
  value string 2
  valueFrom *EnvVarSource 3
EnvVarSource
  fieldRef *ObjectFieldSelector 1
  resourceFieldRef *ResourceFieldSelector 2
  configMapKeyRef *ConfigMapKeySelector 3
  secretKeyRef *SecretKeySelector 4
ObjectFieldSelector
  apiVersion string 1 go:APIVersion ="v1"
  fieldPath! string 2
ResourceFieldSelector
  containerName string 1
  resource! string 2
  divisor Quantity 3
ConfigMapKeySelector
  & LocalObjectReference 1
  key! string 2
  optional *bool 3
SecretKeySelector
  & LocalObjectReference 1
  key! string 2
  optional *bool 3
EnvFromSource
  prefix string 1
  configMapRef *ConfigMapEnvSource 2
  secretRef *SecretEnvSource 3
ConfigMapEnvSource
  & LocalObjectReference 1
  optional *bool 2
SecretEnvSource
  & LocalObjectReference 1
  optional *bool 2
HTTPHeader
  name! string 1
  value! string 2
HTTPGetAction
  path string 1 ="/"
  port! IntOrString 2
  host string 3
  scheme string 4 ="HTTP"
  httpHeaders []HTTPHeader 5 go:HTTPHeaders
TCPSocketAction
  port! IntOrString 1
  host string 2
ExecAction
  command []string 1
Probe
  & Handler 1
  initialDelaySeconds int32 2
  timeoutSeconds int32 3 =1
  periodSeconds int32 4 =10
  successThreshold int32 5 =1
  failureThreshold int32 6 =3
Capabilities
  add []string 1
  drop []string 2
ResourceRequirements
  limits {}Quantity 1
  requests {}Quantity 2
Container
  name! string 1
  image string 2
  command []string 3
  args []string 4
  workingDir string 5
  ports []ContainerPort 6 merge key:containerPort list:map by:containerPort by:protocol
  envFrom []EnvFromSource 19
  env []EnvVar 7 merge key:name
  resources ResourceRequirements 8
  volumeMounts []VolumeMount 9 merge key:mountPath
  volumeDevices []VolumeDevice 21 merge key:devicePath
  livenessProbe *Probe 10
  readinessProbe *Probe 11
  startupProbe *Probe 22
  lifecycle *Lifecycle 12
  terminationMessagePath string 13 ="/dev/termination-log"
  terminationMessagePolicy string 20 ="File"
  imagePullPolicy string 14
  securityContext *SecurityContext 15
  stdin bool 16
  stdinOnce bool 17
  tty bool 18 go:TTY
Handler
  exec *ExecAction 1
  httpGet *HTTPGetAction 2 go:HTTPGet
  tcpSocket *TCPSocketAction 3 go:TCPSocket
Lifecycle
  postStart *Handler 1
  preStop *Handler 2
ContainerStateWaiting
  reason string 1
  message string 2
ContainerStateRunning
  startedAt Time 1
ContainerStateTerminated
  exitCode! int32 1
  signal int32 2
  reason string 3
  message string 4
  startedAt Time 5
  finishedAt Time 6
  containerID string 7
ContainerState
  waiting *ContainerStateWaiting 1
  running *ContainerStateRunning 2
  terminated *ContainerStateTerminated 3
ContainerStatus
  name! string 1
  state ContainerState 2
  lastState ContainerState 3 go:LastTerminationState
  ready! bool 4
  restartCount! int32 5
  image! string 6
  imageID! string 7
  containerID string 8
  started *bool 9
PodCondition
  type! string 1
  status! string 2
  lastProbeTime Time 3
  lastTransitionTime Time 4
  reason string 5
  message string 6
NodeSelector
  nodeSelectorTerms! []NodeSelectorTerm 1
NodeSelectorTerm
  matchExpressions []NodeSelectorRequirement 1
  matchFields []NodeSelectorRequirement 2
NodeSelectorRequirement
  key! string 1
  operator! string 2
  values []string 3
Affinity
  nodeAffinity *NodeAffinity 1
  podAffinity *PodAffinity 2
  podAntiAffinity *PodAntiAffinity 3
PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm 1
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm 2
PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm 1
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm 2
WeightedPodAffinityTerm
  weight! int32 1
  podAffinityTerm! PodAffinityTerm 2
PodAffinityTerm
  labelSelector *meta.LabelSelector 1
  namespaces []string 2
  topologyKey! string 3
NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution *NodeSelector 1
  preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm 2
PreferredSchedulingTerm
  weight! int32 1
  preference! NodeSelectorTerm 2
Toleration
  key string 1
  operator string 2
  value string 3
  effect string 4
  tolerationSeconds *int64 5
PodReadinessGate
  conditionType! string 1
PodSpec
  volumes []Volume 1 merge+retainKeys key:name
  initContainers []Container 20 merge key:name
  containers! []Container 2 merge key:name
  ephemeralContainers []EphemeralContainer 34 merge key:name
  restartPolicy string 3 ="Always"
  terminationGracePeriodSeconds *int64 4 =30
  activeDeadlineSeconds *int64 5
  dnsPolicy string 6 go:DNSPolicy ="ClusterFirst"
  nodeSelector {}string 7
  serviceAccountName string 8
  serviceAccount string 9 go:DeprecatedServiceAccount
  automountServiceAccountToken *bool 21
  nodeName string 10
  hostNetwork bool 11
  hostPID bool 12
  hostIPC bool 13
  shareProcessNamespace *bool 27
  securityContext *PodSecurityContext 14 ={}
  imagePullSecrets []LocalObjectReference 15 merge key:name
  hostname string 16
  subdomain string 17
  affinity *Affinity 18
  schedulerName string 19 ="default-scheduler"
  tolerations []Toleration 22
  hostAliases []HostAlias 23 merge key:ip
  priorityClassName string 24
  priority *int32 25
  dnsConfig *PodDNSConfig 26 go:DNSConfig
  readinessGates []PodReadinessGate 28
  runtimeClassName *string 29
  enableServiceLinks *bool 30
  preemptionPolicy *string 31
  overhead {}Quantity 32
  topologySpreadConstraints []TopologySpreadConstraint 33 merge key:topologyKey list:map by:topologyKey by:whenUnsatisfiable
  setHostnameAsFQDN *bool 35
TopologySpreadConstraint
  maxSkew! int32 1
  topologyKey! string 2
  whenUnsatisfiable! string 3
  labelSelector *meta.LabelSelector 4
HostAlias
  ip string 1 go:IP
  hostnames []string 2
PodSecurityContext
  seLinuxOptions *SELinuxOptions 1 go:SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions 8
  runAsUser *int64 2
  runAsGroup *int64 6
  runAsNonRoot *bool 3
  supplementalGroups []int64 4
  fsGroup *int64 5 go:FSGroup
  sysctls []Sysctl 7
  fsGroupChangePolicy *string 9 go:FSGroupChangePolicy
  seccompProfile *SeccompProfile 10
SeccompProfile
  type! string 1
  localhostProfile *string 2
PodDNSConfig
  nameservers []string 1
  searches []string 2
  options []PodDNSConfigOption 3
PodDNSConfigOption
  name string 1
  value *string 2
PodIP
  ip string 1 go:IP
EphemeralContainerCommon
  name! string 1
  image string 2
  command []string 3
  args []string 4
  workingDir string 5
  ports []ContainerPort 6
  envFrom []EnvFromSource 19
  env []EnvVar 7 merge key:name
  resources ResourceRequirements 8
  volumeMounts []VolumeMount 9 merge key:mountPath
  volumeDevices []VolumeDevice 21 merge key:devicePath
  livenessProbe *Probe 10
  readinessProbe *Probe 11
  startupProbe *Probe 22
  lifecycle *Lifecycle 12
  terminationMessagePath string 13 ="/dev/termination-log"
  terminationMessagePolicy string 20 ="File"
  imagePullPolicy string 14
  securityContext *SecurityContext 15
  stdin bool 16
  stdinOnce bool 17
  tty bool 18 go:TTY
EphemeralContainer
  & EphemeralContainerCommon 1
  targetContainerName string 2
PodStatus
  phase string 1
  conditions []PodCondition 2 merge key:type
  message string 3
  reason string 4
  nominatedNodeName string 11
  hostIP string 5
  podIP string 6
  podIPs []PodIP 12 merge key:ip
  startTime *Time 7
  initContainerStatuses []ContainerStatus 10
  containerStatuses []ContainerStatus 8
  qosClass string 9 go:QOSClass
  ephemeralContainerStatuses []ContainerStatus 13
Pod kind
  metadata meta.ObjectMeta 1
  spec PodSpec 2
  status PodStatus 3
PodList kind
  metadata meta.ListMeta 1
  items! []Pod 2
PodTemplateSpec
  metadata meta.ObjectMeta 1
  spec PodSpec 2
PodTemplate kind
  metadata meta.ObjectMeta 1
  template PodTemplateSpec 2
PodTemplateList kind
  metadata meta.ListMeta 1
  items! []PodTemplate 2
ConfigMapNodeConfigSource
  namespace! string 1
  name! string 2
  uid string 3 go:UID
  resourceVersion string 4
  kubeletConfigKey! string 5
ContainerImage
  names! []string 1
  sizeBytes int64 2
Binding kind
  metadata meta.ObjectMeta 1
  target! ObjectReference 2
SecurityContext
  capabilities *Capabilities 1
  privileged *bool 2
  seLinuxOptions *SELinuxOptions 3 go:SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions 10
  runAsUser *int64 4
  runAsGroup *int64 8
  runAsNonRoot *bool 5
  readOnlyRootFilesystem *bool 6
  allowPrivilegeEscalation *bool 7
  procMount *string 9
  seccompProfile *SeccompProfile 11
SELinuxOptions
  user string 1
  role string 2
  type string 3
  level string 4
WindowsSecurityContextOptions
  gmsaCredentialSpecName *string 1 go:GMSACredentialSpecName
  gmsaCredentialSpec *string 2 go:GMSACredentialSpec
  runAsUserName *string 3
Sysctl
  name! string 1
  value! string 2
)"};

}  // namespace fakeapi::types
