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
  std::filesystem::path folder;  ///< for all that the programs write
  std::filesystem::path tokens;  ///< a token file
  /// What nobody uses, and what kube-apiserver wants all the same: a private key, and something with its public part
  /// (of an RSA key the same file will do, of an ECDSA key it has to be a certificate).
  std::filesystem::path service_account_key;
  std::filesystem::path service_account_public_key;
};

/// A private key in PEM for the service accounts, RSA of 2048 bits.
std::string new_service_account_key();

/// etcd and then kube-apiserver, from a folder such as envtest's: authorization by roles, none of the things that need
/// a cluster around it.
std::vector<Command> real_server_commands(std::filesystem::path const& assets, RealPlace const& place);

}  // namespace conformance
