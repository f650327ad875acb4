// The face behind a connection: the bytes that clients see.
#include <boost/asio/co_spawn.hpp>

#include "fakeapi/face/http/face.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "tests/fakeapi_http/fixture.hpp"
#include "tests/fakeapi_http/raw_client.hpp"

namespace fakeapi_http {
namespace {

namespace asio = boost::asio;

class WireTest : public FaceTest {
 protected:
  WireTest() {
    http::ServerOptions options;
    options.connection.refuse = [](http::Refusal const& refusal) {
      return fakeapi::http::refusal(refusal.status, refusal.reason);
    };
    define();
    server_ = std::make_unique<http::HttpServer>(environment(), host_.listen(process.clock()), face(), options);
    server_->start();
  }
  ~WireTest() override { process.kill(); }

  std::shared_ptr<std::string> send_bytes(std::string bytes) {
    auto received = fakeapi_http::send_bytes(host_, client_, std::move(bytes));
    pass(10ms);
    return received;
  }

  void drain() {
    asio::co_spawn(process.executor(), server_->drain(process.clock().now() + 5s), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    pass(10ms);
  }

  sim::Process client_{scheduler, "client"};
  http::PipeHost host_;
  std::unique_ptr<http::HttpServer> server_;
};

TEST_F(WireTest, answers_requests_one_after_the_other) {
  auto const received = send_bytes(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET " +
      echoes + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(
      received->starts_with("HTTP/1.1 200 OK\r\nCache-Control: no-cache, private\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n"))
      << *received;
  EXPECT_NE(received->find("\r\n\r\nokHTTP/1.1 200 OK\r\n"), std::string::npos) << *received;
  EXPECT_NE(received->find(R"({"apiVersion":"demo.example.com/v1","items":[],"kind":"EchoList",)"), std::string::npos);
}

TEST_F(WireTest, a_watch_sends_its_head_at_once_and_each_event_as_it_comes) {
  auto const received = send_bytes("GET " + echoes + "?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(received->contains("Transfer-Encoding: chunked\r\n")) << *received;
  EXPECT_FALSE(received->contains("ADDED"));
  create_echo("a");
  pass(10ms);
  EXPECT_TRUE(received->contains(R"({"type":"ADDED","object":{"apiVersion":"demo.example.com/v1")")) << *received;
}

TEST_F(WireTest, watches_end_in_good_order_when_the_server_is_drained) {
  auto const received = send_bytes("GET " + echoes + "?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
  drain();
  EXPECT_TRUE(received->ends_with("0\r\n\r\n<end>")) << *received;
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(WireTest, a_body_that_is_too_large_is_refused_with_a_status) {
  auto const received = send_bytes("POST " + echoes + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n");
  EXPECT_TRUE(received->starts_with("HTTP/1.1 413 ")) << *received;
  EXPECT_TRUE(received->contains(R"("message":"Request entity too large: limit is 3145728")")) << *received;
}

TEST_F(WireTest, who_asks_for_the_head_gets_no_body) {
  create_echo("a");
  auto const received = send_bytes("HEAD " + echoes + "/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(received->starts_with("HTTP/1.1 200 OK\r\n")) << *received;
  EXPECT_TRUE(received->ends_with("\r\n\r\n")) << *received;
}

}  // namespace
}  // namespace fakeapi_http
