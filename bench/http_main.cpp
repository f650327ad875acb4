// echo-bench-http http: Kubernetes API servers side by side. Part of http_bench_main.cpp.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "bench/api_load.hpp"
#include "bench/api_servers_main.hpp"
#include "operator/real/files.hpp"
#include "operator/real/process.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/tls.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct Arguments {
  double seconds = 5;
  std::uint32_t rounds = 3;
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

constexpr double megabyte = 1e6;

ApiServer given(Arguments const& arguments) {
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

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval const& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// What one part has cost, in CPU time and memory.
struct Cost {
  double server_us = 0;  ///< per request or event; 0: not ours to know
  double client_us = 0;
  double peak_mb = 0;  ///< resident in the server meanwhile
};

struct Operation {
  LoadResult result;
  Cost cost;
};

struct Measured {
  std::string name;
  double start_ms = 0;  ///< 0: it ran already
  double empty_mb = 0;
  std::vector<Operation> operations{};
  ListResult list{};
  FanOutResult fan_out{};
  Cost fan_out_cost{};
  std::optional<StuckResult> stuck{};
};

/// Takes the time of a part.
class Meter {
 public:
  explicit Meter(ApiServer const& server) : server_(server) { server.forget_peak(); }

  Cost cost(std::uint64_t count) const {
    double const each = 1e6 / static_cast<double>(std::max<std::uint64_t>(count, 1));
    return {.server_us = (server_.cpu_seconds() - server_before_) * each,
            .client_us = (own_cpu_seconds() - client_before_) * each,
            .peak_mb = static_cast<double>(server_.memory("VmHWM")) / megabyte};
  }

 private:
  ApiServer const& server_;
  double server_before_ = server_.cpu_seconds();
  double client_before_ = own_cpu_seconds();
};

asio::awaitable<void> await_start(ApiServer& server, Target const& target, Measured& found) {
  found.name = server.name;
  for (int attempt = 0;; ++attempt) {
    auto const answer = co_await ask(target, "GET", "/readyz");
    if (answer.status == 200) break;
    bool const all_run = std::ranges::all_of(server.processes, [](auto& process) { return process.running(); });
    if (attempt > 60'000 || !all_run) throw std::runtime_error("does not come up: " + answer.body);
    co_await seams::sleep_until(target.clock, target.clock.now() + 1ms);
  }
  if (server.processes.empty()) co_return;
  found.start_ms = std::chrono::duration<double, std::milli>(stopwatch() - server.started).count();
  found.empty_mb = static_cast<double>(server.memory("VmRSS")) / megabyte;
}

// The machine has other things to do, too: the best of the rounds is what the server can do.
asio::awaitable<void> measure_operations(ApiServer const& server, Target const& target, Arguments const& arguments,
                                         Measured& found) {
  auto const time = seams::Duration(static_cast<std::int64_t>(arguments.seconds * 1e9));
  for (std::uint32_t round = 0; round < arguments.rounds; ++round) {
    auto const loads = operations(round);
    for (std::size_t i = 0; i < loads.size(); ++i) {
      Meter const meter(server);
      auto result = co_await run_load(target, loads[i], arguments.connections, time);
      Operation operation{.result = {}, .cost = meter.cost(result.requests)};
      operation.result = std::move(result);
      if (round == 0) {
        found.operations.push_back(std::move(operation));
      } else if (operation.result.per_second() > found.operations[i].result.per_second()) {
        found.operations[i] = std::move(operation);
      }
    }
  }
}

asio::awaitable<void> measure(ApiServer& server, Target const& target, Arguments const& arguments, Measured& found) {
  co_await await_start(server, target, found);
  co_await prepare(target);
  // First what memory is looked at for: later there are many objects.
  if (arguments.watchers > 0) {
    Meter const meter(server);
    found.fan_out = co_await run_fan_out(target, arguments.watchers, arguments.events);
    found.fan_out_cost = meter.cost(found.fan_out.delivered);
  }
  if (arguments.stuck_seconds > 0) {
    auto const time = seams::Duration(static_cast<std::int64_t>(arguments.stuck_seconds * 1e9));
    found.stuck = co_await run_stuck(target, time);
  }
  if (arguments.echoes > 0) found.list = co_await run_list(target, arguments.echoes, arguments.connections);
  co_await measure_operations(server, target, arguments, found);
}

double deliveries_per_second(FanOutResult const& result) {
  return result.seconds > 0 ? static_cast<double>(result.delivered) / result.seconds : 0;
}

void print(Measured const& found) {
  std::printf("\n%s\n", found.name.c_str());
  if (found.start_ms > 0)
    std::printf("start to first answer %.0f ms, then %.1f MB resident\n", found.start_ms, found.empty_mb);
  if (!found.operations.empty()) std::printf("%s   CPU us of server, client\n", table_head().c_str());
  for (auto const& [result, cost] : found.operations) {
    std::printf("%s %16.0f %7.0f\n", table_row(result).c_str(), cost.server_us, cost.client_us);
    if (!result.first_error.empty()) std::printf("  first failure: %s\n", result.first_error.c_str());
  }
  if (found.list.echoes > 0)
    std::printf("list of %u Echoes: median of 10 %.1f ms, best %.1f ms, %.1f MB, not compressed\n", found.list.echoes,
                found.list.median_ms, found.list.best_ms, static_cast<double>(found.list.bytes) / megabyte);
  auto const& fan_out = found.fan_out;
  if (fan_out.watchers > 0)
    std::printf(
        "%u watchers, %u events: %llu delivered in %.2f s, %.0f/s; %.1f us of the server's CPU and %.1f us of the "
        "client's for each; at most %.1f MB resident\n",
        fan_out.watchers, fan_out.events, static_cast<unsigned long long>(fan_out.delivered), fan_out.seconds,
        deliveries_per_second(fan_out), found.fan_out_cost.server_us, found.fan_out_cost.client_us,
        found.fan_out_cost.peak_mb);
  if (fan_out.ended > 0)
    std::printf("  %u of the watches ended before they had got everything%s%s\n", fan_out.ended,
                fan_out.first_error.empty() ? "" : ", the first one with: ", fan_out.first_error.c_str());
  if (found.stuck)
    std::printf("a watcher that does not read: %s, after %.1f MB of 40\n",
                found.stuck->cut_off ? "cut off" : "NOT cut off", static_cast<double>(found.stuck->bytes) / megabyte);
}

void compare(Measured const& fake, Measured const& other) {
  std::printf("\n%s against %s\n", fake.name.c_str(), other.name.c_str());
  auto const row = [](std::string const& what, double ours, double theirs, bool more_is_better) {
    if (ours > 0 && theirs > 0)
      std::printf("%-24s %12.1f %12.1f %8.1f times\n", what.c_str(), ours, theirs,
                  more_is_better ? ours / theirs : theirs / ours);
  };
  for (std::size_t i = 0; i < std::min(fake.operations.size(), other.operations.size()); ++i) {
    auto const& [ours, our_cost] = fake.operations[i];
    auto const& [theirs, their_cost] = other.operations[i];
    row(ours.name + ", 1/s", ours.per_second(), theirs.per_second(), true);
    row("  CPU us of the server", our_cost.server_us, their_cost.server_us, false);
  }
  row("list of all, ms", fake.list.median_ms, other.list.median_ms, false);
  row("events delivered, 1/s", deliveries_per_second(fake.fan_out), deliveries_per_second(other.fan_out), true);
  row("  CPU us of the server", fake.fan_out_cost.server_us, other.fan_out_cost.server_us, false);
  row("start, ms", fake.start_ms, other.start_ms, false);
  row("resident when empty, MB", fake.empty_mb, other.empty_mb, false);
  row("with all watchers, MB", fake.fan_out_cost.peak_mb, other.fan_out_cost.peak_mb, false);
}

void print_load_of_machine(char const* when) {
  double average = 0;
  if (::getloadavg(&average, 1) == 1) std::printf("load average of the machine %s: %.1f\n", when, average);
}

}  // namespace

int http_main(int argc, char** argv) {
  CLI::App app(
      "Kubernetes API servers side by side: echo-fakeapi, the real one when KUBEBUILDER_ASSETS names the folder of "
      "its\n"
      "programs (kube-apiserver and etcd), and the one given by --server.");
  Arguments arguments;
  arguments.fakeapi = (fs::path(own_program()).parent_path() / "echo-fakeapi").string();
  app.add_option("--seconds", arguments.seconds, "how long each operation in each round")->capture_default_str();
  app.add_option("--rounds", arguments.rounds, "how often each operation; the best round counts")
      ->capture_default_str();
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

  print_load_of_machine("at the beginning");
  programs::TemporaryFolder const temporary;
  std::vector<Measured> all;
  bool good = true;
  auto const measure_one = [&](auto const& start) {
    auto const folder = temporary.path() / std::to_string(all.size());
    fs::create_directory(folder);
    ApiServer server = start(folder);
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
      good = false;
    }
    print(found);
    all.push_back(std::move(found));
  };
  if (!arguments.skip_fake) measure_one([&](fs::path const& folder) { return start_fake(arguments.fakeapi, folder); });
  char const* const assets = std::getenv("KUBEBUILDER_ASSETS");
  if (assets != nullptr && !arguments.skip_real)
    measure_one([&](fs::path const& folder) { return start_real(assets, folder); });
  if (!arguments.url.empty()) measure_one([&](fs::path const&) { return given(arguments); });
  for (std::size_t i = 1; i < all.size(); ++i) compare(all[0], all[i]);
  print_load_of_machine("at the end");
  return good ? 0 : 1;
}

}  // namespace bench
