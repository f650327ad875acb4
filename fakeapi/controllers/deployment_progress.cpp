#include "fakeapi/controllers/deployment_progress.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <limits>

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view progressing = "Progressing";
constexpr std::string_view replica_failure = "ReplicaFailure";
constexpr std::string_view timed_out_reason = "ProgressDeadlineExceeded";
constexpr std::string_view available_reason = "NewReplicaSetAvailable";

std::int64_t number(json::value const* status, std::string_view field) {
  return std::max<std::int64_t>(api::find_integer(status, {field}).value_or(0), 0);
}

/// When the Progressing condition was last written, or nothing.
std::optional<seams::WallTime> last_progress(ConditionList const& conditions) {
  auto const at = api::parse_timestamp(conditions.text(progressing, "lastUpdateTime"));
  if (!at) return std::nullopt;
  return seams::WallTime(*at);
}

bool has_timed_out(ConditionList const& conditions, seams::Duration deadline, seams::WallTime now) {
  if (conditions.find(progressing) == nullptr) return false;
  std::string_view const reason = conditions.text(progressing, "reason");
  if (reason == available_reason) return false;
  if (reason == timed_out_reason) return true;
  auto const since = last_progress(conditions);
  return since && *since + deadline < now;
}

bool has_progressed(DeploymentStatusView const& before, DeploymentStatusView const& after) {
  return after.updated > before.updated || after.replicas - after.updated < before.replicas - before.updated ||
         after.ready > before.ready || after.available > before.available;
}

/// A ReplicaSet's ReplicaFailure as a condition of its Deployment.
std::optional<json::object> failure_of(ReplicaSetView const& set) {
  ConditionList const conditions(set.object->status.get());
  if (conditions.find(replica_failure) == nullptr) return std::nullopt;
  auto const text = [&](std::string_view field) { return conditions.text(replica_failure, field); };
  json::object out(6);
  out.emplace("type", replica_failure);
  out.emplace("status", text("status"));
  out.emplace("lastUpdateTime", text("lastTransitionTime"));
  out.emplace("lastTransitionTime", text("lastTransitionTime"));
  out.emplace("reason", text("reason"));
  out.emplace("message", text("message"));
  return out;
}

std::optional<json::object> find_failure(std::vector<ReplicaSetView> const& sets, ReplicaSetView const* newest) {
  if (newest != nullptr) {
    if (auto failure = failure_of(*newest)) return failure;
  }
  for (auto const& set : sets) {
    if (auto failure = failure_of(set)) return failure;
  }
  return std::nullopt;
}

}  // namespace

DeploymentStatusView view_status(api::SharedJson const& status) {
  json::value const* const json = status.get();
  DeploymentStatusView view;
  view.observed_generation = number(json, "observedGeneration");
  view.replicas = number(json, "replicas");
  view.updated = number(json, "updatedReplicas");
  view.ready = number(json, "readyReplicas");
  view.available = number(json, "availableReplicas");
  view.unavailable = number(json, "unavailableReplicas");
  view.collisions = api::find_integer(json, {"collisionCount"});
  view.conditions = ConditionList(json);
  return view;
}

api::SharedJson to_json(DeploymentStatusView const& view) {
  json::object status(8);
  auto const put = [&status](std::string_view key, std::int64_t value) {
    if (value != 0) status.emplace(key, value);  // omitempty
  };
  put("observedGeneration", view.observed_generation);
  put("replicas", view.replicas);
  put("updatedReplicas", view.updated);
  put("readyReplicas", view.ready);
  put("availableReplicas", view.available);
  put("unavailableReplicas", view.unavailable);
  if (!view.conditions.items().empty()) status.emplace("conditions", view.conditions.items());
  if (view.collisions) status.emplace("collisionCount", *view.collisions);
  return api::share(json::value(std::move(status)));
}

std::optional<seams::Duration> progress_deadline(api::Object const& deployment) {
  auto const seconds = api::find_integer(deployment.spec.get(), {"progressDeadlineSeconds"});
  if (!seconds || *seconds >= std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

bool is_complete(DeploymentStatusView const& status, RolloutNumbers const& wanted, std::int64_t generation) {
  return status.updated == wanted.replicas && status.replicas == wanted.replicas &&
         status.available == wanted.replicas && status.observed_generation >= generation;
}

DeploymentStatusView add_up(std::vector<ReplicaSetView> const& sets, ReplicaSetView const* newest,
                            api::Object const& deployment, DeploymentStatusView const& before,
                            RolloutNumbers const& wanted, api::Timestamp now) {
  DeploymentStatusView status;
  status.observed_generation = deployment.metadata.generation;
  for (auto const& set : sets) {
    status.replicas += set.replicas;
    status.ready += set.ready;
    status.available += set.available;
  }
  status.updated = newest != nullptr ? newest->replicas : 0;
  // What the ReplicaSets are asked for, not what they have: a scale up shows before there are pods.
  status.unavailable = std::max<std::int64_t>(sum_wanted(sets) - status.available, 0);
  status.collisions = before.collisions;
  status.conditions = before.conditions;
  status.conditions.set(
      status.available >= wanted.fewest_available()
          ? ConditionText("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
          : ConditionText("Available", "False", "MinimumReplicasUnavailable",
                          "Deployment does not have minimum availability."),
      now);
  return status;
}

DeploymentStatusView add_up_rollout(std::vector<ReplicaSetView> const& sets, ReplicaSetView const* newest,
                                    api::Object const& deployment, DeploymentStatusView const& before,
                                    RolloutNumbers const& wanted, seams::WallTime now) {
  auto const stamp = std::chrono::floor<std::chrono::seconds>(now);
  DeploymentStatusView status = add_up(sets, newest, deployment, before, wanted, stamp);
  auto const deadline = progress_deadline(deployment);
  bool const was_complete =
      status.replicas == status.updated && before.conditions.text(progressing, "reason") == available_reason;
  std::string const who =
      newest != nullptr ? "ReplicaSet \"" + newest->name() + "\"" : "Deployment \"" + deployment.metadata.name + "\"";
  if (!deadline) {
    status.conditions.remove(progressing);
  } else if (was_complete) {
    // Nothing is rolling out: what becomes of its pods afterwards is no matter of progress.
  } else if (is_complete(status, wanted, deployment.metadata.generation)) {
    status.conditions.set({progressing, "True", available_reason, who + " has successfully progressed."}, stamp);
  } else if (has_progressed(before, status)) {
    status.conditions.renew({progressing, "True", "ReplicaSetUpdated", who + " is progressing."}, stamp);
  } else if (has_timed_out(status.conditions, *deadline, now)) {
    status.conditions.set({progressing, "False", timed_out_reason, who + " has timed out progressing."}, stamp);
  }
  if (auto failure = find_failure(sets, newest)) {
    status.conditions.put(*std::move(failure));
  } else {
    status.conditions.remove(replica_failure);
  }
  return status;
}

std::optional<seams::Duration> until_deadline(api::Object const& deployment, DeploymentStatusView const& status,
                                              RolloutNumbers const& wanted, seams::WallTime now) {
  auto const deadline = progress_deadline(deployment);
  auto const since = last_progress(status.conditions);
  // A rollout that is over cannot miss its deadline any more, nor can one that has.
  std::string_view const reason = status.conditions.text(progressing, "reason");
  if (!deadline || !since || is_complete(status, wanted, deployment.metadata.generation) ||
      reason == timed_out_reason || reason == available_reason) {
    return std::nullopt;
  }
  // Timestamps are whole seconds: one more, to be on the safe side; in the last second, as soon as it is over.
  seams::Duration const left = *since + *deadline - now;
  if (left >= std::chrono::seconds(1)) return left + std::chrono::seconds(1);
  return std::max(left, seams::Duration(0)) + std::chrono::milliseconds(1);
}

}  // namespace fakeapi
