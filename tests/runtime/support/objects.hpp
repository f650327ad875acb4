// Small objects for tests.
#pragma once
#include <memory>
#include <string>

#include "operator/api/object.hpp"

namespace runtime_tests {

/// An Echo in namespace default.
inline api::ObjectPtr object(std::string const& name, std::string const& uid, std::uint64_t version,
                             std::string const& kind = "Echo") {
  auto o = std::make_shared<api::Object>();
  o->api_version = kind == "Echo" ? "example.com/v1" : "apps/v1";
  o->kind = kind;
  o->metadata.namespace_ = "default";
  o->metadata.name = name;
  o->metadata.uid = uid;
  o->metadata.resource_version = api::ResourceVersion{version};
  return o;
}

/// The same with one more owner reference.
inline api::ObjectPtr owned_by(api::ObjectPtr const& child, std::string const& owner_uid,
                               std::string const& owner_name = "owner",
                               std::string const& owner_api_version = "example.com/v1") {
  auto o = std::make_shared<api::Object>(*child);
  auto owners = *o->metadata.owner_references;
  owners.push_back({owner_api_version, "Echo", owner_name, owner_uid, true, true});
  o->metadata.owner_references = owners;
  return o;
}

}  // namespace runtime_tests
