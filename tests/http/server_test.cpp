#include "operator/http/server.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "operator/seams/gate.hpp"
#include "tests/http/support/wire.hpp"

namespace {

using namespace http_tests;

class ServerTest : public Wire {
 public:
  /// Answers with one chunk for each word, then waits until the connection ends or `release` opens.
  Service::Handler streaming(std::vector<std::string> words, bool until_end = false) {
    return [this, words = std::move(words), until_end](seams::HttpRequest const&,
                                                       seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
      seams::HttpHeaders const headers{{"Content-Type", "application/json"}};
      if (!co_await writer.start(200, headers)) co_return;
      for (auto const& word : words) {
        if (!co_await writer.write(word)) co_return;
      }
      if (until_end) {
        writer.on_end([this] {
          ++ended;
          release.open();
        });
        co_await release.wait();
        was_draining = writer.draining();
      }
      finished = co_await writer.finish();
    };
  }

  /// Sends a request, `during` while its answer streams, `after` when that has ended; all answers.
  std::string answers_over_a_stream(std::string during, std::string after = {}) {
    service.handler = streaming({"one"}, true);
    serve();
    std::string answers;
    run([&]() -> asio::awaitable<void> {
      auto const stream = co_await connect();
      co_await send(*stream, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
      co_await sleep(1s);
      co_await send(*stream, during);
      co_await sleep(1s);
      EXPECT_EQ(service.requests.size(), 1U);
      release.open();
      co_await sleep(1s);
      if (!after.empty()) co_await send(*stream, after);
      co_await sleep(1s);
      EXPECT_EQ(service.requests.size(), 2U);
      release.open();
      answers = co_await receive(*stream, 5s);
    });
    return answers;
  }

  seams::Gate release{server_process.clock()};
  int ended = 0;
  bool was_draining = false;
  bool finished = false;
};

std::string const date = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
std::string const get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(ServerTest, answers_a_request_with_length_and_date) {
  serve();
  EXPECT_EQ(answer_to("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + date + "Content-Length: 13\r\n\r\nGET /healthz ");
}

TEST_F(ServerTest, answers_pipelined_requests_in_their_order) {
  serve();
  auto const answer = answer_to(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
      "\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const a = answer.find("GET /a ");
  auto const b = answer.find("POST /b xyz");
  auto const c = answer.find("GET /c ");
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_NE(c, std::string::npos);
  EXPECT_EQ(service.requests.size(), 3U);
}

TEST_F(ServerTest, gives_others_their_turn_while_a_client_sends_without_pause) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const greedy = co_await connect();
    auto const modest = co_await connect();
    std::string many;
    for (int i = 0; i < 1000; ++i) many += get;
    co_await send(*greedy, many);
    co_await send(*modest, "GET /modest HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE((co_await receive(*modest, 1s)).ends_with("/modest "));
    std::size_t before = 0;
    while (service.requests[before].target != "/modest") ++before;
    EXPECT_LT(before, 200U);
    EXPECT_EQ(count_of(co_await receive(*greedy, 1s), "200 OK"), 1000U);
  });
}

TEST_F(ServerTest, understands_a_body_in_chunks_with_extensions_and_trailers) {
  serve();
  EXPECT_EQ(body_of(answer_to("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n")),
            "POST /a abcde");
  EXPECT_FALSE(service.requests.at(0).headers.has("Trailer"));
}

TEST_F(ServerTest, sees_the_same_request_wherever_it_is_cut) {
  serve();
  std::string const request =
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Long:  spaced \r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    run([&]() -> asio::awaitable<void> {
      auto const stream = co_await connect();
      co_await send(*stream, request.substr(0, cut));
      co_await sleep(1ms);
      co_await send(*stream, request.substr(cut));
      EXPECT_TRUE((co_await receive(*stream, 1s)).ends_with("POST /a?b=c abcde")) << cut;
    });
    EXPECT_EQ(service.requests.back().headers.get("x-long"), "spaced");
  }
}

TEST_F(ServerTest, asks_for_the_body_that_a_client_holds_back) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(co_await receive(*stream, 1s), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_TRUE(service.requests.empty());
  });
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
    auto const answer = co_await receive(*stream, 1s);
    EXPECT_EQ(status_of(answer), 200) << "a client that does not wait is not asked";
    EXPECT_EQ(body_of(answer), "PUT /a hi");
  });
  // What is too large is not even asked for.
  EXPECT_EQ(
      status_of(answer_to("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3145729\r\nExpect: 100-continue\r\n\r\n")),
      413);
  EXPECT_EQ(status_of(answer_to("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n")), 417);
}

TEST_F(ServerTest, answers_a_head_without_a_body) {
  serve();
  auto const answer = answer_to("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get);
  EXPECT_TRUE(answer.contains("Content-Length: 8\r\n\r\nHTTP/1.1 200 OK")) << answer;
  service.handler = streaming({"one", "two"});
  EXPECT_TRUE(answer_to("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("Transfer-Encoding: chunked\r\n\r\n"));
}

TEST_F(ServerTest, says_of_a_204_that_it_has_no_body) {
  service.handler = [](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.respond(text("ignored", 204));
  };
  serve();
  auto const answer = answer_to(get);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_FALSE(answer.contains("Content-Length"));
}

TEST_F(ServerTest, streams_in_chunks_and_keeps_the_connection) {
  service.handler = streaming({"one", std::string(100'000, 'x'), "", "two"});
  serve();
  auto const answer = answer_to(get + get);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + date +
                                 "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n186a0\r\nxxx"));
  EXPECT_EQ(count_of(answer, "x\r\n3\r\ntwo\r\n0\r\n\r\n"), 2U);
  EXPECT_TRUE(finished);
}

TEST_F(ServerTest, streams_to_http_1_0_until_the_connection_ends) {
  service.handler = streaming({"one", "two"});
  serve();
  auto const answer = answer_to("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nonetwo")) << answer;
  EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  EXPECT_FALSE(answer.contains("Transfer-Encoding"));
}

TEST_F(ServerTest, closes_when_the_client_says_so_and_keeps_http_1_0_when_it_asks) {
  serve();
  auto const closed = answer_to("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get);
  EXPECT_EQ(count_of(closed, "200 OK"), 1U);
  EXPECT_TRUE(closed.contains("Connection: close\r\n"));
  EXPECT_EQ(count_of(answer_to("GET /a HTTP/1.0\r\n\r\n" + get), "200 OK"), 1U);
  auto const kept = answer_to("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get);
  EXPECT_EQ(count_of(kept, "200 OK"), 2U);
  EXPECT_TRUE(kept.contains("Connection: keep-alive\r\n"));
}

TEST_F(ServerTest, refuses_a_body_that_is_too_large_and_lets_the_client_read_why) {
  options.connection.refuse = [](http::Refusal const& refusal) {
    return text("status " + std::to_string(refusal.status) + ": " + refusal.reason, refusal.status);
  };
  serve();
  for (std::string const& length :
       {std::string("Content-Length: 5000000\r\n\r\n"), std::string("Transfer-Encoding: chunked\r\n\r\n4c4b40\r\n")}) {
    // The client sends all of it before it reads.
    auto const answer = answer_to("POST /a HTTP/1.1\r\nHost: x\r\n" + length + std::string(5'000'000, 'x'));
    EXPECT_EQ(status_of(answer), 413);
    EXPECT_EQ(body_of(answer), "status 413: Request entity too large: limit is 3145728");
    EXPECT_TRUE(answer.contains("Connection: close\r\n"));
  }
  EXPECT_TRUE(service.requests.empty());
  EXPECT_EQ(status_of(answer_to("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3145728\r\n\r\n" +
                                std::string(3145728, 'x'))),
            200);
}

TEST_F(ServerTest, refuses_a_head_that_is_too_large) {
  serve();
  EXPECT_EQ(status_of(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n")), 431);
  EXPECT_EQ(status_of(answer_to("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(60'000, 'x') + "\r\n\r\n")), 200);
  std::string fields;
  for (int i = 0; i < 300; ++i) fields += "X: y\r\n";
  EXPECT_EQ(status_of(answer_to("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")), 431);
}

TEST_F(ServerTest, refuses_what_is_not_http_and_what_could_be_taken_for_two_requests) {
  serve();
  struct Case {
    std::string head;
    int status;
  };
  for (auto const& [head, status] : std::vector<Case>{
           {"nonsense\r\n\r\n", 400},
           {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
           {"GET / HTTP/1.1\nHost: x\n\n", 400},
           {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
           {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(20'000, 'x'), 400},
       })
    EXPECT_EQ(status_of(answer_to(head)), status) << head;
  EXPECT_TRUE(service.requests.empty());
}

TEST_F(ServerTest, ends_a_connection_that_is_idle_for_too_long) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    auto const began = now();
    co_await receive(*stream);
    EXPECT_EQ(now() - began, 90s);
    // Not before its first request, either.
    auto const silent = co_await connect();
    auto const silent_began = now();
    EXPECT_EQ(co_await receive(*silent), "<the connection was broken by the other side>");
    EXPECT_EQ(now() - silent_began, 90s);
  });
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, gives_a_request_only_so_much_time_to_arrive) {
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    auto const began = now();
    bool broken = false;
    std::string const request = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
    for (std::size_t i = 0; !broken && i < 1000; ++i) {
      co_await sleep(1s);
      broken = !(co_await send(*stream, i < request.size() ? request.substr(i, 1) : "x")).empty();
    }
    EXPECT_TRUE(broken);
    EXPECT_GE(now() - began, 60s);
    EXPECT_LE(now() - began, 63s);
  });
  EXPECT_TRUE(service.requests.empty());
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, cuts_off_a_client_that_does_not_read) {
  bool told = true;
  seams::MonotonicTime cut_off{};
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.start(200, {});
    while (told) told = co_await writer.write(std::string(1000, 'x'));
    cut_off = server_process.clock().now();
  };
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    auto const began = now();
    co_await sleep(100s);
    EXPECT_FALSE(told);
    EXPECT_EQ(cut_off - began, 30s);
    EXPECT_EQ(server->connections(), 0U);
    // It gets what was on its way, and then that the connection is broken.
    EXPECT_TRUE((co_await receive(*stream)).ends_with("<the connection was broken by the other side>"));
  });
}

TEST_F(ServerTest, waits_for_a_client_that_reads_slowly) {
  auto const body = std::make_shared<std::string const>(std::string(2'000'000, 'x'));
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    seams::HttpResponse response;
    response.body = body;
    finished = co_await writer.respond(std::move(response));
  };
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    std::string all;
    std::vector<char> buffer(20'000);
    while (!all.ends_with('x') || body_of(all).size() < body->size()) {
      co_await sleep(1s);
      auto const count = co_await stream->read_some(buffer, seams::never);
      EXPECT_TRUE(count);
      if (!count) break;
      all.append(buffer.data(), *count);
    }
    EXPECT_TRUE(body_of(all) == *body);
  });
  EXPECT_TRUE(finished);
}

TEST_F(ServerTest, notices_that_the_client_of_a_stream_has_gone) {
  service.handler = streaming({"one"}, true);
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    // Gives up after five seconds, and the connection goes with the stream.
    co_await receive(*stream, 5s);
  });
  pass(1s);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, takes_the_end_of_a_clients_stream_for_its_going) {
  service.handler = streaming({"one"}, true);
  serve();
  EXPECT_TRUE(answer_to(get).ends_with("3\r\none\r\n0\r\n\r\n"));
  EXPECT_EQ(ended, 1);
  EXPECT_FALSE(was_draining);
}

TEST_F(ServerTest, serves_the_request_that_came_during_a_stream) {
  auto const answers =
      answers_over_a_stream("GET /next HTTP/1.1\r\nHost: x\r\nX-Padding: " + std::string(10'000, 'p') + "\r\n\r\n");
  EXPECT_EQ(count_of(answers, "3\r\none\r\n0\r\n\r\n"), 2U);
  EXPECT_EQ(service.requests.back().target, "/next");
  EXPECT_EQ(service.requests.back().headers.get("X-Padding").size(), 10'000U);
}

TEST_F(ServerTest, serves_the_large_request_that_came_in_pieces_during_a_stream) {
  // The parser asks for less at a time than has come already.
  options.connection.limits.head = 8'192;
  std::string const body(60'000, 'b');
  answers_over_a_stream("POST /next HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + body.substr(0, 40'000),
                        body.substr(40'000));
  EXPECT_EQ(service.requests.back().body, body);
}

TEST_F(ServerTest, keeps_the_connection_after_a_stream_and_still_ends_it_when_idle) {
  service.handler = streaming({"one"}, true);
  serve();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    co_await sleep(1s);
    release.open();
    auto const began = now();
    co_await receive(*stream);
    EXPECT_EQ(now() - began, 90s);
  });
  pass(1s);
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ServerTest, hears_of_the_end_of_a_client_that_has_sent_more_behind_a_watch) {
  service.handler = streaming({"one"}, true);
  serve();
  // answer_to() ends its side when it has sent this; the stream goes on until it is heard of.
  answer_to(get + "garbage\r\n" + std::string(200, 'x'));
  EXPECT_EQ(ended, 1);
  EXPECT_TRUE(finished);
}

TEST_F(ServerTest, breaks_with_a_client_that_sends_on_and_on_behind_a_watch) {
  service.handler = streaming({"one"}, true);
  serve();
  answer_to(get + std::string(100'000, 'x'));
  EXPECT_EQ(ended, 1);
  EXPECT_FALSE(finished);
}

TEST_F(ServerTest, does_not_call_who_is_no_longer_interested) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    writer.on_end([this] { ++ended; });
    writer.on_end([this] { ended += 100; });
    writer.on_end(nullptr);
    co_await seams::sleep_until(server_process.clock(), server_process.clock().now() + 10s);
    writer.on_end([this] { ended += 10; });
    co_await writer.respond(text("x"));
  };
  serve();
  answer_to(get);
  pass(1s);
  // The last one was told in a turn of its own, or not at all: the answer was given first.
  EXPECT_LE(ended, 10);
  EXPECT_EQ(ended % 10, 0);
}

TEST_F(ServerTest, answers_500_when_the_service_throws_or_says_nothing) {
  service.handler = [](seams::HttpRequest const& request, seams::HttpResponseWriter&) -> asio::awaitable<void> {
    if (request.target == "/throw") throw std::runtime_error("the store is on fire");
    co_return;
  };
  serve();
  auto const thrown = answer_to("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(thrown), 500);
  EXPECT_FALSE(thrown.contains("fire")) << "what went wrong is for the log";
  pass(1s);
  EXPECT_EQ(log.lines, std::vector<std::string>{"error serving a request has failed error=the store is on fire"});
  EXPECT_EQ(status_of(answer_to(get)), 500);
}

TEST_F(ServerTest, breaks_an_answer_that_it_cannot_finish) {
  service.handler = [](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.start(200, {});
    co_await writer.write("half");
    throw std::runtime_error("the store is on fire");
  };
  serve();
  EXPECT_TRUE(answer_to(get).ends_with("4\r\nhalf\r\n<the connection was broken by the other side>"));
}

TEST_F(ServerTest, takes_no_more_connections_than_its_limit) {
  options.max_connections = 2;
  serve();
  run([&]() -> asio::awaitable<void> {
    auto first = co_await connect();
    auto const second = co_await connect();
    auto const third = co_await connect();
    co_await send(*third, get);
    EXPECT_EQ(co_await receive(*third, 0s), "");
    first.reset();
  });
  run([&]() -> asio::awaitable<void> {
    auto const first = co_await connect();
    auto const second = co_await connect();
    auto third = co_await connect();
    co_await send(*third, get);
    co_await sleep(10s);
    EXPECT_EQ(server->connections(), 2U);
    co_await first->end(seams::never);
    EXPECT_EQ(status_of(co_await receive(*third, 10s)), 200);
  });
}

TEST_F(ServerTest, drains_idle_connections_at_once_and_answers_what_is_under_way) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await seams::sleep_until(server_process.clock(), server_process.clock().now() + 5s);
    co_await writer.respond(text("done"));
  };
  serve();
  seams::Duration drained{};
  run([&]() -> asio::awaitable<void> {
    auto const idle = co_await connect();
    auto const fresh = co_await connect();
    auto const busy = co_await connect();
    co_await send(*busy, get);
    co_await sleep(1s);
    auto const began = now();
    spawn(server_process, [&, began]() -> asio::awaitable<void> {
      co_await server->drain(server_process.clock().now() + 60s);
      drained = server_process.clock().now() - began;
    });
    EXPECT_EQ(co_await receive(*idle), "");
    EXPECT_EQ(co_await receive(*fresh), "");
    EXPECT_EQ(now(), began);
    auto const answer = co_await receive(*busy);
    EXPECT_EQ(body_of(answer), "done");
    EXPECT_TRUE(answer.contains("Connection: close\r\n"));
    EXPECT_EQ(now() - began, 4s);
    auto const late = co_await host.connector(client_process.clock())->connect(seams::never);
    EXPECT_FALSE(late);
    co_await busy->end(seams::never);
    co_await sleep(2s);
  });
  EXPECT_EQ(server->connections(), 0U);
  EXPECT_EQ(drained, 4s);
}

TEST_F(ServerTest, drains_streams_in_good_order) {
  service.handler = streaming({"one"}, true);
  serve();
  bool drained = false;
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    co_await sleep(1s);
    spawn(server_process, [&]() -> asio::awaitable<void> {
      co_await server->drain(server_process.clock().now() + 60s);
      drained = true;
    });
    EXPECT_TRUE((co_await receive(*stream)).ends_with("3\r\none\r\n0\r\n\r\n"));
    co_await stream->end(seams::never);
    co_await sleep(1s);
  });
  EXPECT_TRUE(drained);
  EXPECT_TRUE(was_draining);
  EXPECT_EQ(ended, 1);
}

TEST_F(ServerTest, breaks_at_the_deadline_what_does_not_come_to_an_end) {
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.start(200, {});
    while (co_await writer.write("on and on")) {
      co_await seams::sleep_until(server_process.clock(), server_process.clock().now() + 1s);
    }
  };
  serve();
  seams::Duration drained{};
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await connect();
    co_await send(*stream, get);
    co_await sleep(1s);
    auto const began = now();
    spawn(server_process, [&, began]() -> asio::awaitable<void> {
      co_await server->drain(server_process.clock().now() + 10s);
      drained = server_process.clock().now() - began;
    });
    EXPECT_TRUE((co_await receive(*stream)).ends_with("<the connection was broken by the other side>"));
    EXPECT_EQ(now() - began, 10s);
    co_await sleep(2s);
  });
  EXPECT_GE(drained, 10s);
  EXPECT_LE(drained, 11s);
}

TEST_F(ServerTest, writes_a_small_answer_at_once_and_a_large_one_without_copying_it) {
  struct Writes final : http::PipeHooks {
    Fate on_write(http::PipeDirection direction, std::string_view bytes) override {
      if (direction == http::PipeDirection::second_to_first) sizes.push_back(bytes.size());
      return {};
    }
    std::vector<std::size_t> sizes;
  } writes;
  http::PipeOptions with_hooks;
  with_hooks.hooks = &writes;
  with_hooks.capacity = 10'000'000;
  http::PipeHost counted(with_hooks);
  std::size_t size = 1000;
  service.handler = [&](seams::HttpRequest const&, seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
    co_await writer.respond(text(std::string(size, 'x')));
  };
  http::HttpServer counting({server_process.executor(), server_process.clock(), random, log},
                            counted.listen(server_process.clock()), service);
  counting.start();
  run([&]() -> asio::awaitable<void> {
    auto const stream = co_await counted.connector(client_process.clock())->connect(seams::never);
    co_await send(**stream, get);
    co_await sleep(1s);
    EXPECT_EQ(writes.sizes.size(), 1U);
    writes.sizes.clear();
    size = 1'000'000;
    co_await send(**stream, get);
    co_await sleep(1s);
    EXPECT_EQ(writes.sizes, (std::vector<std::size_t>{16'384, 262'144, 262'144, 262'144, writes.sizes.back()}));
    EXPECT_EQ(body_of(co_await receive(**stream, 1s)).size() > 1'000'000, true);
  });
}

TEST_F(ServerTest, leaves_nothing_behind_when_its_process_is_killed_at_any_turn) {
  service.handler = streaming({"one"}, true);
  for (int turns = 0; turns < 60; ++turns) {
    auto process = std::make_unique<sim::Process>(scheduler, "victim");
    http::PipeHost place;
    auto victim =
        std::make_unique<http::HttpServer>(seams::Environment{process->executor(), process->clock(), random, log},
                                           place.listen(process->clock()), service);
    victim->start();
    std::string got;
    bool done = false;
    spawn(client_process, [&]() -> asio::awaitable<void> {
      auto const connector = place.connector(client_process.clock());
      auto const stream = co_await connector->connect(seams::never);
      if (stream) {
        co_await send(**stream, get);
        got = co_await receive(**stream, 10s);
      }
      done = true;
    });
    // One turn at a time, but not to the timers at the end of time.
    for (int i = 0; i < turns; ++i) scheduler.run_until(later(1h), 1, [] { return false; });
    process->kill();
    victim.reset();
    process.reset();
    scheduler.run_until(later(20s), 100'000, [&] { return done; });
    EXPECT_TRUE(done) << turns;
    release.open();
    pass(1s);
  }
}

}  // namespace
