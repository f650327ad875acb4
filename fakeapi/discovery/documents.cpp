#include "fakeapi/discovery/documents.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>
#include <string>
#include <utility>

#include "fakeapi/server.hpp"

namespace fakeapi::discovery {
namespace {

namespace json = boost::json;

template <class Texts>
json::array texts(Texts const& list) {
  json::array made;
  for (auto const& text : list) made.emplace_back(std::string_view(text));
  return made;
}

json::object version_entry(Group const& group, Version const& version) {
  return {{"groupVersion", group.group_version(version)}, {"version", version.name}};
}

void append_group(json::object& to, Group const& group) {
  json::array versions;
  for (auto const& version : group.versions) versions.emplace_back(version_entry(group, version));
  to["name"] = group.name;
  to["preferredVersion"] = nullptr;  // in its place
  to["versions"] = std::move(versions);
  to["preferredVersion"] = version_entry(group, group.versions.front());
}

json::object resource_entry(Resource const& resource) {
  json::object made{{"name", resource.plural},
                    {"singularName", resource.singular},
                    {"namespaced", resource.namespaced},
                    {"kind", resource.kind},
                    {"verbs", texts(resource.verbs)}};
  if (!resource.short_names.empty()) made["shortNames"] = texts(resource.short_names);
  if (!resource.categories.empty()) made["categories"] = texts(resource.categories);
  if (!resource.storage_hash.empty()) made["storageVersionHash"] = resource.storage_hash;
  return made;
}

json::object subresource_entry(Resource const& resource, Subresource const& subresource) {
  json::object made{
      {"name", resource.plural + "/" + subresource.name}, {"singularName", ""}, {"namespaced", resource.namespaced}};
  if (!subresource.group.empty()) made["group"] = subresource.group;
  if (!subresource.version.empty()) made["version"] = subresource.version;
  made["kind"] = subresource.kind.empty() ? resource.kind : subresource.kind;
  made["verbs"] = texts(subresource.verbs);
  return made;
}

json::object kind_entry(std::string_view group, std::string_view version, std::string_view kind) {
  return {{"group", group}, {"version", version}, {"kind", kind}};
}

json::object aggregated_entry(Group const& group, Version const& version, Resource const& resource) {
  json::object made{{"resource", resource.plural},
                    {"responseKind", kind_entry(group.name, version.name, resource.kind)},
                    {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                    {"singularResource", resource.singular},
                    {"verbs", texts(resource.verbs)}};
  if (!resource.short_names.empty()) made["shortNames"] = texts(resource.short_names);
  if (!resource.categories.empty()) made["categories"] = texts(resource.categories);
  json::array subresources;
  for (auto const& subresource : resource.subresources) {
    bool const own = subresource.group.empty();
    subresources.push_back(
        json::object{{"subresource", subresource.name},
                     {"responseKind", kind_entry(own ? group.name : subresource.group,
                                                 subresource.version.empty() ? version.name : subresource.version,
                                                 subresource.kind.empty() ? resource.kind : subresource.kind)},
                     {"verbs", texts(subresource.verbs)}});
  }
  if (!subresources.empty()) made["subresources"] = std::move(subresources);
  return made;
}

json::object aggregated_group(Group const& group) {
  json::array versions;
  for (auto const& version : group.versions) {
    json::array resources;
    for (auto const& resource : version.resources) resources.push_back(aggregated_entry(group, version, resource));
    versions.push_back(
        json::object{{"version", version.name}, {"resources", std::move(resources)}, {"freshness", "Current"}});
  }
  json::object metadata{{"name", group.name}, {"creationTimestamp", nullptr}};
  return {{"metadata", std::move(metadata)}, {"versions", std::move(versions)}};
}

}  // namespace

json::value version_document(Profile profile) {
  bool const old = profile == Profile::v1_20;
  return json::object{{"major", "1"},    {"minor", old ? "20" : "32"}, {"gitVersion", old ? "v1.20.2" : "v1.32.0"},
                      {"gitCommit", ""}, {"gitTreeState", "clean"},    {"buildDate", "1970-01-01T00:00:00Z"},
                      {"goVersion", ""}, {"compiler", "clang"},        {"platform", "linux/amd64"}};
}

json::value api_versions(std::string_view server_address) {
  json::array addresses;
  addresses.push_back(json::object{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", server_address}});
  json::array versions;
  versions.emplace_back("v1");
  return json::object{
      {"kind", "APIVersions"}, {"versions", std::move(versions)}, {"serverAddressByClientCIDRs", std::move(addresses)}};
}

json::value api_group_list(std::vector<Group> const& groups) {
  json::array list;
  for (auto const& group : groups) {
    if (group.name.empty()) continue;
    json::object entry;
    append_group(entry, group);
    list.push_back(std::move(entry));
  }
  return json::object{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

json::value api_group(Group const& group) {
  json::object made{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
  append_group(made, group);
  return made;
}

json::value api_resource_list(Group const& group, Version const& version) {
  json::array resources;
  for (auto const& resource : version.resources) {
    resources.push_back(resource_entry(resource));
    for (auto const& subresource : resource.subresources) {
      resources.push_back(subresource_entry(resource, subresource));
    }
  }
  json::object made{{"kind", "APIResourceList"}};
  // The core group's own list goes without.
  if (!group.name.empty()) made["apiVersion"] = "v1";
  made["groupVersion"] = group.group_version(version);
  made["resources"] = std::move(resources);
  return made;
}

json::value api_group_discovery_list(std::vector<Group> const& groups, bool core, AggregatedVersion version) {
  json::array items;
  for (auto const& group : groups) {
    if (group.name.empty() == core) items.push_back(aggregated_group(group));
  }
  return json::object{
      {"kind", "APIGroupDiscoveryList"},
      {"apiVersion", version == AggregatedVersion::v2 ? "apidiscovery.k8s.io/v2" : "apidiscovery.k8s.io/v2beta1"},
      {"metadata", json::object()},
      {"items", std::move(items)}};
}

json::value root_paths(Server const& server) {
  bool const modern = server.profile() != Profile::v1_20;
  std::set<std::string> paths{"/api",        "/apis",       "/apis/",  "/healthz",     "/healthz/ping", "/livez",
                              "/livez/ping", "/openapi/v2", "/readyz", "/readyz/ping", "/version"};
  if (modern) paths.insert({"/openapi/v3", "/openapi/v3/"});
  for (auto const& group : catalogue(server)) {
    std::string const root = group.name.empty() ? "/api" : "/apis/" + group.name;
    paths.insert(root);
    for (auto const& version : group.versions) {
      paths.insert(root + "/" + version.name);
      if (modern) paths.insert("/openapi/v3" + root + "/" + version.name);
    }
  }
  return json::object{{"paths", texts(paths)}};
}

}  // namespace fakeapi::discovery
