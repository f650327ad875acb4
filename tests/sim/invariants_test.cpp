// Each invariant, broken by hand: an operator that does the wrong thing on purpose must be caught, by that invariant.
// And one that does everything right must not.
#include "sim/invariants.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"
#include "sim/echo_definition.hpp"

namespace {

namespace json = boost::json;

constexpr fakeapi::Actor the_operator{sim::Cast::first_operator};
constexpr fakeapi::Actor user = sim::Cast::user;
api::ObjectKey const key{"default", "a"};

class Judged : public ::testing::Test {
 protected:
  Judged() {
    create(user, api::custom_resource_definitions, *sim::standard_scene().echo_definition);
    judge_.emplace(server_);
    judge_->set_living_operator(0, the_operator);
  }

  // Everything as one actor, past all clients.
  fakeapi::Result<api::Response> execute(fakeapi::Actor actor, api::Request const& request) {
    fakeapi::CallInfo const call{++calls_, actor, request};
    judge_->call_sent(call);
    judge_->call_arrived(call);
    auto outcome = server_.execute(request, {actor, call.id, seams::WallTime(std::chrono::hours(500'000))});
    judge_->call_applied(call, outcome);
    return outcome;
  }

  void create(fakeapi::Actor actor, api::Resource const& resource, api::Object object) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = resource;
    request.key = object.key();
    request.body = std::make_shared<api::Object const>(std::move(object));
    request.options = api::WriteOptions{};
    if (!judge_) {
      ASSERT_TRUE(server_.execute(request, {actor, 0, seams::WallTime()}));
      return;
    }
    auto const done = execute(actor, request);
    ASSERT_TRUE(done) << done.error().to_string();
  }

  void patch(fakeapi::Actor actor, api::Resource const& resource, std::string_view merge,
             api::Subresource subresource = api::Subresource::none) {
    api::Request request;
    request.verb = api::Verb::patch;
    request.subresource = subresource;
    request.resource = resource;
    request.key = key;
    request.body = api::Patch(api::MergePatch{api::share(json::parse(merge))});
    request.options = api::WriteOptions{};
    auto const done = execute(actor, request);
    ASSERT_TRUE(done) << done.error().to_string();
  }

  void remove(fakeapi::Actor actor, api::Resource const& resource, bool with_uid = true) {
    api::Request request;
    request.verb = api::Verb::delete_;
    request.resource = resource;
    request.key = key;
    api::DeleteOptions options;
    if (with_uid) options.preconditions.uid = server_.find(resource, key)->metadata.uid;
    request.options = options;
    auto const done = execute(actor, request);
    ASSERT_TRUE(done) << done.error().to_string();
  }

  void create_echo(int replicas = 1, std::vector<std::string> finalizers = {}) {
    api::Object echo;
    echo.api_version = "example.com/v1";
    echo.kind = "Echo";
    echo.metadata.name = "a";
    echo.metadata.namespace_ = "default";
    echo.metadata.finalizers = std::move(finalizers);
    echo.spec = api::share(json::object{{"replicas", replicas}});
    create(user, sim::contract::echoes, std::move(echo));
  }

  std::string echo_uid() { return server_.find(sim::contract::echoes, key)->metadata.uid; }

  api::Object deployment(std::string owner_uid, int replicas = 1) {
    api::Object object;
    object.api_version = "apps/v1";
    object.kind = "Deployment";
    object.metadata.name = "a";
    object.metadata.namespace_ = "default";
    object.metadata.labels = api::StringMap{{"app", "a"}};
    if (!owner_uid.empty()) {
      object.metadata.owner_references =
          std::vector<api::OwnerReference>{{"example.com/v1", "Echo", "a", std::move(owner_uid), true, true}};
    }
    object.spec = api::share(json::parse(R"({"selector": {"matchLabels": {"app": "a"}}, "template": {
      "metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a",
      "image": "inanimate/echo-server:latest", "ports": [{"containerPort": 8080}]}]}}})"));
    json::value spec = *object.spec;
    spec.get_object()["replicas"] = replicas;
    object.spec = api::share(std::move(spec));
    return object;
  }

  void add_finalizer() {
    patch(the_operator, sim::contract::echoes, R"({"metadata": {"finalizers": ["echoes.example.com/finalizer"]}})");
  }
  void create_child() { create(the_operator, api::deployments, deployment(echo_uid())); }
  void make_child_ready(int replicas = 1) {
    auto const generation = server_.find(api::deployments, key)->metadata.generation;
    auto const n = std::to_string(replicas);
    patch(sim::Cast::deployment_controller, api::deployments,
          R"({"status": {"observedGeneration": )" + std::to_string(generation) + R"(, "replicas": )" + n +
              R"(, "updatedReplicas": )" + n + R"(, "readyReplicas": )" + n + R"(, "availableReplicas": )" + n + "}}",
          api::Subresource::status);
  }
  void claim(int generation, std::string_view ready, int replicas = 1, std::string_view degraded = "False",
             std::string_view reason = "AsExpected") {
    auto const condition = [&](std::string_view type, std::string_view status, std::string_view why) {
      return R"({"type": ")" + std::string(type) + R"(", "status": ")" + std::string(status) + R"(", "reason": ")" +
             std::string(why) + R"(", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"})";
    };
    auto const n = std::to_string(replicas);
    patch(the_operator, sim::contract::echoes,
          R"({"status": {"observedGeneration": )" + std::to_string(generation) + R"(, "replicas": )" + n +
              R"(, "readyReplicas": )" + n + R"(, "selector": "app=a", "conditions": [)" +
              condition("Ready", ready, "Test") + "," + condition("Degraded", degraded, reason) + "]}}",
          api::Subresource::status);
  }
  // An Echo with everything as it should be.
  void settle() {
    create_echo();
    add_finalizer();
    create_child();
    make_child_ready();
    claim(1, "True");
  }

  std::string failed() const { return judge_->failure() ? judge_->failure()->invariant : "none"; }
  std::string why() const { return judge_->failure() ? judge_->failure()->what : ""; }

  fakeapi::Server server_{fakeapi::ServerOptions{}};
  std::optional<sim::Invariants> judge_;
  std::uint64_t calls_ = 0;
};

TEST_F(Judged, an_operator_that_does_everything_right_is_not_accused) {
  settle();
  judge_->begin_calm();
  EXPECT_TRUE(judge_->settled()) << judge_->why_unsettled();
  remove(user, sim::contract::echoes);
  EXPECT_FALSE(judge_->settled());
  remove(the_operator, api::deployments);
  patch(the_operator, sim::contract::echoes, R"({"metadata": {"finalizers": null}})");
  EXPECT_TRUE(judge_->settled()) << judge_->why_unsettled();
  judge_->begin_quiescence();
  judge_->fail_stability();
  judge_->check_end();
  EXPECT_EQ(failed(), "none") << why();
}

TEST_F(Judged, O01_a_write_to_a_strangers_deployment) {
  create_echo();
  create(sim::Cast::stranger, api::deployments, deployment(""));
  patch(the_operator, api::deployments, R"({"spec": {"replicas": 3}})");
  EXPECT_EQ(failed(), "O01");
}

TEST_F(Judged, O01_a_deployment_created_without_an_owner) {
  create_echo();
  add_finalizer();
  create(the_operator, api::deployments, deployment(""));
  EXPECT_EQ(failed(), "O01");
}

TEST_F(Judged, O02_a_delete_without_a_uid_precondition) {
  settle();
  remove(user, sim::contract::echoes);
  remove(the_operator, api::deployments, false);
  EXPECT_EQ(failed(), "O02");
}

TEST_F(Judged, O02_a_strangers_deployment_deleted) {
  create_echo();
  create(sim::Cast::stranger, api::deployments, deployment(""));
  remove(the_operator, api::deployments);
  EXPECT_EQ(failed(), "O02");
}

TEST_F(Judged, O03_a_child_deleted_while_its_echo_is_alive) {
  settle();
  remove(the_operator, api::deployments);
  EXPECT_EQ(failed(), "O03");
}

TEST_F(Judged, O04_somebody_elses_finalizer_lost) {
  create_echo(1, {"example.org/guard"});
  add_finalizer();
  EXPECT_EQ(failed(), "O04");
}

TEST_F(Judged, O04_finalizers_put_into_another_order) {
  create_echo(1, {"example.org/a", "example.org/b"});
  patch(the_operator, sim::contract::echoes,
        R"({"metadata": {"finalizers": ["example.org/b", "echoes.example.com/finalizer", "example.org/a"]}})");
  EXPECT_EQ(failed(), "O04");
}

TEST_F(Judged, O05_an_attempt_to_add_the_finalizer_to_a_terminating_echo) {
  create_echo(1, {"example.org/guard"});
  remove(user, sim::contract::echoes);
  api::Request request;
  request.verb = api::Verb::patch;
  request.resource = sim::contract::echoes;
  request.key = key;
  request.body = api::Patch(api::JsonPatch{{{api::JsonPatchVerb::add, "/metadata/finalizers/-",
                                             api::share(json::value("echoes.example.com/finalizer")), ""}}});
  request.options = api::WriteOptions{};
  EXPECT_FALSE(execute(the_operator, request)) << "the server takes no new finalizer";
  EXPECT_EQ(failed(), "O05");
}

TEST_F(Judged, O06_a_deployment_created_before_the_finalizer_is_stored) {
  create_echo();
  create_child();
  EXPECT_EQ(failed(), "O06");
}

TEST_F(Judged, O07_the_finalizer_removed_while_the_deployment_exists) {
  settle();
  remove(user, sim::contract::echoes);
  patch(the_operator, sim::contract::echoes, R"({"metadata": {"finalizers": null}})");
  EXPECT_EQ(failed(), "O07");
}

TEST_F(Judged, O08_a_second_deployment_for_one_echo) {
  settle();
  auto second = deployment(echo_uid());
  second.metadata.name = "b";
  create(sim::Cast::stranger, api::deployments, std::move(second));
  EXPECT_EQ(failed(), "O08");
}

TEST_F(Judged, O09_a_taken_name_that_no_condition_tells_of) {
  create_echo();
  create(sim::Cast::stranger, api::deployments, deployment(""));
  claim(1, "False", 0);
  judge_->begin_calm();
  EXPECT_FALSE(judge_->settled());
  judge_->fail_liveness("");
  EXPECT_EQ(failed(), "O09");
}

TEST_F(Judged, O09_is_content_with_a_condition) {
  create_echo();
  create(sim::Cast::stranger, api::deployments, deployment(""));
  claim(1, "False", 0, "True", "NameTaken");
  judge_->begin_calm();
  EXPECT_TRUE(judge_->settled()) << judge_->why_unsettled();
}

TEST_F(Judged, O11_ready_claimed_for_what_never_was) {
  create_echo();
  add_finalizer();
  create_child();
  claim(1, "True");
  EXPECT_EQ(failed(), "O11");
}

TEST_F(Judged, O11_an_observed_generation_that_goes_back) {
  settle();
  patch(user, sim::contract::echoes, R"({"spec": {"replicas": 2}})");
  claim(2, "False");
  claim(1, "False", 0);
  EXPECT_EQ(failed(), "O11");
}

TEST_F(Judged, O11_an_observed_generation_from_the_future) {
  settle();
  claim(9, "False");
  EXPECT_EQ(failed(), "O11");
}

TEST_F(Judged, O12_an_echos_spec_written_by_the_operator) {
  settle();
  patch(the_operator, sim::contract::echoes, R"({"spec": {"replicas": 5}})");
  EXPECT_EQ(failed(), "O12");
}

TEST_F(Judged, O12_an_echo_deleted_by_the_operator) {
  create_echo();
  remove(the_operator, sim::contract::echoes);
  EXPECT_EQ(failed(), "O12");
}

TEST_F(Judged, O13_somebody_elses_label_lost_from_a_deployment) {
  settle();
  patch(sim::Cast::stranger, api::deployments, R"({"metadata": {"labels": {"team": "others"}}})");
  patch(the_operator, api::deployments, R"({"metadata": {"labels": {"team": null}}})");
  EXPECT_EQ(failed(), "O13");
}

TEST_F(Judged, O13_a_sidecar_lost_from_a_deployment) {
  settle();
  patch(sim::Cast::stranger, api::deployments, R"({"spec": {"template": {"spec": {"containers": [
    {"name": "a", "image": "inanimate/echo-server:latest", "ports": [{"containerPort": 8080}]},
    {"name": "sidecar", "image": "envoy:1.30"}]}}}})");
  patch(the_operator, api::deployments, R"({"spec": {"template": {"spec": {"containers": [
    {"name": "a", "image": "inanimate/echo-server:latest", "ports": [{"containerPort": 8080}]}]}}}})");
  EXPECT_EQ(failed(), "O13");
}

TEST_F(Judged, O16_an_exception) {
  judge_->exception_escaped("boom");
  EXPECT_EQ(failed(), "O16");
}

TEST_F(Judged, O18_a_write_that_changes_nothing) {
  settle();
  judge_->begin_calm();
  claim(1, "True");
  EXPECT_EQ(failed(), "O18");
}

TEST_F(Judged, O15_a_write_sent_by_who_does_not_hold_the_lease) {
  judge_->set_election(true);
  create_echo();
  auto const lease = [&](std::string const& holder) {
    api::Object object;
    object.api_version = "coordination.k8s.io/v1";
    object.kind = "Lease";
    object.metadata.name = "lock-" + std::to_string(holder.size());
    object.metadata.namespace_ = "default";
    object.spec = api::share(json::object{{"holderIdentity", holder}});
    return object;
  };
  create(the_operator, api::leases, lease("operator#1"));
  add_finalizer();
  EXPECT_FALSE(judge_->failure());
  create(sim::Cast::operator_of(1, 0), api::leases, lease("operator-b#1"));
  claim(1, "False");
  EXPECT_EQ(failed(), "O15");
}

TEST_F(Judged, O15_a_write_sent_when_the_time_for_it_is_over) {
  judge_->set_election(true);
  api::Object object;
  object.api_version = "coordination.k8s.io/v1";
  object.kind = "Lease";
  object.metadata.name = "lock";
  object.metadata.namespace_ = "default";
  object.spec = api::share(json::object{{"holderIdentity", "operator#1"}});
  create(the_operator, api::leases, std::move(object));
  auto now = seams::MonotonicTime(std::chrono::seconds(9));
  judge_->set_look([&](unsigned) { return sim::OperatorGlance{now, 1, seams::never, 1, true}; }, 1);
  api::Request request;
  request.verb = api::Verb::patch;
  request.resource = sim::contract::echoes;
  api::WriteOptions options;
  options.not_after = seams::MonotonicTime(std::chrono::seconds(10));
  request.options = options;
  judge_->call_sent({1, the_operator, request});
  EXPECT_FALSE(judge_->failure());
  now = options.not_after;
  request.key.name = "another";
  judge_->call_sent({2, the_operator, request});
  EXPECT_EQ(failed(), "O15");
}

TEST_F(Judged, O38_a_count_that_the_deployment_never_had) {
  settle();
  EXPECT_FALSE(judge_->failure()) << judge_->failure()->what;
  claim(1, "False", 3);
  EXPECT_EQ(failed(), "O38");
}

TEST_F(Judged, O21_what_never_settles) {
  create_echo();
  add_finalizer();
  judge_->begin_calm();
  judge_->fail_liveness("");
  EXPECT_EQ(failed(), "O21");
}

TEST_F(Judged, O22_what_comes_apart_again) {
  settle();
  judge_->begin_calm();
  ASSERT_TRUE(judge_->settled()) << judge_->why_unsettled();
  claim(1, "False");
  judge_->fail_stability();
  EXPECT_EQ(failed(), "O22");
}

TEST_F(Judged, O23_a_write_when_all_should_be_silent) {
  settle();
  judge_->begin_calm();
  judge_->begin_quiescence();
  claim(1, "True", 1, "False", "AnotherReason");
  EXPECT_EQ(failed(), "O23");
}

TEST_F(Judged, O22_what_comes_apart_and_heals_again) {
  settle();
  judge_->begin_calm();
  judge_->begin_quiescence();
  patch(sim::Cast::stranger, api::deployments, R"({"spec": {"replicas": 5}})");
  EXPECT_EQ(failed(), "O22");
}

TEST_F(Judged, O23_reads_without_end) {
  settle();
  judge_->begin_calm();
  judge_->begin_quiescence();
  api::Request get;
  get.resource = api::deployments;
  get.key = key;
  get.options = api::GetOptions{};
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(execute(the_operator, get));
  EXPECT_EQ(failed(), "O23");
}

TEST_F(Judged, O24_a_deletion_that_never_ends) {
  settle();
  remove(user, sim::contract::echoes);
  judge_->begin_calm();
  judge_->fail_liveness("");
  EXPECT_EQ(failed(), "O24");
}

TEST_F(Judged, O24_is_content_when_only_somebody_elses_finalizer_holds_the_echo) {
  create_echo(1, {"example.org/guard"});
  remove(user, sim::contract::echoes);
  judge_->begin_calm();
  EXPECT_TRUE(judge_->settled()) << judge_->why_unsettled();
}

TEST_F(Judged, O25_a_deployment_left_of_an_echo_that_is_gone) {
  create_echo();
  create(sim::Cast::stranger, api::deployments, deployment(echo_uid()));
  remove(user, sim::contract::echoes);
  judge_->check_end();
  EXPECT_EQ(failed(), "O25");
}

TEST_F(Judged, O26_a_strangers_deployment_changed_behind_their_back) {
  create(sim::Cast::stranger, api::deployments, deployment(""));
  // Not by the operator (that would be O01) and not by its owner: by what no other rule looks at.
  judge_->set_living_operator(0, the_operator);
  patch(sim::Cast::garbage_collector, api::deployments, R"({"metadata": {"labels": {"team": "x"}}})");
  judge_->check_end();
  EXPECT_EQ(failed(), "O26");
}

}  // namespace
