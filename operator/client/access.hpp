// Everything that is needed to reach one API server as somebody: what a kubeconfig's context or a pod's service account
// comes down to.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/client/kubeconfig.hpp"
#include "operator/client/server_address.hpp"
#include "operator/seams/files.hpp"

namespace client {

struct Access {
  ServerAddress server{};
  std::string namespace_{};  ///< the context's, or the pod's own; "": none was given
  std::optional<ProxyAddress> proxy{};

  FileOrData authority{};  ///< PEM; empty: the system's
  std::string tls_server_name{};
  bool skip_verification = false;

  KubeconfigUser user{};
  boost::json::value exec_config{};
  bool disable_compression = false;

  /// For messages: "context kind-dev of /home/me/.kube/config", "the pod's service account".
  std::string origin{};
  /// What somebody ought to know at each start: certificates that nobody checks, credentials sent without TLS.
  std::vector<std::string> warnings{};
};

/// The environment variables of the process: the value, or nothing if it is not set.
using Environ = std::function<std::optional<std::string>(std::string_view name)>;

struct AccessOptions {
  std::string kubeconfig{};  ///< --kubeconfig; "": not given
  std::string context{};     ///< --context; "": the current one
};

/// Where pods find their service account.
inline constexpr std::string_view service_account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Finds out how to reach the cluster, in this order (controller-runtime's, so that a kubeconfig that strayed into an
/// image does not beat the service account): options.kubeconfig, $KUBECONFIG, the pod's service account,
/// ~/.kube/config. Certificates, keys and tokens in files are not read yet, but their files must be there.
ConfigResult<Access> find_access(AccessOptions const& options, Environ const& environ, seams::Files& files);

/// What a context of a kubeconfig comes down to. `context` "": the current one. `origin` names the files.
ConfigResult<Access> select_context(Kubeconfig const& config, std::string_view context, std::string_view origin,
                                    Environ const& environ);

}  // namespace client
