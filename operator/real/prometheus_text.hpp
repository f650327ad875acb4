// Figures as Prometheus reads them.
#pragma once
#include <string>

#include "operator/seams/metrics.hpp"

namespace real {

/// The text format of Prometheus, version 0.0.4.
std::string prometheus_text(seams::Metrics const& metrics);

/// What every process tells of itself under the names that Prometheus' client libraries use: CPU time, memory, open
/// files, when it was started. What /proc does not give is left out.
void collect_process(seams::Metrics& metrics);

}  // namespace real
