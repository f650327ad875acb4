#include "fakeapi/serve/kubeconfig.hpp"
#include "operator/api/base64.hpp"

namespace fakeapi::serve {

std::string context_name(std::size_t number) {
  return number == 0 ? "echo-fakeapi" : "echo-fakeapi-" + std::to_string(number + 1);
}

std::string to_yaml(Kubeconfig const& kubeconfig) {
  std::string const user = context_name(0);
  std::string clusters;
  std::string contexts;
  auto const authority = kubeconfig.authority.empty()
                             ? ""
                             : "    certificate-authority-data: " + api::encode_base64(kubeconfig.authority) + "\n";
  for (std::size_t i = 0; i < kubeconfig.servers.size(); ++i) {
    auto const name = context_name(i);
    clusters += "- name: " + name + "\n  cluster:\n    server: " + kubeconfig.servers[i] + "\n" + authority;
    contexts += "- name: " + name + "\n  context:\n    cluster: " + name + "\n    user: " + user + "\n";
  }
  return "apiVersion: v1\nkind: Config\nclusters:\n" + clusters + "users:\n- name: " + user +
         "\n  user:\n    token: " + kubeconfig.token + "\ncontexts:\n" + contexts +
         "current-context: " + context_name(0) + "\n";
}

}  // namespace fakeapi::serve
