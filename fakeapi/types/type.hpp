// The compiled-in types of Kubernetes as data: which fields there are, and what each of the server's machines needs to
// know of them. One table serves decoding, pruning, strict validation, strategic merge patch, server-side apply,
// protobuf bodies and OpenAPI.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi::types {

struct Type;
struct DependentDefaults;

/// What a value is in JSON, and in Go.
enum class Form : std::uint8_t {
  any,  ///< any JSON: RawExtension, JSONSchemaProps' JSON
  string,
  boolean,
  int32,
  int64,
  number,  ///< float64
  bytes,   ///< []byte: base64 text
  time,
  micro_time,
  duration,       ///< metav1.Duration: text
  int_or_string,  ///< intstr.IntOrString
  quantity,       ///< resource.Quantity
  fields_v1,      ///< metav1.FieldsV1: any JSON object
  structure,
  list,
  map,  ///< of text to `element`
};

/// Struct tag patchStrategy.
enum class PatchStrategy : std::uint8_t { replace, merge, retain_keys, merge_retain_keys };
/// Marker +listType: how server-side apply owns a list.
enum class ListType : std::uint8_t { atomic, set, map };

struct Field {
  std::string_view name;       ///< in JSON
  Type const* type = nullptr;  ///< never null
  std::uint16_t number = 0;    ///< in protobuf; 0: none
  bool required = false;       ///< as OpenAPI has it
  bool omit_empty = false;     ///< the zero value is left out when the object is encoded
  bool pointer = false;        ///< absent and zero differ
  bool inlined = false;        ///< has no name in JSON: the fields of `type` stand in its place
  bool always = false;         ///< stands in every encoded object, whatever its value
  PatchStrategy patch = PatchStrategy::replace;
  std::string_view merge_key;  ///< struct tag patchMergeKey
  /// How server-side apply owns a list: the marker, or what follows from the patch strategy where there is none (merged
  /// by a key: a map of that key; merged without: a set).
  ListType list_type = ListType::atomic;
  bool list_marked = false;                 ///< there is a marker: OpenAPI shows x-kubernetes-list-type
  std::vector<std::string_view> list_keys;  ///< of ListType::map
  bool atomic = false;                      ///< a structure or map that server-side apply owns as a whole
  bool modern = false;                      ///< servers of 1.20 do not know it
  /// What the API server fills in, as JSON text ("\"ClusterIP\"", "30"); "": nothing, or what depends on other fields.
  std::string_view default_json;
  std::string_view go;  ///< the name in Go where it is not the JSON name with a capital letter; see go_name()
};

struct Type {
  Form form = Form::any;
  /// Of structures: the name in OpenAPI ("io.k8s.api.apps.v1.DeploymentSpec"). Other forms that have one there (Time,
  /// Quantity, IntOrString, FieldsV1, …) have it here too.
  std::string_view name;
  /// Of kinds: what stands in an object's apiVersion and kind. A kind of meta/v1 (Status, DeleteOptions) says "v1".
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::vector<Field> fields;  ///< of structures, in the order of declaration; inlined ones not expanded
  /// The same with a name in JSON each: inlined structures expanded.
  std::vector<Field const*> members;
  std::size_t always = 0;  ///< how many members stand in every encoded object
  /// What the API server fills in depending on other fields; null: nothing. See dependent_defaults.hpp.
  DependentDefaults const* dependent_defaults = nullptr;
  Type const* element = nullptr;  ///< of lists and maps
  bool atomic = false;            ///< marker +structType=atomic

  /// The field of a structure, also of one inlined in it, or null.
  Field const* field(std::string_view json_name) const;
};

/// The structure of this OpenAPI name, or null. Lives as long as the program.
Type const* find_type(std::string_view name);
/// The structure of a kind ("apps", "v1", "Deployment"), or null. The kinds of meta/v1 belong to every group version
/// ("apps", "v1", "DeleteOptions").
Type const* find_kind(std::string_view group, std::string_view version, std::string_view kind);
/// Every structure, by name. They are read from their text at the first call of any of these functions (a millisecond).
std::span<Type const* const> all_types();

/// "Replicas", "ClusterIP", "ObjectMeta".
std::string go_name(Field const& field);
/// As Go prints the type: "v1.DeploymentSpec".
std::string go_type_name(Type const& type);
/// The same of any type: "[]v1.Container", "map[string]string", "int32".
std::string go_type(Type const& type);

}  // namespace fakeapi::types
