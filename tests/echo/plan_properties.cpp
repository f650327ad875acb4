// plan() in situations that nobody thought of.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/api/kinds.hpp"
#include "operator/echo/patches.hpp"
#include "operator/echo/plan.hpp"
#include "tests/echo/support/cluster.hpp"

// RC_PRE and RC_ASSERT take && and || apart and evaluate both sides, hence the second parentheses.

namespace {

using namespace echo_tests;
using echo::Observation;

// At full size, else the first cases would all be the same.
int below(int bound) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound)); }
bool coin() { return below(2) == 1; }

std::vector<std::string> any_finalizers() {
  std::vector<std::string> finalizers;
  for (std::string const entry : {"x.io/f", "orphan", "foregroundDeletion", "y.io/g"}) {
    if (below(4) == 3) finalizers.push_back(entry);
  }
  if (coin())
    finalizers.insert(finalizers.begin() + below(static_cast<int>(finalizers.size()) + 1),
                      std::string(echo::finalizer));
  return finalizers;
}

std::vector<api::OwnerReference> any_owners() {
  std::vector<api::OwnerReference> owners;
  bool controlled = false;
  auto const maybe = [&](std::string const& version, std::string const& kind, std::string const& name,
                         std::string const& uid) {
    if (coin()) return;
    std::optional<bool> controller;
    if (below(3) > 0) controller = !controlled && coin();
    controlled = controlled || controller.value_or(false);
    owners.push_back({version, kind, name, uid, controller, coin() ? std::optional(coin()) : std::nullopt});
  };
  maybe("apps/v1", "Wrapper", "w", "w-1");
  maybe("example.com/v1", "Echo", "a", "echo-1");
  maybe("example.com/v1", "Echo", "a", "echo-0");
  return owners;
}

json::value any_container(std::string const& name) {
  json::object container{{"name", json::string(name)},
                         {"image", *rc::gen::element<std::string>("inanimate/echo-server:latest", "b", "c")}};
  if (coin()) container.emplace("env", json::parse(R"([{"name":"X","value":"y"}])"));
  if (coin()) {
    json::array ports;
    for (int port : {80, 8080}) {
      if (coin()) ports.push_back(json::object{{"containerPort", port}, {"name", "p"}});
    }
    container.emplace("ports", std::move(ports));
  }
  return container;
}

std::shared_ptr<api::Object> any_deployment() {
  auto const deployment = make_deployment(*make_echo());
  auto& metadata = deployment->metadata;
  metadata.owner_references = any_owners();
  api::StringMap labels;
  for (std::string const key : {"app", "team", "z"}) {
    if (coin()) labels.set(key, *rc::gen::element<std::string>("a", "b"));
  }
  metadata.labels = labels;
  if (coin()) metadata.annotations = api::StringMap{{"restartedAt", "now"}};
  if (coin()) metadata.finalizers = std::vector<std::string>{"x.io/f"};
  if (below(4) == 3) metadata.deletion_timestamp = some_time();
  metadata.generation = 1 + below(3);
  json::value spec = *deployment->spec;
  spec.at("replicas") = below(4);
  if (coin()) spec.get_object().emplace("paused", true);
  auto& pod = spec.at("template");
  if (coin())
    pod.at("metadata").get_object()["labels"] =
        json::object{{"app", *rc::gen::element<std::string>("a", "b")}, {"v", "1"}};
  if (coin()) pod.at("metadata").get_object().emplace("annotations", json::object{{"n", "m"}});
  json::array containers;
  for (std::string const name : {"s", "a", "t"}) {
    if (coin()) containers.push_back(any_container(name));
  }
  if (containers.empty()) containers.push_back(any_container("s"));
  pod.at("spec").at("containers") = std::move(containers);
  deployment->spec = api::share(std::move(spec));
  if (coin()) deployment->status = deployment_status(below(4), below(4), below(4), below(4), below(4));
  return deployment;
}

std::shared_ptr<api::Object> any_echo() {
  EchoIs is;
  is.generation = 1 + below(3);
  is.spec = *rc::gen::weightedElement<std::string>({{8, R"({"replicas":2})"},
                                                    {2, R"({"replicas":0})"},
                                                    {2, R"({"replicas":2,"image":"b"})"},
                                                    {2, R"({"replicas":2,"paused":true})"},
                                                    {1, R"({"replicas":-1})"},
                                                    {1, "{}"}});
  is.finalizers = any_finalizers();
  is.terminating = coin();
  if (below(8) == 7) is.namespace_ = "";
  return make_echo(is);
}

echo::Refusal const refusal{"Forbidden", "No.", true, {}};

/// `spec`: the Echo's, if it is not to be any.
Observation any_observation(std::optional<std::string> const& spec = std::nullopt) {
  Observation seen;
  auto const echo = any_echo();
  if (spec) echo->spec = shared(*spec);
  seen.echo = echo;
  if (coin()) seen.deployment = any_deployment();
  seen.status_storable = below(4) > 0;
  seen.act = below(8) > 0;
  if (below(8) == 7) seen.refusal = &refusal;
  seen.status_held_for = std::chrono::milliseconds(500 * below(4));
  if (coin()) seen.announced = echo::Standing{coin(), coin(), "Ready"};
  // Half of the time the Echo has told of what it sees already.
  if (coin()) {
    auto const plan = echo::plan(seen);
    for (auto const& action : plan.actions) {
      if (auto const* write = std::get_if<echo::WriteStatus>(&action)) {
        auto told = std::make_shared<api::Object>(*seen.echo);
        told->status = api::share(echo::to_json(write->status, nullptr, some_time()));
        seen.echo = std::move(told);
        break;
      }
    }
  }
  return seen;
}

template <class T>
std::optional<std::size_t> place_of(echo::Plan const& plan) {
  for (std::size_t index = 0; index < plan.actions.size(); ++index) {
    if (std::holds_alternative<T>(plan.actions[index])) return index;
  }
  return std::nullopt;
}

bool has_our_uid(Observation const& seen) {
  for (auto const& owner : *seen.deployment->metadata.owner_references) {
    if (owner.uid == seen.echo->metadata.uid) return true;
  }
  return false;
}

RC_GTEST_PROP(Plan, never_touches_a_deployment_that_does_not_bear_the_uid_of_the_echo, ()) {
  Observation const seen = any_observation();
  RC_PRE((seen.deployment && !has_our_uid(seen)));
  auto const plan = echo::plan(seen);
  RC_ASSERT(!place_of<echo::PatchDeployment>(plan));
  RC_ASSERT(!place_of<echo::DeleteDeployment>(plan));
  RC_ASSERT(!place_of<echo::CreateDeployment>(plan));
}

RC_GTEST_PROP(Plan, never_touches_a_deployment_that_somebody_else_controls, ()) {
  Observation const seen = any_observation();
  RC_PRE((seen.deployment != nullptr));
  auto const* controller = seen.deployment->metadata.controller();
  RC_PRE((controller != nullptr && controller->uid != seen.echo->metadata.uid));
  auto const plan = echo::plan(seen);
  RC_ASSERT(!place_of<echo::PatchDeployment>(plan));
  RC_ASSERT(!place_of<echo::DeleteDeployment>(plan));
}

RC_GTEST_PROP(Plan, has_the_finalizer_before_it_creates, ()) {
  Observation const seen = any_observation();
  auto const plan = echo::plan(seen);
  auto const create = place_of<echo::CreateDeployment>(plan);
  RC_PRE(create.has_value());
  auto const finalizer = place_of<echo::AddFinalizer>(plan);
  RC_ASSERT((seen.echo->metadata.has_finalizer(echo::finalizer) || (finalizer && *finalizer < *create)));
  RC_ASSERT(!seen.deployment);
}

RC_GTEST_PROP(Plan, never_adds_a_finalizer_to_an_echo_that_is_being_deleted_and_never_removes_it_from_one_that_lives,
              ()) {
  Observation const seen = any_observation();
  auto const plan = echo::plan(seen);
  if (seen.echo->metadata.terminating()) {
    RC_ASSERT(!place_of<echo::AddFinalizer>(plan));
    RC_ASSERT(!place_of<echo::CreateDeployment>(plan));
  } else {
    RC_ASSERT(!place_of<echo::RemoveFinalizer>(plan));
    RC_ASSERT(!place_of<echo::DeleteDeployment>(plan));
  }
}

RC_GTEST_PROP(Plan, removes_the_finalizer_only_behind_the_deletion_of_the_deployment, ()) {
  Observation const seen = any_observation();
  auto const plan = echo::plan(seen);
  auto const removal = place_of<echo::RemoveFinalizer>(plan);
  RC_PRE((removal.has_value() && !seen.echo->metadata.has_finalizer("orphan")));
  if (seen.deployment && seen.deployment->metadata.controller() == nullptr && has_our_uid(seen)) {
    auto const deletion = place_of<echo::DeleteDeployment>(plan);
    RC_ASSERT((deletion && *deletion < *removal));
  }
}

RC_GTEST_PROP(Plan, never_claims_to_be_ready_without_all_replicas, ()) {
  Observation const seen = any_observation();
  auto const plan = echo::plan(seen);
  for (auto const& action : plan.actions) {
    auto const* write = std::get_if<echo::WriteStatus>(&action);
    if (write == nullptr || !write->status[echo::ConditionType::ready].holds) continue;
    echo::Rollout const rollout(*seen.deployment);
    RC_ASSERT(rollout.complete(*echo::Echo(*seen.echo).replicas()));
    RC_ASSERT(echo::drift(echo::Echo(*seen.echo), *seen.deployment).empty());
    RC_ASSERT(write->status.observed_generation == seen.echo->metadata.generation);
  }
}

RC_GTEST_PROP(Plan, of_a_paused_echo_that_lives_writes_nothing_but_the_status, ()) {
  Observation const seen = any_observation(R"({"replicas":2,"paused":true})");
  RC_PRE((!seen.echo->metadata.terminating()));
  for (auto const& action : echo::plan(seen).actions) {
    RC_ASSERT((std::holds_alternative<echo::WriteStatus>(action) || std::holds_alternative<echo::RecordEvent>(action)));
  }
}

RC_GTEST_PROP(Plan, of_an_echo_that_is_being_deleted_is_the_same_whether_it_is_paused, ()) {
  Observation seen = any_observation(R"({"replicas":2,"paused":true})");
  RC_PRE((seen.echo->metadata.terminating()));
  auto const text = echo::to_string(echo::plan(seen));
  auto resumed = std::make_shared<api::Object>(*seen.echo);
  resumed->spec = shared(R"({"replicas":2})");
  seen.echo = resumed;
  RC_ASSERT(echo::to_string(echo::plan(seen)) == text);
}

RC_GTEST_PROP(Plan, is_the_same_for_the_same_observation, ()) {
  Observation const seen = any_observation();
  RC_ASSERT(echo::to_string(echo::plan(seen)) == echo::to_string(echo::plan(seen)));
}

// The list without our entry.
std::vector<std::string> foreign(std::vector<std::string> finalizers) {
  std::erase(finalizers, echo::finalizer);
  return finalizers;
}

RC_GTEST_PROP(Patches, add_and_remove_our_finalizer_and_leave_everybody_elses_in_its_place, ()) {
  auto const before = any_echo();
  bool const has = before->metadata.has_finalizer(echo::finalizer);
  auto const patch = has ? echo::remove_finalizer_patch(*before) : echo::add_finalizer_patch(*before);
  auto after = api::apply_patch(*before, patch);
  RC_ASSERT(after.has_value());
  RC_ASSERT(after->metadata.has_finalizer(echo::finalizer) == !has);
  RC_ASSERT(foreign(*after->metadata.finalizers) == foreign(*before->metadata.finalizers));
  after->metadata.finalizers = before->metadata.finalizers;
  RC_ASSERT(api::same_content(*after, *before));
}

RC_GTEST_PROP(Patches, meet_a_conflict_on_an_object_that_has_changed_since, ()) {
  Cluster cluster;
  auto const seen = cluster.put(echo::echoes, *any_echo());
  RC_PRE((!seen->metadata.finalizers.empty() || !seen->metadata.terminating()));
  bool const has = seen->metadata.has_finalizer(echo::finalizer);
  api::Request request;
  request.verb = api::Verb::patch;
  request.resource = echo::echoes;
  request.key = seen->key();
  request.body = api::Patch(has ? echo::remove_finalizer_patch(*seen) : echo::add_finalizer_patch(*seen));
  auto const now = cluster.edit(echo::echoes, seen->key(), [](api::Object& echo) {
    echo.metadata.annotations = api::StringMap{{"somebody", "else"}};
  });
  auto const answer = cluster.execute(request);
  RC_ASSERT(!answer);
  RC_ASSERT(answer.error().is(api::Reason::conflict));
  RC_ASSERT(cluster.find(echo::echoes, seen->key()) == now);
}

// A copy without what the contract calls ours.
json::value without_our_part(api::Object const& deployment) {
  json::value copy = api::object_to_json(deployment);
  auto& metadata = copy.at("metadata").get_object();
  if (auto* labels = metadata.if_contains("labels")) {
    labels->get_object().erase("app");
    if (labels->get_object().empty()) metadata.erase("labels");
  }
  json::array others;
  if (auto* owners = metadata.if_contains("ownerReferences")) {
    for (auto const& owner : owners->get_array()) {
      if (owner.at("uid") != "echo-1") others.push_back(owner);
    }
    *owners = std::move(others);
  }
  auto& spec = copy.at("spec").get_object();
  spec.erase("replicas");
  auto& pod = spec.at("template");
  if (auto* labels = pod.at("metadata").get_object().if_contains("labels")) labels->get_object().erase("app");
  json::array containers;
  for (auto container : pod.at("spec").at("containers").get_array()) {
    if (container.at("name") == "a") {
      auto& fields = container.get_object();
      fields.erase("image");
      if (auto* ports = fields.if_contains("ports")) {
        json::array kept;
        for (auto const& port : ports->get_array()) {
          if (port.at("containerPort") != 8080) kept.push_back(port);
        }
        *ports = kept;
      }
      if (fields.contains("ports") && fields.at("ports").get_array().empty()) fields.erase("ports");
      if (fields.size() == 1) continue;  // nothing but its name: added by us, or of no interest
    }
    containers.push_back(container);
  }
  pod.at("spec").at("containers") = std::move(containers);
  return copy;
}

RC_GTEST_PROP(Drift, is_put_right_at_once_without_touching_what_is_not_ours, ()) {
  auto const echo = make_echo();
  auto before = *any_deployment();
  auto owners = *before.metadata.owner_references;
  std::erase_if(owners, [](auto const& owner) { return owner.kind == "Wrapper" || owner.uid == "echo-0"; });
  if (owners.empty()) owners.push_back({"example.com/v2", "Echo", "a", "echo-1", std::nullopt, std::nullopt});
  before.metadata.owner_references = owners;
  auto operations = echo::drift(echo::Echo(*echo), before);
  bool const none = operations.empty();
  auto const after = api::apply_patch(before, echo::locked_patch(before, std::move(operations)));
  RC_ASSERT(after.has_value());
  RC_CLASSIFY(none, "no drift");
  RC_ASSERT(without_our_part(*after) == without_our_part(before));
  RC_ASSERT(echo::drift(echo::Echo(*echo), *after).empty());
  if (none) RC_ASSERT(api::same_content(*after, before));
}

// --- The plan carried out, again and again ---------------------------------------------------------------------------

struct Carrier {
  Cluster& cluster;
  api::ObjectKey key{"default", "a"};

  Observation observe() const {
    Observation seen;
    seen.echo = cluster.find(echo::echoes, key);
    if (seen.echo) seen.deployment = cluster.find(api::deployments, key);
    // Time is no matter here: nothing is held back.
    seen.status_held_for = echo::status_hold_limit;
    return seen;
  }

  void patch(api::Resource const& resource, api::JsonPatch patch, api::Subresource subresource) {
    api::Request request;
    request.verb = api::Verb::patch;
    request.subresource = subresource;
    request.resource = resource;
    request.key = key;
    request.body = api::Patch(std::move(patch));
    RC_ASSERT(cluster.execute(request).has_value());
  }

  /// Carries out the first action. False if there is none.
  bool step() {
    auto const seen = observe();
    auto const plan = echo::plan(seen);
    if (plan.actions.empty()) return false;
    auto const& action = plan.actions.front();
    int const writes = cluster.writes;
    auto const revision = seen.echo->metadata.resource_version;
    if (std::holds_alternative<echo::AddFinalizer>(action)) {
      patch(echo::echoes, echo::add_finalizer_patch(*seen.echo), api::Subresource::none);
    } else if (std::holds_alternative<echo::RemoveFinalizer>(action)) {
      patch(echo::echoes, echo::remove_finalizer_patch(*seen.echo), api::Subresource::none);
    } else if (auto const* drifted = std::get_if<echo::PatchDeployment>(&action)) {
      patch(api::deployments, echo::locked_patch(*seen.deployment, drifted->operations), api::Subresource::none);
    } else if (auto const* write = std::get_if<echo::WriteStatus>(&action)) {
      auto status = echo::to_json(write->status, seen.echo->status.get(), some_time());
      patch(echo::echoes, echo::status_patch(*seen.echo, std::move(status)), api::Subresource::status);
      RC_ASSERT(cluster.find(echo::echoes, key)->metadata.resource_version != revision);
    } else if (std::holds_alternative<echo::CreateDeployment>(action)) {
      api::Request request;
      request.verb = api::Verb::create;
      request.resource = api::deployments;
      request.key = key;
      request.body = echo::wanted_deployment(echo::Echo(*seen.echo));
      RC_ASSERT(cluster.execute(request).has_value());
    } else if (std::holds_alternative<echo::DeleteDeployment>(action)) {
      cluster.erase(api::deployments, key);
      ++cluster.writes;
    } else {
      RC_FAIL("no such action where a status can be stored");
    }
    RC_ASSERT(cluster.writes == writes + 1);
    return true;
  }

  /// Until nobody has anything to do. False if that does not come.
  bool run() {
    for (int turn = 0; turn < 200; ++turn) {
      bool const acted = step();
      bool const rolled = cluster.deployment_controller_step(key);
      bool const collected = cluster.garbage_collector_step(key);
      if (!acted && !rolled && !collected) return true;
    }
    return false;
  }
};

RC_GTEST_PROP(PlanCarriedOut, comes_to_rest_and_leaves_what_was_wanted, ()) {
  Cluster cluster;
  Carrier carrier{cluster};
  auto echo = any_echo();
  echo->metadata.namespace_ = "default";
  if (echo->metadata.terminating() && echo->metadata.finalizers.empty()) echo->metadata.deletion_timestamp.reset();
  cluster.put(echo::echoes, *echo);
  if (coin()) {
    auto deployment = any_deployment();
    deployment->metadata.deletion_timestamp.reset();
    deployment->metadata.finalizers = std::vector<std::string>{};
    cluster.put(api::deployments, *deployment);
  }
  RC_ASSERT(carrier.run());
  auto const seen = carrier.observe();
  auto const plan = echo::plan(seen);
  RC_TAG(std::string(echo::to_string(plan.situation)));
  RC_ASSERT(plan.actions.empty());
  if (!seen.echo) {
    RC_ASSERT(echo->metadata.terminating());
    return;
  }
  if (seen.echo->metadata.terminating()) {
    RC_ASSERT(!seen.echo->metadata.has_finalizer(echo::finalizer));
    RC_ASSERT(!seen.echo->metadata.finalizers.empty());
    return;
  }
  auto const* status = seen.echo->status.get();
  if (plan.situation == echo::Situation::paused) {
    RC_ASSERT(echo::Echo(*seen.echo).paused());
    RC_ASSERT(api::find_integer(status, {"observedGeneration"}) == seen.echo->metadata.generation);
    return;
  }
  RC_ASSERT((plan.situation == echo::Situation::ready || plan.situation == echo::Situation::name_taken ||
             plan.situation == echo::Situation::invalid_spec));
  RC_ASSERT(echo::holds(status, echo::ConditionType::ready) == (plan.situation == echo::Situation::ready));
  RC_ASSERT((echo::holds(status, echo::ConditionType::degraded) ==
             (plan.situation == echo::Situation::name_taken || plan.situation == echo::Situation::invalid_spec)));
  RC_ASSERT(api::find_integer(status, {"observedGeneration"}) == seen.echo->metadata.generation);
}

RC_GTEST_PROP(PlanCarriedOut, puts_right_whatever_somebody_does_to_echo_and_deployment_in_between, ()) {
  Cluster cluster;
  Carrier carrier{cluster};
  cluster.put(echo::echoes, *make_echo({.finalizers = {}}));
  std::int64_t wanted = 2;
  for (int deeds = 1 + below(5); deeds > 0; --deeds) {
    for (int steps = below(6); steps > 0; --steps) {
      if (!carrier.step()) cluster.deployment_controller_step(carrier.key);
    }
    int const value = below(4);
    auto const deployment = cluster.find(api::deployments, carrier.key);
    switch (below(4)) {
      case 0:
        wanted = value;
        cluster.edit(echo::echoes, carrier.key,
                     [&](auto& echo) { echo.spec = shared(R"({"replicas":)" + std::to_string(value) + "}"); });
        break;
      case 1:
        if (deployment) {
          cluster.edit(api::deployments, carrier.key, [&](auto& d) {
            json::value spec = *d.spec;
            spec.at("replicas") = value;
            d.spec = api::share(std::move(spec));
          });
        }
        break;
      case 2:
        if (deployment) cluster.erase(api::deployments, carrier.key);
        break;
      default:
        if (deployment) {
          cluster.edit(api::deployments, carrier.key, [&](auto& d) {
            d.metadata.labels = api::StringMap{{"team", "x"}};
            json::value spec = *d.spec;
            spec.at("template").at("spec").at("containers").at(0).at("image") = "evil";
            d.spec = api::share(std::move(spec));
          });
        }
        break;
    }
  }
  RC_ASSERT(carrier.run());
  auto const seen = carrier.observe();
  RC_ASSERT(echo::plan(seen).situation == echo::Situation::ready);
  RC_ASSERT(api::find_integer(seen.deployment->spec.get(), {"replicas"}) == wanted);
  RC_ASSERT(api::find_integer(seen.echo->status.get(), {"readyReplicas"}) == wanted);
}

}  // namespace
