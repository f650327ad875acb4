#include "operator/real/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "operator/real/proxy.hpp"
#include "operator/real/tls_stream.hpp"
#include "operator/seams/gate.hpp"

namespace real {
namespace {

namespace asio = boost::asio;
using seams::MonotonicTime;
using seams::StreamError;
using seams::StreamResult;
using Kind = StreamError::Kind;

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;

/// Our side of ALPN, in its wire format.
constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

Bio memory(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::vector<Certificate> read_certificates(std::string const& pem, char const* what) {
  auto const bio = memory(pem);
  std::vector<Certificate> all;
  while (X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    all.emplace_back(certificate);
  // The end of the text is told as an error, too.
  bool const is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (all.empty() || !is_end) throw std::invalid_argument(std::string(what) + ": no certificate in PEM format");
  return all;
}

void use_identity(SSL_CTX* context, TlsIdentity const& identity) {
  auto const chain = read_certificates(identity.certificate, "the certificate");
  auto const bio = memory(identity.key);
  Key const key(PEM_read_bio_PrivateKey(bio.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  ERR_clear_error();
  if (!key) throw std::invalid_argument("the private key: no key in PEM format, or it needs a password");
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    throw std::invalid_argument("the certificate cannot be used");
  for (std::size_t at = 1; at < chain.size(); ++at) SSL_CTX_add1_chain_cert(context, chain[at].get());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    throw std::invalid_argument("the private key does not belong to the certificate");
  }
}

void trust(SSL_CTX* context, std::string const& authorities, bool tell_clients) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (auto const& certificate : read_certificates(authorities, "the certificate authorities")) {
    X509_STORE_add_cert(store, certificate.get());
    if (tell_clients) SSL_CTX_add_client_CA(context, certificate.get());
  }
}

bool is_address(std::string const& name) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace

class TlsContext {
 public:
  explicit TlsContext(SSL_METHOD const* method) : context_(SSL_CTX_new(method)) {
    if (context_ == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_options(context_, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    // Buffers are given back while nothing is under way: most connections wait most of the time.
    SSL_CTX_set_mode(context_,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // The chain is what the identity says, not what the trusted authorities would make of it.
    SSL_CTX_set_mode(context_, SSL_MODE_NO_AUTO_CHAIN);
    // A record's head and its content in one call to the system.
    SSL_CTX_set_read_ahead(context_, 1);
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  }
  ~TlsContext() { SSL_CTX_free(context_); }
  TlsContext(TlsContext const&) = delete;
  TlsContext& operator=(TlsContext const&) = delete;

  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
};

std::shared_ptr<TlsContext> make_server_context(TlsServerOptions const& options) {
  auto context = std::make_shared<TlsContext>(TLS_server_method());
  SSL_CTX* const ssl = context->get();
  use_identity(ssl, options.identity);
  SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
  constexpr std::array<unsigned char, 4> session_context{'e', 'c', 'h', 'o'};
  // Without it a session of a client with a certificate cannot be resumed.
  SSL_CTX_set_session_id_context(ssl, session_context.data(), session_context.size());
  SSL_CTX_set_alpn_select_cb(
      ssl,
      [](SSL*, unsigned char const** chosen, unsigned char* size, unsigned char const* offered, unsigned offered_size,
         void*) {
        unsigned char* found = nullptr;
        if (SSL_select_next_proto(&found, size, http_1_1.data(), http_1_1.size(), offered, offered_size) !=
            OPENSSL_NPN_NEGOTIATED)
          return SSL_TLSEXT_ERR_ALERT_FATAL;
        *chosen = found;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  if (!options.client_authorities.empty()) {
    trust(ssl, options.client_authorities, true);
    // A certificate that does not verify is told to whoever asks who the client is, not by a broken handshake.
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  }
  return context;
}

std::shared_ptr<TlsContext> make_client_context(TlsClientOptions const& options) {
  auto context = std::make_shared<TlsContext>(TLS_client_method());
  SSL_CTX* const ssl = context->get();
  if (!options.identity.certificate.empty()) use_identity(ssl, options.identity);
  if (options.authorities.empty()) {
    SSL_CTX_set_default_verify_paths(ssl);
  } else {
    trust(ssl, options.authorities, false);
  }
  SSL_CTX_set_verify(ssl, options.skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(ssl, http_1_1.data(), http_1_1.size());
  return context;
}

class TlsListener::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, seams::Clock& clock, ListenAddress const& where, TlsServerOptions const& options)
      : context_(context),
        clock_(clock),
        tls_(make_server_context(options)),
        handshake_timeout_(options.handshake_timeout),
        max_pending_(options.max_pending),
        tcp_(context, clock, where),
        ready_(clock),
        room_(clock) {}

  std::uint16_t port() const { return tcp_.port(); }

  asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> accept() {
    auto const self = shared_from_this();
    if (!accepting_ && !closed_) {
      accepting_ = true;
      spawn(accept_all());
    }
    for (;;) {
      if (closed_) co_return std::unexpected(StreamError{Kind::closed, "the listener was closed"});
      if (!results_.empty()) {
        auto result = std::move(results_.front());
        results_.pop_front();
        room_.open();
        co_return result;
      }
      if (co_await ready_.wait() == seams::Woken::cancelled) co_return std::unexpected(cancelled_error());
    }
  }

  void close() noexcept {
    closed_ = true;
    tcp_.close();
    results_.clear();
    ready_.open();
    room_.open();
  }

 private:
  asio::awaitable<void> accept_all() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!closed_) {
      if (handshakes_ + results_.size() >= max_pending_) {
        co_await room_.wait();
        continue;
      }
      auto socket = co_await tcp_.accept_socket();
      if (socket) {
        ++handshakes_;
        spawn(shake_hands(std::move(*socket)));
      } else if (!closed_) {
        put(std::unexpected(socket.error()));
      }
    }
  }

  asio::awaitable<void> shake_hands(asio::ip::tcp::socket socket) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto stream = std::make_unique<TlsStream>(std::move(socket), clock_, tls_->get(), true);
    auto const done = co_await stream->handshake(clock_.now() + handshake_timeout_);
    --handshakes_;
    if (done) {
      put(std::move(stream));
    } else {
      put(std::unexpected(StreamError{done.error().kind, stream->peer().address + ": " + done.error().message}));
    }
  }

  void put(StreamResult<std::unique_ptr<seams::Stream>> result) {
    if (closed_) return;
    results_.push_back(std::move(result));
    ready_.open();
  }

  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), [self = shared_from_this()](std::exception_ptr const& error) {
      if (error) std::rethrow_exception(error);
    });
  }

  asio::io_context& context_;
  seams::Clock& clock_;
  std::shared_ptr<TlsContext> tls_;
  seams::Duration handshake_timeout_;
  std::size_t max_pending_;
  TcpListener tcp_;
  seams::Gate ready_;
  seams::Gate room_;
  std::deque<StreamResult<std::unique_ptr<seams::Stream>>> results_;
  std::size_t handshakes_ = 0;
  bool accepting_ = false;
  bool closed_ = false;
};

TlsListener::TlsListener(asio::io_context& context, seams::Clock& clock, ListenAddress const& where,
                         TlsServerOptions const& options)
    : impl_(std::make_shared<Impl>(context, clock, where, options)) {}
TlsListener::~TlsListener() { impl_->close(); }

asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> TlsListener::accept() { return impl_->accept(); }
void TlsListener::close() noexcept { impl_->close(); }
std::uint16_t TlsListener::port() const { return impl_->port(); }

TlsConnector::TlsConnector(asio::io_context& context, seams::Clock& clock, HostAndPort where,
                           TlsClientOptions const& options, std::optional<Proxy> proxy)
    : context_(context),
      clock_(clock),
      where_(std::move(where)),
      proxy_(std::move(proxy)),
      server_name_(options.server_name.empty() ? where_.host : options.server_name),
      verifies_(!options.skip_verification),
      tls_(make_client_context(options)) {}

asio::awaitable<StreamResult<std::unique_ptr<seams::Stream>>> TlsConnector::connect(MonotonicTime deadline) {
  auto socket = co_await connect_socket(context_, clock_, where_, proxy_, deadline);
  if (!socket) co_return std::unexpected(socket.error());
  auto stream = std::make_unique<TlsStream>(std::move(*socket), clock_, tls_->get(), false);
  if (is_address(server_name_)) {
    if (verifies_) X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream->ssl()), server_name_.c_str());
  } else {
    SSL_set_tlsext_host_name(stream->ssl(), server_name_.c_str());
    if (verifies_) SSL_set1_host(stream->ssl(), server_name_.c_str());
  }
  if (auto const done = co_await stream->handshake(deadline); !done) co_return std::unexpected(done.error());
  co_return stream;
}

}  // namespace real
