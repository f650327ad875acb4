// Unencrypted connections over TCP.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace real {

/// Where a server listens. Loopback unless told otherwise.
struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any that is free
  int backlog = 1024;
};

/// Where a client connects to.
struct HostAndPort {
  std::string host;  ///< a name or an address
  std::uint16_t port = 0;
};

/// Somebody who makes connections for others.
struct Proxy {
  enum class Kind : std::uint8_t { http, socks5 };
  Kind kind = Kind::http;
  HostAndPort where{};
  std::string username{};
  std::string password{};
};

/// A stream over a connected socket.
std::unique_ptr<seams::Stream> make_tcp_stream(boost::asio::ip::tcp::socket socket, seams::Clock& clock);

/// A socket that listens. Throws std::system_error when the address cannot be had.
class TcpListener final : public seams::Listener {
 public:
  /// The context and the clock outlive the listener and its streams.
  TcpListener(boost::asio::io_context& context, seams::Clock& clock, ListenAddress const& where);
  ~TcpListener() override;

  boost::asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> accept() override;
  void close() noexcept override;

  /// The same, without a stream around it.
  boost::asio::awaitable<seams::StreamResult<boost::asio::ip::tcp::socket>> accept_socket();
  std::uint16_t port() const { return port_; }

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  seams::Clock& clock_;
  std::uint16_t port_ = 0;
};

class TcpConnector final : public seams::Connector {
 public:
  TcpConnector(boost::asio::io_context& context, seams::Clock& clock, HostAndPort where,
               std::optional<Proxy> proxy = std::nullopt)
      : context_(context), clock_(clock), where_(std::move(where)), proxy_(std::move(proxy)) {}

  boost::asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> connect(
      seams::MonotonicTime deadline) override;

 private:
  boost::asio::io_context& context_;
  seams::Clock& clock_;
  HostAndPort where_;
  std::optional<Proxy> proxy_;
};

/// A connected socket: each address of the host is tried in turn. A name is looked up by a thread of Asio's.
boost::asio::awaitable<seams::StreamResult<boost::asio::ip::tcp::socket>> connect_socket(
    boost::asio::io_context& context, seams::Clock& clock, HostAndPort const& where, seams::MonotonicTime deadline);

}  // namespace real
