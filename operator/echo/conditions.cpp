#include "operator/echo/conditions.hpp"

#include <string>

namespace echo {

namespace {

Condition nothing_wrong() { return {false, "AsExpected", "Nothing is wrong."}; }

// Says no more than the counts in the status do, so that it never is the only reason for a write.
Text progress(std::int64_t wanted, Rollout const& rollout) {
  if (rollout.replicas > wanted) {
    return std::to_string(rollout.replicas) + " replicas exist, " + std::to_string(wanted) + " are wanted.";
  }
  if (rollout.ready < wanted) {
    return std::to_string(rollout.ready) + " of " + std::to_string(wanted) + " replicas are ready.";
  }
  return "The rollout of the Deployment is not complete yet.";
}

}  // namespace

void tell_ready(EchoStatus& status) {
  status[ConditionType::ready] = {true, "Ready", "All replicas are ready."};
  status[ConditionType::progressing] = {false, "Complete", "Nothing is left to do."};
  status[ConditionType::degraded] = nothing_wrong();
}

void tell_rolling_out(EchoStatus& status, std::int64_t wanted, Rollout const& rollout, Trouble const& trouble) {
  status[ConditionType::ready] = {false, "RollingOut", progress(wanted, rollout)};
  status[ConditionType::progressing] = {true, "RollingOut", "The Deployment is bringing up what is wanted."};
  status[ConditionType::degraded] = nothing_wrong();
  if (trouble.reason == "ProgressDeadlineExceeded") {
    status[ConditionType::progressing] = {false, "ProgressDeadlineExceeded",
                                          "The Deployment has stopped making progress."};
    status[ConditionType::degraded] = {
        true, "ProgressDeadlineExceeded",
        "The Deployment makes no progress. Look at its pods (kubectl describe pods -l " + status.selector + ")."};
  } else if (!trouble.reason.empty()) {
    status[ConditionType::degraded] = {true, "ReplicaFailure",
                                       "The Deployment cannot make its pods: " + std::string(trouble.message)};
  }
}

void tell_waiting(EchoStatus& status, Text const& reason, Text const& message) {
  status[ConditionType::ready] = {false, reason, message};
  status[ConditionType::progressing] = {true, reason, message};
  status[ConditionType::degraded] = nothing_wrong();
}

void tell_degraded(EchoStatus& status, Text const& reason, Text const& message) {
  status[ConditionType::ready] = {false, reason, message};
  status[ConditionType::progressing] = {false, reason, "The operator waits until this is put right."};
  status[ConditionType::degraded] = {true, reason, message};
}

void tell_paused(EchoStatus& status, Text const& missing) {
  status[ConditionType::progressing] = {false, "Paused", "spec.paused is true: the Deployment is left as it is."};
  if (!missing.view().empty()) {
    status[ConditionType::ready] = {
        false, "Paused", std::string(missing.view()) + " spec.paused is true, so the operator does nothing about it."};
  }
  Condition& degraded = status[ConditionType::degraded];
  if (!degraded.holds) degraded = nothing_wrong();
}

void tell_refused(EchoStatus& status, Refusal const& refusal) {
  tell_degraded(status, refusal.reason, refusal.message);
  if (!refusal.degraded) status[ConditionType::degraded] = nothing_wrong();
}

}  // namespace echo
