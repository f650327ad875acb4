// echo-fakeapi: the fake API server for kubectl and every other client, over HTTPS.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/http/face.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "fakeapi/serve/kubeconfig.hpp"
#include "fakeapi/serve/retention.hpp"
#include "fakeapi/server.hpp"
#include "operator/http/server.hpp"
#include "operator/manifest/manifest.hpp"
#include "operator/real/certificates.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/files.hpp"
#include "operator/real/process.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"
#include "operator/real/tls.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fakeapi::http::AuthorizationMode;

constexpr int usage_error = 1;
constexpr int cannot_serve = 2;
// How long streams and requests may take to end when the server is to.
constexpr seams::Duration drain_patience = 5s;

struct Arguments {
  int port = 0;
  std::string bind = "127.0.0.1";
  fakeapi::Profile profile = fakeapi::Profile::modern;
  std::string tls_folder;
  bool plain_http = false;
  std::string kubeconfig;
  std::vector<std::string> manifests;
  AuthorizationMode authorization = AuthorizationMode::deny_anonymous;
  std::string token_file;
  bool no_controllers = false;
  bool cheap_deployments = false;
  bool no_nodes = false;
  std::int64_t retain_seconds = 300;
  bool compaction = false;
  bool verbose = false;
};

// Parses the command line; the exit code if there is nothing to serve.
std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app(
      "A fake Kubernetes API server in memory, for kubectl and for the tests of anybody's controller.\n"
      "Exit codes: 0 ended by SIGTERM or SIGINT, 1 bad usage or a bad file, 2 cannot serve.");
  app.require_subcommand(1);
  auto& serve = *app.add_subcommand("serve", "serve until SIGTERM or SIGINT");
  serve.add_option("--port", arguments.port, "the port; 0: one that is free")->check(CLI::Range(0, 65535));
  serve.add_option("--bind", arguments.bind, "the address to listen on")->capture_default_str();
  std::map<std::string, fakeapi::Profile> const profiles{{"v1.20", fakeapi::Profile::v1_20},
                                                         {"modern", fakeapi::Profile::modern}};
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
  std::map<std::string, AuthorizationMode> const modes{{"allow", AuthorizationMode::allow},
                                                       {"deny-anonymous", AuthorizationMode::deny_anonymous},
                                                       {"rbac", AuthorizationMode::rbac}};
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
  serve.add_flag("-v,--verbose", arguments.verbose, "log connections, too");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

// The objects of all files, or one line on stderr for each file that is bad.
std::optional<std::vector<manifest::Manifest>> read_manifests(std::vector<std::string> const& files) {
  std::vector<manifest::Manifest> all;
  bool good = true;
  for (auto const& file : files) {
    std::expected<std::string, std::string> text;
    if (file == "-") {
      std::ostringstream input;
      input << std::cin.rdbuf();
      text = input.str();
    } else {
      text = real::read_file(file);
    }
    if (!text) {
      std::cerr << "echo-fakeapi: " << text.error() << '\n';
      good = false;
      continue;
    }
    auto parsed = manifest::parse(*text, file == "-" ? "standard input" : file);
    if (!parsed) {
      std::cerr << parsed.error().to_string() << '\n';
      good = false;
      continue;
    }
    std::ranges::move(*parsed, std::back_inserter(all));
  }
  if (!good) return std::nullopt;
  return all;
}

// What nobody guesses.
std::string make_token() {
  std::string token;
  for (int part = 0; part < 4; ++part) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(real::entropy_seed()));
    token += digits;
  }
  return token;
}

std::optional<fakeapi::authorization::TokenTable> read_tokens(std::string const& file) {
  if (file.empty()) return fakeapi::authorization::TokenTable();
  auto const text = real::read_file(file);
  if (!text) {
    std::cerr << "echo-fakeapi: " << text.error() << '\n';
    return std::nullopt;
  }
  auto table = fakeapi::authorization::TokenTable::parse(*text);
  if (!table) {
    std::cerr << "echo-fakeapi: " << file << ": " << table.error() << '\n';
    return std::nullopt;
  }
  return *std::move(table);
}

// Everything between the command line and the end.
class Program {
 public:
  explicit Program(Arguments arguments)
      : arguments_(std::move(arguments)),
        log_(arguments_.verbose ? seams::LogLevel::debug : seams::LogLevel::warning),
        clock_(context_),
        random_(real::entropy_seed()),
        environment_{context_.get_executor(), clock_, random_, log_} {}

  int run() {
    real::raise_file_limit();
    auto tokens = read_tokens(arguments_.token_file);
    auto const manifests = read_manifests(arguments_.manifests);
    if (!tokens || !manifests) return usage_error;
    if (!fill_store(*manifests)) return usage_error;
    if (!listen()) return cannot_serve;

    fakeapi::authorization::User admin;
    admin.name = "kubernetes-admin";
    admin.groups = {"system:masters"};
    auto const token = make_token();
    tokens->add(token, std::move(admin));
    fakeapi::http::FaceOptions options;
    options.authorization = arguments_.authorization;
    options.tokens = *std::move(tokens);
    options.surroundings.server_address = address_;
    options.compaction = arguments_.compaction;
    face_ = std::make_unique<fakeapi::http::Face>(*server_, environment_, std::move(options));
    start_controllers();
    std::optional<fakeapi::serve::Retention> retention;
    if (arguments_.retain_seconds > 0) {
      retention.emplace(*server_, clock_, std::chrono::seconds(arguments_.retain_seconds));
    }

    http::ServerOptions server_options;
    server_options.connection.refuse = [](http::Refusal const& refusal) {
      return fakeapi::http::refusal(refusal.status, refusal.reason);
    };
    http_ = std::make_unique<http::HttpServer>(environment_, std::move(listener_), *face_, server_options);
    http_->start();
    if (!announce(token)) return cannot_serve;
    asio::co_spawn(context_, serve_until_told(), [this](std::exception_ptr failure) {
      failure_ = std::move(failure);
      context_.stop();
    });
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
    return 0;
  }

 private:
  fakeapi::ServerOptions server_options() const {
    fakeapi::ServerOptions options;
    options.profile = arguments_.profile;
    options.field_management = true;
    options.largest_object = fakeapi::etcd_largest_object;
    options.uid_seed = seed_;
    options.started = clock_.wall_now();
    return options;
  }

  bool fill_store(std::vector<manifest::Manifest> const& manifests) {
    server_ = std::make_unique<fakeapi::Server>(server_options());
    fakeapi::RequestContext context;
    context.now = clock_.wall_now();
    fakeapi::authorization::install_bootstrap_roles(*server_, context);
    auto const applied = fakeapi::manifests::apply(*server_, manifests, clock_.wall_now());
    if (!applied) std::cerr << applied.error() << '\n';
    return applied.has_value();
  }

  // The listener, and the address at which it is reached; one line on stderr if there is none.
  bool listen() {
    try {
      real::ListenAddress const where{arguments_.bind, static_cast<std::uint16_t>(arguments_.port)};
      std::uint16_t port = 0;
      if (arguments_.plain_http) {
        auto listener = std::make_unique<real::TcpListener>(context_, clock_, where);
        port = listener->port();
        listener_ = std::move(listener);
      } else {
        auto const credentials = make_credentials();
        if (!credentials) {
          std::cerr << "echo-fakeapi: " << credentials.error() << '\n';
          return false;
        }
        authority_ = credentials->authority;
        real::TlsServerOptions options;
        options.identity = credentials->server;
        options.client_authorities = credentials->authority;
        auto listener = std::make_unique<real::TlsListener>(context_, clock_, where, options);
        port = listener->port();
        listener_ = std::move(listener);
      }
      // Who listens everywhere is reached here, too.
      std::string host = arguments_.bind;
      if (host == "0.0.0.0") host = "127.0.0.1";
      if (host == "::") host = "::1";
      if (host.contains(':')) host = "[" + host + "]";
      address_ = host + ":" + std::to_string(port);
    } catch (boost::system::system_error const& failure) {
      std::cerr << "echo-fakeapi: cannot listen on " << arguments_.bind << " port " << arguments_.port << ": "
                << failure.code().message() << '\n';
      return false;
    } catch (std::invalid_argument const& failure) {  // what is in the folder of --tls-dir is of no use
      std::cerr << "echo-fakeapi: " << failure.what() << '\n';
      return false;
    }
    return true;
  }

  std::expected<real::Credentials, std::string> make_credentials() const {
    real::CredentialsOptions options;
    if (std::ranges::find(options.server_names, arguments_.bind) == options.server_names.end() &&
        arguments_.bind != "0.0.0.0" && arguments_.bind != "::") {
      options.server_names.push_back(arguments_.bind);
    }
    if (arguments_.tls_folder.empty()) return real::make_credentials(options, clock_.wall_now());
    return real::keep_credentials(arguments_.tls_folder, options, clock_.wall_now());
  }

  void start_controllers() {
    if (arguments_.no_controllers) return;
    fakeapi::ControllerSetOptions options;
    options.pods_run = !arguments_.no_nodes;
    options.pods = arguments_.cheap_deployments ? fakeapi::PodModel::cheap : fakeapi::PodModel::full;
    controllers_ = std::make_unique<fakeapi::ControllerSet>(*server_, clock_, delays_, options);
  }

  std::string url() const { return (arguments_.plain_http ? "http://" : "https://") + address_; }

  // Says where the server is; false if the kubeconfig cannot be written.
  bool announce(std::string const& token) {
    std::string line = "Serving on " + url();
    if (!arguments_.kubeconfig.empty()) {
      auto const file = std::filesystem::absolute(arguments_.kubeconfig);
      auto const text = fakeapi::serve::to_yaml({url(), authority_, token});
      constexpr mode_t owner_only = 0600;
      if (auto const written = real::write_file_atomically(file, text, owner_only); !written) {
        std::cerr << "echo-fakeapi: " << written.error() << '\n';
        return false;
      }
      line += "; export KUBECONFIG=" + file.string();
    }
    std::puts(line.c_str());
    std::fflush(stdout);
    return true;
  }

  asio::awaitable<void> serve_until_told() {
    real::StopSignal signal(context_);
    co_await signal.wait();
    signal.stop_watching();
    controllers_.reset();
    co_await http_->drain(clock_.now() + drain_patience);
  }

  Arguments arguments_;
  asio::io_context context_{1};
  real::ConsoleLog log_;
  real::RealClock clock_;
  real::RealRandom random_;
  seams::Environment environment_;
  std::uint64_t seed_ = real::entropy_seed();
  fakeapi::ConfiguredDelays delays_{fakeapi::DelayTable(), seed_};
  std::unique_ptr<fakeapi::Server> server_;
  std::unique_ptr<fakeapi::http::Face> face_;
  std::unique_ptr<fakeapi::ControllerSet> controllers_;
  std::unique_ptr<seams::Listener> listener_;
  std::unique_ptr<http::HttpServer> http_;
  std::string authority_;
  std::string address_;
  std::exception_ptr failure_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (auto const code = parse(argc, argv, arguments)) return *code;
  Program program(std::move(arguments));
  return program.run();
}
