#include "bench/api_load.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

#include "operator/http/client_connection.hpp"
#include "operator/seams/gate.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ConnectionPointer = std::unique_ptr<http::ClientConnection>;

constexpr auto patience = 60s;
constexpr std::size_t largest_answer = std::size_t{256} * 1024 * 1024;

std::string const echo_api = "/apis/example.com/v1";
std::string const definition = R"({
  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
  "metadata": {"name": "echoes.example.com"},
  "spec": {"group": "example.com", "scope": "Namespaced",
    "names": {"kind": "Echo", "plural": "echoes", "singular": "echo", "listKind": "EchoList"},
    "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
      "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
        "spec": {"type": "object", "required": ["replicas"], "properties": {
          "replicas": {"type": "integer", "format": "int32", "minimum": 0}}},
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}]}})";

std::string echoes_in(std::string const& space) { return echo_api + "/namespaces/" + space + "/echoes"; }

std::string echo(std::uint64_t number) {
  return R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":"echo-)" + std::to_string(number) +
         R"(","labels":{"app":"bench"}},"spec":{"replicas":2}})";
}

asio::awaitable<ConnectionPointer> connect(Target const& target) {
  auto stream = co_await target.connector.connect(target.clock.now() + patience);
  if (!stream) throw std::runtime_error("no connection: " + stream.error().message);
  co_return std::make_unique<http::ClientConnection>(std::move(*stream), target.host);
}

asio::awaitable<void> must(Target const& target, std::string path, std::string body) {
  auto const answer = co_await ask(target, "POST", path, std::move(body));
  // There already, from an earlier run: as good.
  if (answer.status != 201 && answer.status != 409) throw std::runtime_error("POST " + path + ": " + answer.body);
}

struct FanOut {
  explicit FanOut(seams::Clock& clock) : done(clock) {}
  std::uint64_t delivered = 0;
  std::uint32_t running = 0;
  std::string error;
  seams::Gate done;
};

asio::awaitable<void> count_events(Target target, std::shared_ptr<FanOut> shared, ConnectionPointer connection,
                                   std::uint32_t events) {
  std::uint32_t seen = 0;
  std::string body;
  while (seen < events) {
    body.clear();
    auto const more = co_await connection->read_body(body, target.clock.now() + patience);
    if (!more || !*more) {
      shared->error = more ? "a watch has ended" : more.error().message;
      break;
    }
    // One event is one line.
    auto const lines = static_cast<std::uint32_t>(std::ranges::count(body, '\n'));
    seen += lines;
    shared->delivered += lines;
  }
  connection->close();
  if (--shared->running == 0) shared->done.open();
}

}  // namespace

asio::awaitable<Answer> ask(Target const& target, std::string method, std::string path, std::string body) {
  auto stream = co_await target.connector.connect(target.clock.now() + patience);
  if (!stream) co_return Answer{0, stream.error().message};
  http::ClientConnection connection(std::move(*stream), target.host);
  http::ClientRequest const request{.method = method, .target = path, .headers = target.headers, .body = body};
  auto const answer = co_await connection.exchange(request, largest_answer, target.clock.now() + patience);
  if (!answer) co_return Answer{0, answer.error().message};
  co_return Answer{answer->status, *answer->body};
}

asio::awaitable<void> prepare(Target const& target) {
  co_await must(target, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  for (std::string const space : {"bench", "list", "fan-out", "stuck"}) {
    co_await must(target, "/api/v1/namespaces",
                  R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + space + "\"}}");
  }
  for (int attempt = 0; attempt < 300; ++attempt) {
    auto const answer = co_await ask(target, "GET", echoes_in("bench"));
    if (answer.status == 200) co_return;
    co_await seams::sleep_until(target.clock, target.clock.now() + 100ms);
  }
  throw std::runtime_error("the server does not come to serve Echoes");
}

std::vector<Load> operations(std::uint32_t round) {
  auto const first = std::uint64_t{round} * 1'000'000'000;
  std::vector<Load> loads;
  loads.push_back({.name = "create Echo",
                   .shot =
                       [first](std::uint64_t n) {
                         return Shot{.method = "POST", .target = echoes_in("bench"), .body = echo(first + n)};
                       },
                   .expected_status = 201});
  loads.push_back(
      {.name = "get Echo", .shot = [](std::uint64_t) { return Shot{.target = echoes_in("bench") + "/echo-0"}; }});
  loads.push_back({.name = "list 500 Echoes",
                   .shot = [](std::uint64_t) { return Shot{.target = echoes_in("bench") + "?limit=500"}; }});
  return loads;
}

asio::awaitable<ListResult> run_list(Target const& target, std::uint32_t echoes, std::uint32_t connections) {
  Load const create{
      .name = "",
      .shot = [](std::uint64_t n) { return Shot{.method = "POST", .target = echoes_in("list"), .body = echo(n)}; },
      .expected_status = 201};
  auto const created = co_await run_load(target, create, connections, 1h, echoes);
  if (created.requests < echoes) throw std::runtime_error("the Echoes cannot be created: " + created.first_error);
  Load const list{.name = "", .shot = [](std::uint64_t) { return Shot{.target = echoes_in("list")}; }};
  auto const listed = co_await run_load(target, list, 1, 1h, 10);
  if (listed.requests == 0) throw std::runtime_error("no list: " + listed.first_error);
  co_return ListResult{echoes, listed.bytes / listed.requests, listed.percentile(0.5), listed.percentile(0)};
}

asio::awaitable<FanOutResult> run_fan_out(Target const& target, std::uint32_t watchers, std::uint32_t events) {
  auto const executor = co_await asio::this_coro::executor;
  auto const shared = std::make_shared<FanOut>(target.clock);
  std::string const watch = echoes_in("fan-out") + "?watch=true&timeoutSeconds=3600";
  for (std::uint32_t i = 0; i < watchers; ++i) {
    auto connection = co_await connect(target);
    http::ClientRequest const request{.target = watch, .headers = target.headers};
    auto const head = co_await connection->request(request, target.clock.now() + patience);
    if (!head || head->status != 200)
      throw std::runtime_error("no watch: " + (head ? "refused" : head.error().message));
    ++shared->running;
    asio::co_spawn(executor, count_events(target, shared, std::move(connection), events),
                   [](std::exception_ptr const& error) {
                     if (error) std::rethrow_exception(error);
                   });
  }
  auto const began = target.stopwatch();
  Load const create{
      .name = "",
      .shot = [](std::uint64_t n) { return Shot{.method = "POST", .target = echoes_in("fan-out"), .body = echo(n)}; },
      .expected_status = 201};
  auto const created = co_await run_load(target, create, 4, 1h, events);
  if (created.requests < events) throw std::runtime_error("the Echoes cannot be created: " + created.first_error);
  while (shared->running > 0) co_await shared->done.wait();
  if (!shared->error.empty()) throw std::runtime_error("a watcher has failed: " + shared->error);
  auto const time = std::chrono::duration<double>(target.stopwatch() - began).count();
  co_return FanOutResult{watchers, events, shared->delivered, time};
}

asio::awaitable<StuckResult> run_stuck(Target const& target, seams::Duration wait) {
  std::string const path = "/api/v1/namespaces/stuck/configmaps";
  constexpr std::size_t size = 200'000;
  constexpr std::uint64_t count = 200;
  auto connection = co_await connect(target);
  std::string const watch = path + "?watch=true&timeoutSeconds=3600";
  http::ClientRequest const request{.target = watch, .headers = target.headers};
  auto const head = co_await connection->request(request, target.clock.now() + patience);
  if (!head || head->status != 200) throw std::runtime_error("no watch");
  std::string const padding(size, 'x');
  Load const create{.name = "",
                    .shot =
                        [&](std::uint64_t n) {
                          return Shot{.method = "POST",
                                      .target = path,
                                      .body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"large-)" +
                                              std::to_string(n) + R"("},"data":{"a":")" + padding + "\"}}"};
                        },
                    .expected_status = 201};
  auto const created = co_await run_load(target, create, 4, 1h, count);
  if (created.requests < count) throw std::runtime_error("no ConfigMaps: " + created.first_error);
  co_await seams::sleep_until(target.clock, target.clock.now() + wait);
  StuckResult result;
  for (;;) {
    std::string body;
    auto const more = co_await connection->read_body(body, target.clock.now() + 5s);
    result.bytes += body.size();
    if (more && *more) continue;
    result.cut_off = !more && more.error().kind != http::ClientError::Kind::timed_out && result.bytes < size * count;
    co_return result;
  }
}

}  // namespace bench
