// Schemas of OpenAPI v3: from the table of types, and from definitions.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "fakeapi/semantics/kind.hpp"
#include "fakeapi/types/type.hpp"

namespace fakeapi::openapi {

/// `components.schemas` of one document, each with everything it refers to.
class Schemas {
 public:
  explicit Schemas(bool modern) : modern_(modern) {}

  /// Adds a type that has a name; once.
  void add(types::Type const& type);
  /// Adds a custom resource's kind and its list; gives the name of the kind's schema.
  std::string add(Kind const& kind);

  boost::json::object take() { return std::move(schemas_); }

 private:
  boost::json::object schema_of(types::Type const& type);
  boost::json::object reference_or_schema(types::Type const& type);
  boost::json::object property_of(types::Type const& owner, types::Field const& field);

  bool modern_;
  boost::json::object schemas_;
};

/// `{"$ref": "#/components/schemas/NAME"}`.
boost::json::object reference(std::string_view name);
/// An x-kubernetes-group-version-kind.
boost::json::object group_version_kind(std::string_view group, std::string_view version, std::string_view kind);
/// "com.example.v1.Echo" for a custom kind.
std::string schema_name(Kind const& kind);

}  // namespace fakeapi::openapi
