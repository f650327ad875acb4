// meta/v1: what every object has, and the envelopes of requests and answers.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const meta_v1{"io.k8s.apimachinery.pkg.apis.meta.v1", "meta", "", "v1", R"(
TypeMeta
  kind string 1
  apiVersion string 2 go:APIVersion
ListMeta
  selfLink string 1
  resourceVersion string 2
  continue string 3
  remainingItemCount *int64 4
ObjectMeta
  name string 1
  generateName string 2
  namespace string 3
  selfLink string 4
  uid string 5 go:UID
  resourceVersion string 6
  generation int64 7
  creationTimestamp Time 8
  deletionTimestamp *Time 9
  deletionGracePeriodSeconds *int64 10
  labels {}string 11
  annotations {}string 12
  ownerReferences []OwnerReference 13 merge key:uid
  finalizers []string 14 merge
  clusterName string 15
  managedFields []ManagedFieldsEntry 17
OwnerReference
  apiVersion! string 5 go:APIVersion
  kind! string 1
  name! string 3
  uid! string 4 go:UID
  controller *bool 6
  blockOwnerDeletion *bool 7
ListOptions kind
  labelSelector string 1
  fieldSelector string 2
  watch bool 3
  allowWatchBookmarks bool 9
  resourceVersion string 4
  resourceVersionMatch string 10
  timeoutSeconds *int64 5
  limit int64 7
  continue string 8
GetOptions kind
  resourceVersion string 1
DeleteOptions kind
  gracePeriodSeconds *int64 1
  preconditions *Preconditions 2
  orphanDependents *bool 3
  propagationPolicy *string 4
  dryRun []string 5
CreateOptions kind
  dryRun []string 1
  fieldManager string 3
PatchOptions kind
  dryRun []string 1
  force *bool 2
  fieldManager string 3
UpdateOptions kind
  dryRun []string 1
  fieldManager string 2
Preconditions
  uid *string 1 go:UID
  resourceVersion *string 2
Status kind
  metadata ListMeta 1
  status string 2
  message string 3
  reason string 4
  details *StatusDetails 5
  code int32 6
StatusDetails
  name string 1
  group string 2
  kind string 3
  uid string 6 go:UID
  causes []StatusCause 4
  retryAfterSeconds int32 5
StatusCause
  reason string 1 go:Type
  message string 2
  field string 3
APIVersions kind
  versions! []string 1
  serverAddressByClientCIDRs! []ServerAddressByClientCIDR 2
APIGroupList kind
  groups! []APIGroup 1
APIGroup kind
  name! string 1
  versions! []GroupVersionForDiscovery 2
  preferredVersion GroupVersionForDiscovery 3
  serverAddressByClientCIDRs []ServerAddressByClientCIDR 4
ServerAddressByClientCIDR
  clientCIDR! string 1
  serverAddress! string 2
GroupVersionForDiscovery
  groupVersion! string 1
  version! string 2
APIResource
  name! string 1
  singularName! string 6
  namespaced! bool 2
  group string 8
  version string 9
  kind! string 3
  verbs! []string 4
  shortNames []string 5
  categories []string 7
  storageVersionHash string 10
APIResourceList kind
  groupVersion! string 1
  resources! []APIResource 2 go:APIResources
LabelSelector atomic
  matchLabels {}string 1
  matchExpressions []LabelSelectorRequirement 2
LabelSelectorRequirement
  key! string 1 merge key:key
  operator! string 2
  values []string 3
ManagedFieldsEntry
  manager string 1
  operation string 2
  apiVersion string 3 go:APIVersion
  time *Time 4
  fieldsType string 6
  fieldsV1 *FieldsV1 7
PartialObjectMetadata kind
  metadata ObjectMeta 1
PartialObjectMetadataList kind
  metadata ListMeta 1
  items! []PartialObjectMetadata 2
Condition
  type! string 1
  status! string 2
  observedGeneration int64 3
  lastTransitionTime! Time 4
  reason! string 5
  message! string 6
WatchEvent
  type! string 1
  object! any 2
)"};

}  // namespace fakeapi::types
