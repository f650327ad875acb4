#include "fakeapi/arguments_main.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "fakeapi/controllers/pod_stages.hpp"
#include "fakeapi/serve/caches.hpp"

namespace fakeapi {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_servers = 16;
constexpr seams::Duration longest_lag = 1h;

// "" if it is one.
std::string is_lag(std::string const& text) {
  auto const lag = parse_duration(text);
  if (!lag) return "\"" + text + "\" is no duration such as 5s or 200ms";
  return *lag <= longest_lag ? "" : "\"" + text + "\" is more than an hour";
}

}  // namespace

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  std::vector<std::string> lag_texts;
  CLI::App app(
      "A fake Kubernetes API server in memory, for kubectl and for the tests of anybody's controller.\n"
      "Exit codes: 0 ended by SIGTERM or SIGINT, 1 bad usage or a bad file, 2 cannot serve.");
  app.require_subcommand(1);
  auto& serve = *app.add_subcommand("serve", "serve until SIGTERM or SIGINT");
  serve.add_option("--port", arguments.port, "the port; 0: one that is free")->check(CLI::Range(0, 65535));
  serve.add_option("--bind", arguments.bind, "the address to listen on")->capture_default_str();
  std::map<std::string, Profile> const profiles{{"v1.20", Profile::v1_20}, {"modern", Profile::modern}};
  serve
      .add_option("--profile", arguments.profile,
                  "whose behaviour: v1.20, or modern, what clients of 1.32 expect (the default)")
      ->transform(CLI::CheckedTransformer(profiles).description(""))
      ->type_name("v1.20|modern");
  auto* const folder = serve.add_option("--tls-dir", arguments.tls_folder,
                                        "keep the certificate authority and its certificates in this folder, so that "
                                        "clients can go on to trust it; without it they are made anew at each start");
  serve.add_flag("--plain-http", arguments.plain_http, "no TLS")->excludes(folder);
  serve.add_option("--write-kubeconfig", arguments.kubeconfig,
                   "write a kubeconfig with an administrator's token to this file, for its owner only");
  serve
      .add_option("-f,--filename", arguments.manifests,
                  "apply this YAML or JSON file at start, - for standard input (repeatable)")
      ->allow_extra_args(false);
  std::map<std::string, http::AuthorizationMode> const modes{
      {"allow", http::AuthorizationMode::allow},
      {"deny-anonymous", http::AuthorizationMode::deny_anonymous},
      {"rbac", http::AuthorizationMode::rbac}};
  serve
      .add_option("--authorization", arguments.authorization,
                  "who may do what: allow (everybody everything), deny-anonymous (whoever has a token or certificate "
                  "everything; the default), rbac (as the stored Roles and Bindings say)")
      ->transform(CLI::CheckedTransformer(modes).description(""))
      ->type_name("allow|deny-anonymous|rbac");
  serve.add_option("--token-auth-file", arguments.token_file,
                   "further users: lines of token,user,uid,\"group1,group2\" as kube-apiserver reads them");
  auto* const none = serve.add_flag("--no-controllers", arguments.no_controllers,
                                    "Deployments stay without pods, nothing is garbage collected");
  serve
      .add_flag("--no-nodes", arguments.no_nodes,
                "pods are made, but nobody gives them a node or runs them: for whoever plays scheduler and kubelet")
      ->excludes(none);
  serve
      .add_flag("--cheap-deployments", arguments.cheap_deployments,
                "Deployments become ready without ReplicaSets and Pods: for tens of thousands of them")
      ->excludes(none);
  serve
      .add_option("--retain", arguments.retain_seconds,
                  "for how many seconds watches and pages can look back; 0: without end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  serve.add_flag(
      "--compaction-endpoint", arguments.compaction,
      "serve POST /v3/kv/compaction {\"revision\": \"N\"}, which forgets history as etcd's does: for tests of "
      "what clients do then");
  serve
      .add_option("--servers", arguments.servers,
                  "so many API servers over one store, each on a port of its own and with a context of its own in the "
                  "kubeconfig (default: one, or as many as --lag names); with --port P they have P, P+1, …")
      ->check(CLI::Range(std::size_t{1}, most_servers));
  auto* const lags = serve.add_option(
      "--lag", lag_texts,
      "how late watches and reads from the cache are at the first, the second, … of these servers (0,5s: the second "
      "one tells everything five seconds later). GET and POST " +
          std::string(serve::caches_path) + " of each server tell and change it: see fakeapi/README.md");
  lags->delimiter(',')->type_name("DURATION,…")->check(is_lag);
  serve.add_option("--audit-log-path", arguments.audit_log,
                   "add a line of JSON for each request to this file (audit.k8s.io/v1, level Metadata), as "
                   "kube-apiserver does: who asked for what, when, and the answer's code");
  serve.add_flag("-v,--verbose", arguments.verbose, "log connections, too");
  try {
    app.parse(argc, argv);
    for (auto const& text : lag_texts) arguments.lags.push_back(parse_duration(text).value());
    if (arguments.servers == 0) arguments.servers = std::max<std::size_t>(arguments.lags.size(), 1);
    if (arguments.lags.size() > arguments.servers)
      throw CLI::ValidationError("--lag", "there are more lags than --servers");
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

}  // namespace fakeapi
