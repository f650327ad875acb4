#include "sim/invariants.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"
#include "sim/contract.hpp"

namespace sim {

namespace {

bool same_finalizers_but_ours(api::Object const& before, api::Object const& after) {
  auto const& a = *before.metadata.finalizers;
  auto const& b = *after.metadata.finalizers;
  std::size_t i = 0;
  std::size_t j = 0;
  for (;;) {
    while (i < a.size() && a[i] == contract::finalizer) ++i;
    while (j < b.size() && b[j] == contract::finalizer) ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (a[i++] != b[j++]) return false;
  }
}

bool has_ours(api::Object const& echo) { return echo.metadata.has_finalizer(contract::finalizer); }

// Whether a patch puts our finalizer onto an object, and which resourceVersion it insists on ("" for none).
struct FinalizerAttempt {
  bool adds = false;
  std::string resource_version;
};

bool mentions_finalizer(boost::json::value const& value) {
  if (value.is_string()) return value.get_string() == contract::finalizer;
  if (!value.is_array()) return false;
  for (auto const& entry : value.get_array()) {
    if (entry.is_string() && entry.get_string() == contract::finalizer) return true;
  }
  return false;
}

FinalizerAttempt finalizer_attempt(api::Patch const& patch) {
  FinalizerAttempt attempt;
  if (auto const* json = std::get_if<api::JsonPatch>(&patch)) {
    for (auto const& operation : json->operations) {
      if (operation.path == "/metadata/resourceVersion" && operation.value && operation.value->is_string()) {
        attempt.resource_version = operation.value->get_string();
      }
      bool const sets = operation.verb == api::JsonPatchVerb::add || operation.verb == api::JsonPatchVerb::replace;
      if (sets && operation.path.starts_with("/metadata/finalizers") && operation.value &&
          mentions_finalizer(*operation.value)) {
        attempt.adds = true;
      }
    }
  } else if (auto const* merge = std::get_if<api::MergePatch>(&patch)) {
    auto const* finalizers = api::find_path(merge->document.get(), {"metadata", "finalizers"});
    attempt.adds = finalizers != nullptr && mentions_finalizer(*finalizers);
    if (auto const version = api::find_string(merge->document.get(), {"metadata", "resourceVersion"})) {
      attempt.resource_version = *version;
    }
  }
  return attempt;
}

}  // namespace

std::string Cast::name(fakeapi::Actor actor) {
  if (is_operator(actor)) {
    auto const number = static_cast<std::uint32_t>(actor) - first_operator;
    std::string name = "operator";
    if (auto const place = number / places_apart; place != 0) {
      name += '-';
      name += static_cast<char>('a' + place);
    }
    return name + '#' + std::to_string(number % places_apart + 1);
  }
  if (actor == user) return "user";
  if (actor == stranger) return "stranger";
  if (actor == deployment_controller) return "deployments";
  if (actor == garbage_collector) return "collector";
  return "server";
}

Invariants::Invariants(fakeapi::Server& server) : server_(server) {
  auto const echoes = server.index_of(contract::echoes);
  auto const deployments = server.index_of(api::deployments);
  seams::check(echoes.has_value() && deployments.has_value(), "the definitions are installed before the judge comes");
  echo_index_ = *echoes;
  deployment_index_ = *deployments;
  lease_index_ = *server.index_of(api::leases);
  living_.fill(fakeapi::Actor::server);
  observer_ = server.add_observer([this](fakeapi::Commit const& commit) { committed(commit); });
}

Invariants::~Invariants() { server_.remove_observer(observer_); }

void Invariants::fail(std::string_view invariant, FailureClass failure_class, std::string what) {
  if (!failure_) failure_ = Failure{std::string(invariant), failure_class, std::move(what)};
}

void Invariants::expect(bool holds, std::string_view invariant, fakeapi::Commit const& commit, std::string_view what) {
  if (holds || failure_) return;
  fail(invariant, FailureClass::safety,
       std::string(what) + " (" + commit.key.to_string() + " at revision " + std::to_string(commit.revision) + " by " +
           Cast::name(commit.actor) + ")");
}

Invariants::EchoRecord* Invariants::record_of(std::string const& uid) {
  auto const found = records_.find(uid);
  return found == records_.end() ? nullptr : &found->second;
}

Invariants::EchoRecord* Invariants::owner_of(api::Object const& deployment) {
  auto const& uid = contract::echo_owner_uid(deployment);
  return uid.empty() ? nullptr : record_of(uid);
}

void Invariants::committed(fakeapi::Commit const& commit) {
  bool const by_operator = Cast::is_operator(commit.actor);
  if (commit.resource == echo_index_) {
    echo_committed(commit, by_operator);
  } else if (commit.resource == deployment_index_) {
    deployment_committed(commit, by_operator);
  } else {
    if (commit.resource == lease_index_) holder_ = holder_of(commit.after);
    return;
  }
  if (calm_) judge(commit.key);
}

std::string_view Invariants::holder_of(api::ObjectPtr const& lease) {
  return lease ? api::find_string(lease->spec.get(), {"holderIdentity"}).value_or("") : "";
}

bool Invariants::in_office(fakeapi::Actor actor) const {
  if (std::ranges::find(living_, actor) == living_.end()) return false;
  return !election_ || holder_ == Cast::name(actor);
}

// --- Echoes ---------------------------------------------------------------------------------------------------------

void Invariants::echo_committed(fakeapi::Commit const& commit, bool by_operator) {
  auto const& newest = commit.after ? *commit.after : *commit.before;
  EchoRecord& record = records_[newest.metadata.uid];
  if (!commit.before) {
    record.key = commit.key;
    record.created_at = commit.revision;
  }
  if (by_operator) echo_written_by_operator(commit, record);
  record.state = !commit.after                          ? EchoState::gone
                 : commit.after->metadata.terminating() ? EchoState::terminating
                                                        : EchoState::alive;
  record.generation = newest.metadata.generation;
  record.had_our_finalizer = record.had_our_finalizer || has_ours(newest);
  record.orphaning = record.orphaning || newest.metadata.has_finalizer("orphan");
  if (commit.after) note_match(commit.key);
}

void Invariants::echo_written_by_operator(fakeapi::Commit const& commit, EchoRecord& record) {
  expect(commit.before != nullptr, "O12", commit, "the operator created an Echo");
  if (!commit.before) return;
  auto const& before = *commit.before;
  bool const removes_ours = has_ours(before) && (!commit.after || !has_ours(*commit.after));
  if (!commit.after) {
    expect(before.metadata.terminating(), "O12", commit, "the operator deleted an Echo");
    // What it wrote was the removal of the last finalizer: nothing else may have stood there.
    bool const only_ours = before.metadata.finalizers->size() == 1 && has_ours(before);
    expect(only_ours, "O04", commit, "the operator removed somebody else's finalizer");
  } else {
    auto const& after = *commit.after;
    expect(same_finalizers_but_ours(before, after), "O04", commit,
           "the operator changed somebody else's finalizer or their order");
    bool const adds_ours = !has_ours(before) && has_ours(after);
    expect(!adds_ours || !before.metadata.terminating(), "O05", commit,
           "the operator's finalizer was added to a terminating Echo");
    expect(api::same_json(before.spec, after.spec), "O12", commit, "the operator wrote an Echo's spec");
    bool const same_status = api::same_json(before.status, after.status);
    bool const same_metadata = before.metadata.finalizers == after.metadata.finalizers &&
                               before.metadata.labels == after.metadata.labels &&
                               before.metadata.annotations == after.metadata.annotations &&
                               before.metadata.owner_references == after.metadata.owner_references;
    expect(same_status || same_metadata, "O12", commit, "a status write touched more than the status");
    expect(before.metadata.labels == after.metadata.labels &&
               before.metadata.annotations == after.metadata.annotations &&
               before.metadata.owner_references == after.metadata.owner_references,
           "O13", commit, "the operator changed labels, annotations or owners of an Echo");
    if (!same_status) status_written(commit, record);
  }
  if (removes_ours) {
    expect(record.living_children <= 0 || record.orphaning, "O07", commit,
           "the operator's finalizer was removed while a Deployment of this Echo existed");
  }
}

void Invariants::status_written(fakeapi::Commit const& commit, EchoRecord& record) {
  auto const& echo = *commit.after;
  auto const observed = api::find_integer(echo.status.get(), {"observedGeneration"}).value_or(0);
  expect(observed >= record.observed_generation, "O11", commit, "status.observedGeneration went back");
  expect(observed <= echo.metadata.generation, "O11", commit, "status.observedGeneration is ahead of the generation");
  if (contract::condition_is(echo, "Ready", "True")) {
    expect(record.matched_generation >= observed, "O11", commit,
           "Ready is claimed for a generation whose replicas the Deployment has never had all ready");
  }
  record.observed_generation = observed;
  judge_claim(commit, record);
}

// The counts that a status tells, and Ready with them, were those of the Deployment at some time: not before the time
// that the same process has last told of.
void Invariants::judge_claim(fakeapi::Commit const& commit, EchoRecord& record) {
  auto const& echo = *commit.after;
  auto const count = [](api::Object const& object, std::string_view field) {
    return api::find_integer(object.status.get(), {field}).value_or(0);
  };
  auto const replicas = count(echo, "replicas");
  auto const ready_replicas = count(echo, "readyReplicas");
  bool const ready = contract::condition_is(echo, "Ready", "True");
  auto const holds = [&](api::ObjectPtr const& deployment) {
    if (!deployment || contract::echo_owner_uid(*deployment) != echo.metadata.uid) {
      return replicas == 0 && ready_replicas == 0 && !ready;
    }
    if (count(*deployment, "replicas") != replicas || count(*deployment, "readyReplicas") != ready_replicas)
      return false;
    return !ready || contract::all_ready(*deployment, contract::replicas(*deployment).value_or(-1));
  };
  if (std::exchange(record.claimed_by, commit.actor) != commit.actor) record.claimed_at = record.created_at;
  auto const& log = server_.log();
  if (holds(log.find_at(deployment_index_, commit.key, record.claimed_at))) return;
  for (auto at = log.position_after(deployment_index_, record.claimed_at);; ++at) {
    auto const* const change = log.commit_at(deployment_index_, at);
    if (change == nullptr) break;
    if (change->key != commit.key || !holds(change->after)) continue;
    record.claimed_at = change->revision;
    return;
  }
  expect(false, "O38", commit, "the status tells of replicas that the Deployment has not had since the last status");
}

// --- Deployments ----------------------------------------------------------------------------------------------------

void Invariants::deployment_committed(fakeapi::Commit const& commit, bool by_operator) {
  if (by_operator) {
    deployment_written_by_operator(commit);
  } else if (commit.actor != Cast::garbage_collector || !commit.after) {
    // What nobody's Echo owns belongs to whoever wrote it last; its status is the Deployment controller's.
    if (!commit.after) {
      strangers_.erase(commit.key);
    } else if (contract::echo_owner_uid(*commit.after).empty()) {
      strangers_[commit.key] = commit.after;
    }
  }
  auto const& newest = commit.after ? *commit.after : *commit.before;
  // A request of an incarnation that is dead or no longer leads may land when its Echo is long gone; the garbage
  // collector has to see to it.
  if (!commit.before && by_operator && !in_office(commit.actor)) zombie_children_.insert(newest.metadata.uid);
  if (!zombie_children_.contains(newest.metadata.uid)) {
    EchoRecord* const before = commit.before ? owner_of(*commit.before) : nullptr;
    EchoRecord* const after = commit.after ? owner_of(*commit.after) : nullptr;
    if (before != after) {
      if (before != nullptr) --before->living_children;
      if (after != nullptr) {
        ++after->living_children;
        expect(after->living_children <= 1, "O08", commit, "a second Deployment for one Echo");
      }
    }
  }
  if (commit.after) note_match(commit.key);
}

void Invariants::deployment_written_by_operator(fakeapi::Commit const& commit) {
  if (!commit.before) {
    EchoRecord* const owner = owner_of(*commit.after);
    expect(owner != nullptr && owner->key == commit.key, "O01", commit,
           "the operator created a Deployment that carries no Echo of its name as owner");
    if (owner != nullptr) {
      expect(owner->had_our_finalizer, "O06", commit, "a Deployment was created before the finalizer was stored");
    }
    return;
  }
  auto const& before = *commit.before;
  EchoRecord* const owner = owner_of(before);
  bool const deletes = !commit.after || (commit.after->metadata.terminating() && !before.metadata.terminating());
  if (deletes) {
    expect(owner != nullptr, "O02", commit, "the operator deleted a stranger's Deployment");
    if (owner != nullptr) {
      expect(owner->state != EchoState::alive, "O03", commit, "a Deployment was deleted while its Echo is alive");
    }
  } else {
    expect(owner != nullptr && owner->key == commit.key, "O01", commit,
           "the operator wrote to a stranger's Deployment");
  }
  if (!commit.after) return;
  auto const& after = *commit.after;
  expect(contract::echo_owner_uid(after) == contract::echo_owner_uid(before), "O01", commit,
         "the operator changed whose a Deployment is");
  if (deletes) return;
  expect(before.metadata.annotations == after.metadata.annotations &&
             before.metadata.finalizers == after.metadata.finalizers &&
             contract::foreign_labels(before) == contract::foreign_labels(after) &&
             api::same_json(before.status, after.status) && contract::same_foreign_spec(before, after),
         "O13", commit, "the operator changed what is not its own in a Deployment");
}

void Invariants::note_match(api::ObjectKey const& key) {
  auto const echo = server_.find(contract::echoes, key);
  if (!echo) return;
  auto const deployment = server_.find(api::deployments, key);
  if (!deployment || contract::echo_owner_uid(*deployment) != echo->metadata.uid) return;
  auto const wanted = contract::replicas(*echo);
  if (wanted && contract::replicas(*deployment) == wanted && contract::all_ready(*deployment, *wanted)) {
    records_[echo->metadata.uid].matched_generation = echo->metadata.generation;
  }
}

// --- Calls ----------------------------------------------------------------------------------------------------------

void Invariants::set_living_operator(unsigned place, fakeapi::Actor actor) {
  living_.at(place) = actor;
  if (pacing_) pacing_->begin_incarnation(place);
}

void Invariants::set_look(Pacing::Look look, std::size_t names) {
  look_ = std::move(look);
  auto const judge = [this](std::string_view invariant, std::string what) {
    fail(invariant, FailureClass::safety, std::move(what));
  };
  pacing_.emplace(judge, look_, names);
}

std::optional<unsigned> Invariants::place_of(fakeapi::Actor actor) const {
  for (unsigned place = 0; place < living_.size(); ++place) {
    if (living_[place] == actor) return place;
  }
  return std::nullopt;
}

void Invariants::reconcile_begins(unsigned place, api::ObjectKey const& key) {
  if (pacing_) pacing_->reconciles(place, key);
}

void Invariants::call_delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  if (auto const place = place_of(call.actor); place && pacing_) pacing_->answered(*place, call, outcome);
}

void Invariants::event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) {
  if (auto const place = place_of(actor); place && pacing_) pacing_->heard(*place, event);
}

void Invariants::write_on_the_wire(fakeapi::Actor actor, std::string_view path, bool once_more) {
  if (once_more) fail("O14", FailureClass::safety, "a write is sent that nobody has asked for: " + std::string(path));
  if (!election_ || path.find("/leases") != std::string_view::npos) return;
  auto const who = Cast::name(actor) + " puts a write on the wire ";
  if (holder_ != Cast::name(actor)) {
    return fail(
        "O15", FailureClass::safety,
        who + "while the lease is held by " + (holder_.empty() ? "nobody" : holder_) + ": " + std::string(path));
  }
  if (auto const place = place_of(actor); place && look_) {
    auto const glance = look_(*place);
    if (glance.now >= glance.not_after)
      fail("O15", FailureClass::safety, who + "after its not_after: " + std::string(path));
  }
}

void Invariants::call_sent(fakeapi::CallInfo const& call) {
  if (pacing_) {
    if (auto const place = place_of(call.actor)) pacing_->sent(*place, call);
  }
  auto const& request = call.request;
  if (!election_ || on_the_wire_ || !Cast::is_operator(call.actor) || !api::is_write(request.verb)) return;
  // What makes a process the holder is free; what a holder does is not.
  if (request.resource == api::leases) return;
  if (holder_ != Cast::name(call.actor)) {
    return fail("O15", FailureClass::safety,
                Cast::name(call.actor) + " sends a write while the lease is held by " +
                    (holder_.empty() ? "nobody" : holder_) + ": " + request.to_string());
  }
  auto const* const write = request.write_options();
  auto const place = place_of(call.actor);
  if (write != nullptr && look_ && place && look_(*place).now >= write->not_after) {
    fail("O15", FailureClass::safety,
         Cast::name(call.actor) + " sends a write after its not_after: " + request.to_string());
  }
}

void Invariants::call_arrived(fakeapi::CallInfo const& call) {
  if (!Cast::is_operator(call.actor)) return;
  auto const& request = call.request;
  call_at_server_ = call.id;
  revision_before_call_ = server_.revision();
  if (request.verb == api::Verb::delete_ && request.resource == api::deployments &&
      std::get<api::DeleteOptions>(request.options).preconditions.uid.empty()) {
    fail("O02", FailureClass::safety, "a DELETE without a uid precondition: " + request.to_string());
  }
  if (request.verb == api::Verb::patch && request.resource == contract::echoes) {
    auto const attempt = finalizer_attempt(std::get<api::Patch>(request.body));
    if (attempt.adds) {
      auto const echo = server_.find(request.resource, request.key);
      // With a resourceVersion from before the deletion the operator could not know; the server will refuse it.
      bool const knew =
          attempt.resource_version.empty() ||
          (echo && attempt.resource_version == std::to_string(api::to_number(echo->metadata.resource_version)));
      if (echo && echo->metadata.terminating() && knew) {
        fail("O05", FailureClass::safety, "the operator tried to add its finalizer to a terminating Echo");
      }
    }
  }
}

std::uint64_t Invariants::living_echoes() const {
  std::uint64_t living = 0;
  for (auto const& [uid, record] : records_) living += record.state == EchoState::gone ? 0 : 1;
  return living;
}

void Invariants::call_applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  if (!Cast::is_operator(call.actor) || call.request.resource == api::leases) return;
  bool const write = api::is_write(call.request.verb);
  // A request that was held up in the network is not judged: others came in between.
  if (calm_ && write && outcome && call.id == call_at_server_ && server_.revision() == revision_before_call_) {
    fail("O18", FailureClass::quiescence, "a write that changed nothing: " + call.request.to_string());
  }
  // A watch that the server ends in good order is opened again: that costs nothing that grows with the objects.
  if (quiescent_ && call.request.verb != api::Verb::watch &&
      (write || ++reads_in_quiescence_ > most_reads_in_quiescence * living_echoes())) {
    fail("O23", FailureClass::quiescence, "all is settled, and still: " + call.request.to_string());
  }
}

// --- Liveness -------------------------------------------------------------------------------------------------------

void Invariants::begin_calm() {
  calm_ = true;
  for (auto const& [uid, record] : records_) judge(record.key);
}

void Invariants::judge(api::ObjectKey const& key) {
  if (mismatch(key).empty()) {
    unsettled_.erase(key);
  } else {
    unsettled_.insert(key);
    if (quiescent_) fail_stability();
  }
}

std::string Invariants::mismatch(api::ObjectKey const& key) const {
  auto const echo = server_.find(contract::echoes, key);
  auto const deployment = server_.find(api::deployments, key);
  std::string const& owner = deployment ? contract::echo_owner_uid(*deployment) : std::string();
  if (!echo) return owner.empty() ? "" : "O25 the Echo is gone and its Deployment is still there";

  auto const& metadata = echo->metadata;
  if (metadata.terminating()) {
    if (has_ours(*echo)) return "O24 the Echo is being deleted and still has the operator's finalizer";
    if (owner == metadata.uid && !metadata.has_finalizer("orphan")) {
      auto const record = records_.find(metadata.uid);
      if (record == records_.end() || !record->second.orphaning)
        return "O24 the Echo is being deleted and its Deployment stays";
    }
    for (auto const& finalizer : *metadata.finalizers) {
      if (finalizer == "orphan" || finalizer == "foregroundDeletion") return "O24 the garbage collector is not done";
    }
    return "";  // somebody else's finalizer holds it; that is theirs to remove
  }
  if (!deployment) return "O21 the Echo has no Deployment";
  auto const observed = api::find_integer(echo->status.get(), {"observedGeneration"}).value_or(0);
  if (owner.empty()) {
    auto const* degraded = contract::condition(*echo, "Degraded");
    bool const told =
        observed == metadata.generation && degraded != nullptr && api::find_string(degraded, {"status"}) == "True" &&
        api::find_string(degraded, {"reason"}) == "NameTaken" && contract::condition_is(*echo, "Ready", "False");
    return told ? "" : "O09 a stranger has the Deployment's name and no condition says so";
  }
  if (observed != metadata.generation) return "O21 the status does not tell of the newest generation";
  if (owner != metadata.uid) return "O21 the Deployment belongs to an older Echo";
  if (deployment->metadata.terminating()) return "O21 the Deployment is being deleted";
  if (!contract::spec_matches(*echo, *deployment)) return "O21 the Deployment is not what the Echo wants";
  auto const wanted = contract::replicas(*echo).value_or(-1);
  if (!contract::all_ready(*deployment, wanted)) return "O21 the Deployment is not ready yet";
  if (!contract::condition_is(*echo, "Ready", "True")) return "O21 all is ready and Ready is not True";
  if (api::find_integer(echo->status.get(), {"replicas"}) != wanted ||
      api::find_integer(echo->status.get(), {"readyReplicas"}) != wanted) {
    return "O21 the status counts other replicas than there are";
  }
  if (api::find_string(echo->status.get(), {"selector"}) != "app=" + metadata.name) {
    return "O21 the status has another selector than the Deployment";
  }
  return "";
}

std::string Invariants::why_unsettled() const {
  std::string text;
  for (auto const& key : unsettled_) {
    if (!text.empty()) text += "; ";
    text += key.to_string() + ": " + mismatch(key);
  }
  return text;
}

void Invariants::fail_liveness(std::string const& where) {
  for (unsigned place = 0; place < living_.size() && pacing_; ++place) {
    if (living_[place] != fakeapi::Actor::server) pacing_->check(place);
  }
  if (unsettled_.empty()) return fail("O21", FailureClass::liveness, where + "all objects match, and still it goes on");
  std::string const first = mismatch(*unsettled_.begin());
  fail(std::string_view(first).substr(0, 3), FailureClass::liveness, where + why_unsettled());
}

void Invariants::fail_stability() {
  if (!unsettled_.empty()) {
    fail("O22", FailureClass::liveness, "what had settled came apart without a cause: " + why_unsettled());
  }
}

void Invariants::check_end() {
  server_.for_each(api::deployments, [&](api::ObjectPtr const& deployment) {
    EchoRecord* const owner = owner_of(*deployment);
    if (owner != nullptr && owner->state == EchoState::gone) {
      fail("O25", FailureClass::liveness,
           "a Deployment is left of an Echo that is gone: " + deployment->key().to_string());
    }
  });
  for (auto const& [key, object] : strangers_) {
    auto const now = server_.find(api::deployments, key);
    bool const untouched = now && now->metadata.uid == object->metadata.uid &&
                           api::same_json(now->spec, object->spec) && now->metadata.labels == object->metadata.labels &&
                           now->metadata.annotations == object->metadata.annotations &&
                           now->metadata.finalizers == object->metadata.finalizers &&
                           now->metadata.owner_references == object->metadata.owner_references;
    if (!untouched)
      fail("O26", FailureClass::safety, "a stranger's Deployment is not as they left it: " + key.to_string());
  }
}

}  // namespace sim
