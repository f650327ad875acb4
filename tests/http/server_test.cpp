#include <gtest/gtest.h>

#include <array>

#include "operator/seams/gate.hpp"
#include "tests/http/support/wire.hpp"

namespace {

using namespace http_tests;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

class ServerTest : public Wire {
 protected:
  /// What a client gets that sends `bytes`, ends its stream and reads to the end.
  std::string answer_to(std::string const& bytes) {
    std::string answer;
    run([](ServerTest& test, std::string const& sent, std::string& got) -> asio::awaitable<void> {
      auto const stream = co_await test.connect();
      co_await send(*stream, sent);
      co_await stream->end(seams::never);
      got = co_await test.receive(*stream);
    }(*this, bytes, answer));
    return answer;
  }
};

std::string const date = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

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

}  // namespace
