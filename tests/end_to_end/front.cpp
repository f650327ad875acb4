#include "tests/end_to_end/front.hpp"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>  // Asio is compiled apart here, its TLS only for this
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <functional>
#include <future>
#include <list>
#include <thread>

namespace end_to_end {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

tcp::endpoint loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

/// An io_context in a thread of its own; on() runs something there and waits for it.
class Loop {
 public:
  ~Loop() { stop(); }
  void stop() {
    context.stop();
    if (thread_.joinable()) thread_.join();
  }
  void on(std::function<void()> work) {
    std::promise<void> done;
    asio::post(context, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void start() {
    thread_ = std::thread([this] { context.run(); });
  }
  asio::io_context context{1};

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context);
  std::thread thread_;
};

}  // namespace

struct Front::Impl {
  struct Pair {
    explicit Pair(asio::io_context& context) : client(context), server(context) {}
    tcp::socket client;
    tcp::socket server;
    bool silent = false;
  };

  explicit Impl(Cluster const& cluster) : to(loopback(cluster.port())), acceptor(loop.context, loopback(0)) {
    port = acceptor.local_endpoint().port();
    asio::co_spawn(loop.context, accept(), asio::detached);
    loop.start();
  }

  ~Impl() { loop.stop(); }

  asio::awaitable<void> accept() {
    while (true) {
      auto pair = std::make_shared<Pair>(loop.context);
      error_code error;
      co_await acceptor.async_accept(pair->client, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      ++count;
      co_await pair->server.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        reset(pair->client);
        continue;
      }
      std::erase_if(pairs, [](auto const& one) { return one.expired(); });
      pairs.push_back(pair);
      asio::co_spawn(loop.context, pass(pair, pair->client, pair->server), asio::detached);
      asio::co_spawn(loop.context, pass(pair, pair->server, pair->client), asio::detached);
    }
  }

  static asio::awaitable<void> pass(std::shared_ptr<Pair> pair, tcp::socket& from, tcp::socket& to) {
    std::array<char, 16384> bytes;
    error_code error;
    while (true) {
      auto const size =
          co_await from.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
      // What has been silenced is dropped, the end of a connection too.
      if (pair->silent) {
        if (error) co_return;
        continue;
      }
      if (error) break;
      co_await asio::async_write(to, asio::buffer(bytes.data(), size),
                                 asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
    }
    error_code ignored;
    pair->client.close(ignored);
    pair->server.close(ignored);
  }

  static void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  void each(std::function<void(Pair&)> const& work) {
    loop.on([&] {
      for (auto const& one : pairs) {
        if (auto const pair = one.lock()) work(*pair);
      }
    });
  }

  tcp::endpoint to;
  std::list<std::weak_ptr<Pair>> pairs;
  Loop loop;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::atomic<unsigned> count = 0;
};

Front::Front(Cluster const& cluster) : impl_(std::make_unique<Impl>(cluster)) {}
Front::~Front() = default;
std::uint16_t Front::port() const { return impl_->port; }
unsigned Front::connections() const { return impl_->count; }
void Front::cut() {
  impl_->each([](Impl::Pair& pair) {
    Impl::reset(pair.client);
    Impl::reset(pair.server);
  });
}
void Front::silence() {
  impl_->each([](Impl::Pair& pair) { pair.silent = true; });
}

struct Turnstile::Impl {
  using Tls = ssl::stream<tcp::socket>;
  struct Pair {
    Pair(asio::io_context& context, ssl::context& in, ssl::context& out) : client(context, in), server(context, out) {}
    Tls client;
    Tls server;
    void close() {
      error_code ignored;
      client.lowest_layer().close(ignored);
      server.lowest_layer().close(ignored);
    }
  };

  explicit Impl(Cluster const& cluster) : to(loopback(cluster.port())), acceptor(loop.context, loopback(0)) {
    auto const& identity = cluster.server_identity();
    in.use_certificate_chain(asio::buffer(identity.certificate));
    in.use_private_key(asio::buffer(identity.key), ssl::context::pem);
    port = acceptor.local_endpoint().port();
    asio::co_spawn(loop.context, accept(), asio::detached);
    loop.start();
  }

  ~Impl() { loop.stop(); }

  asio::awaitable<void> accept() {
    while (true) {
      auto pair = std::make_shared<Pair>(loop.context, in, out);
      error_code error;
      co_await acceptor.async_accept(pair->client.next_layer(), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      std::erase_if(pairs, [](auto const& one) { return one.expired(); });
      pairs.push_back(pair);
      asio::co_spawn(loop.context, serve(pair), asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Pair> pair) {
    error_code error;
    auto const token = [&] { return asio::redirect_error(asio::use_awaitable, error); };
    co_await pair->client.async_handshake(ssl::stream_base::server, token());
    if (error) co_return pair->close();
    if (stormy) co_return co_await refuse(pair);
    co_await pair->server.next_layer().async_connect(to, token());
    if (!error) co_await pair->server.async_handshake(ssl::stream_base::client, token());
    if (error) co_return pair->close();
    asio::co_spawn(loop.context, pass(pair, pair->client, pair->server), asio::detached);
    co_await pass(pair, pair->server, pair->client);
  }

  // Reads request after request and turns each away.
  asio::awaitable<void> refuse(std::shared_ptr<Pair> pair) {
    std::string bytes;
    error_code error;
    auto const token = [&] { return asio::redirect_error(asio::use_awaitable, error); };
    while (true) {
      auto const head = co_await asio::async_read_until(pair->client, asio::dynamic_buffer(bytes), "\r\n\r\n", token());
      if (error) co_return pair->close();
      std::size_t body = 0;
      constexpr std::string_view length = "Content-Length: ";
      if (auto const at = bytes.substr(0, head).find(length); at != std::string::npos)
        std::from_chars(bytes.data() + at + length.size(), bytes.data() + head, body);
      bytes.erase(0, std::min(head, bytes.size()));
      if (bytes.size() < body) {
        std::string rest(body - bytes.size(), '\0');
        co_await asio::async_read(pair->client, asio::buffer(rest), token());
        if (error) co_return pair->close();
        bytes.clear();
      } else {
        bytes.erase(0, body);
      }
      ++count;
      constexpr std::string_view text = "Too many requests, please try again later.\n";
      std::string const answer =
          "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\n"
          "Content-Length: " +
          std::to_string(text.size()) + "\r\n\r\n" + std::string(text);
      co_await asio::async_write(pair->client, asio::buffer(answer), token());
      if (error) co_return pair->close();
    }
  }

  static asio::awaitable<void> pass(std::shared_ptr<Pair> pair, Tls& from, Tls& to) {
    std::array<char, 16384> bytes;
    error_code error;
    while (!error) {
      auto const size =
          co_await from.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
      co_await asio::async_write(to, asio::buffer(bytes.data(), size),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    pair->close();
  }

  tcp::endpoint to;
  ssl::context in{ssl::context::tls_server};
  ssl::context out{ssl::context::tls_client};
  std::list<std::weak_ptr<Pair>> pairs;
  bool stormy = false;
  Loop loop;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::atomic<unsigned> count = 0;
};

Turnstile::Turnstile(Cluster const& cluster) : impl_(std::make_unique<Impl>(cluster)) {}
Turnstile::~Turnstile() = default;
std::uint16_t Turnstile::port() const { return impl_->port; }
unsigned Turnstile::refused() const { return impl_->count; }
void Turnstile::storm(bool on) {
  impl_->loop.on([&] {
    impl_->stormy = on;
    for (auto const& one : impl_->pairs) {
      if (auto const pair = one.lock()) pair->close();
    }
  });
}

}  // namespace end_to_end
