#include "operator/real/proxy.hpp"

#include <openssl/evp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string_view>
#include <utility>

namespace real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using seams::MonotonicTime;
using seams::StreamError;
using seams::StreamResult;
using Kind = StreamError::Kind;

constexpr std::size_t most_head_bytes = std::size_t{16} << 10;

std::string bracketed(std::string const& host) { return host.contains(':') ? "[" + host + "]" : host; }

/// One conversation with a proxy. A deadline closes the socket.
class Negotiation {
 public:
  Negotiation(tcp::socket& socket, seams::Clock& clock, Proxy const& proxy, MonotonicTime deadline)
      : socket_(socket), proxy_(proxy), timer_(clock, deadline, [this] {
          late_ = true;
          boost::system::error_code ignored;
          socket_.close(ignored);
        }) {}

  asio::awaitable<StreamResult<void>> http(HostAndPort const& where) {
    std::string const target = bracketed(where.host) + ":" + std::to_string(where.port);
    std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
    if (!proxy_.username.empty()) request += "Proxy-Authorization: Basic " + basic() + "\r\n";
    request += "\r\n";
    if (auto sent = co_await send(request); !sent) co_return sent;
    // Byte by byte: what comes after the head belongs to the server behind the proxy.
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      if (head.size() >= most_head_bytes) co_return failed("its answer is too long");
      auto byte = co_await receive(1);
      if (!byte) co_return std::unexpected(byte.error());
      head += *byte;
    }
    std::string_view const line = std::string_view(head).substr(0, head.find('\r'));
    bool const good = line.starts_with("HTTP/1.") && line.size() >= 12 && line[8] == ' ' && line[9] == '2';
    if (!good) co_return failed("it answered " + std::string(line.substr(0, 200)));
    co_return StreamResult<void>();
  }

  asio::awaitable<StreamResult<void>> socks5(HostAndPort const& where) {
    bool const password = !proxy_.username.empty();
    // Version, number of methods, the methods: none, user name and password.
    if (auto sent = co_await send(password ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3));
        !sent)
      co_return sent;
    auto const method = co_await receive(2);
    if (!method) co_return std::unexpected(method.error());
    if ((*method)[0] != '\x05') co_return failed("it does not speak SOCKS 5");
    if ((*method)[1] == '\x02' && password) {
      if (proxy_.username.size() > 255 || proxy_.password.size() > 255)
        co_return failed("its user name or password has more than 255 bytes");
      std::string login = "\x01";
      login += static_cast<char>(proxy_.username.size());
      login += proxy_.username;
      login += static_cast<char>(proxy_.password.size());
      login += proxy_.password;
      if (auto sent = co_await send(login); !sent) co_return sent;
      auto const answer = co_await receive(2);
      if (!answer) co_return std::unexpected(answer.error());
      if ((*answer)[1] != '\0') co_return failed("it refuses the user name and password");
    } else if ((*method)[1] != '\0') {
      co_return failed(password ? "it takes neither no authentication nor a password"
                                : "it wants a user name and password");
    }
    if (where.host.size() > 255) co_return failed("the server's name has more than 255 bytes");
    std::string request("\x05\x01\x00\x03", 4);  // connect, to a name
    request += static_cast<char>(where.host.size());
    request += where.host;
    request += static_cast<char>(where.port >> 8U);
    request += static_cast<char>(where.port & 0xffU);
    if (auto sent = co_await send(request); !sent) co_return sent;
    auto const head = co_await receive(5);
    if (!head) co_return std::unexpected(head.error());
    if ((*head)[1] != '\0')
      co_return failed("it cannot connect (SOCKS reply " + std::to_string(static_cast<unsigned char>((*head)[1])) +
                       ")");
    // The address it has bound follows; of its kind there is one byte already.
    std::size_t const rest = (*head)[3] == '\x01'   ? 3 + 2
                             : (*head)[3] == '\x04' ? 15 + 2
                                                    : static_cast<unsigned char>((*head)[4]) + std::size_t{2};
    if (auto const bound = co_await receive(rest); !bound) co_return std::unexpected(bound.error());
    co_return StreamResult<void>();
  }

 private:
  std::string basic() const {
    std::string const plain = proxy_.username + ":" + proxy_.password;
    std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');  // a zero comes after it
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                    reinterpret_cast<unsigned char const*>(plain.data()), static_cast<int>(plain.size()));
    encoded.pop_back();
    return encoded;
  }

  std::unexpected<StreamError> failed(std::string const& why) const {
    return std::unexpected(StreamError{Kind::refused, "the proxy " + bracketed(proxy_.where.host) + ":" +
                                                          std::to_string(proxy_.where.port) + ": " + why});
  }
  std::unexpected<StreamError> failed(boost::system::error_code const& error) const {
    auto made = failed(late_                       ? "no answer in time"
                       : error == asio::error::eof ? "it closed the connection"
                                                   : error.message());
    made.error().kind = late_                                     ? Kind::timed_out
                        : error == asio::error::operation_aborted ? Kind::cancelled
                                                                  : Kind::reset;
    return made;
  }

  asio::awaitable<StreamResult<void>> send(std::string bytes) {
    auto const [error, count] =
        co_await asio::async_write(socket_, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
    if (error) co_return failed(error);
    co_return StreamResult<void>();
  }

  asio::awaitable<StreamResult<std::string>> receive(std::size_t size) {
    std::string bytes(size, '\0');
    auto const [error, count] =
        co_await asio::async_read(socket_, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
    if (error) co_return failed(error);
    co_return bytes;
  }

  tcp::socket& socket_;
  Proxy const& proxy_;
  bool late_ = false;
  seams::ScopedTimer timer_;
};

}  // namespace

asio::awaitable<StreamResult<tcp::socket>> connect_socket(asio::io_context& context, seams::Clock& clock,
                                                          HostAndPort const& where, std::optional<Proxy> const& proxy,
                                                          MonotonicTime deadline) {
  if (!proxy) co_return co_await connect_socket(context, clock, where, deadline);
  auto socket = co_await connect_socket(context, clock, proxy->where, deadline);
  if (!socket) {
    socket.error().message = "the proxy " + bracketed(proxy->where.host) + ":" + std::to_string(proxy->where.port) +
                             ": " + socket.error().message;
    co_return std::unexpected(socket.error());
  }
  Negotiation negotiation(*socket, clock, *proxy, deadline);
  auto const done =
      proxy->kind == Proxy::Kind::http ? co_await negotiation.http(where) : co_await negotiation.socks5(where);
  if (!done) co_return std::unexpected(done.error());
  co_return std::move(*socket);
}

}  // namespace real
