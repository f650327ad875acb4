// The file with which kubectl, and every other client, finds a served fake.
#pragma once
#include <string>
#include <vector>

namespace fakeapi::serve {

struct Kubeconfig {
  std::vector<std::string> servers;  ///< "https://127.0.0.1:6443"; at least one
  std::string authority;             ///< PEM; "": none, the servers speak plain HTTP
  std::string token;
};

/// What the cluster and the context of the n-th server, counted from 0, are called: "echo-fakeapi", "echo-fakeapi-2".
std::string context_name(std::size_t number);

/// Its YAML, with a cluster and a context for each server, and one user, called as the first context.
std::string to_yaml(Kubeconfig const& kubeconfig);

}  // namespace fakeapi::serve
