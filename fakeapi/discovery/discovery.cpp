#include "fakeapi/discovery/discovery.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>
#include <vector>

#include "fakeapi/discovery/digest.hpp"
#include "fakeapi/discovery/documents.hpp"
#include "fakeapi/openapi/openapi.hpp"
#include "fakeapi/openapi/swagger.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::discovery {
namespace {

namespace json = boost::json;

constexpr std::string_view json_type = "application/json";

Document document(json::value const& body) {
  return {std::string(json_type), std::make_shared<std::string const>(json::serialize(body)), ""};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The parts of a text between `separator`s, without the spaces around them.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Which version of the aggregated form an Accept header wants before the plain one.
std::optional<AggregatedVersion> wanted_form(std::string_view accept) {
  for (auto const clause : split(accept, ',')) {
    auto const parts = split(clause, ';');
    if (parts.front() == "*/*" || parts.front() == "application/*") return std::nullopt;
    if (parts.front() != json_type) continue;
    auto const has = [&](std::string_view parameter) { return std::ranges::find(parts, parameter) != parts.end(); };
    bool const transforms = std::ranges::any_of(parts, [](auto part) { return part.starts_with("as="); });
    if (!transforms) return std::nullopt;
    if (!has("as=APIGroupDiscoveryList") || !has("g=apidiscovery.k8s.io")) continue;
    if (has("v=v2")) return AggregatedVersion::v2;
    if (has("v=v2beta1")) return AggregatedVersion::v2beta1;
  }
  return std::nullopt;
}

Document aggregated(Server const& server, bool core, AggregatedVersion version) {
  auto made = document(api_group_discovery_list(catalogue(server), core, version));
  made.content_type += ";g=apidiscovery.k8s.io;v=";
  made.content_type += version == AggregatedVersion::v2 ? "v2" : "v2beta1";
  made.content_type += ";as=APIGroupDiscoveryList";
  made.etag = "\"" + digest(*made.body) + "\"";
  return made;
}

std::optional<Document> resources_of(Server const& server, std::string_view group, std::string_view version) {
  for (auto const& served : catalogue(server)) {
    if (served.name != group) continue;
    for (auto const& one : served.versions) {
      if (one.name == version) return document(api_resource_list(served, one));
    }
  }
  return std::nullopt;
}

std::optional<Document> group_of(Server const& server, std::string_view name) {
  for (auto const& served : catalogue(server)) {
    if (served.name == name) return document(api_group(served));
  }
  return std::nullopt;
}

Document swagger_document(Server const& server, std::string_view accept) {
  bool const protobuf = accept.find("proto-openapi") != std::string_view::npos;
  auto text = protobuf ? openapi::swagger_protobuf(server) : json::serialize(openapi::swagger(server));
  auto etag = "\"" + digest(text) + "\"";
  return {protobuf ? "application/octet-stream" : std::string(json_type),
          std::make_shared<std::string const>(std::move(text)), std::move(etag)};
}

std::optional<Document> openapi_document(Server const& server, std::string_view path, std::string_view accept) {
  if (path == "/openapi/v2") return swagger_document(server, accept);
  if (server.profile() == Profile::v1_20) return std::nullopt;
  if (path == "/openapi/v3") return document(openapi::root(server));
  constexpr std::string_view below = "/openapi/v3/";
  if (!path.starts_with(below)) return std::nullopt;
  auto made = openapi::document(server, path.substr(below.size()));
  if (!made) return std::nullopt;
  return Document{std::string(json_type), std::make_shared<std::string const>(std::move(made->text)),
                  "\"" + made->hash + "\""};
}

}  // namespace

std::optional<Document> find_document(Server const& server, Surroundings const& surroundings, std::string_view path,
                                      std::string_view accept) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/") return document(root_paths(server));
  if (path == "/version") return document(version_document(server.profile()));
  if (path == "/api" || path == "/apis") {
    bool const core = path == "/api";
    auto const form = server.profile() == Profile::v1_20 ? std::nullopt : wanted_form(accept);
    if (form) return aggregated(server, core, *form);
    return document(core ? api_versions(surroundings.server_address) : api_group_list(catalogue(server)));
  }
  if (path.starts_with("/openapi/")) return openapi_document(server, path, accept);
  constexpr std::string_view core = "/api/";
  constexpr std::string_view grouped = "/apis/";
  if (path.starts_with(core)) return resources_of(server, "", path.substr(core.size()));
  if (!path.starts_with(grouped)) return std::nullopt;
  auto const rest = path.substr(grouped.size());
  auto const slash = rest.find('/');
  if (slash == std::string_view::npos) return group_of(server, rest);
  return resources_of(server, rest.substr(0, slash), rest.substr(slash + 1));
}

}  // namespace fakeapi::discovery
