// Manifests into a cluster behind an Api, as `kubectl apply` would do it.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "fakeapi/server.hpp"
#include "operator/api/api.hpp"
#include "operator/manifest/manifest.hpp"
#include "operator/seams/clock.hpp"

namespace sim::local {

/// As fakeapi::manifests::apply(), over the Api. `rehearsed` is a server to which they have been applied: it knows what
/// serves which kind. All that is given outlives the coroutine.
boost::asio::awaitable<std::expected<void, std::string>> apply_over_api(
    api::Api& api, seams::Clock& clock, fakeapi::Server const& rehearsed,
    std::vector<manifest::Manifest> const& manifests);

}  // namespace sim::local
