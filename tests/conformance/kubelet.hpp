// A node that does at once what it is told: the cases' own, because a real API server in a test has none.
#pragma once
#include <string>

#include "tests/conformance/driver.hpp"

namespace conformance {

/// Looks once at the pods of a namespace: gives each a node, lets each that has one run and be ready, and removes those
/// whose deletion has begun. An error only where the server could not be reached.
Sent<void> play_kubelet(Driver& driver, std::string const& pods_path);

}  // namespace conformance
