// JSON of compiled-in types as a Go server stores it: what decoding, defaulting and encoding make of what a client
// sent.
//
// A value is canonical when a server would show it exactly as it is: nothing unknown, no zero value that Go leaves out,
// every value that Go always shows, every default, each scalar in its one spelling. Most values that are written have
// been read from a server before; for them everything here is one walk without an allocation.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/types/type.hpp"

namespace fakeapi::types {

/// A value that cannot be decoded.
struct TypeError {
  std::string path;                     ///< "spec.template.spec.containers[0].name"
  std::vector<Type const*> structures;  ///< around the value, the innermost last
  Type const* expected = nullptr;       ///< what should have been there
  boost::json::kind found{};            ///< what was
  std::string detail;                   ///< of scalars that did not parse: what Go says about them; else ""
};

struct Decoding {
  /// Fields that servers of 1.20 do not know are known.
  bool modern = false;
  /// Where the paths of unknown fields go ("spec.template.spec.containers[0].foo"), in order; null: nowhere.
  std::vector<std::string>* unknown = nullptr;
};

/// `known`: what was in the value's place and is known to be canonical, or null; items of lists that have not changed
/// since are not looked at again.
bool is_canonical(Type const& type, boost::json::value const& value, Decoding const& decoding,
                  boost::json::value const* known = nullptr);
/// Makes a value canonical. After an error it is half done.
std::optional<TypeError> canonicalize(Type const& type, boost::json::value& value, Decoding const& decoding);

/// The same of a member of a kind and of the members of a structure; paths begin with the member.
std::optional<TypeError> canonicalize_member(Type const& kind, Field const& field, boost::json::value& value,
                                             Decoding const& decoding);
std::optional<TypeError> canonicalize_members(Type const& structure, boost::json::object& object,
                                              Decoding const& decoding);
/// What stands at a field that is `always` there when nothing was sent; a structure is still to be made canonical.
boost::json::value absent_value(Field const& field);

/// What Go's JSON decoder says about the value, as servers since 1.23 pass it on ("json: cannot unmarshal string into
/// Go struct field DeploymentSpec.spec.replicas of type int32").
std::string to_text(TypeError const& error);

}  // namespace fakeapi::types
