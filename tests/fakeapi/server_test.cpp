#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

TEST(Server, starts_with_four_namespaces) {
  Scene scene("");
  auto const found = scene.list(api::namespaces);
  ASSERT_TRUE(found);
  std::vector<std::string> names;
  for (auto const& item : found->items) names.push_back(item->metadata.name);
  EXPECT_EQ(names, (std::vector<std::string>{"default", "kube-node-lease", "kube-public", "kube-system"}));
  EXPECT_EQ(shown(found->items[0], "spec"), json(R"({"finalizers": ["kubernetes"]})"));
  EXPECT_EQ(shown(found->items[0], "status"), json(R"({"phase": "Active"})"));
}

TEST(Server, an_echo_lives_through_create_patch_status_and_delete) {
  Scene scene;
  auto watch = scene.watch(echoes);
  ASSERT_TRUE(scene.create(echoes, echo("a", 2)));
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"metadata": {"finalizers": ["x.io/f"]}})")));
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"status": {"replicas": 2}})"), api::Subresource::status));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"metadata": {"finalizers": null}})")));
  EXPECT_EQ(scene.told(watch),
            (std::vector<std::string>{"ADDED a@8", "MODIFIED a@9", "MODIFIED a@10", "MODIFIED a@11", "DELETED a@12"}));
}

TEST(Server, a_deployment_is_created_with_its_defaults) {
  Scene scene;
  auto const created = scene.create(api::deployments, deployment("d", 3));
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(shown(*created, "spec"), json(R"({
    "replicas": 3, "selector": {"matchLabels": {"app": "x"}},
    "template": {"metadata": {"creationTimestamp": null, "labels": {"app": "x"}},
      "spec": {"containers": [{"name": "c", "image": "inanimate/echo-server:latest",
          "ports": [{"containerPort": 8080, "protocol": "TCP"}], "resources": {},
          "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
          "imagePullPolicy": "Always"}],
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
        "securityContext": {}, "schedulerName": "default-scheduler"}},
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
    "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})"));
  EXPECT_EQ(shown(*created, "status"), json("{}"));
  EXPECT_EQ((*created)->metadata.generation, 1);
}

}  // namespace
}  // namespace fakeapi::testing
