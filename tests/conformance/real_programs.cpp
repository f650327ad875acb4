#include "tests/conformance/real_programs.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace conformance {

std::string new_service_account_key() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> const key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> const memory(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  auto const size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::vector<Command> real_server_commands(std::filesystem::path const& assets, RealPlace const& place) {
  auto const url = [](std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); };
  auto const file = [&](char const* name) { return (place.folder / name).string(); };
  auto const key = place.service_account_key.string();
  return {{.program = assets / "etcd",
           .arguments = {"--data-dir=" + file("etcd"), "--listen-client-urls=" + url(place.etcd),
                         "--advertise-client-urls=" + url(place.etcd), "--listen-peer-urls=" + url(place.etcd_peers),
                         "--initial-advertise-peer-urls=" + url(place.etcd_peers),
                         "--initial-cluster=default=" + url(place.etcd_peers), "--unsafe-no-fsync"}},
          {.program = assets / "kube-apiserver",
           .arguments = {"--etcd-servers=" + url(place.etcd), "--cert-dir=" + file("certificates"),
                         "--secure-port=" + std::to_string(place.server), "--bind-address=127.0.0.1",
                         "--advertise-address=127.0.0.1", "--service-cluster-ip-range=10.0.0.0/24",
                         "--token-auth-file=" + place.tokens.string(), "--authorization-mode=RBAC",
                         "--disable-admission-plugins=ServiceAccount", "--endpoint-reconciler-type=none",
                         "--service-account-issuer=https://kubernetes.default.svc",
                         "--service-account-key-file=" + place.service_account_public_key.string(),
                         "--service-account-signing-key-file=" + place.service_account_key.string()}}};
}

}  // namespace conformance
