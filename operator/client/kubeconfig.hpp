// kubeconfig files: how to reach which cluster as whom. Pure: text in, values out.
//
// Read as clientcmd of client-go reads them (tools/clientcmd), with these differences: a field that is not known is an
// error, since what it asks for would silently not happen; and so is everything that kubectl only warns of.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace client {

/// Why a configuration cannot be used: one line, with the place and the remedy. Never holds a secret.
struct ConfigError {
  std::string message;
};

template <class T>
using ConfigResult = std::expected<T, ConfigError>;

/// Where something stands, for messages.
struct ConfigPlace {
  std::string file;
  int line = 0;  ///< counted from 1; 0: the file as a whole
  std::string to_string() const { return line == 0 ? file : file + ":" + std::to_string(line); }
};

/// Something given in a file of its own or in the kubeconfig itself. Not both.
struct FileOrData {
  std::string file{};
  std::string data{};  ///< decoded from base64
  bool empty() const { return file.empty() && data.empty(); }
};

struct KubeconfigCluster {
  ConfigPlace place{};
  std::string server{};
  std::string tls_server_name{};
  bool insecure_skip_tls_verify = false;
  FileOrData certificate_authority{};
  std::string proxy_url{};
  bool disable_compression = false;
  /// What an exec plugin is told of the cluster: the extension client.authentication.k8s.io/exec.
  boost::json::value exec_config{};
};

/// Whether an exec plugin may ask the user something.
enum class InteractiveMode : std::uint8_t { never, if_available, always };

/// A program that gives credentials (client.authentication.k8s.io).
struct ExecPlugin {
  std::string api_version{};
  std::string command{};
  std::vector<std::string> arguments{};
  std::vector<std::pair<std::string, std::string>> environment{};
  std::string install_hint{};
  bool provide_cluster_info = false;
  InteractiveMode interactive_mode = InteractiveMode::if_available;
};

/// As whom the user acts: the Impersonate-… headers.
struct Impersonation {
  std::string user{};
  std::string uid{};
  std::vector<std::string> groups{};
  std::vector<std::pair<std::string, std::vector<std::string>>> extra{};
};

struct KubeconfigUser {
  ConfigPlace place{};
  FileOrData client_certificate{};
  FileOrData client_key{};
  std::string token{};
  std::string token_file{};
  std::string username{};
  std::string password{};
  std::optional<ExecPlugin> exec{};
  Impersonation impersonation{};
};

struct KubeconfigContext {
  ConfigPlace place{};
  std::string cluster{};
  std::string user{};
  std::string namespace_{};
};

struct Kubeconfig {
  std::string current_context{};
  ConfigPlace current_context_place{};
  std::map<std::string, KubeconfigCluster, std::less<>> clusters{};
  std::map<std::string, KubeconfigUser, std::less<>> users{};
  std::map<std::string, KubeconfigContext, std::less<>> contexts{};
};

/// Reads one file's text. `file` is its path, for messages and because paths inside are relative to its folder. A text
/// without any document is an empty configuration, as for clientcmd.
ConfigResult<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view file);

/// Several files as one: the first that says something of a cluster, a user, a context or the current context decides;
/// nothing is merged inside an entry (clientcmd.ClientConfigLoadingRules).
Kubeconfig merge_kubeconfigs(std::vector<Kubeconfig> files);

/// The names in a list of files as $KUBECONFIG has them: separated by colons, empty ones left out, each once.
std::vector<std::string> split_kubeconfig_list(std::string_view list);

}  // namespace client
