#include "operator/http/client_connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using Kind = ClientError::Kind;

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t first_input = 16 * kibibyte;
/// What is copied together so that it goes out in one write.
constexpr std::size_t coalesced = 16 * kibibyte;
/// How much of a body is allocated on the strength of a Content-Length alone.
constexpr std::uint64_t trusted_length = 1024 * kibibyte;

}  // namespace

ClientConnection::ClientConnection(std::unique_ptr<seams::Stream> stream, std::string host)
    : stream_(std::move(stream)),
      host_(std::move(host)),
      input_(std::make_unique_for_overwrite<char[]>(first_input)),
      input_size_(first_input) {}

ClientConnection::~ClientConnection() = default;

bool ClientConnection::reusable() const { return phase_ == Phase::idle && reusable_ && input().empty(); }

void ClientConnection::close() noexcept {
  phase_ = Phase::useless;
  stream_->close();
}

std::unexpected<ClientError> ClientConnection::fail(Kind kind, std::string message) {
  close();
  return std::unexpected(ClientError{kind, std::move(message)});
}

std::unexpected<ClientError> ClientConnection::fail(seams::StreamError const& error) {
  switch (error.kind) {
    case seams::StreamError::Kind::timed_out:
      return fail(Kind::timed_out, error.message);
    case seams::StreamError::Kind::cancelled:
      return fail(Kind::cancelled, error.message);
    default:
      return fail(Kind::broken, error.message);
  }
}

void ClientConnection::put_request(ClientRequest const& request) {
  seams::check(is_token(request.method), "a method is a word of HTTP's grammar");
  seams::check(std::ranges::none_of(request.target, [](char c) { return c <= ' ' || c == '\x7f'; }),
               "a target has neither spaces nor line breaks");
  output_.clear();
  output_ += request.method;
  output_ += ' ';
  output_ += request.target;
  output_ += " HTTP/1.1\r\n";
  append_field(output_, "Host", host_);
  for (auto const& [name, value] : request.headers) append_field(output_, name, value);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    output_ += "Content-Length: ";
    append_number(output_, request.body.size());
    output_ += "\r\n";
  }
  output_ += "\r\n";
}

asio::awaitable<ClientResult<ResponseHead>> ClientConnection::request(ClientRequest const& request,
                                                                      seams::MonotonicTime deadline) {
  if (phase_ == Phase::useless || !reusable_) co_return fail(Kind::broken, "the connection was of no use any more");
  seams::check(phase_ == Phase::idle, "one request at a time");
  phase_ = Phase::answering;
  put_request(request);
  auto const first = request.body.substr(0, coalesced - std::min(coalesced, output_.size()));
  output_ += first;
  auto sent = co_await stream_->write(output_, deadline);
  if (sent && first.size() < request.body.size())
    sent = co_await stream_->write(request.body.substr(first.size()), deadline);
  // A server that refuses a request may break the connection while the body is still on its way: its answer counts.
  if (!sent && sent.error().kind != seams::StreamError::Kind::reset) co_return fail(sent.error());

  parser_.begin(request.method == "HEAD");
  early_.clear();
  while (parser_.state() == ResponseParser::State::head) {
    if (!input().empty()) {
      input_begin_ += parser_.feed(input(), early_);
      if (parser_.state() != ResponseParser::State::head) break;
    }
    if (auto const filled = co_await fill(deadline); !filled) co_return std::unexpected(filled.error());
  }
  if (parser_.state() == ResponseParser::State::malformed) {
    auto const kind = parser_.begun() ? Kind::malformed : Kind::no_answer;
    co_return fail(kind, parser_.error());
  }
  reusable_ = parser_.head().keep_alive && sent.has_value();
  if (parser_.state() == ResponseParser::State::complete && early_.empty()) phase_ = Phase::idle;
  co_return std::move(parser_.head());
}

asio::awaitable<ClientResult<bool>> ClientConnection::read_body(std::string& body, seams::MonotonicTime deadline) {
  if (phase_ == Phase::idle) co_return false;
  if (phase_ == Phase::useless) co_return fail(Kind::broken, "the connection was of no use any more");
  std::size_t const before = body.size();
  body += std::exchange(early_, std::string());
  for (;;) {
    if (parser_.state() == ResponseParser::State::body && !input().empty()) input_begin_ += parser_.feed(input(), body);
    if (parser_.state() == ResponseParser::State::malformed) co_return fail(Kind::malformed, parser_.error());
    if (body.size() > before) co_return true;
    if (parser_.state() == ResponseParser::State::complete) {
      phase_ = Phase::idle;
      co_return false;
    }
    if (auto const filled = co_await fill(deadline); !filled) co_return std::unexpected(filled.error());
  }
}

asio::awaitable<ClientResult<seams::HttpResponse>> ClientConnection::exchange(ClientRequest const& request,
                                                                              std::size_t body_limit,
                                                                              seams::MonotonicTime deadline) {
  auto head = co_await this->request(request, deadline);
  if (!head) co_return std::unexpected(head.error());
  seams::HttpResponse response;
  response.status = head->status;
  response.headers = std::move(head->headers);
  std::string body;
  if (head->framing == Framing::length)
    body.reserve(static_cast<std::size_t>(std::min({head->length, trusted_length, std::uint64_t{body_limit}})));
  for (;;) {
    auto const more = co_await read_body(body, deadline);
    if (!more) co_return std::unexpected(more.error());
    if (body.size() > body_limit)
      co_return fail(Kind::too_large, "the answer has more than " + std::to_string(body_limit) + " bytes");
    if (!*more) break;
  }
  response.body = std::make_shared<std::string const>(std::move(body));
  co_return response;
}

/// Reads once. The end of the other side's stream is told to the parser.
asio::awaitable<ClientResult<void>> ClientConnection::fill(seams::MonotonicTime deadline) {
  std::size_t const held = input_end_ - input_begin_;
  if (held == 0) {
    input_begin_ = input_end_ = 0;
  } else if (input_begin_ > 0) {
    std::memmove(input_.get(), input_.get() + input_begin_, held);
    input_begin_ = 0;
    input_end_ = held;
  } else if (input_end_ == input_size_) {
    // Only a head can need more room than there is, and the parser sets its limit.
    auto larger = std::make_unique_for_overwrite<char[]>(input_size_ * 2);
    std::memcpy(larger.get(), input_.get(), held);
    input_ = std::move(larger);
    input_size_ *= 2;
  }
  auto const count = co_await stream_->read_some({input_.get() + input_end_, input_size_ - input_end_}, deadline);
  if (!count) co_return fail(count.error());
  if (*count == 0) {
    reusable_ = false;
    parser_.feed_end();
  }
  input_end_ += *count;
  co_return ClientResult<void>();
}

}  // namespace http
