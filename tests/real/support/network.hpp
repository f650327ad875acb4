// Real sockets on the loopback interface, both sides in one thread.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "operator/real/certificates.hpp"
#include "operator/real/event_loop.hpp"
#include "operator/real/tcp.hpp"
#include "operator/real/tls.hpp"
#include "operator/seams/stream.hpp"

namespace real_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Kind = seams::StreamError::Kind;
using StreamPointer = std::unique_ptr<seams::Stream>;

class Network : public testing::Test {
 public:
  /// What a coroutine is made of. A lambda that captures must live as long as the coroutine.
  using Work = std::function<asio::awaitable<void>()>;

  /// Runs `work` until it has ended; a test that gets stuck fails.
  void run(Work const& work, std::chrono::seconds at_most = 60s) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(context, work(), [&](std::exception_ptr error) {
      failure = std::move(error);
      done = true;
    });
    auto const end = std::chrono::steady_clock::now() + at_most;
    context.restart();
    while (!done && std::chrono::steady_clock::now() < end) context.run_one_for(100ms);
    ASSERT_TRUE(done) << "the test is stuck";
    if (failure) std::rethrow_exception(failure);
  }
  /// Beside the test; what it throws ends the test program.
  void spawn(Work work) {
    beside_.push_back(std::move(work));
    asio::co_spawn(context, beside_.back()(), [](std::exception_ptr const& error) {
      if (error) std::rethrow_exception(error);
    });
  }
  auto sleep(seams::Duration time) { return seams::sleep_until(clock, in(time)); }

  seams::MonotonicTime in(seams::Duration time) { return clock.now() + time; }
  seams::WallTime wall() { return clock.wall_now(); }

  static std::string kind_name(seams::StreamError const& error) {
    constexpr std::array<char const*, 7> names{"refused",   "closed",    "reset", "timed out",
                                               "untrusted", "cancelled", "other"};
    return names.at(static_cast<std::size_t>(error.kind));
  }
  template <class T>
  static std::string outcome(seams::StreamResult<T> const& result) {
    return result ? "ok" : kind_name(result.error());
  }
  /// Reads until `size` bytes are there, the end, or an error: then "<kind>" is appended.
  asio::awaitable<std::string> read(seams::Stream& stream, std::size_t size, seams::Duration within = 10s) {
    std::string all;
    std::array<char, 16384> buffer{};
    while (all.size() < size) {
      auto const count =
          co_await stream.read_some(std::span(buffer.data(), std::min(buffer.size(), size - all.size())), in(within));
      if (!count) co_return all + "<" + kind_name(count.error()) + ">";
      if (*count == 0) co_return all + "<end>";
      all.append(buffer.data(), *count);
    }
    co_return all;
  }

  std::deque<Work> beside_;  // goes after the coroutines that are made of it
  real::EventLoop loop;
  asio::io_context& context = loop.context();
  real::RealClock& clock = loop.clock();
};

/// With a TLS server and what its clients need.
class TlsNetwork : public Network {
 public:
  TlsNetwork() { make_listener(); }

  void make_listener(seams::Duration handshake_timeout = 10s) {
    real::TlsServerOptions options;
    options.identity = credentials.server;
    options.client_authorities = credentials.authority;
    options.handshake_timeout = handshake_timeout;
    listener = std::make_unique<real::TlsListener>(context, clock, real::ListenAddress(), options);
  }

  real::TlsClientOptions trusting() const {
    real::TlsClientOptions options;
    options.authorities = credentials.authority;
    return options;
  }
  asio::awaitable<seams::StreamResult<StreamPointer>> connect(real::TlsClientOptions options,
                                                              std::string host = "127.0.0.1") {
    real::TlsConnector connector(context, clock, {.host = std::move(host), .port = listener->port()}, options);
    co_return co_await connector.connect(in(10s));
  }
  asio::awaitable<StreamPointer> connect_plain() {
    real::TcpConnector connector(context, clock, {.host = "127.0.0.1", .port = listener->port()});
    auto stream = co_await connector.connect(in(10s));
    if (!stream) throw std::runtime_error(stream.error().message);
    co_return std::move(*stream);
  }

  real::CertificateAuthority authority = real::make_authority("test", wall());
  real::Credentials credentials = make_credentials();
  std::unique_ptr<real::TlsListener> listener;

 private:
  real::Credentials make_credentials() {
    real::CredentialsOptions const options;
    return {.authority = authority.identity.certificate,
            .server = real::make_server_identity(authority, "server", options.server_names, wall()),
            .client = real::make_client_identity(authority, "jane", {"dev", "ops"}, wall())};
  }
};

}  // namespace real_tests
