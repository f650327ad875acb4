// HTTP over TLS over real sockets: what a pipe in memory cannot show.
#include <gtest/gtest.h>

#include <vector>

#include "operator/http/client_connection.hpp"
#include "operator/http/server.hpp"
#include "operator/real/process.hpp"
#include "operator/real/real_random.hpp"
#include "operator/seams/gate.hpp"
#include "operator/seams/quiet.hpp"
#include "tests/real/support/network.hpp"

namespace {

using namespace real_tests;

class Echo final : public seams::HttpService {
 public:
  explicit Echo(seams::Clock& clock) : clock_(clock) {}

  /// Answers with the target and the body; /watch streams until the client goes; /large is ten megabytes.
  asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override {
    if (request.target == "/watch") {
      ++watching;
      seams::Gate gate(clock_);
      bool sent = co_await writer.start(200, {});
      writer.on_end([&] { gate.open(); });
      if (sent) sent = co_await writer.write("event\n");
      if (sent) co_await gate.wait();
      writer.on_end(nullptr);
      if (sent) co_await writer.finish();
      --watching;
      co_return;
    }
    seams::HttpResponse response;
    std::string text = request.target == "/large" ? std::string(10'000'000, 'x') : request.target + request.body;
    response.body = std::make_shared<std::string const>(std::move(text));
    co_await writer.respond(std::move(response));
  }

  int watching = 0;

 private:
  seams::Clock& clock_;
};

class RealHttp : public TlsNetwork {
 public:
  void serve(http::ServerOptions const& options = {}) {
    auto const port = listener->port();
    server = std::make_unique<http::HttpServer>(
        seams::Environment{.executor = context.get_executor(), .clock = clock, .random = random, .log = log},
        std::move(listener), service, options);
    server->start();
    connector = std::make_unique<real::TlsConnector>(context, clock,
                                                     real::HostAndPort{.host = "127.0.0.1", .port = port}, trusting());
  }
  asio::awaitable<std::unique_ptr<http::ClientConnection>> open() {
    auto stream = co_await connector->connect(in(20s));
    if (!stream) throw std::runtime_error(stream.error().message);
    co_return std::make_unique<http::ClientConnection>(std::move(*stream), "localhost");
  }
  asio::awaitable<std::string> get(http::ClientConnection& connection, std::string target) {
    http::ClientRequest const request{.target = target, .headers = none};
    auto const answer = co_await connection.exchange(request, 100'000'000, in(20s));
    co_return answer ? *answer->body : "<" + answer.error().message + ">";
  }

  seams::HttpHeaders const none;
  seams::NoLog log;
  real::RealRandom random{1};
  Echo service{clock};
  std::unique_ptr<http::HttpServer> server;
  std::unique_ptr<real::TlsConnector> connector;
};

TEST_F(RealHttp, answers_small_and_large_on_one_connection) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    EXPECT_EQ(co_await get(*connection, "/a"), "/a");
    EXPECT_EQ((co_await get(*connection, "/large")).size(), 10'000'000U);
    EXPECT_EQ(co_await get(*connection, "/b"), "/b");
    co_await server->drain(in(5s));
  });
}

TEST_F(RealHttp, holds_a_thousand_idle_connections_and_watches_while_it_answers) {
  ASSERT_GE(real::raise_file_limit(), 4096U) << "too few files may be open for this test";
  serve();
  constexpr int idle = 500;
  constexpr int watches = 500;
  run([&]() -> asio::awaitable<void> {
    std::vector<std::unique_ptr<http::ClientConnection>> held;
    for (int i = 0; i < idle + watches; ++i) {
      held.push_back(co_await open());
      if (i >= watches) continue;
      http::ClientRequest const request{.target = "/watch", .headers = none};
      EXPECT_TRUE(co_await held.back()->request(request, in(20s)));
    }
    auto const busy = co_await open();
    EXPECT_EQ(co_await get(*busy, "/a"), "/a");
    EXPECT_EQ(server->connections(), std::size_t{idle + watches + 1});
    EXPECT_EQ(service.watching, watches);
    // Clients that go are noticed, every one.
    held.clear();
    for (int i = 0; i < 1000 && service.watching > 0; ++i) co_await sleep(10ms);
    EXPECT_EQ(service.watching, 0);
    EXPECT_EQ(co_await get(*busy, "/b"), "/b");
    co_await server->drain(in(5s));
    EXPECT_EQ(server->connections(), 0U);
  });
}

TEST_F(RealHttp, answers_a_client_that_has_ended_its_side) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto stream = co_await connector->connect(in(5s));
    co_await (*stream)->write("GET /half HTTP/1.1\r\nHost: x\r\n\r\n", in(5s));
    co_await (*stream)->end(in(5s));
    auto const answer = co_await read(**stream, 10'000);
    EXPECT_TRUE(answer.ends_with("/half<end>")) << answer;
    // The same in the middle of a request: there is nothing to be answered, and nothing stays.
    auto second = co_await connector->connect(in(5s));
    co_await (*second)->write("GET /half HTTP/1.1\r\nHo", in(5s));
    co_await (*second)->end(in(5s));
    EXPECT_EQ(co_await read(**second, 10'000), "<end>");
    co_await sleep(50ms);
    co_await server->drain(in(5s));
  });
}

TEST_F(RealHttp, cuts_off_a_client_that_does_not_read_and_serves_the_others_meanwhile) {
  http::ServerOptions options;
  options.connection.write_timeout = 300ms;
  serve(options);
  run([&]() -> asio::awaitable<void> {
    auto stuck = co_await connector->connect(in(5s));
    co_await (*stuck)->write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", in(5s));
    auto const busy = co_await open();
    EXPECT_EQ(co_await get(*busy, "/a"), "/a");
    auto const began = clock.now();
    while (server->connections() == 2 && clock.now() - began < 10s) {
      EXPECT_EQ(co_await get(*busy, "/a"), "/a");
      co_await sleep(5ms);
    }
    EXPECT_EQ(server->connections(), 1U);
    co_await server->drain(in(5s));
  });
}

TEST_F(RealHttp, ends_its_watches_in_good_order_when_it_drains) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    http::ClientRequest const request{.target = "/watch", .headers = none};
    EXPECT_TRUE(co_await connection->request(request, in(20s)));
    std::string body;
    EXPECT_TRUE(*co_await connection->read_body(body, in(5s)));
    bool drained = false;
    spawn([&]() -> asio::awaitable<void> {
      co_await server->drain(in(5s));
      drained = true;
    });
    EXPECT_FALSE(*co_await connection->read_body(body, in(5s))) << "the watch is complete, not broken";
    EXPECT_EQ(body, "event\n");
    connection->close();
    for (int i = 0; i < 500 && !drained; ++i) co_await sleep(10ms);
    EXPECT_TRUE(drained);
  });
}

}  // namespace
