#include "tests/conformance/tls_connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace conformance {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds connect_limit{10'000};
constexpr milliseconds write_limit{30'000};

template <auto free>
struct Freed {
  void operator()(auto* pointer) const { free(pointer); }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

std::string openssl_error(std::string const& what) {
  std::string result = what;
  while (auto const code = ERR_get_error()) {
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    result += ": ";
    result += text;
  }
  return result;
}

std::string system_error(std::string const& what) { return what + ": " + std::strerror(errno); }

Bio memory(std::string const& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket const&) = delete;
  Socket& operator=(Socket const&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

  /// Whether it became ready in time.
  bool wait(short events, Clock::time_point deadline) const {
    while (true) {
      auto const left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
      pollfd waiting{.fd = descriptor_, .events = events, .revents = 0};
      int const ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (ready > 0) return true;
      if (ready == 0 || errno != EINTR) return false;
    }
  }

 private:
  int descriptor_;
};

std::expected<std::unique_ptr<Socket>, std::string> open_socket(Endpoint const& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (int const error = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found))
    return std::unexpected(endpoint.host + ": " + ::gai_strerror(error));
  std::unique_ptr<addrinfo, Freed<::freeaddrinfo>> const addresses(found);
  std::string failure = "no address";
  for (addrinfo const* address = found; address != nullptr; address = address->ai_next) {
    auto socket = std::make_unique<Socket>(
        ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol));
    if (socket->get() < 0) {
      failure = system_error("socket");
      continue;
    }
    if (::connect(socket->get(), address->ai_addr, address->ai_addrlen) != 0) {
      if (errno != EINPROGRESS) {
        failure = system_error("connect");
        continue;
      }
      int error = 0;
      socklen_t size = sizeof error;
      if (!socket->wait(POLLOUT, Clock::now() + connect_limit)) error = ETIMEDOUT;
      if (error == 0) ::getsockopt(socket->get(), SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) {
        errno = error;
        failure = system_error("connect");
        continue;
      }
    }
    int const on = 1;
    ::setsockopt(socket->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  return std::unexpected(failure);
}

}  // namespace

class TlsContext {
 public:
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  bool verified = false;
};

std::expected<std::shared_ptr<TlsContext>, std::string> make_tls_context(Endpoint const& endpoint) {
  auto result = std::make_shared<TlsContext>();
  auto* const context = result->context.get();
  SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (!endpoint.authority.empty()) {
    auto const pem = memory(endpoint.authority);
    int count = 0;
    while (auto const certificate = Certificate(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr))) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
      ++count;
    }
    ERR_clear_error();
    if (count == 0) return std::unexpected("there is no certificate in the certificate authority's PEM");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    result->verified = true;
  }
  if (!endpoint.client_certificate.empty()) {
    Certificate const certificate(
        PEM_read_bio_X509(memory(endpoint.client_certificate).get(), nullptr, nullptr, nullptr));
    Key const key(PEM_read_bio_PrivateKey(memory(endpoint.client_key).get(), nullptr, nullptr, nullptr));
    if (!certificate || !key || SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, key.get()) != 1)
      return std::unexpected(openssl_error("the client certificate is of no use"));
  }
  return result;
}

namespace {

class SocketConnection final : public Connection {
 public:
  SocketConnection(std::unique_ptr<Socket> socket, std::shared_ptr<TlsContext> context)
      : socket_(std::move(socket)), context_(std::move(context)) {}

  ~SocketConnection() override {
    if (session_) SSL_shutdown(session_.get());
  }

  std::expected<void, std::string> handshake(std::string const& host) {
    if (!context_) return {};
    session_.reset(SSL_new(context_->context.get()));
    SSL_set_fd(session_.get(), socket_->get());
    if (context_->verified) {
      auto* const parameters = SSL_get0_param(session_.get());
      if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1)
        X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size());
    }
    auto const deadline = Clock::now() + connect_limit;
    while (true) {
      ERR_clear_error();
      int const done = SSL_connect(session_.get());
      if (done == 1) return {};
      auto const ready = wait_for(done, deadline);
      if (!ready) return std::unexpected(ready.error());
      if (!*ready) return std::unexpected("the TLS handshake takes too long");
    }
  }

  std::expected<void, std::string> write(std::string_view bytes) override {
    auto const deadline = Clock::now() + write_limit;
    while (!bytes.empty()) {
      ERR_clear_error();
      errno = 0;
      auto const count = session_ ? SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                  : static_cast<int>(::send(socket_->get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (count > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
        continue;
      }
      auto const ready = wait_for(count, deadline, POLLOUT);
      if (!ready) return std::unexpected(ready.error());
      if (!*ready) return std::unexpected("the server does not read");
    }
    return {};
  }

  std::expected<std::optional<std::size_t>, std::string> read(std::span<char> into, milliseconds limit) override {
    auto const deadline = Clock::now() + limit;
    while (true) {
      ERR_clear_error();
      errno = 0;
      auto const count = session_ ? SSL_read(session_.get(), into.data(), static_cast<int>(into.size()))
                                  : static_cast<int>(::recv(socket_->get(), into.data(), into.size(), 0));
      if (count > 0) return static_cast<std::size_t>(count);
      if (session_ ? SSL_get_error(session_.get(), count) == SSL_ERROR_ZERO_RETURN : count == 0) return 0U;
      auto const ready = wait_for(count, deadline);
      if (!ready) return std::unexpected(ready.error());
      if (!*ready) return std::nullopt;
    }
  }

 private:
  /// After a call that gave `result` and no bytes: waits until it is worth calling again.
  std::expected<bool, std::string> wait_for(int result, Clock::time_point deadline, short plain = POLLIN) {
    if (!session_) {
      if (errno != EAGAIN && errno != EINTR) return std::unexpected(system_error("connection"));
      return socket_->wait(plain, deadline);
    }
    switch (SSL_get_error(session_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return socket_->wait(POLLIN, deadline);
      case SSL_ERROR_WANT_WRITE:
        return socket_->wait(POLLOUT, deadline);
      case SSL_ERROR_SYSCALL:
        return std::unexpected(errno == 0 ? "connection reset" : system_error("connection"));
      default:
        return std::unexpected(openssl_error("TLS"));
    }
  }

  std::unique_ptr<Socket> socket_;
  std::shared_ptr<TlsContext> context_;
  Session session_;
};

}  // namespace

std::expected<std::unique_ptr<Connection>, std::string> connect(Endpoint const& endpoint,
                                                                std::shared_ptr<TlsContext> context) {
  auto socket = open_socket(endpoint);
  if (!socket) return std::unexpected(socket.error());
  auto connection = std::make_unique<SocketConnection>(std::move(*socket), std::move(context));
  if (auto const done = connection->handshake(endpoint.host); !done) return std::unexpected(done.error());
  return connection;
}

}  // namespace conformance
