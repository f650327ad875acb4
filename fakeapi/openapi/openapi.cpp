#include "fakeapi/openapi/openapi.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "fakeapi/discovery/catalogue.hpp"
#include "fakeapi/discovery/digest.hpp"
#include "fakeapi/openapi/paths.hpp"
#include "fakeapi/openapi/schemas.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"
#include "fakeapi/types/type.hpp"

namespace fakeapi::openapi {
namespace {

namespace json = boost::json;

// "api/v1", "apis/apps/v1".
std::string path_of(discovery::Group const& group, discovery::Version const& version) {
  return (group.name.empty() ? "api/" : "apis/") + group.group_version(version);
}

// Adds what is needed to speak of a resource, and says where that is.
PathOptions describe_resource(Server const& server, discovery::Group const& group, discovery::Version const& version,
                              discovery::Resource const& resource, Schemas& schemas) {
  for (auto const& subresource : resource.subresources) {
    auto const* type = types::find_kind(subresource.group, subresource.version, subresource.kind);
    if (type != nullptr) schemas.add(*type);
  }
  PathOptions options{group.name, version.name, "", "", false};
  auto const served = server.registry().find({group.name, version.name, resource.plural});
  if (served && !served->kind->strategy->built_in) {
    options.schema = schemas.add(*served->kind);
    options.list_schema = options.schema + "List";
    return options;
  }
  options.strategic_merge_patch = true;
  if (auto const* type = types::find_kind(group.name, version.name, resource.kind)) {
    schemas.add(*type);
    options.schema = type->name;
  }
  if (auto const* list = types::find_kind(group.name, version.name, resource.kind + "List")) {
    schemas.add(*list);
    options.list_schema = list->name;
  }
  return options;
}

Document make(Server const& server, discovery::Group const& group, discovery::Version const& version) {
  bool const modern = server.profile() != Profile::v1_20;
  Schemas schemas(modern);
  json::object paths;
  for (auto const& resource : version.resources) {
    auto const options = describe_resource(server, group, version, resource, schemas);
    add_paths(resource, options, paths);
  }
  json::object info{{"title", "Kubernetes"}, {"version", modern ? "v1.32.0" : "v1.20.2"}};
  json::object components{{"schemas", schemas.take()}};
  Document made;
  made.text = json::serialize(json::object{{"openapi", "3.0.0"},
                                           {"info", std::move(info)},
                                           {"paths", std::move(paths)},
                                           {"components", std::move(components)}});
  made.hash = discovery::digest(made.text);
  return made;
}

}  // namespace

json::object all_schemas(Server const& server) {
  Schemas schemas(server.profile() != Profile::v1_20);
  for (auto const& group : discovery::catalogue(server)) {
    for (auto const& version : group.versions) {
      for (auto const& resource : version.resources) describe_resource(server, group, version, resource, schemas);
    }
  }
  return schemas.take();
}

json::value root(Server const& server) {
  json::object paths;
  for (auto const& group : discovery::catalogue(server)) {
    for (auto const& version : group.versions) {
      auto const path = path_of(group, version);
      auto const url = "/openapi/v3/" + path + "?hash=" + make(server, group, version).hash;
      paths[path] = json::object{{"serverRelativeURL", url}};
    }
  }
  return json::object{{"paths", std::move(paths)}};
}

std::optional<Document> document(Server const& server, std::string_view path) {
  for (auto const& group : discovery::catalogue(server)) {
    for (auto const& version : group.versions) {
      if (path_of(group, version) == path) return make(server, group, version);
    }
  }
  return std::nullopt;
}

}  // namespace fakeapi::openapi
