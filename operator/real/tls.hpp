// Encrypted connections: TLS 1.2 or 1.3 by OpenSSL over TCP, HTTP/1.1 by ALPN.
//
// OpenSSL reads and writes the socket itself. Asio's ssl::stream would hold some 70 KiB of buffers for each connection
// and copy every byte twice; a server with a thousand watchers has better use for them.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "operator/real/tcp.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace real {

/// A certificate, the ones that lead from it towards the authority, and its private key; all PEM.
struct TlsIdentity {
  std::string certificate;
  std::string key;
};

struct TlsServerOptions {
  TlsIdentity identity;
  /// PEM. Client certificates are asked for and held against these; a client without one is welcome, and one with a
  /// bad one too: Peer tells. "": none is asked for.
  std::string client_authorities;
  seams::Duration handshake_timeout = std::chrono::seconds(10);
  /// Handshakes under way, and connections that accept() has not taken yet.
  std::size_t max_pending = 1024;
};

struct TlsClientOptions {
  /// PEM; "": the system's.
  std::string authorities;
  /// Whose certificate is wanted, a name or an address. "": the host connected to.
  std::string server_name;
  /// Shown when the server asks for it. Empty: none.
  TlsIdentity identity;
  /// Takes any certificate. For people who say so.
  bool skip_verification = false;
};

class TlsContext;  // an SSL_CTX

/// Throws std::invalid_argument when the certificate, the key or the authorities are no good, and says which.
std::shared_ptr<TlsContext> make_server_context(TlsServerOptions const& options);
std::shared_ptr<TlsContext> make_client_context(TlsClientOptions const& options);

/// Takes connections whose handshakes have succeeded, in the order of that; handshakes run beside each other, so that a
/// slow one holds nobody up. To who speaks plain HTTP it says so.
class TlsListener final : public seams::Listener {
 public:
  /// Throws std::system_error when the address cannot be had, std::invalid_argument as make_server_context() does.
  TlsListener(boost::asio::io_context& context, seams::Clock& clock, ListenAddress const& where,
              TlsServerOptions const& options);
  ~TlsListener() override;

  boost::asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> accept() override;
  void close() noexcept override;

  std::uint16_t port() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

class TlsConnector final : public seams::Connector {
 public:
  /// Throws as make_client_context() does.
  TlsConnector(boost::asio::io_context& context, seams::Clock& clock, HostAndPort where,
               TlsClientOptions const& options, std::optional<Proxy> proxy = std::nullopt);

  boost::asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> connect(
      seams::MonotonicTime deadline) override;

 private:
  boost::asio::io_context& context_;
  seams::Clock& clock_;
  HostAndPort where_;
  std::optional<Proxy> proxy_;
  std::string server_name_;
  bool verifies_;
  std::shared_ptr<TlsContext> tls_;
};

}  // namespace real
