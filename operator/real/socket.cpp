#include "operator/real/socket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace real {

namespace asio = boost::asio;
using seams::MonotonicTime;
using seams::StreamError;
using Kind = StreamError::Kind;

StreamError stream_error(int error_number) {
  auto message = std::system_category().message(error_number);
  switch (error_number) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
      return {Kind::refused, std::move(message)};
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
    case ENOTCONN:
      return {Kind::reset, std::move(message)};
    case ETIMEDOUT:
      return {Kind::timed_out, std::move(message)};
    default:
      return {Kind::other, std::move(message)};
  }
}

StreamError cancelled_error() { return {Kind::cancelled, "the wait was cancelled"}; }

Socket::Socket(asio::ip::tcp::socket socket, seams::Clock& clock) : socket_(std::move(socket)), clock_(clock) {
  boost::system::error_code ignored;
  // Answers are written whole: waiting for more to send with them would only delay them.
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.native_non_blocking(true, ignored);
}

Socket::~Socket() = default;

asio::awaitable<bool> Socket::wait(Direction direction, MonotonicTime deadline) {
  if (failure_) co_return false;
  deadlines_[static_cast<std::size_t>(direction)] = deadline;
  set_timer();
  auto const what = direction == Direction::read ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  auto const [error] = co_await socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
  deadlines_[static_cast<std::size_t>(direction)] = seams::never;
  co_return !failure_ && !error;
}

void Socket::set_timer() {
  auto const first = std::ranges::min(deadlines_);
  if (first >= timer_at_) return;
  timer_at_ = first;
  timer_ = seams::ScopedTimer(clock_, first, [this] { timer_due(); });
}

void Socket::timer_due() {
  timer_at_ = seams::never;
  if (std::ranges::min(deadlines_) <= clock_.now()) {
    fail({Kind::timed_out, "the deadline passed"});
  } else {
    set_timer();
  }
}

void Socket::shut_down_sending() noexcept {
  if (usable()) ::shutdown(descriptor(), SHUT_WR);
}

void Socket::fail(StreamError reason) noexcept {
  if (failure_) return;
  failure_ = std::move(reason);
  timer_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Socket::close() noexcept { fail({Kind::closed, "this side has closed the connection"}); }

std::string Socket::peer_address() const {
  boost::system::error_code error;
  auto const endpoint = socket_.remote_endpoint(error);
  if (error) return {};
  auto const address = endpoint.address().to_string();
  auto const port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace real
