// Which of the things that a place may hold a value is.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

#include "fakeapi/patch/merge_schema.hpp"

namespace fakeapi::patch::detail {

enum class Atom : std::uint8_t { map, scalar, list, none };

/// What the schema takes the value for. Null, and what may not be here, passes for the first of the things that may.
inline Atom atom_of(MergeSchema const& schema, boost::json::value const& value) {
  if (value.is_object() && schema.map() != MergeSchema::Map::none) return Atom::map;
  if (value.is_array() && schema.list() != MergeSchema::List::none) return Atom::list;
  bool const scalar = value.is_string() || value.is_number() || value.is_bool();
  if (scalar && schema.scalar() != MergeSchema::Scalar::none) return Atom::scalar;
  if (schema.map() != MergeSchema::Map::none) return Atom::map;
  if (schema.scalar() != MergeSchema::Scalar::none) return Atom::scalar;
  return schema.list() != MergeSchema::List::none ? Atom::list : Atom::none;
}

inline boost::json::object const& members_of(boost::json::value const* value) {
  static boost::json::object const nothing;
  return value != nullptr && value->is_object() ? value->get_object() : nothing;
}

inline boost::json::array const& items_of(boost::json::value const* value) {
  static boost::json::array const nothing;
  return value != nullptr && value->is_array() ? value->get_array() : nothing;
}

/// The schema of a member; what has no place is compared and owned as a whole.
inline MergeSchema member_schema(MergeSchema const& schema, std::string_view name) {
  auto const member = schema.member(name);
  return member ? member->schema : MergeSchema::untyped();
}

}  // namespace fakeapi::patch::detail
