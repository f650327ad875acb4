// The conditions of an Echo for each of its situations: what people and programs read.
#pragma once
#include <cstdint>

#include "operator/echo/deployment.hpp"
#include "operator/echo/refusal.hpp"
#include "operator/echo/status.hpp"

namespace echo {

/// Everything is as wanted.
void tell_ready(EchoStatus& status);

/// The Deployment is as wanted, but not all of its replicas are.
void tell_rolling_out(EchoStatus& status, std::int64_t wanted, Rollout const& rollout, Trouble const& trouble);

/// Something has to happen first, and will. `reason` and `message` are the same in Ready and Progressing.
void tell_waiting(EchoStatus& status, Text const& reason, Text const& message);

/// Nothing goes on until a person has done something.
void tell_degraded(EchoStatus& status, Text const& reason, Text const& message);

/// The Deployment is left as it is. `missing`: what keeps the Echo from being ready, or "", where readiness is told
/// already. What is told of Degraded already stays.
void tell_paused(EchoStatus& status, Text const& missing);

/// The server does not take what the Echo wants.
void tell_refused(EchoStatus& status, Refusal const& refusal);

}  // namespace echo
