#include "tests/end_to_end/cluster.hpp"

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "operator/api/base64.hpp"
#include "operator/api/object.hpp"
#include "operator/real/files.hpp"

namespace end_to_end {
namespace fs = std::filesystem;

std::string write_file(fs::path const& path, std::string const& text) {
  constexpr mode_t owner_only = 0600;
  if (auto const written = real::write_file_atomically(path, text, owner_only); !written)
    throw std::runtime_error(written.error());
  return path.string();
}

bool comes(std::move_only_function<bool()> holds, std::chrono::milliseconds patience) {
  auto const end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

Cluster::Cluster(fs::path folder, ClusterOptions const& options)
    : folder_(std::move(folder)), port_(programs::free_ports(1).front()) {
  auto const credentials = real::keep_credentials(file("tls"), {}, std::chrono::system_clock::now());
  if (!credentials) throw std::runtime_error(credentials.error());
  authority_.identity = {credentials->authority, programs::read_file(file("tls") / "ca.key")};
  server_ = credentials->server;
  write_tokens(options.tokens);
}

void Cluster::write_tokens(std::string const& lines) const {
  write_file(file("tokens.csv"), std::string(admin_token) + ",admin,admin,\"system:masters\"\n" + lines);
}

std::string Cluster::kubeconfig(std::string const& name, std::string const& user, std::uint16_t port) const {
  auto const url = "https://127.0.0.1:" + std::to_string(port == 0 ? port_ : port);
  return write_file(file(name),
                    "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
                    "clusters: [{name: c, cluster: {server: '" +
                        url + "', certificate-authority-data: " + api::encode_base64(authority_.identity.certificate) +
                        "}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, "
                        "user: " +
                        user + "}]\n");
}

std::vector<AuditLine> Cluster::audit_log() const {
  std::vector<AuditLine> all;
  std::istringstream text(programs::read_file(file("audit.log")));
  for (std::string line; std::getline(text, line);) {
    boost::system::error_code error;
    auto const event = boost::json::parse(line, error);
    if (error) continue;  // the last one, half written
    if (api::find_string(&event, {"stage"}) != "ResponseComplete") continue;
    AuditLine made;
    auto const at = [&](std::initializer_list<std::string_view> path) {
      return std::string(api::find_string(&event, path).value_or(""));
    };
    made.user = at({"user", "username"});
    made.verb = at({"verb"});
    made.resource = at({"objectRef", "resource"});
    made.namespace_ = at({"objectRef", "namespace"});
    made.name = at({"objectRef", "name"});
    made.received = at({"requestReceivedTimestamp"});
    made.code = static_cast<int>(api::find_integer(&event, {"responseStatus", "code"}).value_or(0));
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace end_to_end
