// The discovery documents: which groups, versions and resources a server serves.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::discovery {

/// `/version`.
boost::json::value version(Profile profile);

/// `/api`, the legacy form. `server_address` is what clients reach the server at: "127.0.0.1:6443".
boost::json::value api_versions(std::string_view server_address);
/// `/apis`, the legacy form.
boost::json::value api_group_list(Registry const& registry, Profile profile);
/// `/apis/GROUP`; nothing if there is no such group.
std::optional<boost::json::value> api_group(Registry const& registry, Profile profile, std::string_view group);
/// `/api/v1` (group "") and `/apis/GROUP/VERSION`; nothing if it is not served.
std::optional<boost::json::value> api_resource_list(Registry const& registry, Profile profile, std::string_view group,
                                                    std::string_view version);

/// The aggregated form (KEP-3352) of `/api` and `/apis`, in either version of its own API.
enum class Aggregated : std::uint8_t { v2, v2beta1 };
/// `core`: `/api`, else `/apis`. Content-Type "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList".
boost::json::value api_group_discovery_list(Registry const& registry, Profile profile, bool core, Aggregated version);

/// The paths that the server answers at its root, `{"paths": […]}`: the body of `/` and of a 404 on an unknown path.
boost::json::value root_paths(Registry const& registry, Profile profile);

/// Whether `a` stands before `b` in the order of preference of versions: v10, v2, v1, v2beta1, v1alpha1, then others
/// by the alphabet.
bool version_before(std::string_view a, std::string_view b);

}  // namespace fakeapi::discovery
