// The discovery documents as JSON.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fakeapi/discovery/catalogue.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::discovery {

/// `/version`.
boost::json::value version_document(Profile profile);

/// `/api`.
boost::json::value api_versions(std::string_view server_address);
/// `/apis`.
boost::json::value api_group_list(std::vector<Group> const& groups);
/// `/apis/GROUP`.
boost::json::value api_group(Group const& group);
/// `/api/v1`, `/apis/GROUP/VERSION`.
boost::json::value api_resource_list(Group const& group, Version const& version);

/// The two versions of the aggregated form's own API.
enum class AggregatedVersion : std::uint8_t { v2, v2beta1 };
/// `/api` (the core group) or `/apis` (all others) in the aggregated form (KEP-3352).
boost::json::value api_group_discovery_list(std::vector<Group> const& groups, bool core, AggregatedVersion version);

/// `/`: every path that can be asked for. Also the body of a 404 on a path that is none.
boost::json::value root_paths(Server const& server);

}  // namespace fakeapi::discovery
