// The file with which kubectl, and every other client, finds a served fake.
#pragma once
#include <string>
#include <string_view>

namespace fakeapi::serve {

struct Kubeconfig {
  std::string server;     ///< "https://127.0.0.1:6443"
  std::string authority;  ///< PEM; "": none, the server speaks plain HTTP
  std::string token;
};

/// Its YAML, with one cluster, user and context, all called "echo-fakeapi".
std::string to_yaml(Kubeconfig const& kubeconfig);

std::string base64(std::string_view bytes);

}  // namespace fakeapi::serve
