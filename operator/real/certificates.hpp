// A small certificate authority: what a server and its clients need to trust each other, made in milliseconds.
#pragma once
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "operator/real/tls.hpp"
#include "operator/seams/time.hpp"

struct x509_st;  // OpenSSL's X509

namespace real {

/// Signs certificates. ECDSA on P-256 with SHA-256 throughout.
struct CertificateAuthority {
  TlsIdentity identity;  ///< its own certificate and key
};

/// From an hour before `now`, for clocks that differ, for ten years.
CertificateAuthority make_authority(std::string const& common_name, seams::WallTime now);

/// For a server that is reached by these names and addresses ("localhost", "127.0.0.1", "::1").
TlsIdentity make_server_identity(CertificateAuthority const& authority, std::string const& common_name,
                                 std::vector<std::string> const& names, seams::WallTime now);

/// For a client: Kubernetes takes the common name for the user's, the organisations for the groups'.
TlsIdentity make_client_identity(CertificateAuthority const& authority, std::string const& common_name,
                                 std::vector<std::string> const& organisations, seams::WallTime now);

/// Whether a certificate (PEM) was signed by this one (PEM), is valid from now on for at least `margin`, belongs to
/// `key` where that is not empty, and names all of `names`. The error says what is the matter.
std::expected<void, std::string> check_certificate(std::string const& certificate, std::string const& key,
                                                   std::string const& authority, std::vector<std::string> const& names,
                                                   seams::WallTime now, seams::Duration margin);

/// Whom a certificate (PEM) names: what TlsStream makes a Peer of. Empty when it is none.
struct CertificateSubject {
  std::string common_name;
  std::vector<std::string> organisations;
};
CertificateSubject subject_of(std::string const& certificate);
CertificateSubject subject_of(x509_st const& certificate);

/// What is needed to serve and to be a client.
struct Credentials {
  std::string authority;  ///< the certificate authority's certificate, PEM
  TlsIdentity server;
  TlsIdentity client;
};

struct CredentialsOptions {
  std::vector<std::string> server_names{
      "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
      "127.0.0.1", "::1"};
  std::string client_name = "kubernetes-admin";  ///< "": make_credentials() makes no client
  std::vector<std::string> client_organisations{"system:masters"};
};

/// New ones, kept nowhere.
Credentials make_credentials(CredentialsOptions const& options, seams::WallTime now);

/// Those in `folder` (ca.crt, ca.key, server.crt, server.key, client.crt, client.key); what is missing, damaged, about
/// to expire or for other names is made anew, so that clients that trust the authority go on to do so. Keys are
/// readable by their owner only. The error names the file.
std::expected<Credentials, std::string> keep_credentials(std::filesystem::path const& folder,
                                                         CredentialsOptions const& options, seams::WallTime now);

}  // namespace real
