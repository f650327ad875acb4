#include "operator/client/server_address.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

namespace client {
namespace {

constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    auto const high = hex_digit(text[i + 1]);
    auto const low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

/// Sixteen bytes; an IPv4 address as it stands in IPv6 (::ffff:a.b.c.d).
using Address = std::array<std::uint8_t, 16>;

std::optional<std::array<std::uint8_t, 4>> parse_ipv4(std::string_view text) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || number > 255 || digits > 3) return std::nullopt;
    bytes.at(i) = static_cast<std::uint8_t>(number);
    text.remove_prefix(digits);
    if (i == 3) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(bytes) : std::nullopt;
}

std::optional<Address> parse_ipv6(std::string_view text) {
  std::vector<std::uint8_t> before, after;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    auto& into = gap ? after : before;
    if (text.contains('.') && !text.contains(':')) {
      auto const last = parse_ipv4(text);
      if (!last) return std::nullopt;
      into.insert(into.end(), last->begin(), last->end());
      text = {};
      break;
    }
    unsigned number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    auto const digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || digits > 4) return std::nullopt;
    into.push_back(static_cast<std::uint8_t>(number >> 8U));
    into.push_back(static_cast<std::uint8_t>(number & 0xffU));
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (!text.starts_with(':')) return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap) return std::nullopt;
      gap = true;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return std::nullopt;
    }
  }
  std::size_t const given = before.size() + after.size();
  if (given > 16 || (gap ? given > 14 : given != 16)) return std::nullopt;
  Address bytes{};
  std::ranges::copy(before, bytes.begin());
  std::ranges::copy_backward(after, bytes.end());
  return bytes;
}

std::optional<Address> parse_address(std::string_view text) {
  if (auto const v4 = parse_ipv4(text)) {
    Address bytes{};
    bytes[10] = bytes[11] = 0xff;
    std::ranges::copy(*v4, bytes.begin() + 12);
    return bytes;
  }
  return text.contains(':') ? parse_ipv6(text) : std::nullopt;
}

bool is_v4(Address const& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; }) &&
         address[10] == 0xff && address[11] == 0xff;
}

bool is_loopback(Address const& address) {
  if (is_v4(address)) return address[12] == 127;
  return std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; }) && address[15] == 1;
}

bool in_block(Address const& address, std::string_view block) {
  auto const slash = block.find('/');
  auto const base = parse_address(block.substr(0, slash));
  if (!base || is_v4(*base) != is_v4(address)) return false;
  unsigned bits = 0;
  std::string_view const text = block.substr(slash + 1);
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if (is_v4(*base)) bits += 96;
  if (bits > 128) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    auto const mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((address.at(bit / 8) & mask) != (base->at(bit / 8) & mask)) return false;
  }
  return true;
}

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

/// "HOST", "HOST:PORT", "[v6]:PORT", and "v6" alone where there are two colons or more.
std::expected<HostPort, std::string> split_host(std::string_view text) {
  std::string_view host = text;
  std::string_view rest;
  if (text.starts_with('[')) {
    auto const end = text.find(']');
    if (end == std::string_view::npos) return std::unexpected("the bracket of the IPv6 address is not closed");
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    if (!parse_ipv6(host)) return std::unexpected("what stands in brackets is no IPv6 address");
  } else if (auto const colon = text.find(':'); colon != std::string_view::npos) {
    if (text.find(':', colon + 1) != std::string_view::npos)
      return std::unexpected("an IPv6 address stands in brackets: https://[::1]:6443");
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (host.empty()) return std::unexpected("the host is missing; write https://HOST:PORT");
  bool const named = parse_address(host).has_value() || std::ranges::all_of(host, [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
                     });
  if (!named) return std::unexpected("the host holds a character that no host name has");
  HostPort found{lower(host), std::nullopt};
  if (rest.empty() || rest == ":") return found;
  if (!rest.starts_with(':')) return std::unexpected("after the host comes :PORT or a path");
  found.port = parse_port(rest.substr(1));
  if (!found.port) return std::unexpected("the port is not a number from 1 to 65535");
  return found;
}

std::string with_brackets(std::string const& host) { return host.contains(':') ? "[" + host + "]" : host; }

bool matches_name(std::string_view host, std::string_view pattern) {
  if (pattern.starts_with("*.")) pattern.remove_prefix(1);
  if (pattern.starts_with('.')) return host.ends_with(pattern);
  return host == pattern ||
         (host.size() > pattern.size() && host.ends_with(pattern) && host[host.size() - pattern.size() - 1] == '.');
}

bool excepts(ServerAddress const& server, std::optional<Address> const& address, std::string const& entry) {
  if (entry == "*") return true;
  if (entry.contains('/')) return address && in_block(*address, entry);
  std::string host = entry;
  if (!parse_address(entry)) {
    auto const split = split_host(entry.starts_with('*') ? std::string_view(entry).substr(1) : entry);
    if (!split) return false;
    if (split->port && *split->port != server.port) return false;
    host = split->host;
  }
  if (auto const given = parse_address(host)) return address && *address == *given;
  return matches_name(server.host, host);
}

}  // namespace

std::string ServerAddress::authority() const {
  std::string text = with_brackets(host);
  if (port != (tls ? https_port : http_port)) text += ":" + std::to_string(port);
  return text;
}

std::string ServerAddress::to_string() const {
  return (tls ? "https://" : "http://") + with_brackets(host) + ":" + std::to_string(port) + path_prefix;
}

std::expected<ServerAddress, std::string> parse_server(std::string_view url, bool default_tls) {
  ServerAddress server;
  server.tls = default_tls;
  if (auto const scheme = url.find("://"); scheme != std::string_view::npos) {
    std::string const name = lower(url.substr(0, scheme));
    if (name != "https" && name != "http") return std::unexpected("its scheme must be https or http");
    server.tls = name == "https";
    url.remove_prefix(scheme + 3);
  }
  auto const end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view const rest = url.substr(end);
  std::string_view const authority = url.substr(0, end);
  if (rest.find_first_of("?#") != std::string_view::npos) return std::unexpected("it must not have a query (?, #)");
  if (std::ranges::any_of(rest, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return std::unexpected("its path holds a space or a line break");
  if (authority.contains('@'))
    return std::unexpected("it must not hold a user name; credentials belong into the user's entry");
  auto host = split_host(authority);
  if (!host) return std::unexpected(host.error());
  server.host = std::move(host->host);
  server.port = host->port.value_or(server.tls ? https_port : http_port);
  server.path_prefix = rest;
  while (server.path_prefix.ends_with('/')) server.path_prefix.pop_back();
  return server;
}

std::expected<ProxyAddress, std::string> parse_proxy(std::string_view url) {
  ProxyAddress proxy;
  if (auto const scheme = url.find("://"); scheme != std::string_view::npos) {
    std::string const name = lower(url.substr(0, scheme));
    if (name == "socks5" || name == "socks5h") {
      proxy.kind = ProxyAddress::Kind::socks5;
    } else if (name == "https") {
      return std::unexpected(
          "a proxy that is itself spoken to over TLS (https://) is not supported; use http or socks5");
    } else if (name != "http") {
      return std::unexpected("its scheme must be http or socks5");
    }
    url.remove_prefix(scheme + 3);
  }
  url = url.substr(0, url.find_first_of("/?#"));
  if (auto const at = url.rfind('@'); at != std::string_view::npos) {
    std::string_view const user = url.substr(0, at);
    auto const colon = user.find(':');
    auto name = unescape(user.substr(0, colon));
    auto password = unescape(colon == std::string_view::npos ? "" : user.substr(colon + 1));
    if (!name || !password) return std::unexpected("its user name or password has a % that is no %XX");
    proxy.username = *std::move(name);
    proxy.password = *std::move(password);
    url.remove_prefix(at + 1);
  }
  auto host = split_host(url);
  if (!host) return std::unexpected(host.error());
  proxy.host = std::move(host->host);
  constexpr std::uint16_t socks_port = 1080;
  proxy.port = host->port.value_or(proxy.kind == ProxyAddress::Kind::http ? http_port : socks_port);
  return proxy;
}

bool bypasses_proxy(ServerAddress const& server, std::string_view no_proxy) {
  auto const address = parse_address(server.host);
  if (server.host == "localhost" || (address && is_loopback(*address))) return true;
  while (!no_proxy.empty()) {
    auto const comma = std::min(no_proxy.find(','), no_proxy.size());
    std::string entry = lower(no_proxy.substr(0, comma));
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
    std::erase_if(entry, [](char c) { return c == ' ' || c == '\t'; });
    if (!entry.empty() && excepts(server, address, entry)) return true;
  }
  return false;
}

}  // namespace client
