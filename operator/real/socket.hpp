// A TCP socket and its deadlines: what plain and encrypted streams share.
#pragma once
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace real {

/// Bytes are moved by recv() and send(), which never block here; this waits until they have something to do. One wait
/// in each direction at a time; none may be under way when it is destroyed.
///
/// A deadline costs nothing while it is not met: there is one timer for all waits of a connection, and it is set again
/// only for an earlier time.
class Socket {
 public:
  enum class Direction : std::uint8_t { read, write };

  Socket(boost::asio::ip::tcp::socket socket, seams::Clock& clock);
  ~Socket();
  Socket(Socket const&) = delete;
  Socket& operator=(Socket const&) = delete;

  int descriptor() { return socket_.native_handle(); }
  bool usable() const { return !failure_.has_value(); }
  /// Why it is of no use any more.
  seams::StreamError const& failure() const { return *failure_; }

  /// Waits until the socket can be read or written. False: see failure(), or the wait was cancelled and failure() is
  /// not set.
  boost::asio::awaitable<bool> wait(Direction direction, seams::MonotonicTime deadline);

  /// Nothing more is sent; the other side reads an end.
  void shut_down_sending() noexcept;
  /// Breaks the connection: pending waits end in later turns. The first reason stays.
  void fail(seams::StreamError reason) noexcept;
  void close() noexcept;

  std::string peer_address() const;

 private:
  void set_timer();
  void timer_due();

  boost::asio::ip::tcp::socket socket_;
  seams::Clock& clock_;
  std::optional<seams::StreamError> failure_;
  std::array<seams::MonotonicTime, 2> deadlines_{seams::never, seams::never};
  seams::MonotonicTime timer_at_ = seams::never;
  seams::ScopedTimer timer_;
};

/// What errno says about a connection.
seams::StreamError stream_error(int error_number);
seams::StreamError cancelled_error();

/// After so many reads and writes in a row that need not wait, a coroutine gives up its turn.
inline constexpr int patience = 16;

}  // namespace real
