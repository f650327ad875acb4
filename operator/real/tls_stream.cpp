#include "operator/real/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

#include "operator/real/certificates.hpp"
#include "operator/seams/check.hpp"
#include "operator/seams/gate.hpp"

namespace real {
namespace {

namespace asio = boost::asio;
using seams::MonotonicTime;
using seams::StreamError;
using seams::StreamResult;
using Kind = StreamError::Kind;

/// How much is written in one turn.
constexpr std::size_t piece = std::size_t{256} * 1024;

// OpenSSL's own BIO for sockets calls write(), which raises SIGPIPE when the other side has gone.

Socket& socket_of(BIO* bio) { return *static_cast<Socket*>(BIO_get_data(bio)); }

int bio_write(BIO* bio, char const* bytes, int size) {
  BIO_clear_retry_flags(bio);
  if (!socket_of(bio).usable()) return -1;
  ssize_t count = 0;
  do {
    count = ::send(socket_of(bio).descriptor(), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  if (!socket_of(bio).usable()) return -1;
  ssize_t count = 0;
  do {
    count = ::recv(socket_of(bio).descriptor(), bytes, static_cast<std::size_t>(size), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_read(bio);
  if (count == 0) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    errno = ECONNRESET;  // what it comes to, for whoever expected more
  }
  return static_cast<int>(count);
}

long bio_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method;
}

std::string openssl_reason() {
  unsigned long const code = ERR_peek_error();
  char const* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the TLS connection failed" : std::string(reason);
}

}  // namespace

TlsStream::TlsStream(asio::ip::tcp::socket socket, seams::Clock& clock, SSL_CTX* context, bool is_server)
    : socket_(std::move(socket), clock), ssl_(SSL_new(context)), is_server_(is_server) {
  BIO* const bio = ssl_ == nullptr ? nullptr : BIO_new(socket_method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &socket_);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (is_server) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
  peer_.address = socket_.peer_address();
}

TlsStream::~TlsStream() = default;

std::unexpected<StreamError> TlsStream::failure() {
  return std::unexpected(socket_.usable() ? cancelled_error() : socket_.failure());
}

/// After a call that did not succeed: what it waits for, or `nothing` once the connection has failed.
TlsStream::Want TlsStream::after_call(int result, Kind kind_of_failure) {
  int const error_number = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Want::read;
    case SSL_ERROR_WANT_WRITE:
      return Want::write;
    case SSL_ERROR_ZERO_RETURN:
      ended_by_peer_ = true;
      return Want::nothing;
    case SSL_ERROR_SYSCALL:
      socket_.fail(stream_error(error_number));
      return Want::nothing;
    default:
      break;
  }
  int const reason = ERR_GET_REASON(ERR_peek_error());
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    socket_.fail({Kind::reset, "the other side has gone without a word"});
  } else {
    if (is_server_ && reason == SSL_R_HTTP_REQUEST) tell_plain_speaker();
    std::string message = openssl_reason();
    long const verified = SSL_get_verify_result(ssl_.get());
    if (!is_server_ && verified != X509_V_OK) {
      message += ": ";
      message += X509_verify_cert_error_string(verified);
    }
    socket_.fail({kind_of_failure, std::move(message)});
  }
  return Want::nothing;
}

/// Whoever opens http://… instead of https://… is told.
void TlsStream::tell_plain_speaker() noexcept {
  constexpr std::string_view answer =
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
  [[maybe_unused]] auto const ignored =
      ::send(socket_.descriptor(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

asio::awaitable<bool> TlsStream::meet(Want want, MonotonicTime deadline) {
  without_wait_ = 0;
  return socket_.wait(want == Want::read ? Socket::Direction::read : Socket::Direction::write, deadline);
}

asio::awaitable<StreamResult<void>> TlsStream::handshake(MonotonicTime deadline) {
  for (;;) {
    ERR_clear_error();
    int const result = SSL_do_handshake(ssl_.get());
    if (result == 1) break;
    auto const want = after_call(result, Kind::untrusted);
    if (want == Want::nothing || !co_await meet(want, deadline)) {
      if (ended_by_peer_) co_return std::unexpected(StreamError{Kind::untrusted, "the other side ended the handshake"});
      co_return failure();
    }
  }
  know_peer();
  co_return StreamResult<void>();
}

void TlsStream::know_peer() {
  if (!is_server_) return;
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return;
  // Whether it was verified is for the one who asks for a name to weigh: a token may come as well.
  if (long const verified = SSL_get_verify_result(ssl_.get()); verified != X509_V_OK) {
    peer_.certificate_error = X509_verify_cert_error_string(verified);
    return;
  }
  auto subject = subject_of(*certificate);
  if (subject.common_name.empty()) {
    peer_.certificate_error = "the certificate has no common name";
    return;
  }
  peer_.certificate_name = std::move(subject.common_name);
  peer_.certificate_organisations = std::move(subject.organisations);
}

asio::awaitable<StreamResult<std::size_t>> TlsStream::read_some(std::span<char> into, MonotonicTime deadline) {
  seams::check(!into.empty(), "a read wants room for one byte at least");
  if (++without_wait_ > patience) {
    without_wait_ = 0;
    co_await seams::yield_turn();
  }
  for (;;) {
    if (!socket_.usable()) co_return failure();
    if (ended_by_peer_) co_return std::size_t{0};
    ERR_clear_error();
    std::size_t count = 0;
    int const result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    if (result == 1) co_return count;
    auto const want = after_call(result, Kind::reset);
    if (want != Want::nothing && !co_await meet(want, deadline)) co_return failure();
  }
}

asio::awaitable<StreamResult<void>> TlsStream::write(std::string_view bytes, MonotonicTime deadline) {
  if (++without_wait_ > patience) {
    without_wait_ = 0;
    co_await seams::yield_turn();
  }
  std::size_t in_this_turn = 0;
  while (!bytes.empty()) {
    if (!socket_.usable()) co_return failure();
    if (in_this_turn >= piece) {
      in_this_turn = 0;
      co_await seams::yield_turn();
      continue;
    }
    ERR_clear_error();
    std::size_t count = 0;
    int const result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    if (result == 1) {
      bytes.remove_prefix(count);
      in_this_turn += count;
      continue;
    }
    auto const want = after_call(result, Kind::reset);
    if (want == Want::nothing && ended_by_peer_ && socket_.usable())
      socket_.fail({Kind::reset, "the other side has ended the connection"});
    if (want != Want::nothing) {
      in_this_turn = 0;
      if (!co_await meet(want, deadline)) co_return failure();
    }
  }
  co_return StreamResult<void>();
}

asio::awaitable<StreamResult<void>> TlsStream::end(MonotonicTime deadline) {
  for (;;) {
    if (!socket_.usable()) co_return failure();
    ERR_clear_error();
    int const result = SSL_shutdown(ssl_.get());
    if (result >= 0) break;
    auto const want = after_call(result, Kind::reset);
    if (want == Want::nothing) co_return failure();
    if (!co_await meet(want, deadline)) co_return failure();
  }
  socket_.shut_down_sending();
  co_return StreamResult<void>();
}

}  // namespace real
