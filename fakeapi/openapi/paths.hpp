// The paths of OpenAPI v3: what may be asked of each resource.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "fakeapi/discovery/catalogue.hpp"

namespace fakeapi::openapi {

/// A resource of a document and where its schemas are; names may be "".
struct PathOptions {
  std::string_view group;
  std::string_view version;
  std::string schema;
  std::string list_schema;
  bool strategic_merge_patch = false;
};

/// Adds the paths of a resource and its subresources.
void add_paths(discovery::Resource const& resource, PathOptions const& options, boost::json::object& paths);

}  // namespace fakeapi::openapi
