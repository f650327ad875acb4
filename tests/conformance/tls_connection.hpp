// A connection to a server on this machine or elsewhere: plain sockets and OpenSSL, with a limit on every wait. The
// tests' own, so that the project's client and server are held against something that shares no code with them.
#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace conformance {

/// Where a server is and how it is proved to be it, and who we are.
struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls = true;
  std::string authority{};           ///< PEM of the certificates to trust; empty: any certificate will do
  std::string client_certificate{};  ///< PEM; empty: none
  std::string client_key{};          ///< PEM
};

/// TLS settings that connections share.
class TlsContext;
std::expected<std::shared_ptr<TlsContext>, std::string> make_tls_context(Endpoint const& endpoint);

class Connection {
 public:
  virtual ~Connection() = default;
  /// Sends all of it.
  virtual std::expected<void, std::string> write(std::string_view bytes) = 0;
  /// At least one byte; 0 at the end of the stream; nothing when none came within `limit`.
  virtual std::expected<std::optional<std::size_t>, std::string> read(std::span<char> into,
                                                                      std::chrono::milliseconds limit) = 0;
};

/// `context` is null for plain TCP.
std::expected<std::unique_ptr<Connection>, std::string> connect(Endpoint const& endpoint,
                                                                std::shared_ptr<TlsContext> context);

}  // namespace conformance
