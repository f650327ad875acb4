#include "operator/http/server_connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <utility>

#include "operator/http/syntax.hpp"
#include "operator/seams/check.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using seams::MonotonicTime;

constexpr std::size_t kibibyte = 1024;
/// The first buffer of a connection, and the one it gets when that was filled: most requests are small.
constexpr std::size_t small_input = 4 * kibibyte;
constexpr std::size_t large_input = 16 * kibibyte;
/// What a client may send on behind a request whose answer waits for something to tell.
constexpr std::size_t most_read_ahead = 64 * kibibyte;
/// What is copied together so that it goes out in one write: about a TLS record.
constexpr std::size_t coalesced = 16 * kibibyte;
/// What must be read by the client within one write_timeout.
constexpr std::size_t piece = 256 * kibibyte;
/// Requests served in a row out of the buffer before the turn is given up.
constexpr int patience = 16;

MonotonicTime after(seams::Clock const& clock, seams::Duration time) { return clock.now() + time; }

bool has_no_body(int status) { return status == 204 || status == 304 || status / 100 == 1; }

}  // namespace

std::string_view DateHeader::now() {
  auto const second = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
  if (text_.empty() || second != second_) {
    second_ = second;
    text_ = http_date(second);
  }
  return text_;
}

ServerConnection::ServerConnection(std::unique_ptr<seams::Stream> stream, seams::HttpService& service,
                                   seams::Clock& clock, ConnectionOptions const& options, DateHeader& date)
    : stream_(std::move(stream)),
      service_(service),
      clock_(clock),
      options_(options),
      date_(date),
      parser_(options.limits),
      read_ahead_done_(clock) {}

ServerConnection::~ServerConnection() = default;

asio::awaitable<void> ServerConnection::run() {
  auto const self = shared_from_this();
  executor_ = co_await asio::this_coro::executor;
  co_await asio::this_coro::throw_if_cancelled(false);
  while (co_await serve_one()) {
  }
  co_await end_connection();
  if (failure_) std::rethrow_exception(failure_);
}

asio::awaitable<bool> ServerConnection::serve_one() {
  if (!co_await read_request()) co_return false;
  phase_ = Phase::serving;
  answer_ = Answer::none;
  chunked_ = false;
  is_head_ = parser_.is_head_request();
  is_http_1_0_ = parser_.head().is_http_1_0;
  if (parser_.state() == RequestParser::State::refused) {
    co_await refuse(parser_.refusal());
    co_return false;
  }
  ++requests_;
  keep_alive_ = parser_.head().keep_alive;
  auto request = parser_.take();
  request.peer = stream_->peer();
  try {
    co_await service_.serve(std::move(request), *this);
  } catch (...) {
    failure_ = std::current_exception();
  }
  on_end_ = nullptr;
  if (answer_ == Answer::none && !broken_) {
    co_await refuse({500, failure_ ? "the server has failed" : "the server gave no answer"});
    co_return false;
  }
  // An answer that was begun and not finished can only be told by breaking the connection.
  if (answer_ != Answer::complete) close();
  co_return keep_alive_ && !broken_ && !draining_ && !failure_;
}

/// True when there is a request to be served or refused.
asio::awaitable<bool> ServerConnection::read_request() {
  bool continued = false;
  bool waited = false;
  MonotonicTime deadline = after(clock_, options_.idle_timeout);
  phase_ = Phase::idle;
  // A client that is quicker with its next request than we are with looking for it does not keep the others waiting.
  if (requests_ > 0 && input().empty()) co_await seams::yield_turn();
  for (;;) {
    if (!input().empty()) {
      input_begin_ += parser_.feed(input());
      if (parser_.begun() && phase_ == Phase::idle) {
        phase_ = Phase::reading;
        deadline = after(clock_, options_.request_timeout);
      }
      if (parser_.state() == RequestParser::State::complete || parser_.state() == RequestParser::State::refused) break;
    }
    if (draining_ && phase_ == Phase::idle) co_return false;
    if (parser_.state() == RequestParser::State::body && parser_.head().expects_continue && !continued) {
      continued = true;
      if (input().empty() && !co_await send_bytes("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
    }
    waited = true;
    if (co_await fill(deadline) != Fill::data || phase_ == Phase::ending) co_return false;
  }
  // A client that sends its requests all at once does not keep the others from having their turn.
  from_buffer_ = waited ? 0 : from_buffer_ + 1;
  if (from_buffer_ >= patience) {
    from_buffer_ = 0;
    co_await seams::yield_turn();
  }
  co_return true;
}

asio::awaitable<void> ServerConnection::refuse(Refusal refusal) {
  keep_alive_ = false;
  seams::HttpResponse response;
  if (options_.refuse) {
    response = options_.refuse(refusal);
  } else {
    response.status = refusal.status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = std::make_shared<std::string const>(refusal.reason + "\n");
  }
  co_await respond(std::move(response));
}

asio::awaitable<void> ServerConnection::end_connection() {
  bool const is_being_ended = std::exchange(phase_, Phase::ending) == Phase::ending;
  if (!broken_ && !is_being_ended) {
    MonotonicTime const deadline = after(clock_, options_.linger);
    if (co_await stream_->end(deadline)) co_await discard_what_comes(deadline);
  }
  close();
  while (reading_ahead_) co_await read_ahead_done_.wait();
}

/// So that the client can read the last answer: closing while it sends would break the connection under it.
asio::awaitable<void> ServerConnection::discard_what_comes(MonotonicTime deadline) {
  while (!peer_ended_ && !broken_) {
    input_begin_ = input_end_ = 0;
    if (co_await fill(deadline) != Fill::data) co_return;
  }
}

void ServerConnection::make_room() {
  std::size_t const held = input_end_ - input_begin_;
  if (input_ != nullptr && held == 0) input_begin_ = input_end_ = 0;
  // Filled to the brim: more will come.
  bool const grow = input_ != nullptr && input_end_ == input_size_ && input_size_ < parser_.window();
  std::size_t size = input_size_;
  if (input_ == nullptr) {
    size = small_input;
  } else if (grow && held * 2 >= input_size_) {
    size = std::max(large_input, input_size_ * 2);
  }
  size = std::min(size, std::max(small_input, parser_.window()));
  seams::check(held <= size, "a parser leaves less than it asks for at a time");
  if (size != input_size_) {
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    if (held > 0) std::memcpy(larger.get(), input_.get() + input_begin_, held);
    input_ = std::move(larger);
    input_size_ = size;
  } else if (input_begin_ > 0) {
    std::memmove(input_.get(), input_.get() + input_begin_, held);
  } else {
    return;
  }
  input_begin_ = 0;
  input_end_ = held;
}

void ServerConnection::make_room_for(std::size_t more) {
  if (input_size_ - input_end_ >= more) return;
  std::size_t const held = input_end_ - input_begin_;
  if (input_size_ < held + more) {
    std::size_t const size = std::max({small_input, input_size_ * 2, held + more});
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    if (held > 0) std::memcpy(larger.get(), input_.get() + input_begin_, held);
    input_ = std::move(larger);
    input_size_ = size;
  } else {
    std::memmove(input_.get(), input_.get() + input_begin_, held);
  }
  input_begin_ = 0;
  input_end_ = held;
}

asio::awaitable<ServerConnection::Fill> ServerConnection::fill(MonotonicTime deadline) {
  if (reading_ahead_) {
    std::size_t const before = input().size();
    while (reading_ahead_ && input().size() == before) {
      if (co_await read_ahead_done_.wait(broken_ ? seams::never : deadline) != seams::Woken::opened) close();
    }
    if (input().size() > before) co_return Fill::data;
  }
  if (broken_) co_return Fill::broken;
  if (peer_ended_) co_return Fill::end;
  make_room();
  seams::check(input_end_ < input_size_, "a parser that wants more has room for more");
  auto const count = co_await stream_->read_some({input_.get() + input_end_, input_size_ - input_end_}, deadline);
  if (!count) {
    broken_ = true;
    co_return Fill::broken;
  }
  if (*count == 0) {
    peer_ended_ = true;
    co_return Fill::end;
  }
  input_end_ += *count;
  co_return Fill::data;
}

/// While the service waits for something to tell: who reads notices that the client has gone.
void ServerConnection::watch_peer() {
  if (reading_ahead_ || broken_ || peer_ended_) return;
  reading_ahead_ = true;
  if (input().empty()) {
    input_.reset();
    input_size_ = input_begin_ = input_end_ = 0;
  }
  run_apart(read_ahead());
}

asio::awaitable<void> ServerConnection::read_ahead() {
  // A small one: the client may watch for hours, and there may be thousands like it.
  std::array<char, 64> bytes{};
  do {
    auto const count = co_await stream_->read_some(bytes, seams::never);
    if (!count) {
      broken_ = true;
    } else if (*count == 0) {
      peer_ended_ = true;
    } else if (input().size() + *count > most_read_ahead) {
      close();  // who talks that much instead of listening cannot be watched any more
    } else {
      make_room_for(*count);
      std::memcpy(input_.get() + input_end_, bytes.data(), *count);
      input_end_ += *count;
      read_ahead_done_.open();
    }
  } while (on_end_ && !broken_ && !peer_ended_);
  reading_ahead_ = false;
  if (broken_ || peer_ended_) tell_end();
  read_ahead_done_.open();
}

void ServerConnection::drain() {
  if (draining_) return;
  draining_ = true;
  if (phase_ == Phase::idle && executor_) {
    phase_ = Phase::ending;
    run_apart(end_idle());
  }
  tell_end();
}

/// run() waits for a request that is not wanted any more.
asio::awaitable<void> ServerConnection::end_idle() {
  co_await stream_->end(after(clock_, options_.linger));
  close();
}

void ServerConnection::run_apart(asio::awaitable<void> work) {
  asio::co_spawn(executor_, std::move(work), [self = shared_from_this()](std::exception_ptr const& error) {
    if (error) std::rethrow_exception(error);
  });
}

void ServerConnection::close() noexcept {
  broken_ = true;
  stream_->close();
  tell_end();
}

void ServerConnection::on_end(std::move_only_function<void()> callback) {
  on_end_ = std::move(callback);
  if (!on_end_) return;
  if (broken_ || peer_ended_ || draining_) {
    tell_end();
  } else {
    watch_peer();
  }
}

void ServerConnection::tell_end() {
  if (!on_end_) return;
  asio::post(executor_, [self = shared_from_this()] {
    if (auto callback = std::exchange(self->on_end_, nullptr)) callback();
  });
}

void ServerConnection::put_head(int status, seams::HttpHeaders const& headers) {
  output_.clear();
  output_ += "HTTP/1.1 ";
  append_number(output_, static_cast<std::size_t>(status));
  output_ += ' ';
  output_ += reason_phrase(status);
  output_ += "\r\n";
  for (auto const& [name, value] : headers) append_field(output_, name, value);
  output_ += "Date: ";
  output_ += date_.now();
  output_ += "\r\n";
}

void ServerConnection::put_connection() {
  if (!keep_alive_ || draining_) {
    output_ += "Connection: close\r\n";
  } else if (is_http_1_0_) {
    output_ += "Connection: keep-alive\r\n";
  }
}

asio::awaitable<bool> ServerConnection::respond(seams::HttpResponse response) {
  seams::check(answer_ == Answer::none, "a request is answered once");
  answer_ = Answer::complete;
  put_head(response.status, response.headers);
  put_connection();
  std::string_view body = response.body ? std::string_view(*response.body) : std::string_view();
  if (!has_no_body(response.status)) {
    output_ += "Content-Length: ";
    append_number(output_, body.size());
    output_ += "\r\n";
  }
  output_ += "\r\n";
  if (is_head_ || has_no_body(response.status)) body = {};
  co_return co_await send(body, {});
}

asio::awaitable<bool> ServerConnection::start(int status, seams::HttpHeaders headers) {
  seams::check(answer_ == Answer::none, "a request is answered once");
  seams::check(!has_no_body(status), "an answer of this status has no body to be streamed");
  answer_ = Answer::streaming;
  chunked_ = !is_http_1_0_;
  // Where there are no chunks, the end of the connection is the end of the answer.
  if (!chunked_) keep_alive_ = false;
  put_head(status, headers);
  put_connection();
  if (chunked_) output_ += "Transfer-Encoding: chunked\r\n";
  output_ += "\r\n";
  co_return co_await send({}, {});
}

asio::awaitable<bool> ServerConnection::write(std::string_view bytes) {
  seams::check(answer_ == Answer::streaming, "only an answer that was started goes on");
  // A chunk of no bytes would be the last one.
  if (bytes.empty() || is_head_) co_return !broken_;
  output_.clear();
  if (chunked_) {
    append_hexadecimal(output_, bytes.size());
    output_ += "\r\n";
  }
  std::string_view const suffix = chunked_ ? "\r\n" : "";
  co_return co_await send(bytes, suffix);
}

asio::awaitable<bool> ServerConnection::finish() {
  seams::check(answer_ == Answer::streaming, "only an answer that was started can be finished");
  output_.clear();
  if (chunked_ && !is_head_) output_ += "0\r\n\r\n";
  bool const sent = co_await send({}, {});
  answer_ = Answer::complete;
  co_return sent;
}

/// Sends what is in output_, then `body`, then `suffix`: small ones in one write.
asio::awaitable<bool> ServerConnection::send(std::string_view body, std::string_view suffix) {
  auto const room = coalesced - std::min(coalesced, output_.size());
  output_ += body.substr(0, room);
  body.remove_prefix(std::min(room, body.size()));
  if (body.empty()) output_ += suffix;
  if (!output_.empty() && !co_await send_bytes(output_)) co_return false;
  if (body.empty()) co_return !broken_;
  while (!body.empty()) {
    if (!co_await send_bytes(body.substr(0, piece))) co_return false;
    body.remove_prefix(std::min(piece, body.size()));
  }
  if (suffix.empty()) co_return true;
  co_return co_await send_bytes(suffix);
}

asio::awaitable<bool> ServerConnection::send_bytes(std::string_view bytes) {
  if (broken_) co_return false;
  if (co_await stream_->write(bytes, after(clock_, options_.write_timeout))) co_return true;
  // A client that does not read for so long is cut off.
  close();
  co_return false;
}

}  // namespace http
