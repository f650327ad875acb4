#include "tests/conformance/http_client.hpp"

#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>

namespace conformance {
namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using Clock = std::chrono::steady_clock;

constexpr Milliseconds answer_limit{90'000};
constexpr std::size_t read_size = 64UL * 1024;

Answer answer_of(http::response<http::string_body> const& message) {
  Answer answer;
  answer.status = static_cast<int>(message.result_int());
  for (auto const& field : message) {
    auto const name = field.name_string();
    auto const value = field.value();
    answer.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  }
  return answer;
}

}  // namespace

std::string request_bytes(Call const& call, std::string const& host) {
  std::string result = call.method + " " + call.target + " HTTP/1.1\r\nHost: " + host + "\r\n";
  for (auto const& [name, value] : call.headers) result += name + ": " + value + "\r\n";
  if (!call.body.empty() || call.method == "POST" || call.method == "PUT" || call.method == "PATCH")
    result += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
  result += "\r\n";
  result += call.body;
  return result;
}

struct HttpConnection::State {
  std::unique_ptr<Connection> connection;
  std::string unread;
  std::optional<http::response_parser<http::string_body>> parser;
  std::size_t taken = 0;  ///< of the parsed body
  bool ended = false;     ///< by the other side
  bool heard = false;     ///< any byte, ever
  bool broken = false;
  std::string lines;

  void start(std::string_view method) {
    parser.emplace();
    parser->body_limit(boost::none);
    parser->header_limit(64 * 1024);
    parser->eager(true);
    if (method == "HEAD") parser->skip(true);
    taken = 0;
  }

  /// Reads until something was parsed; false when nothing came in time.
  Sent<bool> advance(Clock::time_point deadline) {
    while (true) {
      if (!unread.empty()) {
        ErrorCode error;
        auto const used = parser->put(boost::asio::buffer(unread), error);
        unread.erase(0, used);
        if (error && error != http::error::need_more) return fail("not HTTP: " + error.message());
        if (used > 0) return true;
      }
      if (ended) {
        ErrorCode error;
        if (!parser->got_some()) return fail("the connection ended without an answer");
        parser->put_eof(error);
        if (error || !parser->is_done()) return fail("the connection ended within an answer");
        return true;
      }
      std::array<char, read_size> buffer;
      auto const left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now());
      auto const count = connection->read(buffer, std::max(left, Milliseconds(0)));
      if (!count) return fail(count.error());
      if (!*count) return false;
      if (**count == 0) {
        ended = true;
      } else {
        heard = true;
        unread.append(buffer.data(), **count);
      }
    }
  }

  Sent<void> until(auto done, Milliseconds limit) {
    auto const deadline = Clock::now() + limit;
    while (!done()) {
      auto const more = advance(deadline);
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::unexpected(broken_off("no answer within " + std::to_string(limit.count()) + " ms"));
    }
    return {};
  }

  std::string broken_off(std::string why) {
    broken = true;
    return why;
  }
  std::unexpected<std::string> fail(std::string why) { return std::unexpected(broken_off(std::move(why))); }
};

HttpConnection::HttpConnection(std::unique_ptr<Connection> connection) : state_(std::make_unique<State>()) {
  state_->connection = std::move(connection);
}
HttpConnection::~HttpConnection() = default;

Sent<void> HttpConnection::write(std::string_view bytes) {
  state_->heard = false;
  auto written = state_->connection->write(bytes);
  if (!written) state_->broken = true;
  return written;
}

bool HttpConnection::reusable() const {
  return !state_->broken && !state_->ended && state_->unread.empty() && state_->parser && state_->parser->is_done() &&
         state_->parser->keep_alive();
}

bool HttpConnection::silent() const { return !state_->heard; }

Sent<Answer> HttpConnection::read_answer(std::string_view method) {
  state_->start(method);
  auto& parser = *state_->parser;
  // 100 Continue and its like are not answers.
  while (true) {
    if (auto done = state_->until([&] { return parser.is_done(); }, answer_limit); !done)
      return std::unexpected(done.error());
    if (parser.get().result_int() >= 200) break;
    state_->start(method);
  }
  Answer answer = answer_of(parser.get());
  answer.body = parser.get().body();
  return answer;
}

Sent<Answer> HttpConnection::read_head() {
  state_->start("GET");
  auto& parser = *state_->parser;
  if (auto done = state_->until([&] { return parser.is_header_done(); }, answer_limit); !done)
    return std::unexpected(done.error());
  return answer_of(parser.get());
}

Sent<std::string> HttpConnection::read_rest() {
  auto& parser = *state_->parser;
  if (auto done = state_->until([&] { return parser.is_done(); }, answer_limit); !done)
    return std::unexpected(done.error());
  return parser.get().body();
}

Sent<LineStream::Line> HttpConnection::next_line(Milliseconds limit) {
  using Line = LineStream::Line;
  auto& parser = *state_->parser;
  auto const deadline = Clock::now() + limit;
  while (true) {
    auto& body = parser.get().body();
    if (body.size() > state_->taken) {
      state_->lines.append(body, state_->taken);
      body.clear();
      state_->taken = 0;
    }
    if (auto const end = state_->lines.find('\n'); end != std::string::npos) {
      Line line{.what = Line::What::line, .text = state_->lines.substr(0, end)};
      state_->lines.erase(0, end + 1);
      return line;
    }
    if (parser.is_done()) {
      if (!state_->lines.empty()) return std::unexpected("the stream ended within a line: " + state_->lines);
      return Line{.what = Line::What::end, .text = ""};
    }
    auto const more = state_->advance(deadline);
    if (!more) return std::unexpected(more.error());
    if (!*more) return Line{.what = Line::What::silence, .text = ""};
  }
}

}  // namespace conformance
