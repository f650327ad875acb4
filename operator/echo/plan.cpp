#include "operator/echo/plan.hpp"

#include <optional>
#include <utility>

#include "operator/echo/conditions.hpp"
#include "operator/echo/deployment.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/names.hpp"

namespace echo {

namespace {

class Planner {
 public:
  explicit Planner(Observation const& observation)
      : seen_(observation),
        echo_(*observation.echo),
        deployment_(observation.deployment.get()),
        owner_(owner_of(echo_, deployment_)) {}

  Plan run() {
    if (echo_.terminating()) {
      delete_echo();
    } else {
      keep_echo();
    }
    return std::move(plan_);
  }

 private:
  void add(Action action) { plan_.actions.push_back(std::move(action)); }

  bool adoptable() const { return owner_ == Owner::tutorial && seen_.adopt_tutorial; }

  // --- The Echo is being deleted --------------------------------------------------------------------------------

  void delete_echo() {
    bool const has_finalizer = echo_.has_finalizer() && !seen_.finalizer_removed;
    bool const child_must_go = (owner_ == Owner::ours || adoptable()) && !echo_.orphans_dependents();
    bool const child_is_going = child_must_go && deployment_->metadata.terminating();
    plan_.situation = child_must_go || has_finalizer ? Situation::terminating : Situation::released;
    if (seen_.refusal != nullptr) return tell_of_refusal();
    if (seen_.act && !child_is_going) {
      if (child_must_go) add(DeleteDeployment{});
      if (has_finalizer) add(RemoveFinalizer{});
    }
    if (!plan_.actions.empty()) return;
    // An Echo that goes at once is not worth a write; one that lingers must not claim to be ready.
    bool const lingers = child_must_go || has_finalizer || echo_.has_foreign_finalizer();
    if (!lingers || !holds(echo_.status(), ConditionType::ready)) return;
    EchoStatus status = new_status();
    tell_waiting(status, "Terminating", "This Echo is being deleted.");
    write(std::move(status));
  }

  // --- The Echo lives -------------------------------------------------------------------------------------------

  void keep_echo() {
    if (!echo_.namespaced()) {
      return tell_of_defect(Situation::cluster_scoped, "ClusterScoped",
                            "The definition of Echo is installed with scope: Cluster, so there is no namespace for a "
                            "Deployment. Install it with scope: Namespaced.");
    }
    if (!echo_.replicas()) {
      return tell_of_defect(Situation::invalid_spec, "InvalidSpec",
                            "spec.replicas must be a whole number from 0 to 2147483647. Correct it in this Echo.");
    }
    if (!echo_.image_is_valid()) {
      return tell_of_defect(Situation::invalid_spec, "InvalidSpec",
                            "spec.image must name an image, or be left out. Correct it in this Echo.");
    }
    if (echo_.paused()) return tell_of_pause();
    switch (owner_) {
      case Owner::tutorial:
        if (adoptable()) return adopt_deployment();
        return tell_of_defect(
            Situation::name_taken, "NameTaken",
            "A Deployment of this name exists and does not belong to this Echo, so it is left alone. "
            "It looks as the tutorial's operator makes them. To have it taken over: " +
                adoption_command(echo_, *deployment_) +
                " (or run the operator with --adopt-tutorial). Else delete that Deployment, or create "
                "the Echo under another name.");
      case Owner::stranger:
        return tell_of_defect(Situation::name_taken, "NameTaken",
                              "A Deployment of this name exists and does not belong to this Echo, so it is left alone. "
                              "Delete that Deployment, or create the Echo under another name.");
      case Owner::older_echo:
        return tell_of_wait(Situation::waiting_for_garbage_collection, "WaitingForGarbageCollection",
                            "The Deployment of this name belongs to an earlier Echo of the same name. The garbage "
                            "collector will delete it, then a new one is made.");
      case Owner::none:
        return make_deployment();
      case Owner::ours:
        return keep_deployment();
    }
  }

  void make_deployment() {
    plan_.situation = Situation::missing;
    if (seen_.refusal != nullptr) return tell_of_refusal();
    if (seen_.act) {
      if (!echo_.has_finalizer()) add(AddFinalizer{});
      add(CreateDeployment{});
      return;
    }
    tell_of_wait(Situation::missing, "DeploymentMissing",
                 "The Deployment does not exist; the operator tries to make it.");
  }

  void wait_for_its_end() {
    tell_of_wait(Situation::child_terminating, "DeploymentTerminating",
                 "The Deployment is being deleted. When it is gone a new one is made.");
  }

  void adopt_deployment() {
    if (deployment_->metadata.terminating()) return wait_for_its_end();
    plan_.situation = Situation::adoptable;
    if (seen_.refusal != nullptr) return tell_of_refusal();
    if (seen_.act) {
      if (!echo_.has_finalizer()) add(AddFinalizer{});
      add(PatchDeployment{{adoption(echo_)}});
      return;
    }
    tell_of_wait(Situation::adoptable, "Adopting", "The operator tries to take the tutorial's Deployment over.");
  }

  void keep_deployment() {
    if (deployment_->metadata.terminating()) return wait_for_its_end();
    if (seen_.refusal != nullptr) {
      plan_.situation = Situation::refused;
      return tell_of_refusal();
    }
    if (seen_.act) {
      if (!echo_.has_finalizer()) add(AddFinalizer{});
      if (auto operations = drift(echo_, *deployment_, seen_.fallback_image); !operations.empty()) {
        plan_.situation = Situation::drifted;
        add(PatchDeployment{std::move(operations)});
        return;
      }
    }
    tell_of_rollout();
  }

  // --- What to tell ---------------------------------------------------------------------------------------------

  Rollout const& rollout_seen() {
    if (!rollout_) rollout_.emplace(*deployment_);
    return *rollout_;
  }

  EchoStatus new_status() {
    EchoStatus status;
    status.observed_generation = echo_.generation();
    status.selector = "app=";
    status.selector += LabelValue(echo_.name()).text();
    if (owner_ == Owner::ours) {
      status.replicas = rollout_seen().replicas;
      status.ready_replicas = rollout_seen().ready;
    }
    return status;
  }

  void tell_of_rollout() {
    Rollout const& rollout = rollout_seen();
    std::int64_t const wanted = *echo_.replicas();
    EchoStatus status = new_status();
    bool const ready = rollout.complete(wanted);
    plan_.situation = ready ? Situation::ready : Situation::rolling_out;
    if (ready) {
      tell_ready(status);
    } else {
      tell_rolling_out(status, wanted, rollout, trouble_of(*deployment_));
    }
    tell(std::move(status), !rollout.caught_up());
  }

  /// What would be told if the Deployment were left as it is for another reason, and why nothing comes of it.
  void tell_of_pause() {
    plan_.situation = Situation::paused;
    EchoStatus status = new_status();
    bool catching_up = false;
    if (owner_ == Owner::none) {
      tell_paused(status, "There is no Deployment.");
    } else if (owner_ != Owner::ours) {
      tell_paused(status, "A Deployment of this name exists and does not belong to this Echo.");
    } else if (deployment_->metadata.terminating()) {
      tell_paused(status, "The Deployment is being deleted.");
    } else if (!drift(echo_, *deployment_, seen_.fallback_image).empty()) {
      tell_paused(status, "The Deployment is not as this Echo wants it.");
    } else if (rollout_seen().complete(*echo_.replicas())) {
      tell_ready(status);
      tell_paused(status, {});
    } else {
      tell_rolling_out(status, *echo_.replicas(), rollout_seen(), trouble_of(*deployment_));
      tell_paused(status, status[ConditionType::ready].message);
      catching_up = !rollout_seen().caught_up();
    }
    tell(std::move(status), catching_up);
  }

  void tell_of_defect(Situation situation, std::string_view reason, Text const& message) {
    plan_.situation = situation;
    EchoStatus status = new_status();
    tell_degraded(status, reason, message);
    tell(std::move(status), false);
  }

  void tell_of_wait(Situation situation, std::string_view reason, std::string_view message) {
    plan_.situation = situation;
    EchoStatus status = new_status();
    tell_waiting(status, reason, message);
    tell(std::move(status), false);
  }

  void tell_of_refusal() {
    if (!echo_.terminating()) plan_.situation = Situation::refused;
    plan_.requeue_after = seen_.refusal->retry_in;
    EchoStatus status = new_status();
    tell_refused(status, *seen_.refusal);
    tell(std::move(status), false);
  }

  /// Of an Echo that lives, or of a refusal. `soon_outdated`: the counts are about to change.
  void tell(EchoStatus status, bool soon_outdated) {
    auto const& ready = status[ConditionType::ready];
    plan_.standing = Standing{ready.holds, status[ConditionType::degraded].holds, constant_reason(status)};
    if (!seen_.status_storable) return announce(status);
    auto const claims = [this](ConditionType type) { return holds(echo_.status(), type); };
    if (!seen_.act && (ready.holds || !claims(ConditionType::ready))) return;
    // Only progress would be told: better once, when the counts stand, than twice.
    if (soon_outdated && seen_.status_held_for < status_hold_limit && !status[ConditionType::degraded].holds &&
        !claims(ConditionType::ready) && !claims(ConditionType::degraded)) {
      if (says(echo_.status(), status)) return;
      plan_.status_held = true;
      plan_.requeue_after = status_hold_limit - seen_.status_held_for;
      return;
    }
    write(std::move(status));
  }

  void write(EchoStatus status) {
    if (!seen_.status_storable || says(echo_.status(), status)) return;
    add(WriteStatus{std::move(status)});
  }

  /// Where no status can be stored: what is new since the last time. Of an Echo first seen only what is wrong with it
  /// is new, so that a restart of the operator tells nothing about those that are well.
  void announce(EchoStatus const& status) {
    Standing const now = *plan_.standing;
    Standing const before = seen_.announced.value_or(Standing{now.ready, false, {}});
    bool const worse = now.degraded && (!before.degraded || now.reason != before.reason);
    if (!seen_.act && !(before.ready && !now.ready)) return;
    if (now.ready == before.ready && !worse) return;
    auto const& condition = status[now.degraded ? ConditionType::degraded : ConditionType::ready];
    add(RecordEvent{now.degraded, condition.reason, condition.message});
  }

  /// Reasons are constants all of them, those of refusals included.
  static std::string_view constant_reason(EchoStatus const& status) {
    return status[status[ConditionType::degraded].holds ? ConditionType::degraded : ConditionType::ready].reason.view();
  }

  Observation const& seen_;
  Echo echo_;
  api::Object const* deployment_;
  Owner owner_;
  std::optional<Rollout> rollout_;  // of the Deployment, once it is asked for
  Plan plan_;
};

struct ActionPrinter {
  std::string operator()(AddFinalizer const&) const { return "add finalizer"; }
  std::string operator()(CreateDeployment const&) const { return "create Deployment"; }
  std::string operator()(PatchDeployment const& patch) const {
    std::string text = "patch Deployment (";
    bool first = true;
    for (auto const& operation : patch.operations) {
      if (operation.verb == api::JsonPatchVerb::test) continue;
      if (!first) text += ", ";
      first = false;
      text += operation.path;
    }
    return text + ")";
  }
  std::string operator()(DeleteDeployment const&) const { return "delete Deployment"; }
  std::string operator()(RemoveFinalizer const&) const { return "remove finalizer"; }
  std::string operator()(WriteStatus const& write) const {
    std::string text = "write status (";
    for (std::size_t index = 0; index < condition_count; ++index) {
      Condition const& condition = write.status.conditions[index];
      text += to_string(static_cast<ConditionType>(index));
      text += condition.holds ? "=True " : "=False ";
      text += condition.reason.view();
      text += ", ";
    }
    return text + std::to_string(write.status.ready_replicas) + " of " + std::to_string(write.status.replicas) +
           " ready)";
  }
  std::string operator()(RecordEvent const& event) const {
    return std::string("record event (") + (event.warning ? "Warning " : "Normal ") + std::string(event.reason.view()) +
           ")";
  }
};

}  // namespace

Plan plan(Observation const& observation) {
  if (!observation.echo) return {};
  return Planner(observation).run();
}

std::string_view to_string(Situation situation) {
  switch (situation) {
    case Situation::gone:
      return "gone";
    case Situation::cluster_scoped:
      return "cluster_scoped";
    case Situation::invalid_spec:
      return "invalid_spec";
    case Situation::refused:
      return "refused";
    case Situation::paused:
      return "paused";
    case Situation::adoptable:
      return "adoptable";
    case Situation::name_taken:
      return "name_taken";
    case Situation::waiting_for_garbage_collection:
      return "waiting_for_garbage_collection";
    case Situation::missing:
      return "missing";
    case Situation::drifted:
      return "drifted";
    case Situation::child_terminating:
      return "child_terminating";
    case Situation::rolling_out:
      return "rolling_out";
    case Situation::ready:
      return "ready";
    case Situation::terminating:
      return "terminating";
    case Situation::released:
      return "released";
  }
  return "";
}

std::string to_string(Plan const& plan) {
  std::string text(to_string(plan.situation));
  text += ": ";
  if (plan.actions.empty()) text += plan.status_held ? "hold the status back" : "nothing to do";
  for (std::size_t index = 0; index < plan.actions.size(); ++index) {
    if (index > 0) text += "; ";
    text += std::visit(ActionPrinter(), plan.actions[index]);
  }
  if (plan.requeue_after) {
    using std::chrono::milliseconds;
    text += "; again in " + std::to_string(std::chrono::ceil<milliseconds>(*plan.requeue_after).count()) + " ms";
  }
  return text;
}

}  // namespace echo
