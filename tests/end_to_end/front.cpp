#include "tests/end_to_end/front.hpp"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
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

/// Accepts connections for the server of a cluster, in a thread of its own, and gives each to `serve`. A Pair has a
/// socket to the client, client_socket(), and close().
template <class Pair>
class Entrance {
 public:
  using Serve = std::function<asio::awaitable<void>(std::shared_ptr<Pair>)>;
  using Make = std::function<std::shared_ptr<Pair>(asio::io_context&)>;

  Entrance(Make make, Serve serve) : make_(std::move(make)), serve_(std::move(serve)) {
    asio::co_spawn(context_, accept(), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Entrance() {
    context_.stop();
    thread_.join();
  }
  Entrance(Entrance const&) = delete;
  Entrance& operator=(Entrance const&) = delete;

  std::uint16_t port() const { return port_; }
  unsigned accepted() const { return accepted_; }
  /// Does something in the thread with each connection there is, and waits for it.
  void each(std::function<void(Pair&)> const& work) {
    std::promise<void> done;
    asio::post(context_, [&] {
      for (auto const& one : pairs_) {
        if (auto const pair = one.lock()) work(*pair);
      }
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  asio::awaitable<void> accept() {
    while (true) {
      auto pair = make_(context_);
      error_code error;
      co_await acceptor_.async_accept(pair->client_socket(), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      ++accepted_;
      std::erase_if(pairs_, [](auto const& one) { return one.expired(); });
      pairs_.push_back(pair);
      asio::co_spawn(context_, serve_(std::move(pair)), asio::detached);
    }
  }

  Make make_;
  Serve serve_;
  std::list<std::weak_ptr<Pair>> pairs_;
  std::atomic<unsigned> accepted_ = 0;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_, loopback(0)};
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::thread thread_;
};

/// Carries bytes from one side to the other until either ends, then closes both. What comes while the pair is silent is
/// dropped, the end of a connection too.
template <class Pair, class From, class To>
asio::awaitable<void> pass(std::shared_ptr<Pair> pair, From& from, To& to) {
  std::array<char, 16384> bytes;
  error_code error;
  while (true) {
    auto const size =
        co_await from.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (pair->silent) {
      if (error) co_return;
      continue;
    }
    if (!error) {
      co_await asio::async_write(to, asio::buffer(bytes.data(), size),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return pair->close();
  }
}

void close_now(tcp::socket& socket, bool reset) {
  error_code ignored;
  if (reset) socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

struct Front::Impl {
  struct Pair {
    explicit Pair(asio::io_context& context) : client(context), server(context) {}
    tcp::socket& client_socket() { return client; }
    void close(bool reset = false) {
      close_now(client, reset);
      close_now(server, reset);
    }
    tcp::socket client;
    tcp::socket server;
    bool silent = false;
  };

  explicit Impl(Cluster const& cluster)
      : to(loopback(cluster.port())),
        entrance([](asio::io_context& context) { return std::make_shared<Pair>(context); },
                 [this](std::shared_ptr<Pair> pair) { return serve(std::move(pair)); }) {}

  asio::awaitable<void> serve(std::shared_ptr<Pair> pair) {
    error_code error;
    co_await pair->server.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return pair->close(true);
    asio::co_spawn(pair->client.get_executor(), pass(pair, pair->client, pair->server), asio::detached);
    co_await pass(pair, pair->server, pair->client);
  }

  tcp::endpoint to;
  Entrance<Pair> entrance;  // its thread ends first
};

Front::Front(Cluster const& cluster) : impl_(std::make_unique<Impl>(cluster)) {}
Front::~Front() = default;
std::uint16_t Front::port() const { return impl_->entrance.port(); }
unsigned Front::connections() const { return impl_->entrance.accepted(); }
void Front::cut() {
  impl_->entrance.each([](Impl::Pair& pair) { pair.close(true); });
}
void Front::silence() {
  impl_->entrance.each([](Impl::Pair& pair) { pair.silent = true; });
}

struct Turnstile::Impl {
  using Tls = ssl::stream<tcp::socket>;
  struct Pair {
    Pair(asio::io_context& context, ssl::context& in, ssl::context& out) : client(context, in), server(context, out) {}
    tcp::socket& client_socket() { return client.next_layer(); }
    void close() {
      close_now(client.next_layer(), false);
      close_now(server.next_layer(), false);
    }
    Tls client;
    Tls server;
    static constexpr bool silent = false;
  };

  explicit Impl(Cluster const& cluster)
      : to(loopback(cluster.port())),
        in(server_context(cluster.server_identity())),
        entrance([this](asio::io_context& context) { return std::make_shared<Pair>(context, in, out); },
                 [this](std::shared_ptr<Pair> pair) { return serve(std::move(pair)); }) {}

  static ssl::context server_context(real::TlsIdentity const& identity) {
    ssl::context made(ssl::context::tls_server);
    made.use_certificate_chain(asio::buffer(identity.certificate));
    made.use_private_key(asio::buffer(identity.key), ssl::context::pem);
    return made;
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
    asio::co_spawn(pair->client.get_executor(), pass(pair, pair->client, pair->server), asio::detached);
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

  tcp::endpoint to;
  ssl::context in;
  ssl::context out{ssl::context::tls_client};
  std::atomic<bool> stormy = false;
  std::atomic<unsigned> count = 0;
  Entrance<Pair> entrance;  // its thread ends first
};

Turnstile::Turnstile(Cluster const& cluster) : impl_(std::make_unique<Impl>(cluster)) {}
Turnstile::~Turnstile() = default;
std::uint16_t Turnstile::port() const { return impl_->entrance.port(); }
unsigned Turnstile::refused() const { return impl_->count; }
void Turnstile::storm(bool on) {
  impl_->stormy = on;
  impl_->entrance.each([](Impl::Pair& pair) { pair.close(); });
}

}  // namespace end_to_end
