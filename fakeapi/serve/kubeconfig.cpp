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

std::string to_yaml(Kubeconfig const& kubeconfig) {
  std::string text =
      "apiVersion: v1\n"
      "kind: Config\n"
      "clusters:\n"
      "- name: echo-fakeapi\n"
      "  cluster:\n"
      "    server: " +
      kubeconfig.server + "\n";
  if (!kubeconfig.authority.empty()) text += "    certificate-authority-data: " + base64(kubeconfig.authority) + "\n";
  text +=
      "users:\n"
      "- name: echo-fakeapi\n"
      "  user:\n"
      "    token: " +
      kubeconfig.token +
      "\n"
      "contexts:\n"
      "- name: echo-fakeapi\n"
      "  context:\n"
      "    cluster: echo-fakeapi\n"
      "    user: echo-fakeapi\n"
      "current-context: echo-fakeapi\n";
  return text;
}

}  // namespace fakeapi::serve
