#include "fakeapi/serve/kubeconfig.hpp"

#include <cstddef>
#include <cstdint>

namespace fakeapi::serve {

std::string base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    auto const byte = [&](std::size_t offset) {
      return at + offset < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + offset]))
                                        : 0U;
    };
    std::uint32_t const group = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += alphabet[group >> 18];
    text += alphabet[(group >> 12) & 63];
    text += at + 1 < bytes.size() ? alphabet[(group >> 6) & 63] : '=';
    text += at + 2 < bytes.size() ? alphabet[group & 63] : '=';
  }
  return text;
}

std::string context_name(std::size_t number) {
  return number == 0 ? "echo-fakeapi" : "echo-fakeapi-" + std::to_string(number + 1);
}

std::string to_yaml(Kubeconfig const& kubeconfig) {
  std::string const user = context_name(0);
  std::string clusters;
  std::string contexts;
  auto const authority =
      kubeconfig.authority.empty() ? "" : "    certificate-authority-data: " + base64(kubeconfig.authority) + "\n";
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
