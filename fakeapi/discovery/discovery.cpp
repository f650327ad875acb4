#include "fakeapi/discovery/discovery.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <vector>

#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi::discovery {
namespace {

namespace json = boost::json;

Document document(json::value const& body) {
  return {"application/json", std::make_shared<std::string const>(json::serialize(body)), ""};
}

json::value version() {
  return {{"major", "1"},    {"minor", "20"},           {"gitVersion", "v1.20.2"},
          {"gitCommit", ""}, {"gitTreeState", "clean"}, {"buildDate", "1970-01-01T00:00:00Z"},
          {"goVersion", ""}, {"compiler", "clang"},     {"platform", "linux/amd64"}};
}

json::value core_versions(Surroundings const& surroundings) {
  json::array addresses;
  addresses.push_back({{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", surroundings.server_address}});
  return {{"kind", "APIVersions"}, {"versions", {"v1"}}, {"serverAddressByClientCIDRs", std::move(addresses)}};
}

using Versions = std::vector<std::pair<std::string, std::vector<std::string>>>;

// Groups but the core one, each with its versions, in the order of their coming.
Versions groups_of(Server const& server) {
  Versions found;
  for (auto const& served : server.registry().served()) {
    auto const& resource = served->kind->resource;
    if (resource.group.empty()) continue;
    auto at = std::ranges::find(found, resource.group, [](auto const& group) { return group.first; });
    if (at == found.end()) at = found.insert(found.end(), {resource.group, {}});
    if (std::ranges::find(at->second, resource.version) == at->second.end()) at->second.push_back(resource.version);
  }
  return found;
}

json::object group_of(std::string const& name, std::vector<std::string> const& versions) {
  json::array list;
  for (auto const& one : versions) list.push_back({{"groupVersion", name + "/" + one}, {"version", one}});
  json::object group;
  group["name"] = name;
  group["preferredVersion"] = list.front();
  group["versions"] = std::move(list);
  return group;
}

json::object resource_of(std::string name, Kind const& kind, json::array verbs) {
  json::object resource;
  resource["name"] = std::move(name);
  resource["singularName"] = "";
  resource["namespaced"] = kind.namespaced;
  resource["kind"] = kind.kind;
  resource["verbs"] = std::move(verbs);
  return resource;
}

// What a definition says of names.
void add_names(Server const& server, Kind const& kind, json::object& resource) {
  auto const definition = server.find(api::custom_resource_definitions, {"", kind.qualified});
  if (!definition) return;
  auto const* const names = api::find_path(definition->spec.get(), {"names"});
  if (names == nullptr) return;
  for (auto const& [from, to] : {std::pair{"singular", "singularName"}, std::pair{"shortNames", "shortNames"},
                                 std::pair{"categories", "categories"}}) {
    if (auto const* value = api::find_path(names, {from})) resource[to] = *value;
  }
}

std::optional<Document> resources_of(Server const& server, std::string_view group, std::string_view version) {
  json::array resources;
  for (auto const& served : server.registry().served()) {
    Kind const& kind = *served->kind;
    if (kind.resource.group != group || kind.resource.version != version) continue;
    auto resource = resource_of(kind.resource.plural, kind,
                                {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"});
    add_names(server, kind, resource);
    resources.push_back(std::move(resource));
    if (kind.has_status) {
      resources.push_back(resource_of(kind.resource.plural + "/status", kind, {"get", "patch", "update"}));
    }
    if (kind.has_scale) {
      auto scale = resource_of(kind.resource.plural + "/scale", kind, {"get", "patch", "update"});
      scale["group"] = "autoscaling";
      scale["version"] = "v1";
      scale["kind"] = "Scale";
      resources.push_back(std::move(scale));
    }
  }
  if (resources.empty()) return std::nullopt;
  std::string const api_version =
      group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
  return document({{"kind", "APIResourceList"},
                   {"apiVersion", "v1"},
                   {"groupVersion", api_version},
                   {"resources", std::move(resources)}});
}

}  // namespace

std::optional<Document> find_document(Server const& server, Surroundings const& surroundings, std::string_view path,
                                      std::string_view /*accept*/) {
  if (path == "/version") return document(version());
  if (path == "/api") return document(core_versions(surroundings));
  if (path == "/api/v1") return resources_of(server, "", "v1");
  // An empty protobuf document: whoever asks then checks nothing against it.
  if (path == "/openapi/v2") return Document{"application/octet-stream", std::make_shared<std::string const>(), ""};
  if (path == "/apis") {
    json::array groups;
    for (auto const& [name, versions] : groups_of(server)) groups.push_back(group_of(name, versions));
    return document({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
  }
  constexpr std::string_view below = "/apis/";
  if (!path.starts_with(below)) return std::nullopt;
  auto const rest = path.substr(below.size());
  auto const slash = rest.find('/');
  if (slash != std::string_view::npos) return resources_of(server, rest.substr(0, slash), rest.substr(slash + 1));
  for (auto const& [name, versions] : groups_of(server)) {
    if (name != rest) continue;
    json::object group;
    group["kind"] = "APIGroup";
    group["apiVersion"] = "v1";
    for (auto& [key, value] : group_of(name, versions)) group[key] = value;
    return document(group);
  }
  return std::nullopt;
}

}  // namespace fakeapi::discovery
