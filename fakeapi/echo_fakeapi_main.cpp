// echo-fakeapi: the fake API server for kubectl and every other client, over HTTPS.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "fakeapi/arguments_main.hpp"
#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/http/face.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "fakeapi/serve/caches.hpp"
#include "fakeapi/serve/kubeconfig.hpp"
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
using fakeapi::Arguments;
using fakeapi::usage_error;

constexpr int cannot_serve = 2;
// How long streams and requests may take to end when the server is to.
constexpr seams::Duration drain_patience = 5s;

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

// One of the API servers over the store, and the port at which it is reached.
struct ApiServer {
  std::string address;  // "127.0.0.1:6443"
  std::unique_ptr<seams::Listener> listener;
  std::unique_ptr<fakeapi::serve::Caches> caches;  // null: they never lag
  std::unique_ptr<fakeapi::http::Face> face;
  std::unique_ptr<http::HttpServer> http;
};

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
    if (!open_audit_log()) return usage_error;
    if (!listen()) return cannot_serve;

    fakeapi::authorization::User admin;
    admin.name = "kubernetes-admin";
    admin.groups = {"system:masters"};
    auto const token = make_token();
    tokens->add(token, std::move(admin));
    for (std::size_t i = 0; i < servers_.size(); ++i) start(servers_[i], *tokens, i);
    start_controllers();
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
    options.retained_age = std::chrono::seconds(arguments_.retain_seconds);
    options.largest_object = fakeapi::etcd_largest_object;
    options.uid_seed = seed_;
    options.started = clock_.wall_now();
    return options;
  }

  bool fill_store(std::vector<manifest::Manifest> const& manifests) {
    store_ = std::make_unique<fakeapi::Server>(server_options());
    fakeapi::RequestContext context;
    context.now = clock_.wall_now();
    fakeapi::authorization::install_bootstrap_roles(*store_, context);
    auto const applied = fakeapi::manifests::apply(*store_, manifests, clock_.wall_now());
    if (!applied) std::cerr << applied.error() << '\n';
    return applied.has_value();
  }

  bool open_audit_log() {
    if (arguments_.audit_log.empty()) return true;
    audit_log_.open(arguments_.audit_log, std::ios::app);
    if (!audit_log_) std::cerr << "echo-fakeapi: --audit-log-path " << arguments_.audit_log << ": cannot be written\n";
    return audit_log_.is_open();
  }

  // The listeners, and the addresses at which they are reached; one line on stderr if they cannot be had.
  bool listen() {
    real::TlsServerOptions tls;
    if (!arguments_.plain_http) {
      auto const credentials = make_credentials();
      if (!credentials) {
        std::cerr << "echo-fakeapi: " << credentials.error() << '\n';
        return false;
      }
      authority_ = credentials->authority;
      tls.identity = credentials->server;
      tls.client_authorities = credentials->authority;
    }
    for (std::size_t i = 0; i < arguments_.servers; ++i) {
      auto const port = arguments_.port == 0 ? 0 : arguments_.port + static_cast<int>(i);
      if (!listen_on(port, tls)) return false;
    }
    return true;
  }

  bool listen_on(int wanted, real::TlsServerOptions const& tls) {
    try {
      real::ListenAddress const where{arguments_.bind, static_cast<std::uint16_t>(wanted)};
      auto& server = servers_.emplace_back();
      std::uint16_t port = 0;
      if (arguments_.plain_http) {
        auto listener = std::make_unique<real::TcpListener>(context_, clock_, where);
        port = listener->port();
        server.listener = std::move(listener);
      } else {
        auto listener = std::make_unique<real::TlsListener>(context_, clock_, where, tls);
        port = listener->port();
        server.listener = std::move(listener);
      }
      // Who listens everywhere is reached here, too.
      std::string host = arguments_.bind;
      if (host == "0.0.0.0") host = "127.0.0.1";
      if (host == "::") host = "::1";
      if (host.contains(':')) host = "[" + host + "]";
      server.address = host + ":" + std::to_string(port);
    } catch (boost::system::system_error const& failure) {
      std::cerr << "echo-fakeapi: cannot listen on " << arguments_.bind << " port " << wanted << ": "
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
    if (arguments_.tls_folder.empty()) {
      options.client_name.clear();  // nobody will ever see the key
      return real::make_credentials(options, clock_.wall_now());
    }
    return real::keep_credentials(arguments_.tls_folder, options, clock_.wall_now());
  }

  seams::Duration lag_of(std::size_t number) const {
    return number < arguments_.lags.size() ? arguments_.lags[number] : seams::Duration::zero();
  }

  void start(ApiServer& server, fakeapi::authorization::TokenTable const& tokens, std::size_t number) {
    fakeapi::http::FaceOptions options;
    options.authorization = arguments_.authorization;
    options.tokens = tokens;
    options.surroundings.server_address = server.address;
    options.compaction = arguments_.compaction;
    if (audit_log_.is_open()) options.audit = [this](std::string const& line) { audit_log_ << line << std::flush; };
    // Somebody who has one server, and that without any lag, is not in for surprises.
    if (arguments_.servers > 1 || !arguments_.lags.empty()) {
      server.caches = std::make_unique<fakeapi::serve::Caches>(*store_, clock_, lag_of(number));
      options.frontend = &server.caches->frontend();
      options.own_paths = [this, number](seams::HttpRequest const& request, std::string_view path) {
        std::optional<seams::HttpResponse> answer;
        auto& own = servers_[number];
        if (path == fakeapi::serve::caches_path)
          answer = fakeapi::serve::answer_caches(*store_, *own.caches, *own.face, request);
        return answer;
      };
    }
    server.face = std::make_unique<fakeapi::http::Face>(*store_, environment_, std::move(options));
    http::ServerOptions server_options;
    server_options.connection.refuse = [](http::Refusal const& refusal) {
      return fakeapi::http::refusal(refusal.status, refusal.reason);
    };
    server.http =
        std::make_unique<http::HttpServer>(environment_, std::move(server.listener), *server.face, server_options);
    server.http->start();
  }

  void start_controllers() {
    if (arguments_.no_controllers) return;
    fakeapi::ControllerSetOptions options;
    options.pods_run = !arguments_.no_nodes;
    options.pods = arguments_.cheap_deployments ? fakeapi::PodModel::cheap : fakeapi::PodModel::full;
    controllers_ = std::make_unique<fakeapi::ControllerSet>(*store_, clock_, delays_, options);
  }

  std::string url(ApiServer const& server) const {
    return (arguments_.plain_http ? "http://" : "https://") + server.address;
  }

  // Says where the servers are; false if the kubeconfig cannot be written.
  bool announce(std::string const& token) {
    std::string text = "Serving on " + url(servers_.front());
    if (!arguments_.kubeconfig.empty()) {
      auto const file = std::filesystem::absolute(arguments_.kubeconfig);
      fakeapi::serve::Kubeconfig kubeconfig{{}, authority_, token};
      for (auto const& server : servers_) kubeconfig.servers.push_back(url(server));
      constexpr mode_t owner_only = 0600;
      auto const written = real::write_file_atomically(file, fakeapi::serve::to_yaml(kubeconfig), owner_only);
      if (!written) {
        std::cerr << "echo-fakeapi: " << written.error() << '\n';
        return false;
      }
      text += "; export KUBECONFIG=" + file.string();
    }
    for (std::size_t i = 1; i < servers_.size(); ++i)
      text += "\nand on " + url(servers_[i]) + ", context " + fakeapi::serve::context_name(i);
    std::puts(text.c_str());
    std::fflush(stdout);
    return true;
  }

  asio::awaitable<void> serve_until_told() {
    real::StopSignal signal(context_);
    co_await signal.wait();
    signal.stop_watching();
    controllers_.reset();
    auto const deadline = clock_.now() + drain_patience;
    for (auto& server : servers_) co_await server.http->drain(deadline);
  }

  Arguments arguments_;
  asio::io_context context_{1};
  real::ConsoleLog log_;
  real::RealClock clock_;
  real::RealRandom random_;
  seams::Environment environment_;
  std::uint64_t seed_ = real::entropy_seed();
  fakeapi::ConfiguredDelays delays_{fakeapi::DelayTable(), seed_};
  std::unique_ptr<fakeapi::Server> store_;
  std::ofstream audit_log_;
  std::vector<ApiServer> servers_;
  std::unique_ptr<fakeapi::ControllerSet> controllers_;
  std::string authority_;
  std::exception_ptr failure_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (auto const code = fakeapi::parse(argc, argv, arguments)) return *code;
  Program program(std::move(arguments));
  return program.run();
}
