// The reconciler: which calls it makes, how many, and what it makes of the answers.
#include "operator/echo/reconciler.hpp"

#include <gtest/gtest.h>

#include "tests/echo/support/desk.hpp"

namespace {

using namespace echo_tests;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string const finalizer_patch = "PATCH echoes.example.com default/a\n";
std::string const status_patch = "PATCH echoes.example.com default/a/status\n";
std::string const create = "CREATE deployments.apps default/a\n";
std::string const deployment_patch = "PATCH deployments.apps default/a\n";
std::string const deletion = "DELETE deployments.apps default/a\n";
std::string const get_echo = "GET echoes.example.com default/a\n";
std::string const get_deployment = "GET deployments.apps default/a\n";

// A fault for exactly this request: the line without its end.
std::string on(std::string const& line) { return line.substr(0, line.size() - 1); }

// --- Budgets --------------------------------------------------------------------------------------------------------

TEST(ReconcilerBudget, create_to_ready_is_four_writes_and_no_read_when_replicas_become_ready_at_once) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, seconds(1));
  EXPECT_EQ(desk.api.take(), finalizer_patch + create);
  desk.cluster.deployment_controller_step(desk.key);  // sees the spec
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, seconds(1));
  EXPECT_EQ(desk.api.take(), "");
  desk.cluster.deployment_controller_step(desk.key);  // makes the pods
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, std::nullopt);
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.ready(), "False RollingOut");
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.ready(), "Ready");
  EXPECT_EQ(desk.degraded(), "False AsExpected");
}

TEST(ReconcilerBudget, each_further_observed_readiness_step_is_one_more_write) {
  Desk desk;
  desk.put_echo({.spec = R"({"replicas":4})", .finalizers = {}});
  desk.deliver_and_reconcile().value();
  while (desk.cluster.deployment_controller_step(desk.key)) desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
  // finalizer, create, 0 of 4, then 1, 2, 3 and 4 of 4
  EXPECT_EQ(desk.api.take(),
            finalizer_patch + create + status_patch + status_patch + status_patch + status_patch + status_patch);
}

TEST(ReconcilerBudget, converged_costs_nothing) {
  Desk desk;
  desk.converge();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, std::nullopt);
    desk.world.run_for(std::chrono::hours(1));
  }
  EXPECT_EQ(desk.api.take(), "");
  EXPECT_EQ(desk.reconciler.remembered(), 0U);
}

TEST(ReconcilerBudget, a_restarted_operator_finds_a_converged_echo_and_does_nothing) {
  Desk desk;
  desk.converge();
  echo::EchoReconciler again(desk.world.environment(), desk.api, desk.echoes, desk.deployments, desk.events);
  runtime::ReconcileContext context(desk.key, false, desk.world.now() + seconds(60));
  bool ended = false;
  boost::asio::co_spawn(
      desk.world.process.executor(), again.reconcile(context),
      [&](std::exception_ptr exception, auto const& outcome) { ended = !exception && outcome.has_value(); });
  desk.world.settle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(desk.api.take(), "");
}

TEST(ReconcilerBudget, scale_is_one_write_and_the_status) {
  Desk desk;
  desk.converge();
  desk.scale(3);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), deployment_patch + status_patch);
  EXPECT_EQ(desk.ready(), "False RollingOut");
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.ready(), "Ready");
  EXPECT_EQ(api::find_integer(desk.echo()->status.get(), {"observedGeneration"}), 2);
}

TEST(ReconcilerBudget, delete_is_one_delete_and_one_finalizer_patch) {
  Desk desk;
  desk.converge();
  desk.cluster.delete_echo(desk.key);
  desk.deliver_echo();
  EXPECT_TRUE(desk.reconcile().has_value());
  EXPECT_EQ(desk.api.take(), deletion + finalizer_patch);
  EXPECT_FALSE(desk.echo());
  EXPECT_FALSE(desk.deployment());
  // The caches show neither yet, then one of them, then both.
  EXPECT_TRUE(desk.reconcile().has_value());
  desk.deliver_deployment();
  EXPECT_TRUE(desk.reconcile().has_value());
  desk.deliver_echo();
  EXPECT_TRUE(desk.reconcile().has_value());
  EXPECT_EQ(desk.api.take(), "");
  EXPECT_EQ(desk.reconciler.remembered(), 0U);
}

TEST(ReconcilerBudget, a_status_of_progress_is_held_back_for_a_second_and_no_longer) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.deliver_and_reconcile().value();
  desk.api.take();
  desk.world.run_for(milliseconds(700));
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, milliseconds(300));
  EXPECT_EQ(desk.api.take(), "");
  desk.world.run_for(milliseconds(300));
  EXPECT_EQ(desk.reconcile()->requeue_after, std::nullopt);
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.ready(), "False RollingOut");
  desk.world.run_for(seconds(60));
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, std::nullopt) << "told is told";
  EXPECT_EQ(desk.api.take(), "");
}

// --- Writes as they should be ---------------------------------------------------------------------------------------

TEST(Reconciler, tells_the_runtime_of_every_version_that_its_writes_made) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.deliver_and_reconcile().value();
  ASSERT_EQ(desk.wrote.size(), 2U);
  EXPECT_EQ(desk.wrote[0].resource, echo::echoes);
  EXPECT_EQ(desk.wrote[0].version, desk.echo()->metadata.resource_version);
  EXPECT_EQ(desk.wrote[1].resource, api::deployments);
  EXPECT_EQ(desk.wrote[1].version, desk.deployment()->metadata.resource_version);
}

TEST(Reconciler, deletes_its_deployment_by_uid_and_version_in_the_background) {
  Desk desk;
  desk.converge();
  auto const child = desk.deployment();
  desk.cluster.delete_echo(desk.key);
  desk.deliver_and_reconcile().value();
  auto const& options = std::get<api::DeleteOptions>(desk.api.requests.at(desk.api.requests.size() - 2).options);
  EXPECT_EQ(options.preconditions.uid, child->metadata.uid);
  EXPECT_EQ(options.preconditions.resource_version, child->metadata.resource_version);
  EXPECT_EQ(options.propagation, api::PropagationPolicy::background);
}

TEST(Reconciler, gives_every_write_the_deadline_of_the_reconcile_and_the_end_of_the_lease) {
  Desk desk;
  seams::MonotonicTime const lease_end = desk.world.now() + seconds(7);
  echo::EchoReconciler leader(desk.world.environment(), desk.api, desk.echoes, desk.deployments, desk.events,
                              {.not_after = [&] { return lease_end; }});
  desk.put_echo({.finalizers = {}});
  desk.deliver();
  runtime::ReconcileContext context(desk.key, false, desk.world.now() + seconds(5));
  boost::asio::co_spawn(desk.world.process.executor(), leader.reconcile(context),
                        [](std::exception_ptr exception, auto const&) {
                          if (exception) std::rethrow_exception(exception);
                        });
  desk.world.settle();
  ASSERT_EQ(desk.api.requests.size(), 2U);
  for (auto const& request : desk.api.requests) {
    EXPECT_EQ(request.write_options()->deadline, context.deadline());
    EXPECT_EQ(request.write_options()->not_after, lease_end);
    EXPECT_EQ(request.write_options()->field_manager, "echo-operator");
  }
}

TEST(Reconciler, puts_a_missing_deployment_back_and_takes_back_that_it_was_ready) {
  Desk desk;
  desk.converge();
  desk.cluster.erase(api::deployments, desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), create + status_patch);
  EXPECT_EQ(desk.ready(), "False RollingOut");
}

TEST(Reconciler, puts_drift_right_in_one_patch) {
  Desk desk;
  desk.converge();
  desk.cluster.edit(api::deployments, desk.key, [](api::Object& deployment) {
    deployment.metadata.labels = api::StringMap{{"app", "x"}, {"team", "y"}};
    json::value spec = *deployment.spec;
    spec.at("replicas") = 7;
    spec.at("template").at("spec").at("containers").at(0).at("image") = "evil";
    deployment.spec = api::share(std::move(spec));
  });
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), deployment_patch + status_patch);
  EXPECT_TRUE(echo::drift(echo::Echo(*desk.echo()), *desk.deployment()).empty());
  EXPECT_EQ(*desk.deployment()->metadata.labels->find("team"), "y");
}

// --- Strangers, predecessors, deletion ------------------------------------------------------------------------------

TEST(Reconciler, leaves_a_stranger_alone_and_says_so_once) {
  Desk desk;
  auto stranger = make_deployment(*make_echo());
  stranger->metadata.owner_references = std::vector<api::OwnerReference>{};
  auto const before = desk.cluster.put(api::deployments, *stranger);
  desk.put_echo({.finalizers = {}});
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.degraded(), "NameTaken");
  EXPECT_EQ(desk.ready(), "False NameTaken");
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
  desk.cluster.delete_echo(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
  EXPECT_EQ(desk.deployment(), before);
}

TEST(Reconciler, makes_its_deployment_as_soon_as_the_stranger_has_gone) {
  Desk desk;
  auto stranger = make_deployment(*make_echo());
  stranger->metadata.owner_references = std::vector<api::OwnerReference>{};
  desk.cluster.put(api::deployments, *stranger);
  desk.put_echo({.finalizers = {}});
  desk.deliver_and_reconcile().value();
  desk.cluster.erase(api::deployments, desk.key);
  desk.api.take();
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take().substr(0, (finalizer_patch + create).size()), finalizer_patch + create);
}

TEST(Reconciler, leaves_the_deployment_of_an_older_echo_to_the_garbage_collector) {
  Desk desk;
  desk.converge();
  desk.cluster.erase(echo::echoes, desk.key);
  desk.put_echo({.uid = "echo-2", .finalizers = {}});
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), status_patch);
  EXPECT_EQ(desk.progressing(), "WaitingForGarbageCollection");
  EXPECT_TRUE(desk.cluster.garbage_collector_step(desk.key));
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), finalizer_patch + create);
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
}

TEST(Reconciler, waits_with_its_finalizer_until_the_deployment_is_seen_gone) {
  Desk desk;
  desk.converge();
  desk.cluster.edit(api::deployments, desk.key, [](api::Object& deployment) {
    deployment.metadata.finalizers = std::vector<std::string>{"x.io/f"};
  });
  desk.cluster.delete_echo(desk.key);
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, std::nullopt);
  EXPECT_EQ(desk.api.take(), deletion + status_patch);
  EXPECT_EQ(desk.ready(), "False Terminating");
  EXPECT_TRUE(desk.echo()->metadata.has_finalizer(echo::finalizer));
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
  desk.cluster.erase(api::deployments, desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), finalizer_patch);
  EXPECT_FALSE(desk.echo());
}

TEST(Reconciler, keeps_the_deployment_of_an_echo_deleted_with_the_orphan_policy) {
  Desk desk;
  desk.converge();
  desk.cluster.delete_echo(desk.key, "orphan");
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), finalizer_patch);
  EXPECT_TRUE(desk.deployment());
  while (desk.cluster.garbage_collector_step(desk.key)) desk.deliver_and_reconcile().value();
  EXPECT_FALSE(desk.echo());
  ASSERT_TRUE(desk.deployment());
  EXPECT_TRUE(desk.deployment()->metadata.owner_references.empty());
  EXPECT_EQ(desk.api.take(), "");
}

TEST(Reconciler, does_not_delete_a_deployment_that_the_garbage_collector_has_just_orphaned) {
  Desk desk;
  desk.converge();
  desk.cluster.edit(echo::echoes, desk.key, [](api::Object& echo) { Cluster::add_finalizer(echo, "x.io/f"); });
  desk.cluster.delete_echo(desk.key, "orphan");
  while (desk.cluster.garbage_collector_step(desk.key)) {
  }
  desk.deliver_echo();  // the Deployment's cache still shows our owner reference
  auto const outcome = desk.reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().is(api::Reason::conflict));
  ASSERT_TRUE(desk.deployment());
  desk.deliver_and_reconcile().value();
  EXPECT_TRUE(desk.deployment());
  EXPECT_EQ(*desk.echo()->metadata.finalizers, std::vector<std::string>{"x.io/f"});
}

TEST(Reconciler, takes_off_its_finalizer_and_leaves_somebody_elses) {
  Desk desk;
  desk.put_echo({.finalizers = {"x.io/f"}});
  desk.converge();
  EXPECT_EQ(*desk.echo()->metadata.finalizers, (std::vector<std::string>{"x.io/f", std::string(echo::finalizer)}));
  desk.cluster.delete_echo(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(*desk.echo()->metadata.finalizers, std::vector<std::string>{"x.io/f"});
  EXPECT_FALSE(desk.deployment());
  EXPECT_EQ(desk.ready(), "False Terminating");
  desk.api.take();
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
}

TEST(Reconciler, does_nothing_for_an_echo_that_is_not_there) {
  Desk desk;
  EXPECT_TRUE(desk.deliver_and_reconcile().has_value());
  EXPECT_EQ(desk.api.take(), "");
}

// --- Errors ---------------------------------------------------------------------------------------------------------

TEST(ReconcilerErrors, a_name_that_turns_out_to_exist_is_looked_at_on_the_server_at_once) {
  Desk desk;
  desk.put_echo({});
  desk.deliver();
  desk.cluster.put(api::deployments, *make_deployment(*desk.echo()));  // the cache does not show it
  EXPECT_TRUE(desk.reconcile().has_value());
  auto const calls = desk.api.take();
  EXPECT_TRUE(calls.starts_with(create)) << calls;
  EXPECT_EQ(calls.find(create, 1), std::string::npos) << calls;
  EXPECT_NE(calls.find("GET"), std::string::npos) << calls;
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
}

TEST(ReconcilerErrors, a_stale_cache_makes_a_conflict_and_no_damage) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.deliver();
  desk.cluster.edit(echo::echoes, desk.key, [](api::Object& echo) { Cluster::add_finalizer(echo, "x.io/f"); });
  auto const outcome = desk.reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().is(api::Reason::conflict));
  EXPECT_EQ(desk.api.take(), finalizer_patch);
  EXPECT_EQ(*desk.echo()->metadata.finalizers, std::vector<std::string>{"x.io/f"});
}

TEST(ReconcilerErrors, a_patch_that_does_not_fit_the_object_as_it_is_now_is_a_conflict) {
  Desk desk;
  desk.put_echo({.finalizers = {"x.io/f", std::string(echo::finalizer)}, .terminating = true});
  desk.deliver();
  desk.cluster.edit(echo::echoes, desk.key, [](api::Object& echo) {
    echo.metadata.finalizers = std::vector<std::string>{std::string(echo::finalizer)};
  });
  auto const outcome = desk.reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().is(api::Reason::conflict)) << outcome.error().to_string();
  EXPECT_TRUE(desk.echo()->metadata.has_finalizer(echo::finalizer));
}

TEST(ReconcilerErrors, a_deployment_that_has_gone_before_its_deletion_is_deleted) {
  Desk desk;
  desk.converge();
  desk.cluster.erase(api::deployments, desk.key);
  desk.cluster.delete_echo(desk.key);
  desk.deliver_echo();
  EXPECT_TRUE(desk.reconcile().has_value());
  EXPECT_EQ(desk.api.take(), deletion + finalizer_patch);
  EXPECT_FALSE(desk.echo());
}

TEST(ReconcilerErrors, an_echo_that_has_gone_is_nothing_to_complain_of) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.deliver();
  desk.cluster.erase(echo::echoes, desk.key);
  EXPECT_TRUE(desk.reconcile().has_value());
  EXPECT_EQ(desk.api.take(), finalizer_patch);
}

TEST(ReconcilerErrors, a_finalizer_that_is_not_stored_makes_no_deployment) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.api.fail(on(finalizer_patch), lost_answer());
  desk.deliver();
  auto const outcome = desk.reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().outcome_unknown);
  EXPECT_EQ(desk.api.take(), finalizer_patch);
}

api::Error invalid(std::string const& field) {
  api::Error error = error_of(api::Reason::invalid, 422, "Deployment.apps \"a\" is invalid: " + field);
  error.kind = "Deployment";
  error.name = "a";
  error.causes.push_back({"FieldValueInvalid", "no", field});
  return error;
}

TEST(ReconcilerErrors, what_the_server_finds_invalid_is_told_and_not_tried_again_until_something_changes) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.api.always_fail(on(create), invalid("spec.template.spec.containers[0].name"));
  auto const outcome = desk.deliver_and_reconcile();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->requeue_after, std::nullopt);
  EXPECT_EQ(desk.api.take(), finalizer_patch + create + status_patch);
  EXPECT_EQ(desk.degraded(), "InvalidName");
  desk.cluster.edit(echo::echoes, desk.key,
                    [](api::Object& echo) { echo.metadata.annotations = api::StringMap{{"a", "b"}}; });
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "") << "an unrelated event";
  desk.scale(3);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), create + status_patch);
  desk.api.faults.clear();
  desk.scale(4);
  desk.deliver_and_reconcile().value();
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
  EXPECT_EQ(desk.degraded(), "False AsExpected");
}

TEST(ReconcilerErrors, what_is_invalid_but_the_name_is_the_spec) {
  Desk desk;
  desk.converge();
  desk.api.fail(on(deployment_patch), invalid("spec.replicas"));
  desk.scale(3);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.degraded(), "InvalidSpec");
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), deployment_patch + status_patch);
  desk.cluster.edit(api::deployments, desk.key,
                    [](api::Object& deployment) { deployment.metadata.annotations = api::StringMap{{"a", "b"}}; });
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), deployment_patch + status_patch) << "the child has changed";
  EXPECT_EQ(desk.degraded(), "False AsExpected");
}

TEST(ReconcilerErrors, what_is_forbidden_is_told_by_verb_and_resource_and_returned) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  desk.api.always_fail(on(create), error_of(api::Reason::forbidden, 403, "deployments.apps is forbidden"));
  for (int round = 0; round < 2; ++round) {
    auto const outcome = desk.deliver_and_reconcile();
    ASSERT_FALSE(outcome.has_value());
    EXPECT_TRUE(outcome.error().is(api::Reason::forbidden));
  }
  EXPECT_EQ(desk.api.take(), finalizer_patch + create + status_patch + create) << "told once, tried again";
  EXPECT_EQ(desk.degraded(), "Forbidden");
  std::string const message(desk.echo()->status->at("conditions").at(2).at("message").as_string());
  EXPECT_NE(message.find("create deployments.apps in the namespace default"), std::string::npos) << message;
  desk.api.faults.clear();
  desk.deliver_and_reconcile().value();
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
}

TEST(ReconcilerErrors, a_forbidden_status_is_returned_and_not_tried_in_a_loop) {
  Desk desk;
  desk.put_echo({.spec = "{}", .finalizers = {}});
  desk.api.always_fail(on(status_patch), error_of(api::Reason::forbidden, 403));
  auto const outcome = desk.deliver_and_reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(desk.api.take(), status_patch);
}

TEST(ReconcilerErrors, an_invalid_status_is_returned_and_not_tried_in_a_loop) {
  Desk desk;
  desk.put_echo({.spec = "{}", .finalizers = {}});
  desk.api.always_fail(on(status_patch), invalid("status.conditions"));
  auto const outcome = desk.deliver_and_reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(desk.api.take(), status_patch);
}

TEST(ReconcilerErrors, a_namespace_that_goes_is_told_and_tried_again_slowly) {
  Desk desk;
  desk.put_echo({.finalizers = {}});
  api::Error terminating = error_of(api::Reason::forbidden, 403, "namespace default is being terminated");
  terminating.causes.push_back({"NamespaceTerminating", "", "metadata.namespace"});
  desk.api.always_fail(on(create), terminating);
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, seconds(30));
  EXPECT_EQ(desk.api.take(), finalizer_patch + create + status_patch);
  EXPECT_EQ(desk.ready(), "False NamespaceTerminating");
  EXPECT_EQ(desk.degraded(), "False AsExpected");
  desk.world.run_for(seconds(10));
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, seconds(20));
  EXPECT_EQ(desk.api.take(), "");
  desk.world.run_for(seconds(20));
  EXPECT_EQ(desk.deliver_and_reconcile()->requeue_after, seconds(30));
  EXPECT_EQ(desk.api.take(), create);
}

TEST(ReconcilerErrors, a_ready_that_no_longer_holds_is_taken_back_even_if_the_deployment_cannot_be_made) {
  Desk desk;
  desk.converge();
  desk.cluster.erase(api::deployments, desk.key);
  desk.api.always_fail(on(create), lost_answer());
  auto outcome = desk.deliver_and_reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().outcome_unknown) << "the outcome of the create is what matters";
  EXPECT_EQ(desk.api.take(), create + status_patch);
  EXPECT_EQ(desk.ready(), "False DeploymentMissing");
  desk.deliver();
  outcome = desk.reconcile(true);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(desk.api.take(), get_echo + get_deployment + create) << "told once";
}

TEST(ReconcilerErrors, too_many_requests_end_the_reconcile_at_once) {
  Desk desk;
  desk.converge();
  desk.cluster.erase(api::deployments, desk.key);
  desk.api.fail(on(create), error_of(api::Reason::too_many_requests, 429));
  auto const outcome = desk.deliver_and_reconcile();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_TRUE(outcome.error().is(api::Reason::too_many_requests));
  EXPECT_EQ(desk.api.take(), create);
}

TEST(ReconcilerErrors, after_an_unknown_outcome_both_objects_are_read_from_the_server) {
  Desk desk;
  desk.put_echo({});
  desk.api.fail(on(create), lost_answer(), Applied::yes);
  ASSERT_FALSE(desk.deliver_and_reconcile().has_value());
  EXPECT_EQ(desk.api.take(), create);
  // The caches show nothing new.
  EXPECT_TRUE(desk.reconcile(true).has_value());
  EXPECT_EQ(desk.api.take(), get_echo + get_deployment);
  ASSERT_EQ(desk.wrote.size(), 2U) << "the caches must not fall behind what has been seen";
  EXPECT_EQ(desk.wrote[1].version, desk.deployment()->metadata.resource_version);
}

TEST(ReconcilerErrors, an_echo_being_deleted_is_not_let_go_on_the_word_of_a_cache_after_an_unknown_outcome) {
  Desk desk;
  desk.put_echo({});
  desk.api.fail(on(create), lost_answer(), Applied::yes);
  ASSERT_FALSE(desk.deliver_and_reconcile().has_value());
  desk.cluster.delete_echo(desk.key);
  desk.deliver_echo();
  desk.api.take();
  EXPECT_TRUE(desk.reconcile(true).has_value());
  EXPECT_EQ(desk.api.take(), get_echo + get_deployment + deletion + finalizer_patch);
  EXPECT_FALSE(desk.deployment());
  EXPECT_FALSE(desk.echo());
}

TEST(ReconcilerErrors, a_read_that_fails_decides_nothing) {
  Desk desk;
  desk.put_echo({.terminating = true});
  desk.deliver();
  desk.api.fail(on(get_deployment), error_of(api::Reason::service_unavailable, 503));
  EXPECT_FALSE(desk.reconcile(true).has_value());
  EXPECT_EQ(desk.api.take(), get_echo + get_deployment);
}

// --- Options ---------------------------------------------------------------------------------------------------------

TEST(ReconcilerOptions, the_operators_image_is_used_where_an_echo_names_none) {
  echo::ReconcilerOptions options;
  options.fallback_image = "theirs:1";
  Desk desk(options);
  desk.converge();
  EXPECT_TRUE(text_of(*desk.deployment()).contains(R"("image":"theirs:1")")) << text_of(*desk.deployment());
  desk.cluster.edit(echo::echoes, desk.key,
                    [](api::Object& echo) { echo.spec = shared(R"({"replicas":2,"image":"own:1"})"); });
  desk.deliver_and_reconcile().value();
  EXPECT_TRUE(text_of(*desk.deployment()).contains(R"("image":"own:1")")) << text_of(*desk.deployment());
}

TEST(ReconcilerOptions, a_deployment_of_the_tutorials_is_taken_over_only_if_that_is_wanted) {
  for (bool const wanted : {false, true}) {
    echo::ReconcilerOptions options;
    options.adopt_tutorial = wanted;
    Desk desk(options);
    auto const echo = desk.put_echo({});
    auto deployment = make_deployment(*echo);
    deployment->metadata.owner_references = std::vector<api::OwnerReference>{};
    desk.cluster.put(api::deployments, *deployment);
    desk.deliver_and_reconcile().value();
    EXPECT_EQ(desk.deployment()->metadata.owner_references.empty(), !wanted);
    EXPECT_EQ(desk.api.take(),
              wanted ? "PATCH deployments.apps default/a\n" : "PATCH echoes.example.com default/a/status\n");
  }
}

TEST(Reconciler, of_a_paused_echo_tells_once_and_then_costs_nothing_until_it_is_resumed) {
  Desk desk;
  desk.converge();
  desk.cluster.edit(echo::echoes, desk.key,
                    [](api::Object& echo) { echo.spec = shared(R"({"replicas":3,"paused":true})"); });
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "PATCH echoes.example.com default/a/status\n");
  EXPECT_EQ(desk.ready(), "False Paused");
  desk.deliver_and_reconcile().value();
  desk.cluster.edit(api::deployments, desk.key,
                    [](api::Object& deployment) { deployment.metadata.labels = api::StringMap{{"app", "x"}}; });
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
  desk.scale(3);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "PATCH deployments.apps default/a\n");
}

// --- The tutorial's definition --------------------------------------------------------------------------------------

std::string const event = "CREATE events default/a.";

TEST(ReconcilerWithoutStatus, finds_out_with_one_read_and_then_tells_by_events) {
  Desk desk;
  desk.cluster.echo_has_status = false;
  desk.put_echo({.finalizers = {}});
  desk.deliver_and_reconcile().value();
  desk.cluster.deployment_controller_step(desk.key);
  desk.cluster.deployment_controller_step(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), finalizer_patch + create + status_patch + get_echo);
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  std::string const asked = desk.api.take();
  EXPECT_EQ(asked.substr(0, event.size()), event);
  EXPECT_EQ(std::ranges::count(asked, '\n'), 1);
  for (int round = 0; round < 3; ++round) {
    desk.deliver_and_reconcile().value();
    desk.world.run_for(std::chrono::hours(1));
  }
  EXPECT_EQ(desk.api.take(), "") << "converged costs nothing";
}

TEST(ReconcilerWithoutStatus, events_say_what_they_are_about) {
  Desk desk;
  desk.cluster.echo_has_status = false;
  desk.put_echo({.spec = R"({"replicas":-1})", .finalizers = {}});
  desk.deliver_and_reconcile().value();
  ASSERT_EQ(desk.cluster.all(api::events).size(), 1U);
  auto const& recorded = *desk.cluster.all(api::events).begin()->second;
  auto const text = [&](std::initializer_list<std::string_view> path) {
    return std::string(api::find_string(recorded.rest.get(), path).value_or("?"));
  };
  EXPECT_EQ(recorded.metadata.namespace_, "default");
  EXPECT_EQ(text({"type"}), "Warning");
  EXPECT_EQ(text({"reason"}), "InvalidSpec");
  EXPECT_EQ(text({"involvedObject", "kind"}), "Echo");
  EXPECT_EQ(text({"involvedObject", "apiVersion"}), "example.com/v1");
  EXPECT_EQ(text({"involvedObject", "name"}), "a");
  EXPECT_EQ(text({"involvedObject", "namespace"}), "default");
  EXPECT_EQ(text({"involvedObject", "uid"}), "echo-1");
  EXPECT_EQ(text({"firstTimestamp"}), text({"lastTimestamp"}));
  EXPECT_EQ(text({"source", "component"}), "echo-operator");
}

// A reconciler that knows already that there is no status.
void learn(Desk& desk) {
  desk.cluster.echo_has_status = false;
  desk.put_echo({.name = "other", .spec = "{}", .finalizers = {}});
  desk.key.name = "other";
  desk.deliver_and_reconcile().value();
  desk.key.name = "a";
  desk.api.take();
}

TEST(ReconcilerWithoutStatus, remembers_it_for_all_echoes_and_for_as_long_as_it_lives) {
  Desk desk;
  learn(desk);
  desk.converge();
  for (auto const& request : desk.api.requests) {
    if (request.key.name == "a") EXPECT_EQ(request.subresource, api::Subresource::none) << request.to_string();
  }
}

TEST(ReconcilerWithoutStatus, says_nothing_of_an_echo_that_was_ready_before_the_restart) {
  Desk desk;
  desk.put_echo({});
  desk.cluster.put(api::deployments, *make_deployment(*desk.echo()));
  desk.cluster.roll_out(desk.key);
  learn(desk);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
}

TEST(ReconcilerWithoutStatus, an_event_that_cannot_be_stored_is_not_tried_again) {
  Desk desk;
  learn(desk);
  desk.put_echo({.spec = "{}", .finalizers = {}});
  desk.api.always_fail("CREATE events*", error_of(api::Reason::forbidden, 403));
  EXPECT_TRUE(desk.deliver_and_reconcile().has_value());
  EXPECT_TRUE(desk.reconcile().has_value());
  std::string const asked = desk.api.take();
  EXPECT_EQ(std::ranges::count(asked, '\n'), 1) << asked;
}

TEST(ReconcilerWithoutStatus, looks_again_after_ten_minutes_when_there_is_something_to_tell) {
  Desk desk;
  learn(desk);
  desk.converge();
  desk.world.run_for(std::chrono::minutes(10));
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.api.take(), "");
  desk.cluster.echo_has_status = true;  // a better definition was installed
  desk.scale(3);
  desk.deliver_and_reconcile().value();
  desk.cluster.roll_out(desk.key);
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
}

TEST(ReconcilerWithoutStatus, looks_again_when_it_sees_an_echo_with_a_status) {
  Desk desk;
  learn(desk);
  desk.converge();
  desk.cluster.echo_has_status = true;
  desk.cluster.edit(echo::echoes, {"default", "other"}, [](api::Object& echo) { echo.status = shared("{}"); });
  desk.key.name = "other";
  desk.deliver_and_reconcile().value();
  desk.key.name = "a";
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.ready(), "Ready");
}

TEST(ReconcilerWithoutStatus, a_missing_echo_is_not_taken_for_a_missing_status) {
  Desk desk;
  desk.put_echo({.spec = "{}", .finalizers = {}});
  desk.deliver();
  desk.cluster.erase(echo::echoes, desk.key);
  EXPECT_TRUE(desk.reconcile().has_value());
  EXPECT_EQ(desk.api.take(), status_patch + get_echo);
  desk.put_echo({.uid = "echo-2", .spec = "{}", .finalizers = {}});
  desk.deliver_and_reconcile().value();
  EXPECT_EQ(desk.degraded(), "InvalidSpec");
}

TEST(ReconcilerWithoutStatus, a_cluster_scoped_echo_is_reported_and_nothing_is_created) {
  Desk desk;
  desk.cluster.echo_has_status = false;
  desk.key = {"", "a"};
  desk.put_echo({.namespace_ = "", .finalizers = {}});
  desk.deliver_and_reconcile().value();
  ASSERT_EQ(desk.cluster.all(api::events).size(), 1U);
  EXPECT_EQ(desk.cluster.all(api::events).begin()->first.namespace_, "default");
  EXPECT_TRUE(desk.echo()->metadata.finalizers.empty());
  EXPECT_TRUE(desk.cluster.all(api::deployments).empty());
}

}  // namespace
