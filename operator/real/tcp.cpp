#include "operator/real/tcp.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "operator/real/proxy.hpp"
#include "operator/real/socket.hpp"
#include "operator/seams/check.hpp"
#include "operator/seams/gate.hpp"

namespace real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using seams::MonotonicTime;
using seams::StreamError;
using seams::StreamResult;
using Kind = StreamError::Kind;

/// How long nothing is accepted when the system has run out of descriptors or memory.
constexpr auto pause_without_resources = std::chrono::milliseconds(50);

class TcpStream final : public seams::Stream {
 public:
  TcpStream(tcp::socket socket, seams::Clock& clock) : socket_(std::move(socket), clock) {
    peer_.address = socket_.peer_address();
  }

  asio::awaitable<StreamResult<std::size_t>> read_some(std::span<char> into, MonotonicTime deadline) override {
    seams::check(!into.empty(), "a read wants room for one byte at least");
    if (++without_wait_ > patience) {
      without_wait_ = 0;
      co_await seams::yield_turn();
    }
    for (;;) {
      if (!socket_.usable()) co_return std::unexpected(socket_.failure());
      ssize_t const count = ::recv(socket_.descriptor(), into.data(), into.size(), 0);
      if (count >= 0) co_return static_cast<std::size_t>(count);
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        socket_.fail(stream_error(errno));
      } else if (!co_await wait(Socket::Direction::read, deadline) && socket_.usable()) {
        co_return std::unexpected(cancelled_error());
      }
    }
  }

  asio::awaitable<StreamResult<void>> write(std::string_view bytes, MonotonicTime deadline) override {
    if (++without_wait_ > patience) {
      without_wait_ = 0;
      co_await seams::yield_turn();
    }
    while (!bytes.empty()) {
      if (!socket_.usable()) co_return std::unexpected(socket_.failure());
      ssize_t const count = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EINTR) {
        continue;
      } else if (errno == EPIPE || errno == ECONNRESET) {
        // What the other side sent before may still be read.
        co_return std::unexpected(stream_error(errno));
      } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
        socket_.fail(stream_error(errno));
      } else if (!co_await wait(Socket::Direction::write, deadline) && socket_.usable()) {
        co_return std::unexpected(cancelled_error());
      }
    }
    co_return StreamResult<void>();
  }

  asio::awaitable<StreamResult<void>> end(MonotonicTime /*deadline*/) override {
    if (!socket_.usable()) co_return std::unexpected(socket_.failure());
    socket_.shut_down_sending();
    co_return StreamResult<void>();
  }

  void close() noexcept override { socket_.close(); }
  seams::Peer const& peer() const override { return peer_; }

 private:
  asio::awaitable<bool> wait(Socket::Direction direction, MonotonicTime deadline) {
    without_wait_ = 0;
    return socket_.wait(direction, deadline);
  }

  Socket socket_;
  seams::Peer peer_;
  int without_wait_ = 0;
};

bool is_out_of_resources(boost::system::error_code const& error) {
  return error.value() == EMFILE || error.value() == ENFILE || error.value() == ENOBUFS || error.value() == ENOMEM;
}

}  // namespace

std::unique_ptr<seams::Stream> make_tcp_stream(tcp::socket socket, seams::Clock& clock) {
  return std::make_unique<TcpStream>(std::move(socket), clock);
}

TcpListener::TcpListener(asio::io_context& context, seams::Clock& clock, ListenAddress const& where)
    : acceptor_(context), clock_(clock) {
  tcp::endpoint const endpoint(asio::ip::make_address(where.address), where.port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen(where.backlog);
  port_ = acceptor_.local_endpoint().port();
}
TcpListener::~TcpListener() = default;

asio::awaitable<StreamResult<tcp::socket>> TcpListener::accept_socket() {
  if (!acceptor_.is_open()) co_return std::unexpected(StreamError{Kind::closed, "the listener was closed"});
  auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
  if (!error) co_return std::move(socket);
  if (!acceptor_.is_open()) co_return std::unexpected(StreamError{Kind::closed, "the listener was closed"});
  if (error == asio::error::operation_aborted) co_return std::unexpected(cancelled_error());
  // The connection still waits: to try again at once would keep the machine busy for nothing.
  if (is_out_of_resources(error)) co_await seams::sleep_until(clock_, clock_.now() + pause_without_resources);
  co_return std::unexpected(stream_error(error.value()));
}

asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> TcpListener::accept() {
  auto socket = co_await accept_socket();
  if (!socket) co_return std::unexpected(socket.error());
  co_return make_tcp_stream(std::move(*socket), clock_);
}

void TcpListener::close() noexcept {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<StreamResult<tcp::socket>> connect_socket(asio::io_context& context, seams::Clock& clock,
                                                          HostAndPort const& where, MonotonicTime deadline) {
  boost::system::error_code no_address;
  std::vector<tcp::endpoint> endpoints;
  auto const address = asio::ip::make_address(where.host, no_address);
  bool late = false;
  if (!no_address) {
    endpoints.emplace_back(address, where.port);
  } else {
    tcp::resolver resolver(context);
    seams::ScopedTimer const timer(clock, deadline, [&] {
      late = true;
      resolver.cancel();
    });
    auto const [error, found] =
        co_await resolver.async_resolve(where.host, std::to_string(where.port), asio::as_tuple(asio::use_awaitable));
    if (late) co_return std::unexpected(StreamError{Kind::timed_out, "the name was not resolved in time"});
    if (error == asio::error::operation_aborted) co_return std::unexpected(cancelled_error());
    if (error) co_return std::unexpected(StreamError{Kind::refused, where.host + ": " + error.message()});
    for (auto const& entry : found) endpoints.push_back(entry.endpoint());
  }
  StreamError last{Kind::refused, where.host + " has no address"};
  for (auto const& endpoint : endpoints) {
    tcp::socket socket(context);
    seams::ScopedTimer const timer(clock, deadline, [&] {
      late = true;
      boost::system::error_code ignored;
      socket.close(ignored);
    });
    auto const [error] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
    if (late) co_return std::unexpected(StreamError{Kind::timed_out, "the connection was not made in time"});
    if (!error) co_return std::move(socket);
    if (error == asio::error::operation_aborted) co_return std::unexpected(cancelled_error());
    last = stream_error(error.value());
  }
  co_return std::unexpected(last);
}

asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> TcpConnector::connect(MonotonicTime deadline) {
  auto socket = co_await connect_socket(context_, clock_, where_, proxy_, deadline);
  if (!socket) co_return std::unexpected(socket.error());
  co_return make_tcp_stream(std::move(*socket), clock_);
}

}  // namespace real
