// A server that is somewhere else: reached over HTTPS (or HTTP).
#pragma once
#include <filesystem>
#include <functional>
#include <map>

#include "tests/conformance/driver.hpp"
#include "tests/conformance/http_client.hpp"

namespace conformance {

struct HttpsServer {
  std::string name;
  Endpoint endpoint;
  std::map<User, std::string> tokens;  ///< bearer tokens; a user without one sends none
  bool users = true;                   ///< bob is known
  bool controllers = false;
  std::function<Sent<void>(std::uint64_t)> compact;  ///< null: cannot
};

/// Keeps one connection for ordinary calls, and opens one more for each stream.
std::expected<std::unique_ptr<Driver>, std::string> make_https_driver(HttpsServer server);

/// Where a kubeconfig's current context leads, with whose credentials.
std::expected<HttpsServer, std::string> settings_of_kubeconfig(std::filesystem::path const& kubeconfig);

}  // namespace conformance
