// Deployments: defaults and rules.
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;

struct Deployment : ::testing::Test {
  Result<api::ObjectPtr> create(std::string_view changes) {
    auto document = api::object_to_json(deployment("d"));
    api::merge_patch(document, json(changes));
    return scene.create(api::deployments, *api::object_from_json(document));
  }
  std::string policy_of(std::string const& image) {
    auto const created =
        create(R"({"metadata": {"name": "p)" + std::to_string(++made) +
               R"("}, "spec": {"template": {"spec": {"containers": [{"name": "c", "image": ")" + image + R"("}]}}}})");
    return std::string(
        (*created)->spec->at("template").at("spec").at("containers").at(0).at("imagePullPolicy").as_string());
  }
  Scene scene;
  int made = 0;
};

TEST_F(Deployment, pulls_images_always_when_their_tag_says_nothing) {
  EXPECT_EQ(policy_of("inanimate/echo-server:latest"), "Always");
  EXPECT_EQ(policy_of("nginx"), "Always");
  EXPECT_EQ(policy_of("registry:5000/nginx"), "Always");
  EXPECT_EQ(policy_of("registry:5000/nginx:1.2"), "IfNotPresent");
  EXPECT_EQ(policy_of("nginx@sha256:0123"), "IfNotPresent");
}

TEST_F(Deployment, is_stored_with_its_defaults_so_that_what_a_client_wants_is_no_change) {
  auto const created = create("{}");
  ASSERT_TRUE(created) << created.error().message;
  auto sent = deployment("d");
  sent.metadata.resource_version = (*created)->metadata.resource_version;
  EXPECT_EQ(*scene.update(api::deployments, sent), *created);
}

TEST_F(Deployment, that_recreates_has_no_rolling_update) {
  auto const created = create(R"({"spec": {"strategy": {"type": "Recreate"}}})");
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ((*created)->spec->at("strategy"), json(R"({"type": "Recreate"})"));
  expect_causes(create(R"({"metadata": {"name": "e"},
                  "spec": {"strategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}}})"),
                {"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"});
}

TEST_F(Deployment, keeps_no_field_that_the_kind_does_not_have) {
  auto const created =
      create(R"({"spec": {"nosuch": 1, "template": {"spec": {"nodeSelector": {"a": "b"}}}}, "data": 1})");
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(api::find_path((*created)->spec.get(), {"nosuch"}), nullptr);
  EXPECT_NE(api::find_path((*created)->spec.get(), {"template", "spec", "nodeSelector"}), nullptr);
  EXPECT_EQ((*created)->rest, nullptr);
}

TEST_F(Deployment, without_anything_lacks_selector_labels_and_containers) {
  auto sent = object(R"({"metadata": {"name": "a"}})");
  auto const refused = scene.create(api::deployments, sent);
  expect_error(
      refused, 422, Reason::invalid,
      "Deployment.apps \"a\" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid "
      "value: map[string]string(nil): `selector` does not match template `labels`, "
      "spec.template.spec.containers: Required value]");
  EXPECT_EQ(refused.error().kind, "Deployment");
  EXPECT_EQ(refused.error().group, "apps");
}

TEST_F(Deployment, must_select_the_pods_it_makes) {
  expect_causes(create(R"({"spec": {"selector": {"matchLabels": {"app": "y"}}}})"),
                {"spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"x\"}: `selector` does not "
                 "match template `labels`"});
  expect_causes(create(R"({"spec": {"selector": {"matchLabels": null}}})"),
                {"spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), "
                 "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment"});
  EXPECT_TRUE(create(R"({"spec": {"selector": {"matchExpressions": [
      {"key": "app", "operator": "In", "values": ["x", "y"]}, {"key": "z", "operator": "DoesNotExist"}]}}})"));
}

TEST_F(Deployment, may_not_select_other_pods_later) {
  ASSERT_TRUE(create("{}"));
  expect_causes(scene.patch(api::deployments, "d", merge(R"({"spec": {
      "selector": {"matchLabels": {"app": "y"}}, "template": {"metadata": {"labels": {"app": "y"}}}}})")),
                {"spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"y\"}, "
                 "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"});
}

TEST_F(Deployment, has_containers_with_a_name_an_image_and_ports) {
  expect_causes(
      create(R"({"spec": {"template": {"spec": {"containers": [{"name": "A b"}, {"name": "c", "image": "i",
                  "ports": [{"containerPort": 0}, {"containerPort": 70000, "protocol": "X"}]},
                  {"name": "c", "image": "i", "imagePullPolicy": "Now"}]}}}})"),
      {"spec.template.spec.containers[0].name: Invalid value: \"A b\": a lowercase RFC 1123 label must consist "
       "of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
       "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
       "spec.template.spec.containers[0].image: Required value",
       "spec.template.spec.containers[1].ports[0].containerPort: Required value",
       "spec.template.spec.containers[1].ports[1].containerPort: Invalid value: 70000: must be between 1 and "
       "65535, inclusive",
       "spec.template.spec.containers[1].ports[1].protocol: Unsupported value: \"X\": supported values: "
       "\"SCTP\", \"TCP\", \"UDP\"",
       "spec.template.spec.containers[2].name: Duplicate value: \"c\"",
       "spec.template.spec.containers[2].imagePullPolicy: Unsupported value: \"Now\": supported values: "
       "\"Always\", \"IfNotPresent\", \"Never\""});
}

TEST_F(Deployment, has_label_values_that_a_long_name_does_not_fit) {
  std::string const label(64, 'a');
  auto const refused = create(R"({"spec": {"selector": {"matchLabels": {"app": ")" + label +
                              R"("}}, "template": {"metadata": {"labels": {"app": ")" + label + R"("}}}}})");
  expect_causes(refused,
                {"spec.selector.matchLabels: Invalid value: \"" + label + "\": must be no more than 63 characters",
                 "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"" + label +
                     "\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: invalid label selector"});
}

TEST_F(Deployment, has_numbers_that_are_not_negative) {
  expect_causes(create(R"({"spec": {"replicas": -1, "minReadySeconds": -1, "revisionHistoryLimit": -1,
                  "progressDeadlineSeconds": 5}})"),
                {"spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                 "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                 "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"});
  expect_causes(create(R"({"spec": {"minReadySeconds": 600}})"),
                {"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"});
}

TEST_F(Deployment, of_the_wrong_types_cannot_be_read) {
  auto const refused = create(R"({"spec": {"replicas": "three"}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 400);
  EXPECT_EQ(refused.error().reason, Reason::bad_request);
  EXPECT_EQ(create(R"({"spec": {"replicas": 3000000000}})").error().code, 400);
}

TEST_F(Deployment, keeps_the_template_it_is_given_by_others) {
  ASSERT_TRUE(create("{}"));
  auto const patched = scene.patch(api::deployments, "d", merge(R"({"spec": {"template": {"metadata": {"annotations":
      {"kubectl.kubernetes.io/restartedAt": "2026-11-23T17:23:33Z"}}}}})"));
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ((*patched)->metadata.generation, 2);
  EXPECT_EQ(api::find_string((*patched)->spec.get(),
                             {"template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"}),
            "2026-11-23T17:23:33Z");
}

}  // namespace
}  // namespace fakeapi::testing
