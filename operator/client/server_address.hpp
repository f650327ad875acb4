// Addresses of servers and proxies as configurations write them. Pure.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace client {

/// Where an API server is.
struct ServerAddress {
  bool tls = true;
  std::string host{};  ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 443;
  std::string path_prefix{};  ///< "" or "/k8s/clusters/c-1": stands before every path

  /// "example.com", "example.com:6443", "[::1]:6443": the Host header. The port is left out where it is the scheme's.
  std::string authority() const;
  /// "https://example.com:6443/prefix"
  std::string to_string() const;
  friend bool operator==(ServerAddress const&, ServerAddress const&) = default;
};

/// Reads "https://HOST[:PORT][/PREFIX]"; without a scheme, https if `default_tls`. The error says what is wrong,
/// without the place.
std::expected<ServerAddress, std::string> parse_server(std::string_view url, bool default_tls);

/// A proxy that HTTP CONNECT or SOCKS 5 makes connections through.
struct ProxyAddress {
  enum class Kind : std::uint8_t { http, socks5 };
  Kind kind = Kind::http;
  std::string host{};
  std::uint16_t port = 0;
  std::string username{};
  std::string password{};
  friend bool operator==(ProxyAddress const&, ProxyAddress const&) = default;
};

/// Reads "http://[USER[:PASSWORD]@]HOST[:PORT]" or "socks5://…"; without a scheme http. The error says what is wrong
/// and never holds the password.
std::expected<ProxyAddress, std::string> parse_proxy(std::string_view url);

/// Whether NO_PROXY excepts a server, as golang.org/x/net/http/httpproxy reads it: names (with their subdomains, or
/// only those if they start with a dot), addresses, CIDR blocks, each perhaps with a port, "*" for all. localhost and
/// loopback addresses are always excepted.
bool bypasses_proxy(ServerAddress const& server, std::string_view no_proxy);

}  // namespace client
