// The Deployment that an Echo wants, whose one is, what counts as drift, and what a Deployment's status says.
#include "operator/echo/deployment.hpp"

#include <gtest/gtest.h>

#include "tests/echo/support/objects.hpp"

namespace {

using namespace echo_tests;
using echo::Owner;

std::string spec_text(api::Object const& object) { return json::serialize(*object.spec); }

TEST(WantedDeployment, is_named_labelled_owned_and_filled_as_the_contract_says) {
  auto const echo = make_echo({.name = "test-echo", .uid = "u-1"});
  EXPECT_EQ(text_of(*echo::wanted_deployment(echo::Echo(*echo))),
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"test-echo","namespace":"default",)"
            R"("labels":{"app":"test-echo"},"ownerReferences":[{"apiVersion":"example.com/v1","kind":"Echo",)"
            R"("name":"test-echo","uid":"u-1","controller":true,"blockOwnerDeletion":true}]},)"
            R"("spec":{"replicas":2,"selector":{"matchLabels":{"app":"test-echo"}},"template":{"metadata":)"
            R"({"labels":{"app":"test-echo"}},"spec":{"containers":[{"name":"test-echo",)"
            R"("image":"inanimate/echo-server:latest","ports":[{"containerPort":8080}]}]}}}})");
}

TEST(WantedDeployment, of_a_name_with_a_dot_has_a_container_called_echo) {
  auto const echo = make_echo({.name = "a.b"});
  auto const deployment = echo::wanted_deployment(echo::Echo(*echo));
  EXPECT_NE(spec_text(*deployment).find(R"("name":"echo")"), std::string::npos);
  EXPECT_EQ(*deployment->metadata.labels->find("app"), "a.b");
}

TEST(OwnerOf, a_deployment_is_decided_by_the_uids_of_its_owners) {
  auto const echo = make_echo();
  api::OwnerReference const ours{"example.com/v1", "Echo", "a", "echo-1", true, true};
  api::OwnerReference const ours_not_controlling{"example.com/v1", "Echo", "a", "echo-1", std::nullopt, std::nullopt};
  api::OwnerReference const older{"example.com/v1", "Echo", "a", "echo-0", true, true};
  api::OwnerReference const older_not_controlling{"example.com/v1", "Echo", "a", "echo-0", false, true};
  api::OwnerReference const other_echo{"example.com/v1", "Echo", "b", "echo-9", true, true};
  api::OwnerReference const other_group{"example.community/v1", "Echo", "a", "echo-9", true, true};
  api::OwnerReference const other{"apps/v1", "Wrapper", "w", "w-1", true, true};
  api::OwnerReference const other_not_controlling{"apps/v1", "Wrapper", "w", "w-1", false, true};
  struct Case {
    std::vector<api::OwnerReference> references;
    Owner owner;
  };
  Case const cases[] = {
      {{}, Owner::tutorial},
      {{ours}, Owner::ours},
      {{ours_not_controlling}, Owner::ours},
      {{other_not_controlling, ours}, Owner::ours},
      {{older_not_controlling, ours}, Owner::ours},
      {{other, ours_not_controlling}, Owner::stranger},
      {{older}, Owner::older_echo},
      {{older_not_controlling}, Owner::older_echo},
      {{older, ours_not_controlling}, Owner::older_echo},
      {{older_not_controlling, other}, Owner::stranger},
      {{other_echo}, Owner::stranger},
      {{other_group}, Owner::stranger},
      {{other}, Owner::stranger},
      {{other_not_controlling}, Owner::stranger},
  };
  for (auto const& [references, owner] : cases) {
    auto const deployment = make_deployment(*echo);
    deployment->metadata.owner_references = references;
    EXPECT_EQ(echo::owner_of(echo::Echo(*echo), deployment.get()), owner) << text_of(*deployment);
  }
  EXPECT_EQ(echo::owner_of(echo::Echo(*echo), nullptr), Owner::none);
}

TEST(OwnerOf, only_what_is_exactly_as_the_tutorials_operator_makes_it_is_taken_for_the_tutorials) {
  auto const echo = make_echo();
  auto const after = [&](std::string_view merge_patch) {
    auto made = make_deployment(*echo);
    made->metadata.owner_references = std::vector<api::OwnerReference>{};
    auto const edited = api::apply_patch(*made, api::MergePatch{shared(merge_patch)}).value();
    return echo::owner_of(echo::Echo(*echo), &edited);
  };
  for (auto const* const patch :
       {"{}", R"({"metadata":{"annotations":{"restarted":"now"}}})", R"({"spec":{"replicas":7}})"}) {
    EXPECT_EQ(after(patch), Owner::tutorial) << patch;
  }
  for (auto const* const patch : {
           R"({"metadata":{"labels":{"app":"b"}}})",
           R"({"metadata":{"labels":{"team":"x"}}})",
           R"({"metadata":{"labels":null}})",
           R"({"spec":{"selector":{"matchLabels":{"app":"b"}}}})",
           R"({"spec":{"selector":{"matchLabels":{"team":"x"}}}})",
           R"({"spec":{"selector":{"matchExpressions":[{"key":"app","operator":"Exists"}]}}})",
           R"({"spec":{"template":{"metadata":{"labels":{"app":"a","team":"x"}}}}})",
           R"({"spec":{"template":{"spec":{"containers":[]}}}})",
           R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"inanimate/echo-server:1",
               "ports":[{"containerPort":8080}]}]}}}})",
           R"({"spec":{"template":{"spec":{"containers":[{"name":"b","image":"inanimate/echo-server:latest",
               "ports":[{"containerPort":8080}]}]}}}})",
           R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"inanimate/echo-server:latest",
               "ports":[{"containerPort":80}]}]}}}})",
           R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"inanimate/echo-server:latest"}]}}}})",
           R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"inanimate/echo-server:latest",
               "ports":[{"containerPort":8080}]},{"name":"s","image":"s"}]}}}})",
       }) {
    EXPECT_EQ(after(patch), Owner::stranger) << patch;
  }
}

TEST(Adoption, makes_a_deployment_the_echos_whether_the_operator_or_a_person_does_it) {
  auto const echo = make_echo();
  auto before = make_deployment(*echo);
  before->metadata.owner_references = std::vector<api::OwnerReference>{};
  auto const by_us = api::apply_patch(*before, api::JsonPatch{{echo::adoption(echo::Echo(*echo))}}).value();
  EXPECT_EQ(echo::owner_of(echo::Echo(*echo), &by_us), Owner::ours);
  EXPECT_TRUE(echo::drift(echo::Echo(*echo), by_us).empty());

  std::string const command = echo::adoption_command(echo::Echo(*echo), *before);
  std::string const start = "kubectl patch deployment a --namespace default --type=json -p '";
  ASSERT_TRUE(command.starts_with(start) && command.ends_with('\'')) << command;
  auto const operations = json::parse(command.substr(start.size(), command.size() - start.size() - 1));
  EXPECT_EQ(json::serialize(operations),
            R"([{"op":"test","path":"/metadata/uid","value":"deployment-1"},)"
            R"({"op":"add","path":"/metadata/ownerReferences","value":[{"apiVersion":"example.com/v1","kind":"Echo",)"
            R"("name":"a","uid":"echo-1","controller":true,"blockOwnerDeletion":true}]}])");
  EXPECT_EQ(*echo::adoption(echo::Echo(*echo)).value, operations.at(1).at("value"));
}

TEST(WantedImage, is_the_echos_then_the_operators) {
  auto const plain = make_echo();
  auto const own = make_echo({.spec = R"({"replicas":2,"image":"mine:2"})"});
  auto const image_of = [](api::ObjectPtr const& deployment) {
    return std::string(deployment->spec->at_pointer("/template/spec/containers/0/image").as_string());
  };
  EXPECT_EQ(image_of(echo::wanted_deployment(echo::Echo(*plain), "theirs:1")), "theirs:1");
  EXPECT_EQ(image_of(echo::wanted_deployment(echo::Echo(*own), "theirs:1")), "mine:2");
  auto const deployment = make_deployment(*plain);
  EXPECT_EQ(echo::drift(echo::Echo(*plain), *deployment, "theirs:1").back().value->as_string(), "theirs:1");
  EXPECT_EQ(echo::drift(echo::Echo(*own), *deployment, "theirs:1").back().value->as_string(), "mine:2");
  EXPECT_TRUE(echo::drift(echo::Echo(*own), *make_deployment(*own), "theirs:1").empty());
}

// The drift of a Deployment of Echo a after somebody's merge patch, as "verb path value" lines.
std::string drift_after(std::string_view merge_patch, EchoIs const& is = {}) {
  auto const echo = make_echo(is);
  auto const edited = api::apply_patch(*make_deployment(*echo), api::MergePatch{shared(merge_patch)}).value();
  std::string text;
  for (auto const& operation : echo::drift(echo::Echo(*echo), edited)) {
    text += operation.verb == api::JsonPatchVerb::test  ? "test "
            : operation.verb == api::JsonPatchVerb::add ? "add "
                                                        : "replace ";
    text += operation.path + " " + json::serialize(*operation.value) + "\n";
  }
  return text;
}

TEST(Drift, is_nothing_on_a_deployment_with_the_defaults_of_the_server) { EXPECT_EQ(drift_after("{}"), ""); }

TEST(Drift, is_nothing_where_others_have_added_what_is_not_ours) {
  EXPECT_EQ(drift_after(R"({"metadata":{"labels":{"team":"x"},"annotations":{"a":"b"},"finalizers":["x.io/f"]},
                            "spec":{"paused":true,"minReadySeconds":3,"strategy":{"type":"Recreate"},
                            "template":{"metadata":{"labels":{"v":"1"},"annotations":{"restartedAt":"now"}},
                            "spec":{"nodeSelector":{"disk":"ssd"},"containers":[
                              {"name":"sidecar","image":"other:1"},
                              {"name":"a","image":"inanimate/echo-server:latest","env":[{"name":"X","value":"1"}],
                               "ports":[{"containerPort":9090},{"containerPort":8080,"name":"http"}]}]}}}})"),
            "");
}

TEST(Drift, is_put_right_field_by_field) {
  EXPECT_EQ(drift_after(R"({"metadata":{"labels":{"app":"other"}}})"), "add /metadata/labels/app \"a\"\n");
  EXPECT_EQ(drift_after(R"({"metadata":{"labels":{"app":null,"x":"y"}}})"), "add /metadata/labels/app \"a\"\n");
  EXPECT_EQ(drift_after(R"({"metadata":{"labels":null}})"), "add /metadata/labels {\"app\":\"a\"}\n");
  EXPECT_EQ(drift_after(R"({"spec":{"replicas":5}})"), "add /spec/replicas 2\n");
  EXPECT_EQ(drift_after(R"({"spec":{"replicas":null}})"), "add /spec/replicas 2\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"metadata":{"labels":{"app":"x","y":"z"}}}}})"),
            "add /spec/template/metadata/labels/app \"a\"\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"metadata":{"labels":null}}}})"),
            "add /spec/template/metadata/labels {\"app\":\"a\"}\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"metadata":null}}})"),
            "add /spec/template/metadata {\"labels\":{\"app\":\"a\"}}\n");
}

TEST(Drift, of_our_container_is_put_right_by_its_place_behind_a_test_of_its_name) {
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"spec":{"containers":[{"name":"s","image":"s"},
                           {"name":"a","image":"evil","ports":[{"containerPort":8080}]}]}}}})"),
            "test /spec/template/spec/containers/1/name \"a\"\n"
            "add /spec/template/spec/containers/1/image \"inanimate/echo-server:latest\"\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"spec":{"containers":[
                           {"name":"a","image":"inanimate/echo-server:latest","ports":[{"containerPort":80}]}]}}}})"),
            "test /spec/template/spec/containers/0/name \"a\"\n"
            "add /spec/template/spec/containers/0/ports/- {\"containerPort\":8080}\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"spec":{"containers":[
                           {"name":"a","image":"x","ports":[{"containerPort":8080,"protocol":"UDP"}]}]}}}})"),
            "test /spec/template/spec/containers/0/name \"a\"\n"
            "add /spec/template/spec/containers/0/image \"inanimate/echo-server:latest\"\n"
            "add /spec/template/spec/containers/0/ports/- {\"containerPort\":8080}\n");
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"spec":{"containers":[
                           {"name":"a","image":"inanimate/echo-server:latest"}]}}}})"),
            "test /spec/template/spec/containers/0/name \"a\"\n"
            "add /spec/template/spec/containers/0/ports [{\"containerPort\":8080}]\n");
}

TEST(Drift, of_a_container_that_is_gone_adds_it_beside_the_others) {
  EXPECT_EQ(drift_after(R"({"spec":{"template":{"spec":{"containers":[{"name":"renamed","image":"x"}]}}}})"),
            "add /spec/template/spec/containers/- {\"name\":\"a\",\"image\":\"inanimate/echo-server:latest\","
            "\"ports\":[{\"containerPort\":8080}]}\n");
}

TEST(Drift, of_our_owner_reference_is_put_right_in_its_place) {
  EXPECT_EQ(drift_after(R"({"metadata":{"ownerReferences":[
                {"apiVersion":"apps/v1","kind":"W","name":"w","uid":"w-1"},
                {"apiVersion":"example.com/v1","kind":"Echo","name":"a","uid":"echo-1"}]}})"),
            "test /metadata/ownerReferences/1/uid \"echo-1\"\n"
            "replace /metadata/ownerReferences/1 {\"apiVersion\":\"example.com/v1\",\"kind\":\"Echo\",\"name\":\"a\","
            "\"uid\":\"echo-1\",\"controller\":true,\"blockOwnerDeletion\":true}\n");
}

TEST(Rollout, is_complete_exactly_when_all_counts_agree_and_the_newest_spec_has_been_seen) {
  auto const echo = make_echo();
  auto const complete = [&](api::SharedJson status, std::int64_t generation = 3, int spec_replicas = 2) {
    auto const deployment =
        make_deployment(*make_echo({.spec = R"({"replicas":)" + std::to_string(spec_replicas) + "}"}));
    deployment->metadata.generation = generation;
    deployment->status = std::move(status);
    return echo::Rollout(*deployment).complete(2);
  };
  EXPECT_TRUE(complete(deployment_status(3, 2, 2, 2, 2)));
  EXPECT_TRUE(complete(deployment_status(4, 2, 2, 2, 2)));
  EXPECT_FALSE(complete(deployment_status(2, 2, 2, 2, 2))) << "the spec is newer";
  EXPECT_FALSE(complete(deployment_status(3, 1, 2, 2, 2))) << "an old pod still runs";
  EXPECT_FALSE(complete(deployment_status(3, 2, 3, 2, 2))) << "a pod too many";
  EXPECT_FALSE(complete(deployment_status(3, 2, 2, 1, 1))) << "a pod is not ready";
  EXPECT_FALSE(complete(deployment_status(3, 2, 2, 2, 1))) << "a pod has not been ready for long enough";
  EXPECT_FALSE(complete(deployment_status(3, 2, 2, 2, 2), 3, 5)) << "the Deployment wants something else";
  EXPECT_FALSE(complete(nullptr));
}

TEST(Rollout, to_nothing_is_complete_when_nothing_is_left) {
  auto const echo = make_echo({.spec = R"({"replicas":0})"});
  auto const deployment = make_deployment(*echo);
  EXPECT_FALSE(echo::Rollout(*deployment).complete(0)) << "not seen yet";
  deployment->status = deployment_status(1, 0, 0, 0, 0);
  EXPECT_TRUE(echo::Rollout(*deployment).complete(0));
  deployment->status = deployment_status(1, 0, 1, 0, 0);
  EXPECT_FALSE(echo::Rollout(*deployment).complete(0));
}

TEST(Trouble, is_what_the_deployments_controller_says_of_the_newest_spec) {
  auto const deployment = make_deployment(*make_echo());
  deployment->status = shared(R"({"observedGeneration":1,"conditions":[
      {"type":"Available","status":"False","reason":"MinimumReplicasUnavailable","message":"m"},
      {"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"late"}]})");
  EXPECT_EQ(echo::trouble_of(*deployment).reason, "ProgressDeadlineExceeded");
  EXPECT_EQ(echo::trouble_of(*deployment).message, "late");
  deployment->metadata.generation = 2;
  EXPECT_EQ(echo::trouble_of(*deployment).reason, "");
  deployment->status = shared(R"({"observedGeneration":2,"conditions":[
      {"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota"}]})");
  EXPECT_EQ(echo::trouble_of(*deployment).reason, "ReplicaFailure");
}

}  // namespace
