#include "operator/http/client_connection.hpp"

#include <gtest/gtest.h>

#include "operator/seams/gate.hpp"
#include "tests/http/support/wire.hpp"

namespace {

using namespace http_tests;
using Kind = http::ClientError::Kind;

class ClientTest : public Wire {
 public:
  asio::awaitable<std::unique_ptr<http::ClientConnection>> open() {
    co_return std::make_unique<http::ClientConnection>(co_await connect(), "server.example:443");
  }
  /// A server that is a script: reads a request, writes these bytes, and ends in good order or breaks.
  void script(std::vector<std::string> answers, bool breaks = false) {
    listener = host.listen(server_process.clock());
    spawn(server_process, [this, answers = std::move(answers), breaks]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      std::array<char, 4096> buffer{};
      for (auto const& answer : answers) {
        auto const count = co_await (*stream)->read_some(buffer, seams::never);
        if (!count) co_return;
        received.append(buffer.data(), *count);
        co_await (*stream)->write(answer, seams::never);
      }
      if (!breaks) co_await (*stream)->end(seams::never);
    });
  }
  /// What comes of one request to such a server.
  http::ClientResult<seams::HttpResponse> exchange_with(std::string answer, bool breaks = false,
                                                        std::string_view method = "GET") {
    script({std::move(answer)}, breaks);
    http::ClientResult<seams::HttpResponse> result;
    run([&]() -> asio::awaitable<void> {
      auto const connection = co_await open();
      http::ClientRequest const request{.method = method, .headers = none};
      result = co_await connection->exchange(request, 1000, now() + 10s);
      reusable = connection->reusable();
    });
    listener->close();
    return result;
  }
  static std::string outcome(http::ClientResult<seams::HttpResponse> const& result) {
    constexpr std::array<char const*, 6> names{"no answer", "broken",    "timed out",
                                               "cancelled", "malformed", "too large"};
    if (!result) return names.at(static_cast<std::size_t>(result.error().kind));
    return std::to_string(result->status) + " " + *result->body;
  }

  seams::HttpHeaders const none;
  std::unique_ptr<seams::Listener> listener;
  std::string received;
  bool reusable = false;
};

TEST_F(ClientTest, sends_requests_one_after_the_other_on_one_connection) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    seams::HttpHeaders const headers{{"Accept", "application/json"}};
    std::string const body(100'000, 'b');
    for (int i = 0; i < 3; ++i) {
      http::ClientRequest const post{.method = "POST", .target = "/a?b=c", .headers = headers, .body = body};
      auto const answer = co_await connection->exchange(post, 1'000'000, now() + 10s);
      EXPECT_EQ(outcome(answer), "200 POST /a?b=c " + body);
      EXPECT_TRUE(connection->reusable());
      http::ClientRequest const head{.method = "HEAD", .target = "/", .headers = headers};
      EXPECT_EQ(outcome(co_await connection->exchange(head, 0, now() + 10s)), "200 ");
    }
  });
  EXPECT_EQ(server->accepted(), 1U);
  EXPECT_EQ(service.requests.at(0).headers.get("host"), "server.example:443");
  EXPECT_EQ(service.requests.at(0).headers.get("accept"), "application/json");
}

TEST_F(ClientTest, reads_a_stream_as_it_comes) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.start(200, {});
    for (int i = 0; i < 3; ++i) {
      co_await seams::sleep_until(server_process.clock(), server_process.clock().now() + 1s);
      co_await writer.write("event " + std::to_string(i) + "\n");
    }
    co_await writer.finish();
  };
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    auto const head = co_await connection->request({.headers = none}, now() + 10s);
    EXPECT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    std::string body;
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(*co_await connection->read_body(body, now() + 10s));
      EXPECT_TRUE(body.ends_with("event " + std::to_string(i) + "\n"));
      EXPECT_FALSE(connection->reusable());
    }
    EXPECT_FALSE(*co_await connection->read_body(body, now() + 10s));
    EXPECT_TRUE(connection->reusable());
    EXPECT_FALSE(*co_await connection->read_body(body, now() + 10s));
  });
}

TEST_F(ClientTest, sees_the_same_answer_wherever_it_is_cut) {
  std::string const answer =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < answer.size(); ++cut) {
    http::ResponseParser parser;
    std::string body;
    auto rest = answer.substr(0, cut);
    rest.erase(0, parser.feed(rest, body));
    rest += answer.substr(cut);
    rest.erase(0, parser.feed(rest, body));
    EXPECT_EQ(parser.state(), http::ResponseParser::State::complete) << cut;
    EXPECT_EQ(parser.head().status, 201);
    EXPECT_EQ(parser.head().headers.get("x"), "y");
    EXPECT_EQ(body, "abcde");
    EXPECT_EQ(rest, "");
  }
}

TEST_F(ClientTest, takes_the_end_of_the_connection_for_the_end_of_an_answer_without_length) {
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\n\r\nall of it")), "200 all of it");
  EXPECT_FALSE(reusable);
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\n\r\nhalf of", true)), "broken");
}

TEST_F(ClientTest, tells_what_is_the_matter_with_an_answer) {
  EXPECT_EQ(outcome(exchange_with("")), "no answer");
  EXPECT_EQ(outcome(exchange_with("", true)), "broken");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nContent-Le")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc")), "malformed");
  EXPECT_EQ(outcome(exchange_with("SSH-2.0-OpenSSH\r\n\r\n")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x'))), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 101 Switching Protocols\r\n\r\n")), "malformed");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'))),
            "too large");
  EXPECT_EQ(outcome(exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'))),
            "200 " + std::string(1000, 'x'));
}

TEST_F(ClientTest, uses_a_connection_again_only_when_it_may) {
  exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", true);
  EXPECT_TRUE(reusable);
  exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", true);
  EXPECT_FALSE(reusable);
  exchange_with("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", true);
  EXPECT_FALSE(reusable);
  exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", true);
  EXPECT_FALSE(reusable) << "what nobody has asked for";
  exchange_with("HTTP/1.1 204 No Content\r\n\r\n", true);
  EXPECT_TRUE(reusable);
  exchange_with("HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n", true, "HEAD");
  EXPECT_TRUE(reusable);
}

TEST_F(ClientTest, says_that_a_connection_which_was_idle_has_ended) {
  script({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"});
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    EXPECT_EQ(outcome(co_await connection->exchange({.headers = none}, 100, now() + 10s)), "200 hi");
    co_await sleep(1s);
    EXPECT_EQ(outcome(co_await connection->exchange({.headers = none}, 100, now() + 10s)), "no answer");
    EXPECT_EQ(outcome(co_await connection->exchange({.headers = none}, 100, now() + 10s)), "broken");
  });
}

TEST_F(ClientTest, gives_up_at_its_deadline) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await seams::sleep_until(server_process.clock(), server_process.clock().now() + 1h);
    co_await writer.respond(text("late"));
  };
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    auto const began = now();
    EXPECT_EQ(outcome(co_await connection->exchange({.headers = none}, 100, now() + 10s)), "timed out");
    EXPECT_EQ(now() - began, 10s);
    EXPECT_FALSE(connection->reusable());
  });
}

TEST_F(ClientTest, ends_a_pending_read_when_it_is_closed) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.start(200, {});
    seams::Gate gate(server_process.clock());
    writer.on_end([&] { gate.open(); });
    co_await gate.wait();
  };
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    EXPECT_TRUE(co_await connection->request({.headers = none}, now() + 10s));
    bool done = false;
    spawn(client_process, [&]() -> asio::awaitable<void> {
      std::string body;
      auto const more = co_await connection->read_body(body, seams::never);
      EXPECT_FALSE(more);
      EXPECT_EQ(more.error().kind, Kind::broken);
      done = true;
    });
    co_await sleep(1s);
    connection->close();
    EXPECT_FALSE(done);
    co_await sleep(1s);
    EXPECT_TRUE(done);
  });
  pass(1s);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ClientTest, reads_why_a_body_was_refused_though_not_all_of_it_was_taken) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const connection = co_await open();
    std::string const body(4'000'000, 'b');
    http::ClientRequest const post{.method = "POST", .headers = none, .body = body};
    auto const answer = co_await connection->exchange(post, 1000, now() + 10s);
    EXPECT_TRUE(outcome(answer).starts_with("413 ")) << outcome(answer);
    EXPECT_FALSE(connection->reusable());
  });
}

}  // namespace
