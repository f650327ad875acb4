// The API server that the end-to-end tests run against: echo-fakeapi, or a real one where KUBEBUILDER_ASSETS names its
// programs. Reached over HTTPS with certificates of its own, at a port that stays when it is started anew.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "operator/real/certificates.hpp"
#include "tests/support/process.hpp"

namespace end_to_end {

using namespace std::chrono_literals;

/// Whom every cluster knows, and may do everything.
inline constexpr char const* admin_token = "the-admin";

/// A request as the server's audit log has it.
struct AuditLine {
  std::string user;
  std::string verb;
  std::string resource;
  std::string namespace_;
  std::string name;
  std::string received;  ///< "2026-01-01T00:00:00.000000Z"
  int code = 0;
};

struct ClusterOptions {
  /// Further lines of the token file: token,user,uid,"group".
  std::string tokens{};
  /// Deployments become ready without pods, where the server can do that.
  bool cheap_deployments = false;
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  /// Starts it again after stop(), with what write_tokens() has left.
  virtual void start() = 0;
  virtual void stop() = 0;
  /// What is stored outlives a stop().
  virtual bool keeps_state() const = 0;

  void write_tokens(std::string const& lines) const;
  /// A kubeconfig in the folder, called `name`; `user` is its user in YAML ("{token: t}"). At another port, such as
  /// a Front's, if one is given. Its path.
  std::string kubeconfig(std::string const& name, std::string const& user, std::uint16_t port = 0) const;
  std::string admin_kubeconfig() const { return kubeconfig("admin", std::string("{token: ") + admin_token + "}"); }

  std::uint16_t port() const { return port_; }
  /// Who has signed the server's certificate, and signs those of clients.
  real::CertificateAuthority const& authority() const { return authority_; }
  real::TlsIdentity const& server_identity() const { return server_; }
  /// What has been asked until now; requests that are complete, in the order of their end.
  std::vector<AuditLine> audit_log() const;

 protected:
  Cluster(std::filesystem::path folder, ClusterOptions const& options);
  std::filesystem::path file(std::string const& name) const { return folder_ / name; }

  std::filesystem::path folder_;
  std::uint16_t port_;
  real::CertificateAuthority authority_;
  real::TlsIdentity server_;
};

/// A cluster that runs, with our definition of Echo; all that it writes is in `folder`. Throws if it does not come up.
std::unique_ptr<Cluster> start_cluster(std::filesystem::path const& folder, ClusterOptions const& options = {});
/// start_cluster() gives a real API server.
bool is_real();

/// Writes a file whole, for its owner only; throws if it cannot.
std::string write_file(std::filesystem::path const& path, std::string const& text);
/// Looks again and again until it holds. False after `patience`.
bool comes(std::move_only_function<bool()> holds, std::chrono::milliseconds patience = 30s);

}  // namespace end_to_end
