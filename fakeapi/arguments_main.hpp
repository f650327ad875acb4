// The command line of echo-fakeapi. For its main only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/face/http/face.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

struct Arguments {
  int port = 0;
  std::string bind = "127.0.0.1";
  Profile profile = Profile::modern;
  std::string tls_folder;
  bool plain_http = false;
  std::string kubeconfig;
  std::vector<std::string> manifests;
  http::AuthorizationMode authorization = http::AuthorizationMode::deny_anonymous;
  std::string token_file;
  bool no_controllers = false;
  bool cheap_deployments = false;
  bool no_nodes = false;
  std::int64_t retain_seconds = 300;
  bool compaction = false;
  std::string audit_log;
  std::size_t servers = 0;            ///< 0: as many as there are lags, at least one
  std::vector<seams::Duration> lags;  ///< of the first, the second, …; those without one have none
  bool verbose = false;
};

constexpr int usage_error = 1;

/// Parses the command line; the exit code if there is nothing to serve.
std::optional<int> parse(int argc, char** argv, Arguments& arguments);

}  // namespace fakeapi
