#include <openssl/evp.h>

#include <fstream>
#include <stdexcept>

#include "tests/conformance/https_driver.hpp"
#include "tests/conformance/servers.hpp"
#include "tests/conformance/yaml_json.hpp"

namespace conformance {
namespace {

namespace json = boost::json;

std::string decoded(json::object const& object, std::string const& data, std::string const& file) {
  if (auto const* inlined = object.if_contains(data)) {
    std::string const text(inlined->as_string());
    std::string result(text.size(), '\0');
    int const size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                        reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
    result.resize(static_cast<std::size_t>(std::max(size, 0)));
    while (!result.empty() && result.back() == '\0') result.pop_back();
    return result;
  }
  if (auto const* path = object.if_contains(file)) {
    std::ifstream stream{std::string(path->as_string())};
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  return "";
}

json::object const& named_entry(json::value const& list, std::string_view name, std::string const& what) {
  for (auto const& entry : list.as_array()) {
    if (entry.at("name").as_string() == name) return entry.at(what).as_object();
  }
  throw std::runtime_error("there is no " + what + " " + std::string(name));
}

}  // namespace

std::expected<HttpsServer, std::string> settings_of_kubeconfig(std::filesystem::path const& kubeconfig) {
  try {
    std::ifstream stream(kubeconfig);
    auto const parsed = parse_yaml(std::string(std::istreambuf_iterator<char>(stream), {}));
    if (!parsed) return std::unexpected(parsed.error());
    auto const& config = parsed->as_object();
    auto const& context = named_entry(config.at("contexts"), config.at("current-context").as_string(), "context");
    auto const& cluster = named_entry(config.at("clusters"), context.at("cluster").as_string(), "cluster");
    auto const& user = named_entry(config.at("users"), context.at("user").as_string(), "user");
    std::string url(cluster.at("server").as_string());
    HttpsServer server{.name = url, .endpoint = {}, .tokens = {}, .users = false, .compact = nullptr};
    server.endpoint.tls = url.starts_with("https://");
    url.erase(0, url.find("//") + 2);
    if (auto const slash = url.find('/'); slash != url.npos) url.erase(slash);
    auto const colon = url.rfind(':');
    server.endpoint.host = url.substr(0, colon);
    server.endpoint.port =
        colon == url.npos ? std::uint16_t{443} : static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
    server.endpoint.authority = decoded(cluster, "certificate-authority-data", "certificate-authority");
    server.endpoint.client_certificate = decoded(user, "client-certificate-data", "client-certificate");
    server.endpoint.client_key = decoded(user, "client-key-data", "client-key");
    if (auto const* token = user.if_contains("token")) server.tokens[User::admin] = std::string(token->as_string());
    return server;
  } catch (std::exception const& error) {
    return std::unexpected(kubeconfig.string() + ": " + error.what());
  }
}

std::expected<std::unique_ptr<Driver>, std::string> server_of_kubeconfig(std::filesystem::path const& kubeconfig) {
  auto settings = settings_of_kubeconfig(kubeconfig);
  if (!settings) return std::unexpected(settings.error());
  return make_https_driver(std::move(*settings));
}

}  // namespace conformance
