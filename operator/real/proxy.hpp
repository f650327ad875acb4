// Connections through a proxy: HTTP CONNECT (RFC 9110 §9.3.6) and SOCKS 5 (RFC 1928, RFC 1929).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "operator/real/tcp.hpp"
#include "operator/seams/clock.hpp"
#include "operator/seams/stream.hpp"

namespace real {

/// A socket that is connected to `where`: directly, or as far as the proxy, which has connected on. The proxy resolves
/// the name. Errors name the proxy and never hold its password.
boost::asio::awaitable<seams::StreamResult<boost::asio::ip::tcp::socket>> connect_socket(
    boost::asio::io_context& context, seams::Clock& clock, HostAndPort const& where, std::optional<Proxy> const& proxy,
    seams::MonotonicTime deadline);

}  // namespace real
