#include "operator/real/certificates.hpp"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "operator/real/files.hpp"
#include "operator/seams/check.hpp"

namespace real {
namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* pointer) const noexcept { Free(pointer); }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION, X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BIGNUM, BN_free>>;

constexpr auto validity = std::chrono::days(3650);
constexpr auto differing_clocks = std::chrono::hours(1);
/// Certificates that expire within this time are made anew.
constexpr auto renewal = std::chrono::days(30);

/// OpenSSL fails here only without memory or entropy.
void must(bool succeeded, char const* what) { seams::check(succeeded, what); }

std::string contents(BIO* bio) {
  char* bytes = nullptr;
  long const size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  Bio const bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate can be written");
  return contents(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  Bio const bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "a key can be written");
  return contents(bio.get());
}

Certificate certificate_of(std::string const& pem) {
  Bio const bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

Key key_of(std::string const& pem) {
  Bio const bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Never asks a terminal for a password.
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  ERR_clear_error();
  return key;
}

bool is_address(std::string const& name) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

time_t seconds(seams::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string utf8(ASN1_STRING const* string) {
  unsigned char* bytes = nullptr;
  int const size = ASN1_STRING_to_UTF8(&bytes, string);
  if (size < 0) return {};
  std::string text(reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

std::vector<std::string> name_entries(X509_NAME const* name, int nid) {
  std::vector<std::string> values;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;)
    values.push_back(utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  return values;
}

/// What a certificate is for.
struct Purpose {
  std::string common_name;
  std::vector<std::string> organisations;
  bool is_authority = false;
  char const* extended_use = nullptr;  // "serverAuth"
  std::vector<std::string> names{};
};

class Builder {
 public:
  Builder(Purpose const& purpose, seams::WallTime now) : certificate_(X509_new()), key_(EVP_EC_gen("P-256")) {
    must(certificate_ && key_, "a key can be made");
    X509* const certificate = certificate_.get();
    X509_set_version(certificate, X509_VERSION_3);
    put_serial_number();
    ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - differing_clocks));
    ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now + validity));
    X509_set_pubkey(certificate, key_.get());
    X509_NAME* const subject = X509_get_subject_name(certificate);
    for (auto const& organisation : purpose.organisations) put_entry(subject, "O", organisation);
    put_entry(subject, "CN", purpose.common_name);
  }

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }
  TlsIdentity identity() const { return {.certificate = to_pem(certificate_.get()), .key = to_pem(key_.get())}; }

  /// `issuer` null: by itself.
  void sign(Purpose const& purpose, X509* issuer, EVP_PKEY* issuer_key) {
    X509* const certificate = certificate_.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer == nullptr ? certificate : issuer));
    X509V3_set_ctx_nodb(&context_);
    X509V3_set_ctx(&context_, issuer == nullptr ? certificate : issuer, certificate, nullptr, nullptr, 0);
    put(NID_basic_constraints, purpose.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    put(NID_key_usage,
        purpose.is_authority ? "critical,digitalSignature,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (purpose.extended_use != nullptr) put(NID_ext_key_usage, purpose.extended_use);
    put(NID_subject_key_identifier, "hash");
    put(NID_authority_key_identifier, "keyid");
    std::string names;
    for (auto const& name : purpose.names) {
      if (!names.empty()) names += ',';
      names += (is_address(name) ? "IP:" : "DNS:") + name;
    }
    if (!names.empty()) put(NID_subject_alt_name, names.c_str());
    must(X509_sign(certificate, issuer_key, EVP_sha256()) > 0, "a certificate can be signed");
  }

 private:
  void put_serial_number() {
    Number const number(BN_new());
    constexpr int bits = 127;  // positive, and within the 20 bytes that are allowed
    must(number && BN_rand(number.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1, "a number can be drawn");
    must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate_.get())) != nullptr, "it can be set");
  }

  static void put_entry(X509_NAME* name, char const* field, std::string const& value) {
    auto const* const bytes = reinterpret_cast<unsigned char const*>(value.data());
    int const added =
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, static_cast<int>(value.size()), -1, 0);
    ERR_clear_error();
    if (added != 1) throw std::invalid_argument("\"" + value + "\" cannot stand in a certificate");
  }

  void put(int nid, char const* value) {
    Extension const extension(X509V3_EXT_conf_nid(nullptr, &context_, nid, value));
    ERR_clear_error();
    if (!extension) throw std::invalid_argument("\"" + std::string(value) + "\" cannot stand in a certificate");
    X509_add_ext(certificate_.get(), extension.get(), -1);
  }

  Certificate certificate_;
  Key key_;
  X509V3_CTX context_{};
};

TlsIdentity make_identity(CertificateAuthority const& authority, Purpose const& purpose, seams::WallTime now) {
  auto const issuer = certificate_of(authority.identity.certificate);
  auto const issuer_key = key_of(authority.identity.key);
  if (!issuer || !issuer_key) throw std::invalid_argument("the certificate authority is damaged");
  Builder builder(purpose, now);
  builder.sign(purpose, issuer.get(), issuer_key.get());
  return builder.identity();
}

Builder build_authority(std::string const& common_name, seams::WallTime now) {
  Purpose const purpose{.common_name = common_name, .organisations = {}, .is_authority = true};
  Builder builder(purpose, now);
  builder.sign(purpose, nullptr, builder.key());
  return builder;
}

Purpose server_purpose(std::string common_name, std::vector<std::string> names) {
  return {.common_name = std::move(common_name),
          .organisations = {},
          .extended_use = "serverAuth",
          .names = std::move(names)};
}

Purpose client_purpose(std::string common_name, std::vector<std::string> organisations) {
  return {
      .common_name = std::move(common_name), .organisations = std::move(organisations), .extended_use = "clientAuth"};
}

}  // namespace

CertificateAuthority make_authority(std::string const& common_name, seams::WallTime now) {
  return {build_authority(common_name, now).identity()};
}

TlsIdentity make_server_identity(CertificateAuthority const& authority, std::string const& common_name,
                                 std::vector<std::string> const& names, seams::WallTime now) {
  return make_identity(authority, server_purpose(common_name, names), now);
}

TlsIdentity make_client_identity(CertificateAuthority const& authority, std::string const& common_name,
                                 std::vector<std::string> const& organisations, seams::WallTime now) {
  return make_identity(authority, client_purpose(common_name, organisations), now);
}

std::expected<void, std::string> check_certificate(std::string const& certificate_pem, std::string const& key_pem,
                                                   std::string const& authority_pem,
                                                   std::vector<std::string> const& names, seams::WallTime now,
                                                   seams::Duration margin) {
  auto const certificate = certificate_of(certificate_pem);
  auto const authority = certificate_of(authority_pem);
  if (!certificate || !authority) return std::unexpected("it is no certificate in PEM format");
  if (!key_pem.empty()) {
    auto const key = key_of(key_pem);
    bool const fits = key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    if (!fits) return std::unexpected("its key is missing or another one's");
  }
  bool const is_signed = X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
  ERR_clear_error();
  if (!is_signed) return std::unexpected("it was signed by another authority");
  time_t first = seconds(now);
  time_t last = seconds(now + margin);
  if (X509_cmp_time(X509_get0_notBefore(certificate.get()), &first) > 0 ||
      X509_cmp_time(X509_get0_notAfter(certificate.get()), &last) < 0)
    return std::unexpected("it is not valid, or will soon be no more");
  for (auto const& name : names) {
    bool const named = is_address(name) ? X509_check_ip_asc(certificate.get(), name.c_str(), 0) == 1
                                        : X509_check_host(certificate.get(), name.data(), name.size(), 0, nullptr) == 1;
    if (!named) return std::unexpected("it is not for " + name);
  }
  return {};
}

CertificateSubject subject_of(std::string const& certificate_pem) {
  auto const certificate = certificate_of(certificate_pem);
  return certificate ? subject_of(*certificate) : CertificateSubject();
}

CertificateSubject subject_of(X509 const& certificate) {
  X509_NAME const* const name = X509_get_subject_name(&certificate);
  auto names = name_entries(name, NID_commonName);
  return {.common_name = names.empty() ? std::string() : std::move(names.front()),
          .organisations = name_entries(name, NID_organizationName)};
}

Credentials make_credentials(CredentialsOptions const& options, seams::WallTime now) {
  // Keys and certificates are handed on as they are: reading them back from PEM takes longer than making them.
  auto const authority = build_authority("echo-ca", now);
  auto const identity = [&](Purpose const& purpose) {
    Builder builder(purpose, now);
    builder.sign(purpose, authority.certificate(), authority.key());
    return builder.identity();
  };
  Credentials credentials{.authority = to_pem(authority.certificate()),
                          .server = identity(server_purpose("kubernetes", options.server_names)),
                          .client = {}};
  if (!options.client_name.empty())
    credentials.client = identity(client_purpose(options.client_name, options.client_organisations));
  return credentials;
}

namespace {

constexpr mode_t public_mode = 0644;
constexpr mode_t secret_mode = 0600;

/// "" when it cannot be read: then it is made anew.
std::string text_of(std::filesystem::path const& file) { return read_file(file).value_or(std::string()); }

std::expected<void, std::string> store(std::filesystem::path const& folder, std::string const& name,
                                       TlsIdentity const& identity) {
  // The key first: a certificate never stands beside a key that is not its own for longer than this takes.
  if (auto const written = write_file_atomically(folder / (name + ".key"), identity.key, secret_mode); !written)
    return written;
  return write_file_atomically(folder / (name + ".crt"), identity.certificate, public_mode);
}

}  // namespace

std::expected<Credentials, std::string> keep_credentials(std::filesystem::path const& folder,
                                                         CredentialsOptions const& options, seams::WallTime now) {
  if (auto const made = make_private_folder(folder); !made) return std::unexpected(made.error());
  auto const load = [&](std::string const& name) {
    return TlsIdentity{.certificate = text_of(folder / (name + ".crt")), .key = text_of(folder / (name + ".key"))};
  };
  CertificateAuthority authority{load("ca")};
  auto const& ca = authority.identity;
  if (!check_certificate(ca.certificate, ca.key.empty() ? "none" : ca.key, ca.certificate, {}, now, renewal)) {
    authority = make_authority("echo-ca", now);
    if (auto const stored = store(folder, "ca", authority.identity); !stored) return std::unexpected(stored.error());
  }
  Credentials credentials{.authority = ca.certificate, .server = load("server"), .client = load("client")};
  auto const good = [&](TlsIdentity const& identity, std::vector<std::string> const& names) {
    return check_certificate(identity.certificate, identity.key.empty() ? "none" : identity.key, ca.certificate, names,
                             now, renewal)
        .has_value();
  };
  if (!good(credentials.server, options.server_names)) {
    credentials.server = make_server_identity(authority, "kubernetes", options.server_names, now);
    if (auto const stored = store(folder, "server", credentials.server); !stored)
      return std::unexpected(stored.error());
  }
  auto const subject = subject_of(credentials.client.certificate);
  if (!good(credentials.client, {}) || subject.common_name != options.client_name ||
      subject.organisations != options.client_organisations) {
    credentials.client = make_client_identity(authority, options.client_name, options.client_organisations, now);
    if (auto const stored = store(folder, "client", credentials.client); !stored)
      return std::unexpected(stored.error());
  }
  return credentials;
}

}  // namespace real
