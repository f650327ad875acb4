// rbac.authorization.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const rbac_v1{"io.k8s.api.rbac.v1", "rbac", "rbac.authorization.k8s.io", "v1", R"(
PolicyRule
  verbs! []string 1
  apiGroups []string 2 go:APIGroups
  resources []string 3
  resourceNames []string 4
  nonResourceURLs []string 5
Subject
  kind! string 1
  apiGroup string 2 go:APIGroup
  name! string 3
  namespace string 4
RoleRef
  apiGroup! string 1 go:APIGroup ="rbac.authorization.k8s.io"
  kind! string 2
  name! string 3
Role kind
  metadata meta.ObjectMeta 1
  rules []PolicyRule 2 keep
RoleBinding kind
  metadata meta.ObjectMeta 1
  subjects []Subject 2
  roleRef! RoleRef 3
RoleBindingList kind
  metadata meta.ListMeta 1
  items! []RoleBinding 2
RoleList kind
  metadata meta.ListMeta 1
  items! []Role 2
ClusterRole kind
  metadata meta.ObjectMeta 1
  rules []PolicyRule 2 keep
  aggregationRule *AggregationRule 3
AggregationRule
  clusterRoleSelectors []meta.LabelSelector 1
ClusterRoleBinding kind
  metadata meta.ObjectMeta 1
  subjects []Subject 2
  roleRef! RoleRef 3
ClusterRoleBindingList kind
  metadata meta.ListMeta 1
  items! []ClusterRoleBinding 2
ClusterRoleList kind
  metadata meta.ListMeta 1
  items! []ClusterRole 2
)"};

}  // namespace fakeapi::types
