// The text form of the table of types, one Package per source in tables/.
//
// A line that is not indented begins a structure: its name, then "kind" for one that is stored or sent by itself
// (TypeMeta is inlined in it) and "atomic" for one that server-side apply owns as a whole. An indented line is a
// field: name (with "!" when required), type, number in protobuf, and then in any order
//   keep        the zero value is shown although the field is optional; required fields always are
//   go:Name     the Go name, where it is not the JSON name with a capital letter
//   merge, replace, retainKeys, merge+retainKeys, key:name       how strategic merge patch treats it
//   list:map, list:set, list:atomic, by:name (once for each key) the markers of server-side apply
//   =JSON       what the API server fills in (no blanks in it)
//   modern      servers of 1.20 do not know it
// "& Type number" inlines another structure. Types: the Forms by name (string, bool, int32, int64, float, bytes, any,
// Time, MicroTime, Duration, IntOrString, Quantity, FieldsV1) or a structure, of another package as package.Name;
// before it "*" (absent and zero differ), "[]" (a list) or "{}" (a map of text).
#pragma once
#include <string_view>

namespace fakeapi::types {

struct Package {
  std::string_view name;   ///< in OpenAPI
  std::string_view alias;  ///< what the other packages call it
  std::string_view group;
  std::string_view version;
  std::string_view text;
};

extern Package const meta_v1;
extern Package const core_v1;
extern Package const core_v1_pods;
extern Package const core_v1_volumes;
extern Package const apps_v1;
extern Package const autoscaling_v1;
extern Package const coordination_v1;
extern Package const events_v1;
extern Package const networking_v1;
extern Package const policy_v1;
extern Package const policy_v1beta1;
extern Package const rbac_v1;
extern Package const authentication_v1;
extern Package const authorization_v1;
extern Package const apiextensions_v1;

}  // namespace fakeapi::types
