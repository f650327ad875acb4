#include "operator/main/connection_main.hpp"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include "operator/real/proxy.hpp"
#include "operator/real/tcp.hpp"
#include "operator/real/tls.hpp"

namespace program {
namespace {

namespace asio = boost::asio;

std::optional<real::Proxy> proxy_of(client::Access const& access) {
  if (!access.proxy) return std::nullopt;
  auto const& proxy = *access.proxy;
  bool const http = proxy.kind == client::ProxyAddress::Kind::http;
  return real::Proxy{http ? real::Proxy::Kind::http : real::Proxy::Kind::socks5,
                     {proxy.host, proxy.port},
                     proxy.username,
                     proxy.password};
}

client::MakeConnector connectors(asio::io_context& context, seams::Clock& clock, client::Access const& access) {
  return [&context, &clock, &access](
             client::TlsMaterial const& material) -> std::expected<std::unique_ptr<seams::Connector>, std::string> {
    real::HostAndPort const where{access.server.host, access.server.port};
    if (!access.server.tls) return std::make_unique<real::TcpConnector>(context, clock, where, proxy_of(access));
    real::TlsClientOptions options;
    options.authorities = material.authority;
    options.server_name = access.tls_server_name;
    options.identity = {material.certificate, material.key};
    options.skip_verification = access.skip_verification;
    try {
      return std::make_unique<real::TlsConnector>(context, clock, where, options, proxy_of(access));
    } catch (std::invalid_argument const& bad) {
      return std::unexpected(bad.what());
    }
  };
}

}  // namespace

std::optional<std::string> environment_variable(std::string_view name) {
  char const* const value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::expected<std::unique_ptr<Connection>, std::string> Connection::make(asio::io_context& context, seams::Clock& clock,
                                                                         seams::Log& log,
                                                                         client::AccessOptions const& options) {
  real::SystemFiles files;
  auto access = client::find_access(options, environment_variable, files);
  if (!access) return std::unexpected(access.error().message);
  for (auto const& warning : access->warnings) log.warning(warning);
  std::unique_ptr<Connection> connection(new Connection(context, clock, log, *std::move(access)));
  // What is wrong with the material is told now, not at the first request.
  if (auto const connector = connection->make_connector_(connection->credentials_.material()); !connector)
    return std::unexpected(connection->access_.origin + ": " + connector.error());
  return connection;
}

Connection::Connection(asio::io_context& context, seams::Clock& clock, seams::Log& log, client::Access access)
    : access_(std::move(access)),
      commands_(context, clock),
      credentials_(access_, files_, commands_, clock, log),
      make_connector_(connectors(context, clock, access_)),
      connector_(std::make_unique<client::RotatingConnector>(credentials_, make_connector_, log)) {
  client::HttpApiOptions options;
  options.host = access_.server.authority();
  options.path_prefix = access_.server.path_prefix;
  options.credentials = &credentials_;
  options.log = &log;
  api_ = std::make_unique<client::HttpApi>(*connector_, clock, options);
}

}  // namespace program
