// plan(): what is decided in every situation, as the text that people are shown.
#include "operator/echo/plan.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "operator/echo/conditions.hpp"
#include "operator/echo/deployment.hpp"
#include "tests/echo/support/objects.hpp"

namespace {

using namespace echo_tests;
using echo::Observation;
using echo::Standing;
using std::chrono::milliseconds;

struct Case {
  char const* what;
  EchoIs echo;
  /// Null: no Deployment.
  std::function<void(api::Object&)> deployment;
  std::function<void(Observation&)> more;
  char const* plan;
};

void as_it_was_made(api::Object&) {}
void ready(api::Object& deployment) { deployment.status = all_ready(2); }
void terminating(api::Object& deployment) { deployment.metadata.deletion_timestamp = some_time(); }
void owned_by(api::Object& deployment, char const* kind, char const* name, char const* uid) {
  deployment.metadata.owner_references =
      std::vector<api::OwnerReference>{{"example.com/v1", kind, name, uid, true, true}};
}
void strangers(api::Object& deployment) { deployment.metadata.owner_references = std::vector<api::OwnerReference>{}; }
void nothing_more(Observation&) {}

api::SharedJson stored(std::function<void(echo::EchoStatus&)> const& tell, std::int64_t generation = 1,
                       std::int64_t replicas = 2, std::int64_t ready_replicas = 2) {
  echo::EchoStatus status;
  status.observed_generation = generation;
  status.replicas = replicas;
  status.ready_replicas = ready_replicas;
  status.selector = "app=a";
  tell(status);
  return api::share(echo::to_json(status, nullptr, some_time()));
}
api::SharedJson ready_status(std::int64_t generation = 1) { return stored(echo::tell_ready, generation); }

std::string plan_of(Case const& c) {
  Observation seen;
  auto const echo = make_echo(c.echo);
  seen.echo = echo;
  if (c.deployment) {
    auto const wants = make_echo({.name = c.echo.name, .uid = c.echo.uid});
    auto const deployment = make_deployment(*wants);
    c.deployment(*deployment);
    seen.deployment = deployment;
  }
  c.more(seen);
  return echo::to_string(echo::plan(seen));
}

std::string const ours(echo::finalizer);

echo::Refusal const invalid_name{"InvalidName", "No.", true, {}};
echo::Refusal const forbidden{"Forbidden", "No.", true, {}};
echo::Refusal const no_namespace{"NamespaceTerminating", "No.", false, echo::namespace_retry};

TEST(Plan, decides_each_situation_as_the_table_says) {
  Case const cases[] = {
      {"a new Echo", {.finalizers = {}}, nullptr, nothing_more, "missing: add finalizer; create Deployment"},
      {"somebody else's finalizer is no reason to leave out ours",
       {.finalizers = {"x.io/f"}},
       nullptr,
       nothing_more,
       "missing: add finalizer; create Deployment"},
      {"a restart after the finalizer", {}, nullptr, nothing_more, "missing: create Deployment"},
      {"the Deployment of a Ready Echo was deleted",
       {.status = ready_status()},
       nullptr,
       nothing_more,
       "missing: create Deployment"},
      {"the Deployment has just been made",
       {},
       as_it_was_made,
       nothing_more,
       "rolling_out: hold the status back; again in 1000 ms"},
      {"it was made a while ago",
       {},
       as_it_was_made,
       [](Observation& seen) { seen.status_held_for = milliseconds(400); },
       "rolling_out: hold the status back; again in 600 ms"},
      {"it was made longer ago than a status is held back",
       {},
       as_it_was_made,
       [](Observation& seen) { seen.status_held_for = std::chrono::seconds(1); },
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=False AsExpected, "
       "0 of 0 ready)"},
      {"its controller has caught up",
       {},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 0, 0); },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=False AsExpected, "
       "0 of 2 ready)"},
      {"a replica has become ready",
       {.status = stored([](auto& s) { echo::tell_waiting(s, "RollingOut", "0 of 2 replicas are ready."); }, 1, 2, 0)},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 1, 1); },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=False AsExpected, "
       "1 of 2 ready)"},
      {"all is ready",
       {},
       ready,
       nothing_more,
       "ready: write status (Ready=True Ready, Progressing=False Complete, Degraded=False AsExpected, 2 of 2 ready)"},
      {"all is ready and told", {.status = ready_status()}, ready, nothing_more, "ready: nothing to do"},
      {"somebody took our finalizer off",
       {.finalizers = {"x.io/f"}, .status = ready_status()},
       ready,
       nothing_more,
       "ready: add finalizer"},
      {"the Echo was scaled",
       {.generation = 2, .spec = R"({"replicas":3})", .status = ready_status()},
       ready,
       nothing_more,
       "drifted: patch Deployment (/spec/replicas)"},
      {"the Deployment was scaled, its controller is behind",
       {.status = ready_status()},
       [](auto& d) {
         ready(d);
         d.metadata.generation = 2;
       },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=False AsExpected, "
       "2 of 2 ready)"},
      {"a new generation that changes nothing",
       {.generation = 2, .status = ready_status()},
       ready,
       nothing_more,
       "ready: write status (Ready=True Ready, Progressing=False Complete, Degraded=False AsExpected, 2 of 2 ready)"},
      {"a pod is no longer ready",
       {.status = ready_status()},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 1, 1); },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=False AsExpected, "
       "1 of 2 ready)"},
      {"the rollout is stuck",
       {},
       [](auto& d) {
         d.status = shared(R"({"observedGeneration":1,"replicas":2,"updatedReplicas":2,"conditions":[
             {"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"m"}]})");
       },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=False ProgressDeadlineExceeded, "
       "Degraded=True ProgressDeadlineExceeded, 0 of 2 ready)"},
      {"pods cannot be made, which is told at once",
       {},
       [](auto& d) {
         d.status = shared(R"({"observedGeneration":1,"conditions":[
             {"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"m"}]})");
       },
       nothing_more,
       "rolling_out: write status (Ready=False RollingOut, Progressing=True RollingOut, Degraded=True ReplicaFailure, "
       "0 of 0 ready)"},
      {"several things drifted",
       {.status = ready_status()},
       [](auto& d) {
         ready(d);
         d.metadata.labels = api::StringMap{{"app", "x"}};
         d.spec = shared(R"({"replicas":9,"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[
             {"name":"a","image":"x","ports":[{"containerPort":8080}]}]}}})");
       },
       nothing_more,
       "drifted: patch Deployment (/metadata/labels/app, /spec/replicas, /spec/template/metadata/labels/app, "
       "/spec/template/spec/containers/0/image)"},
      {"our Deployment is being deleted",
       {.status = ready_status()},
       terminating,
       nothing_more,
       "child_terminating: write status (Ready=False DeploymentTerminating, Progressing=True DeploymentTerminating, "
       "Degraded=False AsExpected, 0 of 0 ready)"},
      {"an older Echo's Deployment has the name",
       {.uid = "echo-2", .finalizers = {}},
       [](auto& d) { owned_by(d, "Echo", "a", "echo-1"); },
       nothing_more,
       "waiting_for_garbage_collection: write status (Ready=False WaitingForGarbageCollection, Progressing=True "
       "WaitingForGarbageCollection, Degraded=False AsExpected, 0 of 0 ready)"},
      {"a stranger has the name",
       {.finalizers = {}},
       strangers,
       nothing_more,
       "name_taken: write status (Ready=False NameTaken, Progressing=False NameTaken, Degraded=True NameTaken, "
       "0 of 0 ready)"},
      {"a stranger with a controller has the name",
       {},
       [](auto& d) { owned_by(d, "Wrapper", "w", "w-1"); },
       nothing_more,
       "name_taken: write status (Ready=False NameTaken, Progressing=False NameTaken, Degraded=True NameTaken, "
       "0 of 0 ready)"},
      {"replicas are negative, which only the tutorial's definition lets through",
       {.spec = R"({"replicas":-1})", .finalizers = {}},
       nullptr,
       nothing_more,
       "invalid_spec: write status (Ready=False InvalidSpec, Progressing=False InvalidSpec, Degraded=True InvalidSpec, "
       "0 of 0 ready)"},
      {"replicas are missing, and the Deployment there is left alone",
       {.spec = "{}"},
       ready,
       nothing_more,
       "invalid_spec: write status (Ready=False InvalidSpec, Progressing=False InvalidSpec, Degraded=True InvalidSpec, "
       "2 of 2 ready)"},
      {"replicas are no number",
       {.spec = R"({"replicas":"2"})"},
       nullptr,
       nothing_more,
       "invalid_spec: write status (Ready=False InvalidSpec, Progressing=False InvalidSpec, Degraded=True InvalidSpec, "
       "0 of 0 ready)"},
      {"the definition is not namespaced",
       {.namespace_ = "", .finalizers = {}},
       nullptr,
       nothing_more,
       "cluster_scoped: write status (Ready=False ClusterScoped, Progressing=False ClusterScoped, Degraded=True "
       "ClusterScoped, 0 of 0 ready)"},
      {"the server refused the Deployment",
       {},
       nullptr,
       [](Observation& seen) { seen.refusal = &invalid_name; },
       "refused: write status (Ready=False InvalidName, Progressing=False InvalidName, Degraded=True InvalidName, "
       "0 of 0 ready)"},
      {"the server refused to put the Deployment right",
       {.spec = R"({"replicas":3})"},
       ready,
       [](Observation& seen) { seen.refusal = &forbidden; },
       "refused: write status (Ready=False Forbidden, Progressing=False Forbidden, Degraded=True Forbidden, "
       "2 of 2 ready)"},
      {"the namespace is going",
       {},
       nullptr,
       [](Observation& seen) { seen.refusal = &no_namespace; },
       "refused: write status (Ready=False NamespaceTerminating, Progressing=False NamespaceTerminating, "
       "Degraded=False AsExpected, 0 of 0 ready); again in 30000 ms"},
      {"a refusal that is told already",
       {.status = stored([](auto& s) { echo::tell_refused(s, invalid_name); }, 1, 0, 0)},
       nullptr,
       [](Observation& seen) { seen.refusal = &invalid_name; },
       "refused: nothing to do"},
      {"making the Deployment has just failed",
       {},
       nullptr,
       [](Observation& seen) { seen.act = false; },
       "missing: nothing to do"},
      {"making the Deployment of a Ready Echo again has just failed",
       {.status = ready_status()},
       nullptr,
       [](Observation& seen) { seen.act = false; },
       "missing: write status (Ready=False DeploymentMissing, Progressing=True DeploymentMissing, Degraded=False "
       "AsExpected, 0 of 0 ready)"},
      // Paused.
      {"it is paused and new",
       {.spec = R"({"replicas":2,"paused":true})", .finalizers = {}},
       nullptr,
       nothing_more,
       "paused: write status (Ready=False Paused, Progressing=False Paused, Degraded=False AsExpected, 0 of 0 ready)"},
      {"it is paused and all is as wanted",
       {.spec = R"({"replicas":2,"paused":true})"},
       ready,
       nothing_more,
       "paused: write status (Ready=True Ready, Progressing=False Paused, Degraded=False AsExpected, 2 of 2 ready)"},
      {"it is paused and that was told",
       {.spec = R"({"replicas":2,"paused":true})", .status = stored([](auto& s) {
                                                     echo::tell_ready(s);
                                                     echo::tell_paused(s, {});
                                                   })},
       ready,
       nothing_more,
       "paused: nothing to do"},
      {"it is paused and its Deployment has drifted",
       {.spec = R"({"replicas":3,"paused":true})"},
       ready,
       nothing_more,
       "paused: write status (Ready=False Paused, Progressing=False Paused, Degraded=False AsExpected, 2 of 2 ready)"},
      {"it is paused and a pod is no longer ready",
       {.spec = R"({"replicas":2,"paused":true})"},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 1, 1); },
       nothing_more,
       "paused: write status (Ready=False Paused, Progressing=False Paused, Degraded=False AsExpected, 1 of 2 ready)"},
      {"it is paused and a stranger has the name",
       {.spec = R"({"replicas":2,"paused":true})"},
       strangers,
       nothing_more,
       "paused: write status (Ready=False Paused, Progressing=False Paused, Degraded=False AsExpected, 0 of 0 ready)"},
      {"it is paused and being deleted",
       {.spec = R"({"replicas":2,"paused":true})", .terminating = true},
       ready,
       nothing_more,
       "terminating: delete Deployment; remove finalizer"},
      {"it is paused with a spec that makes no sense",
       {.spec = R"({"replicas":-2,"paused":true})"},
       ready,
       nothing_more,
       "invalid_spec: write status (Ready=False InvalidSpec, Progressing=False InvalidSpec, Degraded=True InvalidSpec, "
       "2 of 2 ready)"},
      // Images.
      {"the operator has another image than before",
       {},
       ready,
       [](Observation& seen) { seen.fallback_image = "other:1"; },
       "drifted: patch Deployment (/spec/template/spec/containers/0/image)"},
      {"the Echo has an image of its own",
       {.spec = R"({"replicas":2,"image":"own:1"})"},
       ready,
       nothing_more,
       "drifted: patch Deployment (/spec/template/spec/containers/0/image)"},
      {"the image is no text, which a definition without a schema lets through",
       {.spec = R"({"replicas":2,"image":7})"},
       ready,
       nothing_more,
       "invalid_spec: write status (Ready=False InvalidSpec, Progressing=False InvalidSpec, Degraded=True InvalidSpec, "
       "2 of 2 ready)"},
      // The tutorial's Deployments.
      {"a Deployment of the tutorial's is taken over",
       {.finalizers = {}},
       strangers,
       [](Observation& seen) { seen.adopt_tutorial = true; },
       "adoptable: add finalizer; patch Deployment (/metadata/ownerReferences)"},
      {"a Deployment of the tutorial's is not taken over while it is being deleted",
       {},
       [](auto& d) {
         strangers(d);
         terminating(d);
       },
       [](Observation& seen) { seen.adopt_tutorial = true; },
       "child_terminating: write status (Ready=False DeploymentTerminating, Progressing=True DeploymentTerminating, "
       "Degraded=False AsExpected, 0 of 0 ready)"},
      {"the Echo of a Deployment of the tutorial's is being deleted",
       {.terminating = true},
       strangers,
       [](Observation& seen) { seen.adopt_tutorial = true; },
       "terminating: delete Deployment; remove finalizer"},
      {"the server does not let us take it over",
       {},
       strangers,
       [](Observation& seen) {
         seen.adopt_tutorial = true;
         seen.refusal = &forbidden;
       },
       "refused: write status (Ready=False Forbidden, Progressing=False Forbidden, Degraded=True Forbidden, "
       "0 of 0 ready)"},
      {"taking it over has just failed",
       {.status = ready_status()},
       strangers,
       [](Observation& seen) {
         seen.adopt_tutorial = true;
         seen.act = false;
       },
       "adoptable: write status (Ready=False Adopting, Progressing=True Adopting, Degraded=False AsExpected, "
       "0 of 0 ready)"},
      {"somebody has changed the tutorial's Deployment, so it may be his",
       {.finalizers = {}},
       [](auto& d) {
         strangers(d);
         d.metadata.labels = api::StringMap{{"app", "a"}, {"team", "x"}};
       },
       [](Observation& seen) { seen.adopt_tutorial = true; },
       "name_taken: write status (Ready=False NameTaken, Progressing=False NameTaken, Degraded=True NameTaken, "
       "0 of 0 ready)"},
      // Deletion.
      {"the Echo is being deleted",
       {.terminating = true, .status = ready_status()},
       ready,
       nothing_more,
       "terminating: delete Deployment; remove finalizer"},
      {"the Deployment was missing when the Echo was deleted",
       {.terminating = true},
       nullptr,
       nothing_more,
       "terminating: remove finalizer"},
      {"its Deployment is still going", {.terminating = true}, terminating, nothing_more, "terminating: nothing to do"},
      {"its Deployment is still going and it claims to be ready",
       {.generation = 2, .terminating = true, .status = ready_status()},
       terminating,
       nothing_more,
       "terminating: write status (Ready=False Terminating, Progressing=True Terminating, Degraded=False AsExpected, "
       "0 of 0 ready)"},
      {"it was deleted with the orphan policy",
       {.finalizers = {ours, "orphan"}, .terminating = true, .status = ready_status()},
       ready,
       nothing_more,
       "terminating: remove finalizer"},
      {"it was deleted with the orphan policy and is not ours any more",
       {.finalizers = {"orphan"}, .terminating = true, .status = ready_status()},
       ready,
       nothing_more,
       "released: nothing to do"},
      {"it was deleted in the foreground",
       {.finalizers = {"foregroundDeletion", ours}, .terminating = true},
       ready,
       nothing_more,
       "terminating: delete Deployment; remove finalizer"},
      {"a stranger has the name of an Echo that is being deleted",
       {.terminating = true},
       strangers,
       nothing_more,
       "terminating: remove finalizer"},
      {"an older Echo's Deployment has the name of an Echo that is being deleted",
       {.uid = "echo-2", .terminating = true},
       [](auto& d) { owned_by(d, "Echo", "a", "echo-1"); },
       nothing_more,
       "terminating: remove finalizer"},
      {"it never had our finalizer and is kept by somebody else's",
       {.finalizers = {"x.io/f"}, .terminating = true},
       nullptr,
       nothing_more,
       "released: nothing to do"},
      {"it is kept by somebody else's finalizer and claims to be ready",
       {.finalizers = {"x.io/f"}, .terminating = true, .status = ready_status()},
       nullptr,
       nothing_more,
       "released: write status (Ready=False Terminating, Progressing=True Terminating, Degraded=False AsExpected, "
       "0 of 0 ready)"},
      {"a Deployment of ours turned up after our finalizer went",
       {.finalizers = {"x.io/f"}, .terminating = true},
       ready,
       nothing_more,
       "terminating: delete Deployment"},
      {"the server has taken our finalizer off, the cache is behind",
       {.terminating = true, .status = ready_status()},
       nullptr,
       [](Observation& seen) { seen.finalizer_removed = true; },
       "released: nothing to do"},
      {"the server does not let us delete the Deployment",
       {.terminating = true, .status = ready_status()},
       ready,
       [](Observation& seen) { seen.refusal = &forbidden; },
       "terminating: write status (Ready=False Forbidden, Progressing=False Forbidden, Degraded=True Forbidden, "
       "2 of 2 ready)"},
      {"deleting the Deployment has just failed",
       {.terminating = true, .status = ready_status()},
       ready,
       [](Observation& seen) { seen.act = false; },
       "terminating: write status (Ready=False Terminating, Progressing=True Terminating, Degraded=False AsExpected, "
       "2 of 2 ready)"},
      {"a cluster-scoped Echo is being deleted",
       {.namespace_ = "", .finalizers = {"x.io/f"}, .terminating = true},
       nullptr,
       nothing_more,
       "released: nothing to do"},
      // Without a status.
      {"all is ready, seen for the first time",
       {},
       ready,
       [](Observation& seen) { seen.status_storable = false; },
       "ready: nothing to do"},
      {"all has become ready",
       {},
       ready,
       [](Observation& seen) {
         seen.status_storable = false;
         seen.announced = Standing{false, false, "RollingOut"};
       },
       "ready: record event (Normal Ready)"},
      {"only the counts have changed",
       {},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 1, 1); },
       [](Observation& seen) {
         seen.status_storable = false;
         seen.announced = Standing{false, false, "RollingOut"};
       },
       "rolling_out: nothing to do"},
      {"it is not ready any more",
       {},
       [](auto& d) { d.status = deployment_status(1, 2, 2, 1, 1); },
       [](Observation& seen) {
         seen.status_storable = false;
         seen.announced = Standing{true, false, "Ready"};
       },
       "rolling_out: record event (Normal RollingOut)"},
      {"a stranger has the name and this is the first we see",
       {},
       strangers,
       [](Observation& seen) { seen.status_storable = false; },
       "name_taken: record event (Warning NameTaken)"},
      {"a stranger has the name and that was told",
       {},
       strangers,
       [](Observation& seen) {
         seen.status_storable = false;
         seen.announced = Standing{false, true, "NameTaken"};
       },
       "name_taken: nothing to do"},
      {"what is wrong has changed",
       {.spec = "{}"},
       nullptr,
       [](Observation& seen) {
         seen.status_storable = false;
         seen.announced = Standing{false, true, "NameTaken"};
       },
       "invalid_spec: record event (Warning InvalidSpec)"},
  };
  for (auto const& c : cases) EXPECT_EQ(plan_of(c), c.plan) << c.what;
}

TEST(Plan, for_no_echo_is_to_do_nothing) { EXPECT_EQ(echo::to_string(echo::plan({})), "gone: nothing to do"); }

TEST(Plan, tells_what_to_do_about_a_taken_name) {
  Observation seen;
  seen.echo = make_echo();
  auto const deployment = make_deployment(*seen.echo);
  strangers(*deployment);
  deployment->metadata.labels = api::StringMap{{"app", "web"}};
  seen.deployment = deployment;
  auto const plan = echo::plan(seen);
  auto const& status = std::get<echo::WriteStatus>(plan.actions.at(0)).status;
  EXPECT_EQ(status[echo::ConditionType::degraded].message.view(),
            "A Deployment of this name exists and does not belong to this Echo, so it is left alone. Delete that "
            "Deployment, or create the Echo under another name.");
  EXPECT_EQ(status.selector, "app=a");
  EXPECT_EQ(status.observed_generation, 1);
}

TEST(Plan, tells_how_to_have_the_tutorials_deployment_taken_over) {
  Observation seen;
  seen.echo = make_echo();
  auto const deployment = make_deployment(*seen.echo);
  strangers(*deployment);
  seen.deployment = deployment;
  auto const plan = echo::plan(seen);
  auto const& status = std::get<echo::WriteStatus>(plan.actions.at(0)).status;
  std::string const message(status[echo::ConditionType::degraded].message.view());
  EXPECT_TRUE(message.contains(echo::adoption_command(echo::Echo(*seen.echo), *deployment))) << message;
  EXPECT_TRUE(message.contains("--adopt-tutorial")) << message;
}

TEST(Plan, tells_of_a_paused_echo_what_is_missing_and_that_nothing_is_done_about_it) {
  Observation seen;
  seen.echo = make_echo({.spec = R"({"replicas":2,"paused":true})"});
  auto const status = std::get<echo::WriteStatus>(echo::plan(seen).actions.at(0)).status;
  EXPECT_EQ(status[echo::ConditionType::ready].message.view(),
            "There is no Deployment. spec.paused is true, so the operator does nothing about it.");
  EXPECT_EQ(status[echo::ConditionType::progressing].message.view(),
            "spec.paused is true: the Deployment is left as it is.");
}

}  // namespace
