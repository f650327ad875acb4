// apps/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const apps_v1{"io.k8s.api.apps.v1", "apps", "apps", "v1", R"(
Deployment kind
  metadata meta.ObjectMeta 1
  spec DeploymentSpec 2
  status DeploymentStatus 3
DeploymentSpec
  replicas *int32 1 =1
  selector! *meta.LabelSelector 2
  template! core.PodTemplateSpec 3
  strategy DeploymentStrategy 4 retainKeys
  minReadySeconds int32 5
  revisionHistoryLimit *int32 6 =10
  paused bool 7
  progressDeadlineSeconds *int32 9 =600
DeploymentStrategy
  type string 1 ="RollingUpdate"
  rollingUpdate *RollingUpdateDeployment 2
RollingUpdateDeployment
  maxUnavailable *IntOrString 1
  maxSurge *IntOrString 2
DeploymentStatus
  observedGeneration int64 1
  replicas int32 2
  updatedReplicas int32 3
  readyReplicas int32 7
  availableReplicas int32 4
  unavailableReplicas int32 5
  conditions []DeploymentCondition 6 merge key:type
  collisionCount *int32 8
DeploymentCondition
  type! string 1
  status! string 2
  lastUpdateTime Time 6
  lastTransitionTime Time 7
  reason string 4
  message string 5
DeploymentList kind
  metadata meta.ListMeta 1
  items! []Deployment 2
ReplicaSet kind
  metadata meta.ObjectMeta 1
  spec ReplicaSetSpec 2
  status ReplicaSetStatus 3
ReplicaSetList kind
  metadata meta.ListMeta 1
  items! []ReplicaSet 2
ReplicaSetSpec
  replicas *int32 1 =1
  minReadySeconds int32 4
  selector! *meta.LabelSelector 2
  template core.PodTemplateSpec 3
ReplicaSetStatus
  replicas! int32 1
  fullyLabeledReplicas int32 2
  readyReplicas int32 4
  availableReplicas int32 5
  observedGeneration int64 3
  conditions []ReplicaSetCondition 6 merge key:type
ReplicaSetCondition
  type! string 1
  status! string 2
  lastTransitionTime Time 3
  reason string 4
  message string 5
)"};

}  // namespace fakeapi::types
