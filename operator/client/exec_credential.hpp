// What is said to an exec plugin and what it answers (client.authentication.k8s.io). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "operator/client/access.hpp"
#include "operator/seams/commands.hpp"
#include "operator/seams/time.hpp"

namespace client {

/// The plugin's program, its arguments and its environment. `authority`: the PEM of the cluster's certificate
/// authority, for a plugin that wants to be told of the cluster.
seams::Command exec_command(Access const& access, std::string_view authority);

struct ExecCredential {
  std::string token{};
  std::string certificate{};  ///< PEM
  std::string key{};          ///< PEM
  std::optional<seams::WallTime> expires{};
};

/// Reads what a plugin printed, as k8s.io/client-go/plugin/pkg/client/auth/exec does. `api_version`: the one that was
/// asked for. The error says what is wrong; it holds nothing of the answer but its apiVersion and kind.
std::expected<ExecCredential, std::string> read_exec_credential(std::string_view output, std::string_view api_version);

}  // namespace client
