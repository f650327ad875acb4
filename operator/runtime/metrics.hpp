// The names and bounds of the runtime's metrics: those of controller-runtime and client-go wherever they mean the same,
// so that existing dashboards work (controller-runtime: pkg/internal/controller/metrics; client-go:
// util/workqueue/metrics.go).
#pragma once
#include <array>

#include "operator/runtime/controller.hpp"
#include "operator/runtime/leader_elector.hpp"
#include "operator/seams/metrics.hpp"

namespace runtime {

/// The figures of each, as of now.
void collect(Controller const& controller, seams::MonotonicTime now, seams::Metrics& metrics);
void collect(Informer const& informer, seams::MonotonicTime now, seams::Metrics& metrics);
void collect(LeaderElector const& elector, seams::Metrics& metrics);

}  // namespace runtime
