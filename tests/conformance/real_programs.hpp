// How the programs of a real API server are started, for whoever holds our own against it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace conformance {

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;
};

/// Where one real server is to run: ports of the loopback interface, and files.
struct RealPlace {
  std::uint16_t etcd = 0;
  std::uint16_t etcd_peers = 0;
  std::uint16_t server = 0;
  std::filesystem::path folder;               ///< for all that the programs write
  std::filesystem::path tokens;               ///< a token file
  std::filesystem::path service_account_key;  ///< that nobody uses, and that kube-apiserver wants all the same
};

/// etcd and then kube-apiserver, from a folder such as envtest's: authorization by roles, none of the things that need
/// a cluster around it.
std::vector<Command> real_server_commands(std::filesystem::path const& assets, RealPlace const& place);

}  // namespace conformance
