// apiextensions.k8s.io/v1.
#include "fakeapi/types/table.hpp"

namespace fakeapi::types {

Package const apiextensions_v1{"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1", "apiextensions",
                               "apiextensions.k8s.io", "v1", R"(
CustomResourceDefinitionSpec
  group! string 1
  names! CustomResourceDefinitionNames 3
  scope! string 4
  versions! []CustomResourceDefinitionVersion 7
  conversion *CustomResourceConversion 9 ={"strategy":"None"}
  preserveUnknownFields bool 10
CustomResourceConversion
  strategy! string 1
  webhook *WebhookConversion 2
WebhookConversion
  clientConfig *WebhookClientConfig 2
  conversionReviewVersions! []string 3
WebhookClientConfig
  url *string 3 go:URL
  service *ServiceReference 1
  caBundle bytes 2 go:CABundle
ServiceReference
  namespace! string 1
  name! string 2
  path *string 3
  port *int32 4 =443
CustomResourceDefinitionVersion
  name! string 1
  served! bool 2
  storage! bool 3
  deprecated bool 7
  deprecationWarning *string 8
  schema *CustomResourceValidation 4
  subresources *CustomResourceSubresources 5
  additionalPrinterColumns []CustomResourceColumnDefinition 6
CustomResourceColumnDefinition
  name! string 1
  type! string 2
  format string 3
  description string 4
  priority int32 5
  jsonPath! string 6 go:JSONPath
CustomResourceDefinitionNames
  plural! string 1
  singular string 2
  shortNames []string 3
  kind! string 4
  listKind string 5
  categories []string 6
CustomResourceDefinitionCondition
  type! string 1
  status! string 2
  lastTransitionTime Time 3
  reason string 4
  message string 5
CustomResourceDefinitionStatus
  conditions []CustomResourceDefinitionCondition 1 keep
  acceptedNames CustomResourceDefinitionNames 2 keep
  storedVersions []string 3 keep
CustomResourceDefinition kind
  metadata meta.ObjectMeta 1
  spec! CustomResourceDefinitionSpec 2
  status CustomResourceDefinitionStatus 3
CustomResourceDefinitionList kind
  metadata meta.ListMeta 1
  items! []CustomResourceDefinition 2
CustomResourceValidation
  openAPIV3Schema *JSONSchemaProps 1
CustomResourceSubresources
  status *CustomResourceSubresourceStatus 1
  scale *CustomResourceSubresourceScale 2
CustomResourceSubresourceStatus
CustomResourceSubresourceScale
  specReplicasPath! string 1
  statusReplicasPath! string 2
  labelSelectorPath *string 3
JSONSchemaProps
  id string 1 go:ID
  $schema string 2 go:Schema
  $ref *string 3 go:Ref
  description string 4
  type string 5
  format string 6
  title string 7
  default *any 8
  maximum *float 9
  exclusiveMaximum bool 10
  minimum *float 11
  exclusiveMinimum bool 12
  maxLength *int64 13
  minLength *int64 14
  pattern string 15
  maxItems *int64 16
  minItems *int64 17
  uniqueItems bool 18
  multipleOf *float 19
  enum []any 20
  maxProperties *int64 21
  minProperties *int64 22
  required []string 23
  items *any 24
  allOf []JSONSchemaProps 25
  oneOf []JSONSchemaProps 26
  anyOf []JSONSchemaProps 27
  not *JSONSchemaProps 28
  properties {}JSONSchemaProps 29
  additionalProperties *any 30
  patternProperties {}JSONSchemaProps 31
  dependencies {}any 32
  additionalItems *any 33
  definitions {}JSONSchemaProps 34
  externalDocs *ExternalDocumentation 35
  example *any 36
  nullable bool 37
  x-kubernetes-preserve-unknown-fields *bool 38 go:XPreserveUnknownFields
  x-kubernetes-embedded-resource bool 39 go:XEmbeddedResource
  x-kubernetes-int-or-string bool 40 go:XIntOrString
  x-kubernetes-list-map-keys []string 41 go:XListMapKeys
  x-kubernetes-list-type *string 42 go:XListType
  x-kubernetes-map-type *string 43 go:XMapType
ExternalDocumentation
  description string 1
  url string 2 go:URL
)"};

}  // namespace fakeapi::types
