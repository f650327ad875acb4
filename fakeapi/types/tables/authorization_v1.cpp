// authorization.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const authorization_v1{"io.k8s.api.authorization.v1", "authorization", "authorization.k8s.io", "v1", R"(
SubjectAccessReview kind
  metadata meta.ObjectMeta 1
  spec! SubjectAccessReviewSpec 2
  status SubjectAccessReviewStatus 3
SelfSubjectAccessReview kind
  metadata meta.ObjectMeta 1
  spec! SelfSubjectAccessReviewSpec 2
  status SubjectAccessReviewStatus 3
LocalSubjectAccessReview kind
  metadata meta.ObjectMeta 1
  spec! SubjectAccessReviewSpec 2
  status SubjectAccessReviewStatus 3
ResourceAttributes
  namespace string 1
  verb string 2
  group string 3
  version string 4
  resource string 5
  subresource string 6
  name string 7
NonResourceAttributes
  path string 1
  verb string 2
SubjectAccessReviewSpec
  resourceAttributes *ResourceAttributes 1
  nonResourceAttributes *NonResourceAttributes 2
  user string 3
  groups []string 4
  extra {}[]string 5
  uid string 6 go:UID
SelfSubjectAccessReviewSpec
  resourceAttributes *ResourceAttributes 1
  nonResourceAttributes *NonResourceAttributes 2
SubjectAccessReviewStatus
  allowed! bool 1
  denied bool 4
  reason string 2
  evaluationError string 3
SelfSubjectRulesReview kind
  metadata meta.ObjectMeta 1
  spec! SelfSubjectRulesReviewSpec 2
  status SubjectRulesReviewStatus 3
SelfSubjectRulesReviewSpec
  namespace string 1
SubjectRulesReviewStatus
  resourceRules! []ResourceRule 1
  nonResourceRules! []NonResourceRule 2
  incomplete! bool 3
  evaluationError string 4
ResourceRule
  verbs! []string 1
  apiGroups []string 2 go:APIGroups
  resources []string 3
  resourceNames []string 4
NonResourceRule
  verbs! []string 1
  nonResourceURLs []string 2
)"};

}  // namespace fakeapi::types
