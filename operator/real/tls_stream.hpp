// One encrypted connection. For tls.cpp only.
#pragma once
#include <openssl/ssl.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>

#include "operator/real/socket.hpp"
#include "operator/seams/stream.hpp"

namespace real {

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};

class TlsStream final : public seams::Stream {
 public:
  /// As the server when `is_server`.
  TlsStream(boost::asio::ip::tcp::socket socket, seams::Clock& clock, SSL_CTX* context, bool is_server);
  ~TlsStream() override;

  SSL* ssl() { return ssl_.get(); }
  boost::asio::awaitable<seams::StreamResult<void>> handshake(seams::MonotonicTime deadline);

  boost::asio::awaitable<seams::StreamResult<std::size_t>> read_some(std::span<char> into,
                                                                     seams::MonotonicTime deadline) override;
  boost::asio::awaitable<seams::StreamResult<void>> write(std::string_view bytes,
                                                          seams::MonotonicTime deadline) override;
  boost::asio::awaitable<seams::StreamResult<void>> end(seams::MonotonicTime deadline) override;
  void close() noexcept override { socket_.close(); }
  seams::Peer const& peer() const override { return peer_; }

 private:
  /// What OpenSSL wants before the same call can succeed.
  enum class Want : std::uint8_t { read, write, nothing };
  Want after_call(int result, seams::StreamError::Kind kind_of_failure);
  boost::asio::awaitable<bool> meet(Want want, seams::MonotonicTime deadline);
  std::unexpected<seams::StreamError> failure();
  void know_peer();
  void tell_plain_speaker() noexcept;

  Socket socket_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  seams::Peer peer_;
  bool is_server_;
  bool ended_by_peer_ = false;
  int without_wait_ = 0;
};

}  // namespace real
