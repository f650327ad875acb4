// authentication.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const authentication_v1{"io.k8s.api.authentication.v1", "authentication", "authentication.k8s.io", "v1", R"(
TokenReview kind
  metadata meta.ObjectMeta 1
  spec! TokenReviewSpec 2
  status TokenReviewStatus 3
TokenReviewSpec
  token string 1
  audiences []string 2
TokenReviewStatus
  authenticated bool 1
  user UserInfo 2
  audiences []string 4
  error string 3
UserInfo
  username string 1
  uid string 2 go:UID
  groups []string 3
  extra {}[]string 4
TokenRequest kind
  metadata meta.ObjectMeta 1
  spec! TokenRequestSpec 2
  status TokenRequestStatus 3
TokenRequestSpec
  audiences! []string 1
  expirationSeconds *int64 4 keep =3600
  boundObjectRef *BoundObjectReference 3 keep
TokenRequestStatus
  token! string 1
  expirationTimestamp! Time 2
BoundObjectReference
  kind string 1
  apiVersion string 2 go:APIVersion
  name string 3
  uid string 4 go:UID
SelfSubjectReview kind
  metadata meta.ObjectMeta 1
  status SelfSubjectReviewStatus 2
SelfSubjectReviewStatus
  userInfo UserInfo 1
)"};

}  // namespace fakeapi::types
