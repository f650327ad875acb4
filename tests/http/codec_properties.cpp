// However bytes are cut into pieces, and whatever bytes they are.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "operator/http/request_parser.hpp"
#include "operator/http/response_parser.hpp"
#include "operator/http/syntax.hpp"

namespace {

using State = http::RequestParser::State;

/// What a parser makes of bytes that come in these pieces: the requests, and how it ended.
std::vector<std::string> requests_in(std::string_view bytes, std::vector<std::size_t> const& pieces) {
  http::RequestParser parser({.head = 2000, .fields = 20, .body = 3000});
  std::vector<std::string> found;
  std::string held;
  std::size_t piece = 0;
  while (true) {
    std::size_t const taken = parser.feed(held);
    RC_ASSERT(taken <= held.size());
    held.erase(0, taken);
    if (parser.state() == State::complete) {
      auto const request = parser.take();
      std::string text = request.method + " " + request.target + "\n";
      for (auto const& [name, value] : request.headers) text += name + "=" + value + "\n";
      found.push_back(text + request.body);
      continue;
    }
    if (parser.state() == State::refused) {
      found.push_back("refused " + std::to_string(parser.refusal().status));
      return found;
    }
    // A parser that wants more never holds on to more than its limits allow.
    RC_ASSERT(held.size() < 8192U + 2000U);
    if (bytes.empty()) break;
    std::size_t const size = pieces.empty() ? bytes.size() : std::max<std::size_t>(1, pieces[piece++ % pieces.size()]);
    held += bytes.substr(0, size);
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  found.emplace_back(parser.begun() ? "incomplete" : "end");
  return found;
}

/// Pieces of HTTP, good and bad, so that random texts get somewhere.
rc::Gen<std::string> fragment() {
  return rc::gen::weightedOneOf<std::string>({
      {8, rc::gen::element<std::string>(
              "GET / HTTP/1.1\r\n", "POST /a?b=c HTTP/1.1\r\n", "PUT /x HTTP/1.0\r\n", "Host: x\r\n", "\r\n",
              "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "X-Long: a  b\r\n",
              "hello", "5\r\nhello\r\n", "0\r\n\r\n", "3;ext=1\r\nabc\r\n", "0\r\nTrailer: x\r\n\r\n",
              "Expect: 100-continue\r\n", "A: b\r\n c\r\n", "\n", "\r", " ")},
      {1, rc::gen::scale(0.3, rc::gen::arbitrary<std::string>())},
      {1, rc::gen::map(rc::gen::inRange(0, 3000),
                       [](int size) { return "X: " + std::string(static_cast<std::size_t>(size), 'x') + "\r\n"; })},
  });
}

rc::Gen<std::string> request_like() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(fragment()),
                      [](std::vector<std::string> const& all) {
                        std::string text;
                        for (auto const& part : all) text += part;
                        return text;
                      });
}

rc::Gen<std::vector<std::size_t>> pieces() {
  return rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 40)));
}

RC_GTEST_PROP(RequestParserProperties, makes_the_same_of_any_bytes_however_they_are_cut, ()) {
  auto const bytes = *request_like();
  RC_ASSERT(requests_in(bytes, *pieces()) == requests_in(bytes, {}));
}

RC_GTEST_PROP(RequestParserProperties, finds_every_request_that_was_written, ()) {
  auto const count = *rc::gen::inRange(1, 5);
  std::string bytes;
  std::vector<std::string> expected;
  for (int i = 0; i < count; ++i) {
    auto const body = *rc::gen::scale(0.5, rc::gen::arbitrary<std::string>());
    auto const chunk = *rc::gen::inRange<std::size_t>(1, 20);
    bool const chunked = *rc::gen::arbitrary<bool>();
    bytes += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n";
    std::string text = "POST /" + std::to_string(i) + "\nHost=x\n";
    if (chunked) {
      bytes += "Transfer-Encoding: chunked\r\n\r\n";
      text += "Transfer-Encoding=chunked\n";
      for (std::size_t at = 0; at < body.size(); at += chunk) {
        auto const part = body.substr(at, chunk);
        http::append_hexadecimal(bytes, part.size());
        bytes += "\r\n" + part + "\r\n";
      }
      bytes += "0\r\n\r\n";
    } else {
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      text += "Content-Length=" + std::to_string(body.size()) + "\n";
    }
    expected.push_back(text + body);
  }
  expected.emplace_back("end");
  RC_ASSERT(requests_in(bytes, *pieces()) == expected);
}

/// The same for answers: bodies of the answers, and how it ended.
std::string answer_in(std::string_view bytes, std::vector<std::size_t> const& pieces, bool to_head) {
  http::ResponseParser parser(2000);
  parser.begin(to_head);
  std::string body;
  std::string held;
  std::size_t piece = 0;
  using Answer = http::ResponseParser::State;
  auto const over = [&] { return parser.state() == Answer::complete || parser.state() == Answer::malformed; };
  while (!over() && !bytes.empty()) {
    std::size_t const size = pieces.empty() ? bytes.size() : std::max<std::size_t>(1, pieces[piece++ % pieces.size()]);
    held += bytes.substr(0, size);
    bytes.remove_prefix(std::min(size, bytes.size()));
    held.erase(0, parser.feed(held, body));
  }
  if (!over()) parser.feed_end();
  if (parser.state() == Answer::malformed) return "malformed";
  return std::to_string(parser.head().status) + " " + body;
}

RC_GTEST_PROP(ResponseParserProperties, makes_the_same_of_any_bytes_however_they_are_cut, ()) {
  auto const parts = *rc::gen::container<std::vector<std::string>>(rc::gen::weightedOneOf<std::string>({
      {8, rc::gen::element<std::string>("HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 204 None\r\n",
                                        "HTTP/1.0 500 Oops\r\n", "Content-Length: 5\r\n", "\r\n", "hello",
                                        "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n", "0\r\n\r\n", "X: y\r\n")},
      {1, rc::gen::scale(0.3, rc::gen::arbitrary<std::string>())},
  }));
  std::string bytes;
  for (auto const& part : parts) bytes += part;
  auto const to_head = *rc::gen::arbitrary<bool>();
  RC_ASSERT(answer_in(bytes, *pieces(), to_head) == answer_in(bytes, {}, to_head));
}

}  // namespace
