// echo-bench-http http: Kubernetes API servers side by side. Part of http_bench_main.cpp.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>

#include "bench/api_load.hpp"
#include "bench/programs_main.hpp"
#include "operator/real/certificates.hpp"
#include "operator/real/files.hpp"
#include "operator/real/process.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/tcp.hpp"
#include "operator/real/tls.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Arguments {
  double seconds = 5;
  std::uint32_t connections = 16;
  std::uint32_t echoes = 6600;
  std::uint32_t watchers = 1000;
  std::uint32_t events = 1000;
  double stuck_seconds = 45;
  std::string fakeapi;
  std::string url;
  std::string authorities;
  std::string token;
  bool skip_fake = false;
  bool skip_real = false;
};

std::uint16_t free_port() {
  asio::io_context context{1};
  real::RealClock clock(context);
  return real::TcpListener(context, clock, {}).port();
}

void must_write(fs::path const& file, std::string const& text) {
  if (auto const written = real::write_file_atomically(file, text, 0600); !written)
    throw std::runtime_error(written.error());
}

/// A server under test, and the processes that make it up if we have started them.
struct Server {
  std::string name;
  real::HostAndPort where;
  std::string authorities;
  std::string token;
  std::vector<std::unique_ptr<ChildProcess>> processes{};
  seams::Duration started{0};  ///< stopwatch() when its last process was started

  std::uint64_t memory(char const* field) const {
    std::uint64_t all = 0;
    for (auto const& process : processes) all += process->memory(field);
    return all;
  }
  double cpu_seconds() const {
    double all = 0;
    for (auto const& process : processes) all += process->cpu_seconds();
    return all;
  }
  void start(std::vector<std::string> const& arguments, fs::path const& log) {
    started = stopwatch();
    processes.push_back(std::make_unique<ChildProcess>(arguments, log));
  }
};

constexpr char const* bench_token = "bench-token";

Server start_fake(Arguments const& arguments, fs::path const& folder) {
  auto const credentials = real::keep_credentials(folder / "pki", {}, std::chrono::system_clock::now());
  if (!credentials) throw std::runtime_error(credentials.error());
  must_write(folder / "tokens.csv", std::string(bench_token) + ",bench,bench,system:masters\n");
  Server server{"echo-fakeapi", {.host = "127.0.0.1", .port = free_port()}, credentials->authority, bench_token};
  server.start({arguments.fakeapi, "serve", "--port", std::to_string(server.where.port), "--profile", "v1.20",
                "--tls-dir", (folder / "pki").string(), "--authorization", "rbac", "--token-auth-file",
                (folder / "tokens.csv").string(), "--no-controllers"},
               folder / "fakeapi.log");
  return server;
}

Server start_real(fs::path const& binaries, fs::path const& folder) {
  auto const credentials = real::keep_credentials(folder / "pki", {}, std::chrono::system_clock::now());
  if (!credentials) throw std::runtime_error(credentials.error());
  must_write(folder / "tokens.csv", std::string(bench_token) + ",bench,bench,system:masters\n");
  Server server{"kube-apiserver", {.host = "127.0.0.1", .port = free_port()}, credentials->authority, bench_token};
  auto const client = "http://127.0.0.1:" + std::to_string(free_port());
  auto const peer = "http://127.0.0.1:" + std::to_string(free_port());
  server.start({(binaries / "etcd").string(), "--data-dir", (folder / "etcd").string(), "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", "default=" + peer, "--unsafe-no-fsync"},
               folder / "etcd.log");
  auto const pki = [&](char const* name) { return (folder / "pki" / name).string(); };
  server.start(
      {(binaries / "kube-apiserver").string(), "--etcd-servers=" + client,
       "--secure-port=" + std::to_string(server.where.port), "--bind-address=127.0.0.1",
       "--advertise-address=127.0.0.1", "--tls-cert-file=" + pki("server.crt"),
       "--tls-private-key-file=" + pki("server.key"), "--cert-dir=" + (folder / "certs").string(),
       "--service-cluster-ip-range=10.0.0.0/24", "--token-auth-file=" + (folder / "tokens.csv").string(),
       "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none",
       "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + pki("server.crt"),
       "--service-account-signing-key-file=" + pki("server.key")},
      folder / "kube-apiserver.log");
  return server;
}

Server given(Arguments const& arguments) {
  auto rest = arguments.url;
  if (!rest.starts_with("https://")) throw std::runtime_error("--server wants https://HOST:PORT");
  rest = rest.substr(8, rest.find('/', 8) - 8);
  auto const colon = rest.rfind(':');
  auto const port = colon == std::string::npos ? 443 : std::stoi(rest.substr(colon + 1));
  auto const authorities = real::read_file(arguments.authorities);
  if (!authorities) throw std::runtime_error(authorities.error());
  return {arguments.url,
          {.host = rest.substr(0, colon), .port = static_cast<std::uint16_t>(port)},
          *authorities,
          arguments.token};
}

struct Measured {
  std::string name;
  double start_ms = 0;  ///< 0: it ran already
  double empty_mb = 0;
  std::vector<LoadResult> operations{};
  std::vector<double> cpu_us{};  ///< of the server, per request of each operation
  ListResult list{};
  FanOutResult fan_out{};
  double fan_out_mb = 0;
  std::optional<StuckResult> stuck{};
};

constexpr double megabyte = 1e6;

asio::awaitable<void> measure(Server const& server, Target const& target, Arguments const& arguments, Measured& found) {
  found.name = server.name;
  for (int attempt = 0;; ++attempt) {
    auto const answer = co_await ask(target, "GET", "/readyz");
    if (answer.status == 200) break;
    if (attempt > 30'000) throw std::runtime_error(server.name + " does not come up: " + answer.body);
    co_await seams::sleep_until(target.clock, target.clock.now() + 1ms);
  }
  if (!server.processes.empty()) {
    found.start_ms = std::chrono::duration<double, std::milli>(stopwatch() - server.started).count();
    found.empty_mb = static_cast<double>(server.memory("VmRSS")) / megabyte;
  }
  co_await prepare(target);
  auto const time = seams::Duration(static_cast<std::int64_t>(arguments.seconds * 1e9));
  double const before = server.cpu_seconds();
  found.operations = co_await run_operations(target, arguments.connections, time);
  double requests = 0;
  for (auto const& operation : found.operations) requests += static_cast<double>(operation.requests);
  found.cpu_us.push_back((server.cpu_seconds() - before) / std::max(requests, 1.0) * 1e6);
  if (arguments.echoes > 0) found.list = co_await run_list(target, arguments.echoes, arguments.connections);
  if (arguments.watchers > 0) {
    found.fan_out = co_await run_fan_out(target, arguments.watchers, arguments.events);
    found.fan_out_mb = static_cast<double>(server.memory("VmHWM")) / megabyte;
  }
  if (arguments.stuck_seconds > 0)
    found.stuck = co_await run_stuck(target, seams::Duration(static_cast<std::int64_t>(arguments.stuck_seconds * 1e9)));
}

void print(Measured const& found) {
  std::printf("\n%s\n", found.name.c_str());
  if (found.start_ms > 0)
    std::printf("start to first answer %.1f ms, %.1f MB resident when empty\n", found.start_ms, found.empty_mb);
  std::printf("%s\n", table_head().c_str());
  for (auto const& operation : found.operations) {
    std::printf("%s\n", table_row(operation).c_str());
    if (!operation.first_error.empty()) std::printf("  first failure: %s\n", operation.first_error.c_str());
  }
  if (found.list.echoes > 0)
    std::printf("list of %u Echoes: %.1f ms (median of 10), %.1f MB, not compressed\n", found.list.echoes,
                found.list.median_ms, static_cast<double>(found.list.bytes) / megabyte);
  if (found.fan_out.watchers > 0)
    std::printf("%u watchers, %u events: %llu delivered in %.2f s, %.0f/s; at most %.1f MB resident\n",
                found.fan_out.watchers, found.fan_out.events, static_cast<unsigned long long>(found.fan_out.delivered),
                found.fan_out.seconds, static_cast<double>(found.fan_out.delivered) / found.fan_out.seconds,
                found.fan_out_mb);
  if (found.stuck)
    std::printf("a watcher that does not read: %s, after %.1f MB of 40\n",
                found.stuck->cut_off ? "cut off" : "NOT cut off", static_cast<double>(found.stuck->bytes) / megabyte);
}

void compare(Measured const& fake, Measured const& other) {
  std::printf("\n%s against %s\n", fake.name.c_str(), other.name.c_str());
  for (std::size_t i = 0; i < std::min(fake.operations.size(), other.operations.size()); ++i)
    std::printf("%-20s %10.1f times\n", fake.operations[i].name.c_str(),
                fake.operations[i].per_second() / other.operations[i].per_second());
}

}  // namespace

int http_main(int argc, char** argv) {
  CLI::App app(
      "Kubernetes API servers side by side: echo-fakeapi, the real one when KUBEBUILDER_ASSETS names the folder of "
      "its\n"
      "programs (kube-apiserver and etcd), and the one given by --server.");
  Arguments arguments;
  arguments.fakeapi = (fs::path(own_program()).parent_path() / "echo-fakeapi").string();
  app.add_option("--seconds", arguments.seconds, "how long each operation")->capture_default_str();
  app.add_option("--connections", arguments.connections, "how many, over TLS, kept alive")->capture_default_str();
  app.add_option("--echoes", arguments.echoes, "how many are listed at once; 0: not measured")->capture_default_str();
  app.add_option("--watchers", arguments.watchers, "0: not measured")->capture_default_str();
  app.add_option("--events", arguments.events, "that each watcher gets")->capture_default_str();
  app.add_option("--stuck-seconds", arguments.stuck_seconds, "how long a watcher does not read; 0: not measured")
      ->capture_default_str();
  app.add_option("--fakeapi", arguments.fakeapi, "the program")->capture_default_str();
  auto* const url = app.add_option("--server", arguments.url, "https://HOST:PORT of a server that runs already");
  app.add_option("--certificate-authority", arguments.authorities, "PEM file, for --server")->needs(url);
  app.add_option("--token", arguments.token, "for --server")->needs(url);
  app.add_flag("--skip-fake", arguments.skip_fake, "not echo-fakeapi");
  app.add_flag("--skip-real", arguments.skip_real, "not the one of KUBEBUILDER_ASSETS");
  CLI11_PARSE(app, argc, argv);
  real::raise_file_limit();

  TemporaryFolder const temporary;
  std::vector<Measured> all;
  auto const measure_one = [&](auto const& start) {
    auto const folder = temporary.path() / std::to_string(all.size());
    fs::create_directory(folder);
    Server const server = start(folder);
    asio::io_context context{1};
    real::RealClock clock(context);
    real::TlsClientOptions options;
    options.authorities = server.authorities;
    real::TlsConnector connector(context, clock, server.where, options);
    Target const target{.connector = connector,
                        .clock = clock,
                        .stopwatch = stopwatch,
                        .host = server.where.host + ":" + std::to_string(server.where.port),
                        .headers = {{"Accept", "application/json"},
                                    {"Content-Type", "application/json"},
                                    {"User-Agent", "echo-bench/1"},
                                    {"Authorization", "Bearer " + server.token}}};
    Measured found;
    try {
      run(context, [&]() -> asio::awaitable<void> { co_await measure(server, target, arguments, found); });
    } catch (std::exception const& error) {
      std::fprintf(stderr, "%s: %s\n", server.name.c_str(), error.what());
    }
    print(found);
    all.push_back(std::move(found));
  };
  if (!arguments.skip_fake) measure_one([&](fs::path const& folder) { return start_fake(arguments, folder); });
  char const* const assets = std::getenv("KUBEBUILDER_ASSETS");
  if (assets != nullptr && !arguments.skip_real)
    measure_one([&](fs::path const& folder) { return start_real(assets, folder); });
  if (!arguments.url.empty()) measure_one([&](fs::path const&) { return given(arguments); });
  for (std::size_t i = 1; i < all.size(); ++i) compare(all[0], all[i]);
  return 0;
}

}  // namespace bench
