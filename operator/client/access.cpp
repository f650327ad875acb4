#include "operator/client/access.hpp"

#include <utility>

namespace client {
namespace {

constexpr std::size_t most_config_bytes = std::size_t{3} << 20;
constexpr std::size_t most_names_shown = 10;

std::unexpected<ConfigError> fail(std::string message) { return std::unexpected(ConfigError{std::move(message)}); }

template <class Map>
std::string names_of(Map const& entries) {
  if (entries.empty()) return "there is none";
  std::string text = "there are: ";
  for (std::size_t shown = 0; auto const& [name, entry] : entries) {
    if (shown > 0) text += ", ";
    if (shown++ == most_names_shown) return text + "…";
    text += name;
  }
  return text;
}

bool gives_credentials(KubeconfigUser const& user) {
  return !user.token.empty() || !user.token_file.empty() || !user.username.empty() || user.exec;
}

ConfigResult<std::optional<ProxyAddress>> choose_proxy(std::string const& url, ConfigPlace const& place,
                                                       ServerAddress const& server, Environ const& environ) {
  if (!url.empty()) {
    // proxy-url is for this cluster alone: NO_PROXY does not concern it, as in client-go.
    auto proxy = parse_proxy(url);
    if (!proxy) return fail(place.to_string() + ": proxy-url: " + proxy.error());
    return std::optional(*std::move(proxy));
  }
  for (std::string_view const name :
       {server.tls ? "HTTPS_PROXY" : "HTTP_PROXY", server.tls ? "https_proxy" : "http_proxy"}) {
    auto const value = environ(name);
    if (!value || value->empty()) continue;
    auto no_proxy = environ("NO_PROXY");
    if (!no_proxy || no_proxy->empty()) no_proxy = environ("no_proxy");
    if (bypasses_proxy(server, no_proxy.value_or(""))) return std::nullopt;
    auto proxy = parse_proxy(*value);
    if (!proxy) return fail("the environment variable " + std::string(name) + ": " + proxy.error());
    return std::optional(*std::move(proxy));
  }
  return std::nullopt;
}

void add_warnings(Access& access) {
  if (access.skip_verification) {
    access.warnings.emplace_back(
        "insecure-skip-tls-verify: the server's certificate is not checked, so anybody on the way can read and change "
        "what is sent, credentials included; give certificate-authority instead");
  }
  if (!access.server.tls && gives_credentials(access.user)) {
    access.warnings.emplace_back("credentials are sent to " + access.server.to_string() +
                                 " without encryption; use https");
  }
}

ConfigResult<Kubeconfig> read_kubeconfig(std::string const& path, seams::Files& files) {
  auto const text = files.read(path, most_config_bytes);
  if (!text) return fail(text.error().message);
  return parse_kubeconfig(*text, path);
}

ConfigResult<Access> in_cluster(std::string const& host, std::string const& port, Environ const& environ,
                                seams::Files& files) {
  Access access;
  access.origin = "the pod's service account";
  std::string const bracketed = host.contains(':') ? "[" + host + "]" : host;
  auto server = parse_server("https://" + bracketed + ":" + port, true);
  if (!server) return fail("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: " + server.error());
  access.server = *std::move(server);
  std::string const folder(service_account_folder);
  access.user.token_file = folder + "/token";
  access.authority.file = folder + "/ca.crt";
  for (std::string const& file : {access.user.token_file, access.authority.file}) {
    if (auto const found = files.read(file, most_config_bytes); !found) {
      return fail(found.error().message +
                  "; the pod needs a service account whose token is mounted (automountServiceAccountToken)");
    }
  }
  if (auto const own = files.read(folder + "/namespace", most_config_bytes)) {
    access.namespace_ = own->substr(0, own->find_last_not_of(" \t\r\n") + 1);
  }
  auto proxy = choose_proxy("", {}, access.server, environ);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  access.proxy = *std::move(proxy);
  return access;
}

ConfigResult<Access> from_list(std::vector<std::string> const& paths, std::string_view context, Environ const& environ,
                               seams::Files& files) {
  std::vector<Kubeconfig> configs;
  std::string origin;
  std::string missing;
  for (std::string const& path : paths) {
    auto const text = files.read(path, most_config_bytes);
    if (!text && text.error().missing) {
      missing += (missing.empty() ? "" : ", ") + path;
      continue;
    }
    if (!text) return fail(text.error().message);
    auto config = parse_kubeconfig(*text, path);
    if (!config) return std::unexpected(std::move(config.error()));
    configs.push_back(*std::move(config));
    origin += (origin.empty() ? "" : ":") + path;
  }
  if (configs.empty()) return fail("KUBECONFIG names no file that exists (" + missing + ")");
  return select_context(merge_kubeconfigs(std::move(configs)), context, origin, environ);
}

/// Files that are named must be there when the program starts: later they may come and go.
ConfigResult<Access> with_files(ConfigResult<Access> access, seams::Files& files) {
  if (!access) return access;
  KubeconfigUser const& user = access->user;
  struct Named {
    std::string const* file;
    std::string_view field;
    ConfigPlace const* place;
  };
  ConfigPlace const nowhere;
  for (Named const& one :
       {Named{&access->authority.file, "certificate-authority", &nowhere},
        Named{&user.client_certificate.file, "client-certificate", &user.place},
        Named{&user.client_key.file, "client-key", &user.place}, Named{&user.token_file, "tokenFile", &user.place}}) {
    if (one.file->empty()) continue;
    if (auto const found = files.read(*one.file, most_config_bytes); !found) {
      std::string const where = one.place->file.empty() ? access->origin : one.place->to_string();
      return fail(where + ": " + std::string(one.field) + ": " + found.error().message);
    }
  }
  return access;
}

}  // namespace

ConfigResult<Access> select_context(Kubeconfig const& config, std::string_view context, std::string_view origin,
                                    Environ const& environ) {
  bool const chosen = !context.empty();
  std::string const name(chosen ? context : config.current_context);
  std::string const files(origin);
  if (name.empty()) {
    return fail(files + ": current-context is not set; choose one with --context (" + names_of(config.contexts) + ")");
  }
  auto const found = config.contexts.find(name);
  if (found == config.contexts.end()) {
    std::string const where = chosen ? files : config.current_context_place.to_string();
    return fail(where + ": there is no context " + name + (chosen ? "" : ", which current-context names") + "; " +
                names_of(config.contexts));
  }
  KubeconfigContext const& chosen_context = found->second;
  auto const cluster = config.clusters.find(chosen_context.cluster);
  if (cluster == config.clusters.end()) {
    return fail(chosen_context.place.to_string() + ": the context " + name + " names the cluster " +
                chosen_context.cluster + ", which is not there; " + names_of(config.clusters));
  }
  Access access;
  if (!chosen_context.user.empty()) {
    auto const user = config.users.find(chosen_context.user);
    if (user == config.users.end()) {
      return fail(chosen_context.place.to_string() + ": the context " + name + " names the user " +
                  chosen_context.user + ", who is not there; " + names_of(config.users));
    }
    access.user = user->second;
  }
  KubeconfigCluster const& where = cluster->second;
  if (where.server.empty()) {
    return fail(where.place.to_string() + ": the cluster " + chosen_context.cluster +
                " has no server; write for instance server: https://127.0.0.1:6443");
  }
  bool const default_tls = !where.certificate_authority.empty() || where.insecure_skip_tls_verify;
  auto server = parse_server(where.server, default_tls);
  if (!server) return fail(where.place.to_string() + ": server: " + server.error());
  access.server = *std::move(server);
  access.namespace_ = chosen_context.namespace_;
  access.authority = where.certificate_authority;
  access.tls_server_name = where.tls_server_name;
  access.skip_verification = where.insecure_skip_tls_verify;
  access.disable_compression = where.disable_compression;
  access.exec_config = where.exec_config;
  access.origin = "context " + name + " of " + files;
  auto proxy = choose_proxy(where.proxy_url, where.place, access.server, environ);
  if (!proxy) return std::unexpected(std::move(proxy.error()));
  access.proxy = *std::move(proxy);
  add_warnings(access);
  return access;
}

ConfigResult<Access> find_access(AccessOptions const& options, Environ const& environ, seams::Files& files) {
  if (!options.kubeconfig.empty()) {
    auto config = read_kubeconfig(options.kubeconfig, files);
    if (!config) return std::unexpected(std::move(config.error()));
    return with_files(select_context(*config, options.context, options.kubeconfig, environ), files);
  }
  if (auto const list = environ("KUBECONFIG"); list && !split_kubeconfig_list(*list).empty())
    return with_files(from_list(split_kubeconfig_list(*list), options.context, environ, files), files);
  auto const host = environ("KUBERNETES_SERVICE_HOST");
  auto const port = environ("KUBERNETES_SERVICE_PORT");
  if (host && port && !host->empty() && !port->empty()) {
    if (!options.context.empty())
      return fail("--context " + options.context + " needs a kubeconfig: give --kubeconfig or set KUBECONFIG");
    return in_cluster(*host, *port, environ, files);
  }
  constexpr std::string_view remedy = "give --kubeconfig FILE, set KUBECONFIG, or run in a pod";
  auto const home = environ("HOME");
  if (!home || home->empty()) return fail("there is no cluster to talk to; " + std::string(remedy));
  std::string const path = *home + "/.kube/config";
  auto const text = files.read(path, most_config_bytes);
  if (!text && text.error().missing) {
    return fail("there is no cluster to talk to: neither KUBECONFIG nor " + path + " nor a pod's service account; " +
                std::string(remedy));
  }
  if (!text) return fail(text.error().message);
  auto config = parse_kubeconfig(*text, path);
  if (!config) return std::unexpected(std::move(config.error()));
  return with_files(select_context(*config, options.context, path, environ), files);
}

}  // namespace client
