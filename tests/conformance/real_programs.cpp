#include "tests/conformance/real_programs.hpp"

namespace conformance {

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
                         "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=" + key,
                         "--service-account-signing-key-file=" + key}}};
}

}  // namespace conformance
