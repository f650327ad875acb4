// policy/v1, which server 1.20 does not have.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const policy_v1{"io.k8s.api.policy.v1", "policy1", "policy", "v1", R"(
PodDisruptionBudgetSpec
  minAvailable *IntOrString 1
  selector *meta.LabelSelector 2 replace
  maxUnavailable *IntOrString 3
  unhealthyPodEvictionPolicy *string 4
PodDisruptionBudgetStatus
  observedGeneration int64 1
  disruptedPods {}Time 2
  disruptionsAllowed! int32 3
  currentHealthy! int32 4
  desiredHealthy! int32 5
  expectedPods! int32 6
  conditions []meta.Condition 7 merge key:type list:map by:type
PodDisruptionBudget kind
  metadata meta.ObjectMeta 1
  spec PodDisruptionBudgetSpec 2
  status PodDisruptionBudgetStatus 3
PodDisruptionBudgetList kind
  metadata meta.ListMeta 1
  items! []PodDisruptionBudget 2
Eviction kind
  metadata meta.ObjectMeta 1
  deleteOptions *meta.DeleteOptions 2
)"};

}  // namespace fakeapi::types
