// The operator over HTTP, all of it: controller, client, bytes, the fake API server.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "fakeapi/face/http/face.hpp"
#include "operator/api/kinds.hpp"
#include "operator/client/http_api.hpp"
#include "operator/echo/operator.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fakeapi::testing::echoes;

/// Before the fake API server: too busy for the first Deployment of the name "busy".
class BusyOnce final : public seams::HttpService {
 public:
  BusyOnce(seams::HttpService& behind, seams::Clock& clock) : behind_(behind), clock_(clock) {}

  asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override {
    bool const create = request.method == "POST" && request.target.contains("/deployments");
    if (create && request.body.contains("\"name\":\"busy\"")) {
      asked_at.push_back(clock_.now());
      if (asked_at.size() == 1) {
        seams::HttpResponse response;
        response.status = 429;
        response.headers.add("Retry-After", "7");
        co_await writer.respond(std::move(response));
        co_return;
      }
    }
    co_await behind_.serve(std::move(request), writer);
  }

  std::vector<seams::MonotonicTime> asked_at;

 private:
  seams::HttpService& behind_;
  seams::Clock& clock_;
};

TEST(OperatorOverHttp, waits_as_long_as_a_busy_server_says_while_its_one_worker_goes_on_with_others) {
  sim::Scheduler scheduler;
  sim::Process server_process(scheduler, "server");
  sim::Process client_process(scheduler, "client");
  seams::NoRandom random;
  seams::NoLog log;
  seams::Environment const server_side{server_process.executor(), server_process.clock(), random, log};
  seams::Environment const client_side{client_process.executor(), client_process.clock(), random, log};
  fakeapi::ServerOptions options;
  options.started = server_process.clock().wall_now();
  fakeapi::Server server(options);
  auto const create = [&](api::Resource const& resource, api::Object object) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = resource;
    request.key = object.key();
    request.body = fakeapi::testing::shared(std::move(object));
    request.options = api::WriteOptions{};
    fakeapi::RequestContext context;
    context.now = server_process.clock().wall_now();
    ASSERT_TRUE(server.execute(request, context));
  };
  create(api::custom_resource_definitions, fakeapi::testing::object(fakeapi::testing::echo_definition()));
  create(echoes, fakeapi::testing::echo("busy"));
  create(echoes, fakeapi::testing::echo("other"));

  fakeapi::http::Face face(server, server_side, {});
  BusyOnce service(face, server_process.clock());
  http::PipeHost host;
  http::HttpServer http_server(server_side, host.listen(server_process.clock()), service);
  http_server.start();
  auto const connector = host.connector(client_process.clock());
  client::HttpApi api(*connector, client_process.clock(), {});
  echo::OperatorOptions operator_options;
  operator_options.max_concurrent_reconciles = 1;
  echo::Operator echo_operator(client_side, api, operator_options);
  echo_operator.start();

  auto const pass = [&](seams::Duration time) {
    scheduler.run_until(scheduler.now() + time, 1'000'000, [] { return false; });
  };
  auto const has = [&](std::string const& name) { return server.find(api::deployments, {"default", name}) != nullptr; };
  pass(6s);
  EXPECT_EQ(service.asked_at.size(), 1U);
  EXPECT_FALSE(has("busy"));
  EXPECT_TRUE(has("other"));
  EXPECT_EQ(echo_operator.controller().active(), 0U);
  pass(2s);
  ASSERT_EQ(service.asked_at.size(), 2U);
  EXPECT_EQ(service.asked_at[1] - service.asked_at[0], 7s);
  EXPECT_TRUE(has("busy"));
  pass(10min);
  EXPECT_EQ(service.asked_at.size(), 2U);
  EXPECT_EQ(echo_operator.exceptions(), 0U);
  client_process.kill();
  server_process.kill();
}

}  // namespace
