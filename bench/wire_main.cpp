// echo-bench wire: what HTTP and TLS themselves cost. A service that answers 1 kB of JSON, in a process of its own, and
// clients that keep their connections. Part of echo_bench_main.cpp.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <string>

#include "bench/http_load.hpp"
#include "bench/programs_main.hpp"
#include "operator/http/server.hpp"
#include "operator/real/certificates.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/files.hpp"
#include "operator/real/process.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class FixedAnswer final : public seams::HttpService {
 public:
  explicit FixedAnswer(std::size_t size) {
    std::string text = R"({"kind":"Status","apiVersion":"v1","message":")";
    text += std::string(size - std::min(size, text.size() + 2), 'x') + "\"}";
    body_ = std::make_shared<std::string const>(std::move(text));
  }

  asio::awaitable<void> serve(seams::HttpRequest /*request*/, seams::HttpResponseWriter& writer) override {
    seams::HttpResponse response;
    response.headers.add("Cache-Control", "no-cache, private");
    response.headers.add("Content-Type", "application/json");
    response.body = body_;
    co_await writer.respond(std::move(response));
  }

 private:
  std::shared_ptr<std::string const> body_;
};

/// Serves until SIGTERM; writes its port to `port_file` (a pipe) first.
int serve(bool plain, std::size_t size, std::string const& folder, int port_pipe) {
  asio::io_context context{1};
  real::RealClock clock(context);
  real::RealRandom random(real::entropy_seed());
  real::ConsoleLog log(seams::LogLevel::warning);
  std::unique_ptr<seams::Listener> listener;
  std::uint16_t port = 0;
  if (plain) {
    auto tcp = std::make_unique<real::TcpListener>(context, clock, real::ListenAddress());
    port = tcp->port();
    listener = std::move(tcp);
  } else {
    auto const credentials = real::keep_credentials(folder, {}, clock.wall_now());
    if (!credentials) throw std::runtime_error(credentials.error());
    real::TlsServerOptions options;
    options.identity = credentials->server;
    options.client_authorities = credentials->authority;
    auto tls = std::make_unique<real::TlsListener>(context, clock, real::ListenAddress(), options);
    port = tls->port();
    listener = std::move(tls);
  }
  FixedAnswer service(size);
  http::HttpServer server({.executor = context.get_executor(), .clock = clock, .random = random, .log = log},
                          std::move(listener), service);
  server.start();
  auto const text = std::to_string(port);
  if (::write(port_pipe, text.data(), text.size()) < 0) return 1;
  ::close(port_pipe);
  real::StopSignal stop(context);
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        co_await stop.wait();
        co_await server.drain(clock.now() + 2s);
        stop.stop_watching();
      },
      [](std::exception_ptr const& error) {
        if (error) std::rethrow_exception(error);
      });
  context.run();
  return 0;
}

double seconds_of(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int wire_main(int argc, char** argv) {
  CLI::App app("What HTTP and TLS themselves cost: a service that answers fixed JSON, in a process of its own.");
  double seconds = 5;
  std::uint32_t connections = 16;
  std::size_t size = 1024;
  bool plain = false;
  std::string post;
  int serve_on = -1;
  std::string folder;
  app.add_option("--seconds", seconds, "how long")->capture_default_str();
  app.add_option("--connections", connections, "how many, kept alive")->capture_default_str();
  app.add_option("--size", size, "bytes of an answer's body")->capture_default_str();
  app.add_flag("--plain", plain, "without TLS");
  app.add_option("--serve", serve_on, "for the process that serves")->group("");
  app.add_option("--folder", folder, "for the process that serves")->group("");
  CLI11_PARSE(app, argc, argv);
  if (serve_on >= 0) return serve(plain, size, folder, serve_on);

  programs::TemporaryFolder const pki;
  std::array<int, 2> port_pipe{};
  if (::pipe(port_pipe.data()) != 0) throw std::runtime_error("no pipe");
  std::vector<std::string> arguments{"--serve", std::to_string(port_pipe[1]), "--folder", pki.path().string(),
                                     "--size",  std::to_string(size)};
  if (plain) arguments.emplace_back("--plain");
  arguments.insert(arguments.begin(), {own_program(), "wire"});
  auto server = start_program(arguments, pki.path() / "log");
  ::close(port_pipe[1]);
  std::array<char, 16> port_text{};
  if (::read(port_pipe[0], port_text.data(), port_text.size() - 1) <= 0)
    throw std::runtime_error("the server has not started: " + server.last_output());
  ::close(port_pipe[0]);

  asio::io_context context{1};
  real::RealClock clock(context);
  real::HostAndPort const where{.host = "127.0.0.1", .port = static_cast<std::uint16_t>(std::stoul(port_text.data()))};
  std::unique_ptr<seams::Connector> connector;
  if (plain) {
    connector = std::make_unique<real::TcpConnector>(context, clock, where);
  } else {
    real::TlsClientOptions options;
    options.authorities = real::read_file(pki.path() / "ca.crt").value();
    connector = std::make_unique<real::TlsConnector>(context, clock, where, options);
  }
  Target const target{.connector = *connector,
                      .clock = clock,
                      .stopwatch = stopwatch,
                      .host = "localhost",
                      .headers = {{"Accept", "application/json"},
                                  {"Accept-Encoding", "gzip"},
                                  {"User-Agent", "echo-bench/1 (linux/amd64)"},
                                  {"Authorization", "Bearer 0123456789abcdef0123456789abcdef"}}};
  Load const load{.name = "GET 1 kB", .shot = [](std::uint64_t) {
                    return Shot{.target = "/apis/example.com/v1/namespaces/default/echoes/test-echo"};
                  }};
  LoadResult result;
  run(context, [&]() -> asio::awaitable<void> {
    result = co_await run_load(target, load, connections, seams::Duration(static_cast<std::int64_t>(seconds * 1e9)));
  });
  server.stop();
  auto const server_usage = server.usage();
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  std::printf("%s\n%s\n", table_head().c_str(), table_row(result).c_str());
  if (!result.first_error.empty()) std::printf("first error: %s\n", result.first_error.c_str());
  double const requests = std::max(1.0, static_cast<double>(result.requests));
  for (auto const& [who, usage] : {std::pair{"server", server_usage}, std::pair{"client", own}}) {
    double const user = seconds_of(usage.ru_utime);
    double const system = seconds_of(usage.ru_stime);
    std::printf(
        "%s: %.1f us of CPU per request (%.1f user, %.1f system), %.0f requests per second of one core, %ld kB RSS\n",
        who, (user + system) / requests * 1e6, user / requests * 1e6, system / requests * 1e6,
        requests / (user + system), usage.ru_maxrss);
  }
  return result.first_error.empty() ? 0 : 1;
}

}  // namespace bench
