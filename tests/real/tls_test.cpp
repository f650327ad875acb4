#include "operator/real/tls.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <memory>

#include "tests/real/support/network.hpp"

namespace {

using namespace real_tests;

void use(SSL_CTX* context, real::TlsIdentity const& identity) {
  auto const memory = [](std::string const& pem) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  };
  std::unique_ptr<X509, decltype(&X509_free)> const certificate(
      PEM_read_bio_X509(memory(identity.certificate).get(), nullptr, nullptr, nullptr), &X509_free);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(
      PEM_read_bio_PrivateKey(memory(identity.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  SSL_CTX_use_certificate(context, certificate.get());
  SSL_CTX_use_PrivateKey(context, key.get());
}

class TlsTest : public TlsNetwork {
 protected:
  /// What both sides say of a connection that a client with these options makes.
  struct Met {
    std::string client;
    std::string server;
    std::string client_message{};
    std::string server_message{};
    seams::Peer peer;
  };
  Met meet(real::TlsClientOptions const& options, std::string const& host = "127.0.0.1") {
    Met met;
    run([&]() -> asio::awaitable<void> {
      bool accepted = false;
      StreamPointer server_side;
      spawn([&]() -> asio::awaitable<void> {
        auto stream = co_await listener->accept();
        met.server = outcome(stream);
        if (stream) {
          met.peer = (*stream)->peer();
          server_side = std::move(*stream);
          co_await server_side->write("x", in(5s));
        } else {
          met.server_message = stream.error().message;
        }
        accepted = true;
      });
      auto stream = co_await connect(options, host);
      met.client = outcome(stream);
      if (!stream) {
        met.client_message = stream.error().message;
      } else {
        // In TLS 1.3 a client hears only with the first byte what the server thinks of it.
        auto const first = co_await read(**stream, 1);
        if (first != "x") met.client = first;
      }
      while (!accepted) co_await sleep(1ms);
    });
    return met;
  }
};

TEST_F(TlsTest, carries_bytes_both_ways_and_ends_in_good_order) {
  run([&]() -> asio::awaitable<void> {
    std::string const large(3'000'000, 'y');
    spawn([&]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "ok");
      EXPECT_EQ(co_await read(**stream, 5), "hello");
      EXPECT_EQ(outcome(co_await (*stream)->write(large, in(10s))), "ok");
      EXPECT_EQ(outcome(co_await (*stream)->end(in(1s))), "ok");
      EXPECT_EQ(co_await read(**stream, 100), "bye<end>");
    });
    auto stream = co_await connect(trusting());
    EXPECT_EQ(outcome(stream), "ok");
    EXPECT_EQ(outcome(co_await (*stream)->write("hello", in(1s))), "ok");
    EXPECT_EQ(co_await read(**stream, large.size()), large);
    EXPECT_EQ(co_await read(**stream, 1), "<end>");
    // The other direction is still open.
    EXPECT_EQ(outcome(co_await (*stream)->write("bye", in(1s))), "ok");
    EXPECT_EQ(outcome(co_await (*stream)->end(in(1s))), "ok");
  });
}

TEST_F(TlsTest, knows_a_client_by_its_certificate) {
  auto options = trusting();
  options.identity = credentials.client;
  auto const met = meet(options);
  EXPECT_EQ(met.client, "ok");
  EXPECT_EQ(met.server, "ok");
  EXPECT_EQ(met.peer.certificate_name, "jane");
  EXPECT_EQ(met.peer.certificate_organisations, (std::vector<std::string>{"dev", "ops"}));
  EXPECT_EQ(met.peer.certificate_error, "");
  EXPECT_TRUE(met.peer.address.starts_with("127.0.0.1:")) << met.peer.address;
}

TEST_F(TlsTest, welcomes_a_client_without_a_certificate) {
  auto const met = meet(trusting());
  EXPECT_EQ(met.client + met.server, "okok");
  EXPECT_EQ(met.peer.certificate_name, "");
  EXPECT_EQ(met.peer.certificate_error, "");
}

TEST_F(TlsTest, tells_of_a_client_certificate_that_it_cannot_verify) {
  auto options = trusting();
  auto const stranger = real::make_authority("stranger", wall());
  options.identity = real::make_client_identity(stranger, "root", {"system:masters"}, wall());
  auto met = meet(options);
  EXPECT_EQ(met.client + met.server, "okok");
  EXPECT_EQ(met.peer.certificate_name, "");
  EXPECT_TRUE(met.peer.certificate_organisations.empty());
  EXPECT_NE(met.peer.certificate_error, "");

  // One that is out of date, one that is not for clients.
  options.identity = real::make_client_identity(authority, "late", {}, wall() - std::chrono::years(20));
  met = meet(options);
  EXPECT_EQ(met.peer.certificate_name + met.peer.certificate_error, "certificate has expired");
  options.identity = credentials.server;
  met = meet(options);
  EXPECT_EQ(met.peer.certificate_name, "");
  EXPECT_NE(met.peer.certificate_error, "");
}

TEST_F(TlsTest, does_not_trust_a_server_of_an_unknown_authority) {
  auto options = trusting();
  options.authorities = real::make_authority("stranger", wall()).identity.certificate;
  auto const met = meet(options);
  EXPECT_EQ(met.client, "untrusted");
  EXPECT_EQ(met.server, "untrusted");
  EXPECT_EQ(met.client_message, "certificate verify failed: unable to get local issuer certificate");
  EXPECT_TRUE(met.server_message.ends_with("tlsv1 alert unknown ca")) << met.server_message;
}

TEST_F(TlsTest, does_not_trust_a_server_of_another_name) {
  auto options = trusting();
  options.server_name = "example.com";
  EXPECT_EQ(meet(options).client, "untrusted");
  options.server_name = "127.0.0.2";
  EXPECT_EQ(meet(options).client, "untrusted");
  options.server_name = "kubernetes.default.svc";
  EXPECT_EQ(meet(options).client, "ok");
  options.server_name = "";
  EXPECT_EQ(meet(options, "localhost").client, "ok");
}

TEST_F(TlsTest, does_not_trust_a_server_whose_certificate_has_expired) {
  // Ten years are what certificates are made for.
  auto const long_ago = wall() - std::chrono::hours(24 * 365 * 11);
  real::TlsServerOptions server;
  server.identity = real::make_server_identity(authority, "server", {"127.0.0.1"}, long_ago);
  listener = std::make_unique<real::TlsListener>(context, clock, real::ListenAddress(), server);
  auto const met = meet(trusting());
  EXPECT_EQ(met.client, "untrusted");
  EXPECT_EQ(met.client_message, "certificate verify failed: certificate has expired");
}

class OldTls : public TlsTest, public testing::WithParamInterface<int> {};

TEST_P(OldTls, is_not_spoken_with_a_server) {
  // A server of OpenSSL alone that knows this version only, and would take the weakest ciphers.
  auto const server = [this](int listening, int most) {
    SSL_CTX* const tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls, most);
    SSL_CTX_set_cipher_list(tls, "ALL:@SECLEVEL=0");
    use(tls, credentials.server);
    int const socket = ::accept(listening, nullptr, nullptr);
    SSL* const connection = SSL_new(tls);
    SSL_set_fd(connection, socket);
    bool const met = SSL_accept(connection) == 1;
    SSL_free(connection);
    ::close(socket);
    SSL_CTX_free(tls);
    return met;
  };
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int const listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  auto met = std::async(std::launch::async, server, listening, GetParam());
  run([&]() -> asio::awaitable<void> {
    real::TlsConnector connector(context, clock, {.host = "127.0.0.1", .port = ntohs(address.sin_port)}, trusting());
    auto const stream = co_await connector.connect(in(10s));
    EXPECT_EQ(stream.has_value(), GetParam() == TLS1_2_VERSION) << (stream ? "" : stream.error().message);
  });
  EXPECT_EQ(met.get(), GetParam() == TLS1_2_VERSION);
  ::close(listening);
}

// With 1.2, to show that the server is one.
INSTANTIATE_TEST_SUITE_P(Version, OldTls, testing::Values(TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION),
                         [](auto const& info) { return "x" + std::to_string(info.param); });

TEST_F(TlsTest, takes_any_server_when_told_to) {
  auto options = trusting();
  options.authorities = real::make_authority("stranger", wall()).identity.certificate;
  options.skip_verification = true;
  EXPECT_EQ(meet(options, "localhost").client, "ok");
}

TEST_F(TlsTest, tells_a_client_that_speaks_plain_http) {
  run([&]() -> asio::awaitable<void> {
    spawn([&]() -> asio::awaitable<void> {
      auto const stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "untrusted");
      EXPECT_TRUE(stream.error().message.ends_with("http request")) << stream.error().message;
    });
    auto const stream = co_await connect_plain();
    co_await stream->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n", in(1s));
    EXPECT_EQ(co_await read(*stream, 1000),
              "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n<end>");
  });
}

TEST_F(TlsTest, lets_nobody_wait_for_a_slow_handshake) {
  make_listener(300ms);
  run([&]() -> asio::awaitable<void> {
    int failed = 0;
    int served = 0;
    spawn([&]() -> asio::awaitable<void> {
      std::vector<StreamPointer> kept;
      for (;;) {
        auto stream = co_await listener->accept();
        if (stream) {
          ++served;
          kept.push_back(std::move(*stream));
        } else {
          if (stream.error().kind == Kind::closed) co_return;
          EXPECT_EQ(kind_name(stream.error()), "timed out") << stream.error().message;
          ++failed;
        }
      }
    });
    std::vector<StreamPointer> silent;
    for (int i = 0; i < 50; ++i) silent.push_back(co_await connect_plain());
    co_await silent.back()->write("\x16\x03\x01", in(1s));  // the beginning of a handshake
    auto const began = clock.now();
    EXPECT_EQ(outcome(co_await connect(trusting())), "ok");
    EXPECT_LT(clock.now() - began, 250ms);
    EXPECT_EQ(failed, 0);
    while (failed < 50 && clock.now() - began < 10s) co_await sleep(10ms);
    EXPECT_EQ(failed, 50);
    EXPECT_EQ(served, 1);
    listener->close();
  });
}

TEST_F(TlsTest, tells_an_end_in_good_order_from_a_connection_that_broke) {
  run([&]() -> asio::awaitable<void> {
    spawn([&]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "ok");
      (*stream)->close();
      EXPECT_EQ(outcome(co_await (*stream)->write("x", in(1s))), "closed");
    });
    auto stream = co_await connect(trusting());
    EXPECT_EQ(outcome(stream), "ok");
    EXPECT_EQ(co_await read(**stream, 1), "<reset>");
  });
}

TEST_F(TlsTest, ends_a_read_and_a_write_at_their_deadlines) {
  run([&]() -> asio::awaitable<void> {
    StreamPointer server_side;
    spawn([&]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "ok");
      server_side = std::move(*stream);
    });
    auto first = co_await connect(trusting());
    EXPECT_EQ(co_await read(**first, 1, 50ms), "<timed out>");
    EXPECT_EQ(co_await read(**first, 1, 50ms), "<timed out>");

    spawn([&]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "ok");
      server_side = std::move(*stream);
    });
    auto second = co_await connect(trusting());
    // Nobody reads it.
    std::string const large(50'000'000, 'z');
    EXPECT_EQ(outcome(co_await (*second)->write(large, in(100ms))), "timed out");
  });
}

TEST_F(TlsTest, ends_what_is_pending_when_it_is_closed) {
  run([&]() -> asio::awaitable<void> {
    bool read_ended = false;
    bool accept_ended = false;
    spawn([&]() -> asio::awaitable<void> {
      auto stream = co_await listener->accept();
      EXPECT_EQ(outcome(stream), "ok");
      auto const next = co_await listener->accept();
      EXPECT_EQ(outcome(next), "closed");
      accept_ended = true;
    });
    auto stream = co_await connect(trusting());
    spawn([&]() -> asio::awaitable<void> {
      EXPECT_EQ(co_await read(**stream, 1), "<closed>");
      read_ended = true;
    });
    co_await sleep(10ms);
    (*stream)->close();
    listener->close();
    EXPECT_FALSE(read_ended);
    co_await sleep(10ms);
    EXPECT_TRUE(read_ended);
    EXPECT_TRUE(accept_ended);
  });
}

TEST_F(TlsTest, refuses_what_is_no_certificate_or_no_key) {
  real::TlsServerOptions options;
  options.identity = credentials.server;
  options.identity.key = credentials.client.key;
  EXPECT_THROW(real::make_server_context(options), std::invalid_argument);
  options.identity.key = "nonsense";
  EXPECT_THROW(real::make_server_context(options), std::invalid_argument);
  options.identity = credentials.server;
  options.identity.certificate = "nonsense";
  EXPECT_THROW(real::make_server_context(options), std::invalid_argument);
  real::TlsClientOptions client;
  client.authorities = "nonsense";
  EXPECT_THROW(real::make_client_context(client), std::invalid_argument);
}

TEST_F(TlsTest, refuses_a_connection_where_nobody_listens) {
  run([&]() -> asio::awaitable<void> {
    auto const port = listener->port();
    listener.reset();
    real::TlsConnector connector(context, clock, {.host = "127.0.0.1", .port = port}, trusting());
    EXPECT_EQ(outcome(co_await connector.connect(in(1s))), "refused");
    real::TcpConnector nowhere(context, clock, {.host = "name.invalid", .port = port});
    EXPECT_EQ(outcome(co_await nowhere.connect(in(20s))), "refused");
  });
}

}  // namespace
