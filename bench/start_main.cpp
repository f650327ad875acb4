// echo-bench-http start: how long echo-fakeapi takes from being started to its first answer. Part of
// http_bench_main.cpp.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "bench/api_load.hpp"
#include "bench/api_servers_main.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/tls.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Asks for nothing until somebody listens.
constexpr auto between_tries = 200us;
constexpr auto patience = 30s;

struct Start {
  double milliseconds = 0;  ///< from just before the program is started to the whole answer
  double cpu_milliseconds = 0;
  double megabytes = 0;        ///< resident after the answer
  double later_megabytes = 0;  ///< and after what kubectl asks first of all
};

asio::awaitable<void> ask_until_answered(Target const& target, programs::Process& server) {
  auto const end = target.stopwatch() + patience;
  for (;;) {
    auto const answer = co_await ask(target, "GET", "/readyz");
    if (answer.status == 200) co_return;
    if (answer.status != 0) throw std::runtime_error("an answer of another kind: " + answer.body);
    if (!server.running() || target.stopwatch() > end) throw std::runtime_error("no answer: " + answer.body);
    co_await seams::sleep_until(target.clock, target.clock.now() + between_tries);
  }
}

Start start_once(std::string const& program, fs::path const& log) {
  auto const port = programs::free_ports(1).front();
  asio::io_context context{1};
  real::RealClock clock(context);
  real::TlsClientOptions options;
  options.skip_verification = true;  // the authority is made when the server starts
  real::TlsConnector connector(context, clock, {.host = "127.0.0.1", .port = port}, options);
  Target const target{.connector = connector, .clock = clock, .stopwatch = stopwatch, .host = "localhost"};
  auto const began = stopwatch();
  auto server = start_program({program, "serve", "--port", std::to_string(port), "--authorization", "allow"}, log);
  Start found;
  run(context, [&]() -> asio::awaitable<void> {
    co_await ask_until_answered(target, server);
    found.milliseconds = std::chrono::duration<double, std::milli>(stopwatch() - began).count();
    found.cpu_milliseconds = scheduled_seconds_of(server.pid()) * 1e3;
    found.megabytes = static_cast<double>(memory_of(server.pid(), "VmRSS")) / 1e6;
    for (char const* const path : {"/api", "/apis", "/openapi/v2", "/api/v1/namespaces"})
      co_await ask(target, "GET", path);
    found.later_megabytes = static_cast<double>(memory_of(server.pid(), "VmRSS")) / 1e6;
  });
  return found;
}

}  // namespace

int start_main(int argc, char** argv) {
  CLI::App app(
      "How long echo-fakeapi takes from being started, with new certificates, to the first answer over TLS.\n"
      "Asks every 0.2 ms until somebody listens; the client's part of the handshake is in the time, too.");
  std::size_t times = 20;
  auto program = (fs::path(own_program()).parent_path() / "echo-fakeapi").string();
  app.add_option("--times", times, "how often")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000}))
      ->capture_default_str();
  app.add_option("--fakeapi", program, "the program")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  programs::TemporaryFolder const folder;
  std::vector<Start> starts;
  for (std::size_t i = 0; i < times; ++i) starts.push_back(start_once(program, folder.path() / "log"));
  auto const line = [&](char const* what, double Start::* member, char const* unit) {
    std::vector<double> sorted;
    for (auto const& each : starts) sorted.push_back(each.*member);
    std::ranges::sort(sorted);
    std::printf("%-44s %8.1f %8.1f %8.1f %s\n", what, sorted.front(), sorted[sorted.size() / 2], sorted.back(), unit);
  };
  std::printf("%-44s %8s %8s %8s\n", "echo-fakeapi serve, over TLS", "min", "median", "max");
  line("start to first answer", &Start::milliseconds, "ms");
  line("CPU of the server until then", &Start::cpu_milliseconds, "ms");
  line("resident then", &Start::megabytes, "MB");
  line("resident after discovery and OpenAPI", &Start::later_megabytes, "MB");
  return 0;
}

}  // namespace bench
