// The servers that cases can be put to.
#pragma once
#include <filesystem>
#include <memory>

#include "tests/conformance/driver.hpp"

namespace conformance {

/// A real API server: etcd and kube-apiserver, and kube-controller-manager if `controllers`, from a folder such as
/// envtest's (KUBEBUILDER_ASSETS), on ports of the loopback interface, with their data in a temporary folder. They are
/// stopped when the driver goes.
std::expected<std::unique_ptr<Driver>, std::string> start_real_server(std::filesystem::path const& assets,
                                                                      bool controllers);

/// A server that runs already. Cases that need a user besides the kubeconfig's, or to compact, cannot be put to it.
std::expected<std::unique_ptr<Driver>, std::string> server_of_kubeconfig(std::filesystem::path const& kubeconfig);

/// The program echo-fakeapi, started on a port of the loopback interface with certificates of its own, and stopped when
/// the driver goes.
std::expected<std::unique_ptr<Driver>, std::string> start_fake_server(std::filesystem::path const& program,
                                                                      std::string const& profile, bool controllers);

/// The fake in this process and in virtual time, over a pipe in memory.
std::unique_ptr<Driver> make_in_process_driver(std::string const& profile, bool controllers);

}  // namespace conformance
