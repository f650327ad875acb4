#include "fakeapi/controllers/deployment_plan.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <limits>
#include <utility>

#include "fakeapi/controllers/deployment_progress.hpp"
#include "fakeapi/controllers/ownership.hpp"
#include "fakeapi/controllers/pod_template.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view progressing = "Progressing";
/// Where the history of revisions is cut off.
constexpr std::size_t most_history = 2000;

bool is_copied(std::string_view annotation) {
  static constexpr auto own = std::to_array<std::string_view>(
      {"kubectl.kubernetes.io/last-applied-configuration", revision_annotation, revision_history_annotation,
       desired_replicas_annotation, max_replicas_annotation, "deprecated.deployment.rollback.to"});
  return std::ranges::find(own, annotation) == own.end();
}

/// The earlier revisions of a ReplicaSet that gets a new one; the oldest are dropped when they become too many.
std::string add_to_history(std::string const& history, std::string const& revision) {
  if (history.empty()) return revision;
  std::string longer = history + ',' + revision;
  while (longer.size() > most_history) {
    auto const comma = longer.find(',');
    if (comma == std::string::npos) return history;
    longer.erase(0, comma + 1);
  }
  return longer;
}

std::vector<ReplicaSetView> active(std::vector<ReplicaSetView> sets) {
  std::erase_if(sets, [](ReplicaSetView const& set) { return set.wanted == 0; });
  return sets;
}

class Planner {
 public:
  explicit Planner(DeploymentInput const& input)
      : input_(input),
        deployment_(*input.deployment),
        wanted_(read_rollout_numbers(deployment_.spec)),
        status_(view_status(deployment_.status)),
        stamp_(std::chrono::floor<std::chrono::seconds>(input.now)) {
    std::vector<ReplicaSetView> sets;
    for (auto const& object : input.replica_sets) sets.push_back(view_replica_set(object));
    std::ranges::sort(sets, created_before);
    auto const* const wanted = pod_template();
    for (auto& set : sets) {
      if (!newest_ && same_template(set.pod_template(), wanted)) {
        newest_ = std::move(set);
      } else {
        old_.push_back(std::move(set));
      }
    }
  }

  DeploymentPlan run() {
    if (selects_everything(api::find_path(deployment_.spec.get(), {"selector"}))) {
      refuse_selector();
    } else if (deployment_.metadata.terminating()) {
      if (find_newest()) sync_status();
    } else {
      note_pause();
      if (find_newest()) go_on();
    }
    return std::move(plan_);
  }

 private:
  json::value const* pod_template() const { return api::find_path(deployment_.spec.get(), {"template"}); }
  bool is_paused() const {
    auto const* const paused = api::find_path(deployment_.spec.get(), {"paused"});
    return paused != nullptr && *paused == true;
  }
  std::int64_t generation() const { return deployment_.metadata.generation; }
  ReplicaSetView const* newest() const { return newest_ ? &*newest_ : nullptr; }
  std::vector<ReplicaSetView> all() const {
    std::vector<ReplicaSetView> sets = old_;
    if (newest_) sets.push_back(*newest_);
    return sets;
  }

  void go_on() {
    if (is_paused() || is_scaling()) {
      scale_all();
    } else if (wanted_.recreate) {
      recreate();
    } else {
      roll();
    }
  }

  /// Writes the Deployment as it is by now; at most once in a sync.
  void write_status() {
    if (std::exchange(written_, true)) return;
    api::Object next = deployment_;
    next.status = to_json(status_);
    plan_.writes.emplace_back(UpdateDeploymentStatus{std::move(next)});
  }

  void refuse_selector() {
    plan_.writes.emplace_back(WarnSelectingAll{});
    if (status_.observed_generation >= generation()) return;
    status_.observed_generation = generation();
    write_status();
  }

  // So that a pause is not held against the rollout's deadline.
  void note_pause() {
    if (!progress_deadline(deployment_)) return;
    std::string_view const reason = status_.conditions.text(progressing, "reason");
    if (reason == "ProgressDeadlineExceeded") return;
    bool const told = reason == "DeploymentPaused";
    if (is_paused() == told) return;
    status_.conditions.set(is_paused()
                               ? ConditionText(progressing, "Unknown", "DeploymentPaused", "Deployment is paused")
                               : ConditionText(progressing, "Unknown", "DeploymentResumed", "Deployment is resumed"),
                           stamp_);
    write_status();
  }

  std::int64_t newest_old_revision() const {
    std::int64_t most = 0;
    for (auto const& set : old_) {
      most = std::max(most, annotated_number(*set.object, revision_annotation).value_or(0));
    }
    return most;
  }

  /// Brings the ReplicaSet of the present template, if there is one, and the Deployment's revision up to date. False if
  /// the rest has to wait for that.
  bool find_newest() {
    if (!newest_) return true;
    api::Object next = *newest_->object;
    bool changed = annotate(next, newest_old_revision() + 1, false);
    auto const min_ready = [](api::Object const& object) {
      return api::find_integer(object.spec.get(), {"minReadySeconds"}).value_or(0);
    };
    if (min_ready(next) != min_ready(deployment_)) {
      json::value spec = *next.spec;
      spec.get_object()["minReadySeconds"] = min_ready(deployment_);
      next.spec = api::share(std::move(spec));
      changed = true;
    }
    if (changed) {
      plan_.writes.emplace_back(UpdateReplicaSet{std::move(next), ""});
      return false;
    }
    bool changed_deployment = false;
    if (std::string const* own = newest_->object->metadata.annotations->find(revision_annotation)) {
      changed_deployment = set_revision(*own);
    }
    if (progress_deadline(deployment_) && status_.conditions.find(progressing) == nullptr) {
      status_.conditions.set(
          {progressing, "True", "FoundNewReplicaSet", "Found new replica set \"" + newest_->name() + "\""}, stamp_);
      changed_deployment = true;
    }
    if (changed_deployment) write_status();
    return true;
  }

  bool set_revision(std::string const& revision) {
    std::string const* const present = deployment_.metadata.annotations->find(revision_annotation);
    if (present != nullptr && *present == revision) return false;
    api::StringMap annotations = *deployment_.metadata.annotations;
    annotations.set(revision_annotation, revision);
    deployment_.metadata.annotations = std::move(annotations);
    return true;
  }

  /// Copies the Deployment's annotations to a ReplicaSet and gives it a revision that is the newest; true if that has
  /// changed anything.
  bool annotate(api::Object& set, std::int64_t revision, bool is_new) const {
    api::StringMap annotations = *set.metadata.annotations;
    for (auto const& [key, value] : *deployment_.metadata.annotations) {
      if (is_copied(key)) annotations.set(key, value);
    }
    std::string const* const text = annotations.find(revision_annotation);
    std::string const earlier = text != nullptr ? *text : "";
    auto const number = annotated_number(set, revision_annotation);
    if (!earlier.empty() && !number) return false;  // not a number: hands off
    if (number.value_or(0) < revision) {
      annotations.set(revision_annotation, std::to_string(revision));
      if (!earlier.empty()) {
        std::string const* const history = annotations.find(revision_history_annotation);
        annotations.set(revision_history_annotation, add_to_history(history != nullptr ? *history : "", earlier));
      }
    }
    if (is_new) annotate_replicas(annotations);
    if (annotations == *set.metadata.annotations) return false;
    set.metadata.annotations = std::move(annotations);
    return true;
  }

  void annotate_replicas(api::StringMap& annotations) const {
    annotations.set(desired_replicas_annotation, std::to_string(wanted_.replicas));
    annotations.set(max_replicas_annotation, std::to_string(wanted_.most_in_total()));
  }

  std::int64_t size_of_new(std::int64_t present) const {
    if (wanted_.recreate) return wanted_.replicas;
    std::int64_t total = sum_wanted(old_) + present;
    if (total >= wanted_.most_in_total()) return present;
    return present + std::min(wanted_.most_in_total() - total, wanted_.replicas - present);
  }

  void create_newest() {
    std::int64_t const revision = newest_old_revision() + 1;
    json::value const* const given = pod_template();
    json::value const empty = json::object();
    json::value const& source = given != nullptr ? *given : empty;
    std::string const hash = template_hash(source, status_.collisions);
    json::value pod_template = with_hash(source, hash);
    api::Object set;
    set.api_version = "apps/v1";
    set.kind = "ReplicaSet";
    set.metadata.name = deployment_.metadata.name + "-" + hash;
    set.metadata.namespace_ = deployment_.metadata.namespace_;
    set.metadata.owner_references = std::vector<api::OwnerReference>{controller_reference(deployment_)};
    api::StringMap labels;
    for (auto const& [key, value] : pod_template.at("metadata").at("labels").get_object()) {
      if (value.is_string()) labels.set(key, std::string(std::string_view(value.get_string())));
    }
    set.metadata.labels = std::move(labels);
    std::int64_t const replicas = size_of_new(0);
    json::object spec(4);
    spec.emplace("replicas", replicas);
    if (auto const seconds = api::find_integer(deployment_.spec.get(), {"minReadySeconds"}); seconds && *seconds > 0) {
      spec.emplace("minReadySeconds", *seconds);
    }
    json::value const* const selected = api::find_path(deployment_.spec.get(), {"selector"});
    json::value selector = selected != nullptr && selected->is_object() ? *selected : empty;
    json::value& match_labels = selector.get_object()["matchLabels"];
    if (!match_labels.is_object()) match_labels.emplace_object();
    match_labels.get_object()[template_hash_label] = hash;
    spec.emplace("selector", std::move(selector));
    spec.emplace("template", std::move(pod_template));
    set.spec = api::share(json::value(std::move(spec)));
    annotate(set, revision, true);
    plan_.writes.emplace_back(CreateReplicaSet{set, replicas});
    set.metadata.creation_timestamp = stamp_;
    newest_ = view_replica_set(std::make_shared<api::Object const>(std::move(set)));

    bool changed = set_revision(std::to_string(revision));
    if (progress_deadline(deployment_)) {
      status_.conditions.set(
          {progressing, "True", "NewReplicaSetCreated", "Created new replica set \"" + newest_->name() + "\""}, stamp_);
      changed = true;
    }
    if (changed) write_status();
  }

  /// Gives a ReplicaSet another size; `set` is changed, too. True if it had another one.
  bool scale(ReplicaSetView& set, std::int64_t size, std::string_view direction = "") {
    bool const resized = set.wanted != size;
    api::Object next = *set.object;
    api::StringMap annotations = *next.metadata.annotations;
    annotate_replicas(annotations);
    if (!resized && annotations == *next.metadata.annotations) return false;
    next.metadata.annotations = std::move(annotations);
    next.spec = with_replicas(next.spec, size);
    std::string message;
    if (resized) {
      if (direction.empty()) direction = set.wanted < size ? "up" : "down";
      message = "Scaled " + std::string(direction) + " replica set " + set.name() + " to " + std::to_string(size);
    }
    set.object = std::make_shared<api::Object const>(next);
    set.wanted = size;
    plan_.writes.emplace_back(UpdateReplicaSet{std::move(next), std::move(message)});
    return resized;
  }
  bool resize(ReplicaSetView& set, std::int64_t size) { return set.wanted != size && scale(set, size); }

  /// Whether somebody has changed spec.replicas since the ReplicaSets got their sizes.
  bool is_scaling() const {
    return std::ranges::any_of(active(all()), [&](ReplicaSetView const& set) {
      auto const desired = annotated_number(*set.object, desired_replicas_annotation);
      return desired && *desired != wanted_.replicas;
    });
  }

  void scale_all() {
    scale_sets();
    if (is_paused()) clean_up();
    sync_status();
  }

  void scale_sets() {
    std::vector<ReplicaSetView> const sets = all();
    std::vector<ReplicaSetView> running = active(sets);
    if (sets.empty()) return;
    if (running.size() <= 1) {
      ReplicaSetView only = !running.empty() ? running.front() : newest_ ? *newest_ : old_.back();
      resize(only, wanted_.replicas);
      return;
    }
    if (is_saturated()) {
      for (auto& set : active(old_)) resize(set, 0);
      return;
    }
    if (!wanted_.recreate) scale_in_proportion(std::move(running));
  }

  bool is_saturated() const {
    if (!newest_) return false;
    return newest_->wanted == wanted_.replicas && newest_->available == wanted_.replicas &&
           annotated_number(*newest_->object, desired_replicas_annotation) == wanted_.replicas;
  }

  // Growing or shrinking only the newest, or only the old ones, would hasten the rollout.
  void scale_in_proportion(std::vector<ReplicaSetView> running) {
    std::int64_t const allowed = wanted_.replicas > 0 ? wanted_.most_in_total() : 0;
    std::int64_t const to_add = allowed - sum_wanted(running);
    // The largest first; of one size the newer first to grow, the older first to shrink.
    std::ranges::sort(running, [&](ReplicaSetView const& a, ReplicaSetView const& b) {
      if (a.wanted != b.wanted) return a.wanted > b.wanted;
      return to_add > 0 ? created_before(b, a) : created_before(a, b);
    });
    std::vector<std::int64_t> sizes;
    std::int64_t added = 0;
    for (auto const& set : running) {
      std::int64_t const most = annotated_number(*set.object, max_replicas_annotation).value_or(status_.replicas);
      std::int64_t const part = proportion(set.wanted, most, wanted_, to_add, added);
      added += part;
      sizes.push_back(set.wanted + part);
    }
    if (to_add != 0) sizes.front() = std::max<std::int64_t>(sizes.front() + to_add - added, 0);
    for (std::size_t i = 0; i < running.size(); ++i) scale(running[i], sizes[i], to_add > 0 ? "up" : "down");
  }

  void roll() {
    if (!newest_) create_newest();
    if (!grow_new() && !shrink_old() && is_complete(status_, wanted_, generation())) clean_up();
    sync_rollout();
  }

  bool grow_new() {
    ReplicaSetView set = *newest_;
    if (set.wanted == wanted_.replicas) return false;
    return resize(set, set.wanted > wanted_.replicas ? wanted_.replicas : size_of_new(set.wanted));
  }

  bool shrink_old() {
    std::vector<ReplicaSetView> old = active(old_);
    std::int64_t const old_pods = sum_wanted(old);
    if (old_pods == 0) return false;
    // Pods of the new one that are not available yet do not count among the available ones that have to be.
    std::int64_t const new_unavailable = newest_->wanted - newest_->available;
    std::int64_t const most = old_pods + newest_->wanted - wanted_.fewest_available() - new_unavailable;
    if (most <= 0) return false;
    std::int64_t const unhealthy = remove_unhealthy(old, most);
    return unhealthy + remove_available(old) > 0;
  }

  /// Pods that are of no use go first: they do not make fewer available.
  std::int64_t remove_unhealthy(std::vector<ReplicaSetView>& old, std::int64_t most) {
    std::int64_t removed = 0;
    for (auto& set : old) {
      if (removed >= most) break;
      std::int64_t const some = std::min(most - removed, set.wanted - set.available);
      if (some <= 0) continue;
      resize(set, set.wanted - some);
      removed += some;
    }
    return removed;
  }

  std::int64_t remove_available(std::vector<ReplicaSetView>& old) {
    std::int64_t available = newest_->available;
    for (auto const& set : old) available += set.available;
    std::int64_t const most = available - wanted_.fewest_available();
    std::int64_t removed = 0;
    for (auto& set : old) {
      if (removed >= most) break;
      std::int64_t const some = std::min(set.wanted, most - removed);
      if (some <= 0) continue;
      resize(set, set.wanted - some);
      removed += some;
    }
    return removed;
  }

  void recreate() {
    bool scaled_down = false;
    for (auto& set : active(old_)) scaled_down = resize(set, 0) || scaled_down;
    if (!scaled_down && !has_old_pods()) {
      if (!newest_) create_newest();
      ReplicaSetView set = *newest_;
      resize(set, wanted_.replicas);
      if (is_complete(status_, wanted_, generation())) clean_up();
    }
    sync_rollout();
  }

  bool has_old_pods() const {
    if (std::ranges::any_of(old_, [](ReplicaSetView const& set) { return set.replicas > 0; })) return true;
    return std::ranges::any_of(input_.sets_with_pods, [&](std::string const& uid) {
      return !newest_ || newest_->object->metadata.uid != uid;
    });
  }

  /// Deletes the oldest ReplicaSets that are beyond the history to be kept and have no pods.
  void clean_up() {
    auto const limit = api::find_integer(deployment_.spec.get(), {"revisionHistoryLimit"});
    if (!limit || *limit >= std::numeric_limits<std::int32_t>::max()) return;
    std::vector<ReplicaSetView> alive = old_;
    std::erase_if(alive, [](ReplicaSetView const& set) { return set.object->metadata.terminating(); });
    std::int64_t const surplus = static_cast<std::int64_t>(alive.size()) - *limit;
    for (std::int64_t i = 0; i < surplus; ++i) {
      ReplicaSetView const& set = alive[static_cast<std::size_t>(i)];
      bool const in_use =
          set.replicas != 0 || set.wanted != 0 || set.object->metadata.generation > set.observed_generation;
      if (!in_use) plan_.writes.emplace_back(DeleteReplicaSet{set.object->key(), set.object->metadata.uid});
    }
  }

  void sync_status() {
    DeploymentStatusView next = add_up(all(), newest(), deployment_, status_, wanted_, stamp_);
    if (next == status_) return;
    status_ = std::move(next);
    write_status();
  }

  void sync_rollout() {
    DeploymentStatusView next = add_up_rollout(all(), newest(), deployment_, status_, wanted_, input_.now);
    if (next == status_) {
      plan_.again_after = until_deadline(deployment_, status_, wanted_, input_.now);
      return;
    }
    status_ = std::move(next);
    write_status();
  }

  DeploymentInput const& input_;
  api::Object deployment_;  // as it is after what has been planned
  RolloutNumbers wanted_;
  DeploymentStatusView status_;
  api::Timestamp stamp_;
  std::optional<ReplicaSetView> newest_;  // of the present template
  std::vector<ReplicaSetView> old_;       // the oldest first
  bool written_ = false;
  DeploymentPlan plan_;
};

}  // namespace

DeploymentPlan plan_deployment(DeploymentInput const& input) { return Planner(input).run(); }

std::optional<api::Object> replica_set_refused(api::Object const& deployment, std::string const& name,
                                               std::string const& message, api::Timestamp now) {
  if (!progress_deadline(deployment)) return std::nullopt;
  DeploymentStatusView status = view_status(deployment.status);
  status.conditions.set(
      {progressing, "False", "ReplicaSetCreateError", "Failed to create new replica set \"" + name + "\": " + message},
      now);
  api::Object next = deployment;
  next.status = to_json(status);
  return next;
}

api::Object name_taken(api::Object const& deployment) {
  DeploymentStatusView status = view_status(deployment.status);
  status.collisions = status.collisions.value_or(0) + 1;
  api::Object next = deployment;
  next.status = to_json(status);
  return next;
}

}  // namespace fakeapi
