#include "fakeapi/controllers/deployment_status.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>

#include "fakeapi/controllers/deployment_conditions.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view revision_annotation = "deployment.kubernetes.io/revision";

/// The numbers of a DeploymentStatus.
struct Counts {
  std::int64_t observed_generation = 0;
  std::int64_t replicas = 0;
  std::int64_t updated = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
  std::int64_t unavailable = 0;

  std::int64_t old() const { return replicas - updated; }
  /// The old pods became ready first, so what is ready beyond them is new.
  std::int64_t old_ready() const { return std::min(old(), ready); }
  std::int64_t new_ready() const { return ready - old_ready(); }
  bool operator==(Counts const&) const = default;
};

std::int64_t count(json::value const& value) {
  auto const number = api::find_integer(&value, {});
  return number && *number > 0 ? *number : 0;
}

Counts read_counts(api::SharedJson const& status) {
  Counts counts;
  if (!status || !status->is_object()) return counts;
  for (auto const& [key, value] : status->get_object()) {
    if (key == "observedGeneration") {
      counts.observed_generation = count(value);
    } else if (key == "replicas") {
      counts.replicas = count(value);
    } else if (key == "updatedReplicas") {
      counts.updated = count(value);
    } else if (key == "readyReplicas") {
      counts.ready = count(value);
    } else if (key == "availableReplicas") {
      counts.available = count(value);
    } else if (key == "unavailableReplicas") {
      counts.unavailable = count(value);
    }
  }
  return counts;
}

/// What the spec asks for.
struct Wanted {
  std::int64_t replicas = 1;
  bool recreate = false;
  std::int64_t most_in_total = 0;     ///< while rolling
  std::int64_t fewest_available = 0;  ///< while rolling, and to be Available
};

/// An int-or-percent of `whole`.
std::int64_t scaled(json::value const* value, std::int64_t whole, bool up) {
  std::int64_t percent = 25;
  if (value != nullptr) {
    if (auto const number = api::find_integer(value, {})) return std::max<std::int64_t>(*number, 0);
    auto const text = api::find_string(value, {}).value_or("");
    std::from_chars(text.data(), text.data() + text.size(), percent);
    percent = std::clamp<std::int64_t>(percent, 0, 100'000);
  }
  return (whole * percent + (up ? 99 : 0)) / 100;
}

/// Only `replicas`.
Wanted read_replicas(api::SharedJson const& spec) {
  Wanted wanted;
  if (auto const replicas = api::find_integer(spec.get(), {"replicas"})) {
    wanted.replicas = std::max<std::int64_t>(*replicas, 0);
  }
  return wanted;
}

/// The rest, which few steps need.
void read_strategy(Wanted& wanted, api::SharedJson const& spec) {
  auto const* const strategy = api::find_path(spec.get(), {"strategy"});
  wanted.recreate = api::find_string(strategy, {"type"}) == "Recreate";
  auto const* const rolling = api::find_path(strategy, {"rollingUpdate"});
  std::int64_t const surge = scaled(api::find_path(rolling, {"maxSurge"}), wanted.replicas, true);
  std::int64_t unavailable = scaled(api::find_path(rolling, {"maxUnavailable"}), wanted.replicas, false);
  // With neither there would be no way forward.
  if (surge == 0 && unavailable == 0) unavailable = 1;
  wanted.most_in_total = wanted.replicas + surge;
  wanted.fewest_available =
      wanted.recreate ? wanted.replicas : std::max<std::int64_t>(wanted.replicas - unavailable, 0);
}

/// Pods that the ReplicaSets ask for but that are not available.
std::int64_t unavailable(Counts const& counts, Wanted const& wanted) {
  return std::max<std::int64_t>(std::max(counts.replicas, wanted.replicas) - counts.ready, 0);
}

bool is_complete(Counts const& counts, Wanted const& wanted) {
  return counts.updated == wanted.replicas && counts.replicas == wanted.replicas && counts.available == wanted.replicas;
}

/// One more pod, or all of them, become ready.
void become_ready(Counts& counts, std::int64_t how_many_more, ReadySteps steps) {
  counts.ready += steps == ReadySteps::one_at_a_time ? 1 : how_many_more;
}

/// Takes old pods away, those that are not ready first, as far as enough stay available; true if there were any.
bool remove_old(Counts& counts, Wanted const& wanted) {
  // All pods but the fewest needed could go, if the new ones that are not ready did not count among the fewest.
  std::int64_t const new_unready = counts.updated - counts.new_ready();
  std::int64_t const some = std::min(counts.replicas - wanted.fewest_available - new_unready, counts.old());
  if (some <= 0) return false;
  std::int64_t const unready = std::min(counts.old() - counts.old_ready(), some);
  counts.replicas -= some;
  counts.ready -= some - unready;
  return true;
}

/// A step of replacing old pods; there are some. What it waits for.
DelayUse roll(Counts& counts, Wanted const& wanted, ReadySteps steps) {
  if (wanted.recreate) {
    counts.ready = counts.new_ready();
    counts.replicas = counts.updated;
    return DelayUse::deployment_sync;
  }
  if (counts.updated > wanted.replicas) {
    std::int64_t const surplus = counts.updated - wanted.replicas;
    counts.ready = counts.old_ready() + std::min(counts.new_ready(), wanted.replicas);
    counts.updated -= surplus;
    counts.replicas -= surplus;
    return DelayUse::deployment_sync;
  }
  std::int64_t const more = std::min(wanted.replicas - counts.updated, wanted.most_in_total - counts.replicas);
  if (more > 0) {
    counts.updated += more;
    counts.replicas += more;
    return DelayUse::deployment_sync;
  }
  if (remove_old(counts, wanted)) return DelayUse::deployment_sync;
  become_ready(counts, counts.updated - counts.new_ready(), steps);
  return DelayUse::pod_ready;
}

/// A step without old pods, or nothing if the counts are as wanted.
std::optional<DelayUse> resize(Counts& counts, Wanted const& wanted, ReadySteps steps) {
  if (counts.updated > wanted.replicas) {
    counts.updated = counts.replicas = wanted.replicas;
    counts.ready = std::min(counts.ready, wanted.replicas);
    return DelayUse::deployment_sync;
  }
  if (counts.updated < wanted.replicas) {
    // The ReplicaSet is told first, which shows as unavailable pods; then it has them.
    if (counts.unavailable == unavailable(counts, wanted)) counts.updated = counts.replicas = wanted.replicas;
    return DelayUse::deployment_sync;
  }
  if (counts.ready < wanted.replicas) {
    become_ready(counts, wanted.replicas - counts.ready, steps);
    return DelayUse::pod_ready;
  }
  return std::nullopt;
}

enum class Action : std::uint8_t { new_replica_set, observe_only, counts };

/// One step, in numbers.
struct Plan {
  Action action;
  DelayUse delay;
  Counts before;
  Counts after;
  Wanted wanted;
};

bool is_same_template(api::Object const& deployment, Rollout const& rollout) {
  if (rollout.spec == deployment.spec) return true;
  auto const* const wanted = api::find_path(deployment.spec.get(), {"template"});
  if (wanted == nullptr || !rollout.pod_template) return wanted == rollout.pod_template.get();
  return api::equal_json(*wanted, *rollout.pod_template);
}

std::optional<Plan> plan_step(api::Object const& deployment, Rollout const& rollout, ReadySteps steps) {
  Plan plan{};
  plan.delay = DelayUse::deployment_sync;
  plan.before = read_counts(deployment.status);
  bool const behind = plan.before.observed_generation < deployment.metadata.generation;
  plan.after = plan.before;
  plan.after.observed_generation = std::max(plan.before.observed_generation, deployment.metadata.generation);
  if (deployment.metadata.terminating()) {
    plan.action = Action::observe_only;
    return behind ? std::optional(plan) : std::nullopt;
  }
  if (rollout.revision == 0 || !is_same_template(deployment, rollout)) {
    plan.action = Action::new_replica_set;
    plan.after = plan.before;
    return plan;
  }
  plan.action = Action::counts;
  plan.wanted = read_replicas(deployment.spec);
  Counts& after = plan.after;
  if (rollout.fresh) after.updated = 0;
  after.updated = std::min(after.updated, after.replicas);
  after.ready = std::min(after.ready, after.replicas);
  if (behind || rollout.fresh) {
    // A new ReplicaSet asks for its pods at once; one that is scaled shows it in the step after this.
    Wanted asked_for = plan.wanted;
    if (!rollout.fresh) asked_for.replicas = 0;
    after.available = after.ready;
    after.unavailable = unavailable(after, asked_for);
    return plan;
  }
  if (after.old() > 0) read_strategy(plan.wanted, deployment.spec);
  auto const delay =
      after.old() > 0 ? std::optional(roll(after, plan.wanted, steps)) : resize(after, plan.wanted, steps);
  after.available = after.ready;
  after.unavailable = unavailable(after, plan.wanted);
  if (delay) {
    plan.delay = *delay;
    return plan;
  }
  // All is there; the rest of the status may not say so, after somebody else has written to it.
  bool const says_so = after == plan.before && conditions_say_complete(deployment.status.get());
  return says_so ? std::nullopt : std::optional(plan);
}

/// Stands for the ReplicaSet's name, which carries a hash of the pod template.
std::string replica_set_name(api::Object const& deployment, std::int64_t revision) {
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::uint64_t hash = 14695981039346656037U;
  auto const mix = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211U; };
  for (char const c : deployment.metadata.uid) mix(static_cast<unsigned char>(c));
  for (int i = 0; i < 8; ++i) mix(static_cast<unsigned char>(revision >> (8 * i)));
  std::string name;
  name.reserve(deployment.metadata.name.size() + 11);
  name += deployment.metadata.name;
  name += '-';
  for (int i = 0; i < 10; ++i, hash /= alphabet.size()) name += alphabet[hash % alphabet.size()];
  return name;
}

void progress(Conditions& conditions, Plan const& plan, api::Object const& deployment, std::int64_t revision) {
  Counts const &before = plan.before, &after = plan.after;
  bool const was_complete =
      after.replicas == after.updated && conditions.progressing_reason() == "NewReplicaSetAvailable";
  if (was_complete) return;
  bool const progressed = after.updated > before.updated || after.old() < before.old() || after.ready > before.ready;
  if (is_complete(after, plan.wanted)) {
    conditions.set({"Progressing", "True", "NewReplicaSetAvailable",
                    "ReplicaSet \"" + replica_set_name(deployment, revision) + "\" has successfully progressed."});
  } else if (progressed || conditions.progressing_reason().empty()) {
    conditions.set({"Progressing", "True", "ReplicaSetUpdated",
                    "ReplicaSet \"" + replica_set_name(deployment, revision) + "\" is progressing."},
                   true);
  }
}

json::value to_json(Counts const& counts, json::array conditions) {
  json::object status(7);
  auto const put = [&status](std::string_view key, std::int64_t number) {
    if (number != 0) status.emplace(key, number);  // omitempty
  };
  put("observedGeneration", counts.observed_generation);
  put("replicas", counts.replicas);
  put("updatedReplicas", counts.updated);
  put("readyReplicas", counts.ready);
  put("availableReplicas", counts.available);
  put("unavailableReplicas", counts.unavailable);
  if (!conditions.empty()) status.emplace("conditions", std::move(conditions));
  return json::value(std::move(status));
}

api::SharedJson pod_template(api::SharedJson const& spec) { return {spec, api::find_path(spec.get(), {"template"})}; }

}  // namespace

Rollout adopt_rollout(api::Object const& deployment) {
  Rollout rollout;
  std::string const* const revision = deployment.metadata.annotations->find(revision_annotation);
  if (revision == nullptr || !has_condition(deployment.status.get(), "Progressing")) return rollout;
  std::from_chars(revision->data(), revision->data() + revision->size(), rollout.revision);
  if (rollout.revision <= 0) return Rollout();
  rollout.spec = deployment.spec;
  rollout.pod_template = pod_template(deployment.spec);
  return rollout;
}

std::optional<DelayUse> next_step(api::Object const& deployment, Rollout const& rollout, ReadySteps ready_steps) {
  auto const plan = plan_step(deployment, rollout, ready_steps);
  return plan ? std::optional(plan->delay) : std::nullopt;
}

std::optional<StatusStep> next_status(api::Object const& deployment, Rollout const& rollout, ReadySteps ready_steps,
                                      api::Timestamp now) {
  auto plan = plan_step(deployment, rollout, ready_steps);
  if (!plan) return std::nullopt;
  StatusStep step;
  step.rollout = rollout;
  Conditions conditions(deployment.status.get(), now);
  if (plan->action == Action::new_replica_set) {
    step.rollout.spec = deployment.spec;
    step.rollout.pod_template = pod_template(deployment.spec);
    ++step.rollout.revision;
    step.rollout.fresh = true;
    step.set_revision = true;
    conditions.set({"Progressing", "True", "NewReplicaSetCreated",
                    "Created new replica set \"" + replica_set_name(deployment, step.rollout.revision) + "\""});
  } else if (plan->action == Action::counts) {
    step.rollout.spec = deployment.spec;
    step.rollout.fresh = false;
    read_strategy(plan->wanted, deployment.spec);
    bool const available = plan->after.available >= plan->wanted.fewest_available;
    conditions.set(
        available ? Condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
                  : Condition("Available", "False", "MinimumReplicasUnavailable",
                              "Deployment does not have minimum availability."));
    progress(conditions, *plan, deployment, rollout.revision);
  }
  step.status = api::share(to_json(plan->after, conditions.to_json()));
  return step;
}

}  // namespace fakeapi
