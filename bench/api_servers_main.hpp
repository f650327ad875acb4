// The Kubernetes API servers that are measured. For the mains only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/programs_main.hpp"
#include "operator/real/tcp.hpp"

namespace bench {

/// A server under test, and the processes that make it up if we have started them.
struct ApiServer {
  std::string name;
  real::HostAndPort where;
  std::string authorities;  ///< PEM
  std::string token;
  std::vector<programs::Process> processes{};
  seams::Duration started{0};  ///< stopwatch() when its last process was started

  /// Sums over the processes, as programs_main.hpp has them.
  std::uint64_t memory(char const* field) const;
  double cpu_seconds() const;
  void forget_peak() const;
};

/// The program echo-fakeapi, with all that it writes in `folder`.
ApiServer start_fake(std::filesystem::path const& program, std::filesystem::path const& folder);
/// etcd and kube-apiserver from a folder such as KUBEBUILDER_ASSETS names.
ApiServer start_real(std::filesystem::path const& assets, std::filesystem::path const& folder);

}  // namespace bench
