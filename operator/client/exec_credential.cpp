#include "operator/client/exec_credential.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "operator/api/base64.hpp"
#include "operator/api/object.hpp"

namespace client {
namespace {

namespace json = boost::json;

std::string text_of(json::object const& object, std::string_view name) {
  auto const* value = object.if_contains(name);
  auto const* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

json::object cluster_info(Access const& access, std::string_view authority) {
  json::object cluster;
  cluster.emplace("server", access.server.to_string());
  if (!access.tls_server_name.empty()) cluster.emplace("tls-server-name", access.tls_server_name);
  if (access.skip_verification) cluster.emplace("insecure-skip-tls-verify", true);
  if (!authority.empty()) cluster.emplace("certificate-authority-data", api::encode_base64(authority));
  if (access.disable_compression) cluster.emplace("disable-compression", true);
  cluster.emplace("config", access.exec_config);
  return cluster;
}

}  // namespace

seams::Command exec_command(Access const& access, std::string_view authority) {
  ExecPlugin const& plugin = *access.user.exec;
  json::object spec;
  spec.emplace("interactive", false);
  if (plugin.provide_cluster_info) spec.emplace("cluster", cluster_info(access, authority));
  json::object info;
  info.emplace("kind", "ExecCredential");
  info.emplace("apiVersion", plugin.api_version);
  info.emplace("spec", std::move(spec));
  seams::Command command{plugin.command, plugin.arguments, plugin.environment};
  command.environment.emplace_back("KUBERNETES_EXEC_INFO", json::serialize(info));
  return command;
}

std::expected<ExecCredential, std::string> read_exec_credential(std::string_view output, std::string_view api_version) {
  boost::system::error_code bad;
  json::value const answer = json::parse(output, bad);
  auto const* const object = bad ? nullptr : answer.if_object();
  if (object == nullptr) return std::unexpected("what it printed is no JSON object");
  if (auto const kind = text_of(*object, "kind"); kind != "ExecCredential")
    return std::unexpected("what it printed is of kind \"" + kind.substr(0, 60) + "\", not ExecCredential");
  if (auto const version = text_of(*object, "apiVersion"); version != api_version) {
    return std::unexpected("it answered in apiVersion \"" + version.substr(0, 60) + "\", asked was " +
                           std::string(api_version));
  }
  auto const* const value = object->if_contains("status");
  auto const* const status = value == nullptr ? nullptr : value->if_object();
  if (status == nullptr) return std::unexpected("its answer has no status");
  ExecCredential found{text_of(*status, "token"), text_of(*status, "clientCertificateData"),
                       text_of(*status, "clientKeyData"), std::nullopt};
  if (found.token.empty() && found.certificate.empty() && found.key.empty())
    return std::unexpected("its answer has neither a token nor a client certificate");
  if (found.certificate.empty() != found.key.empty())
    return std::unexpected("its answer has only one of clientCertificateData and clientKeyData");
  if (found.token.find_first_of("\r\n") != std::string::npos)
    return std::unexpected("the token in its answer is not a single line");
  if (auto const expires = text_of(*status, "expirationTimestamp"); !expires.empty()) {
    auto const time = api::parse_timestamp(expires);
    if (!time) return std::unexpected("the expirationTimestamp in its answer is no time of RFC 3339");
    found.expires = *time;
  }
  return found;
}

}  // namespace client
