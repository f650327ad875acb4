// status and scale (fakeapi.md: STA, SCA, GEN-7).
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::Subresource;

struct Status : ::testing::Test {
  Scene scene;
  api::Object a = **scene.create(echoes, echo("a"));
};
using Scale = Status;

api::Object scale(std::string const& name, int replicas, std::string const& version = "") {
  auto made = object(R"({"apiVersion": "autoscaling/v1", "kind": "Scale"})");
  made.metadata.name = name;
  made.metadata.namespace_ = "default";
  if (!version.empty()) made.metadata.resource_version = api::ResourceVersion(std::stoull(version));
  made.spec = api::share({{"replicas", replicas}});
  return made;
}

TEST_F(Status, of_a_custom_resource_is_all_that_its_path_takes) {
  auto sent = a;
  sent.spec = api::share({{"replicas", 9}});
  sent.metadata.labels = api::StringMap{{"l", "1"}};
  sent.metadata.annotations = api::StringMap{{"l", "1"}};
  sent.metadata.finalizers = std::vector<std::string>{"x.io/f"};
  sent.status = api::share({{"replicas", 3}});
  auto const written = scene.update(echoes, sent, Subresource::status);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ((*written)->spec, a.spec);
  EXPECT_TRUE((*written)->metadata.labels.empty());
  EXPECT_TRUE((*written)->metadata.annotations.empty());
  EXPECT_TRUE((*written)->metadata.finalizers.empty());
  EXPECT_EQ(shown(*written, "status"), json(R"({"replicas": 3})"));
  EXPECT_EQ((*written)->metadata.generation, 1);
}

TEST_F(Status, is_cleared_by_a_put_without_one) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"status": {"replicas": 3}})"), Subresource::status));
  auto sent = **scene.get(echoes, "a");
  sent.status = nullptr;
  EXPECT_EQ((*scene.update(echoes, sent, Subresource::status))->status, nullptr);
}

TEST_F(Status, is_not_touched_through_the_main_path) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"status": {"replicas": 3}})"), Subresource::status));
  auto const patched = scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}, "status": {"replicas": 8}})"));
  EXPECT_EQ(shown(*patched, "status"), json(R"({"replicas": 3})"));
  EXPECT_EQ(shown(*patched, "spec"), json(R"({"replicas": 2})"));
}

TEST_F(Status, of_a_deployment_may_bring_annotations_and_finalizers_but_no_labels_nor_spec) {
  ASSERT_TRUE(scene.create(api::deployments, deployment("d", 3)));
  auto const written = scene.patch(api::deployments, "d", merge(R"({
    "metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}, "finalizers": ["x.io/f"],
      "labels": {"l": "1"}},
    "spec": {"replicas": 8}, "status": {"replicas": 3, "readyReplicas": 0, "nosuch": 1}})"),
                                   Subresource::status);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ((*written)->metadata.annotations->size(), 1U);
  EXPECT_TRUE((*written)->metadata.has_finalizer("x.io/f"));
  EXPECT_TRUE((*written)->metadata.labels.empty());
  EXPECT_EQ((*written)->metadata.generation, 1);
  EXPECT_EQ(api::find_integer((*written)->spec.get(), {"replicas"}), 3);
  // Counters that are zero and fields unknown to the kind are not kept.
  EXPECT_EQ(shown(*written, "status"), json(R"({"replicas": 3})"));
}

TEST_F(Status, with_a_stale_resource_version_is_a_conflict) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}})")));
  a.status = api::share({{"replicas", 1}});
  EXPECT_EQ(scene.update(echoes, a, Subresource::status).error().reason, Reason::conflict);
}

TEST_F(Status, is_validated) {
  expect_causes(
      scene.patch(echoes, "a", merge(R"({"status": {"replicas": "x"}})"), Subresource::status),
      {"status.replicas: Invalid value: \"string\": status.replicas in body must be of type integer: "
       "\"string\"",
       ".status.replicas: Invalid value: 0: .status.replicas accessor error: x is of the type string, expected "
       "int64"});
  expect_causes(
      scene.patch(echoes, "a", merge(R"({"status": {"conditions": [{"type": "Ready", "status": "Maybe",
                  "lastTransitionTime": "nope"}]}})"),
                  Subresource::status),
      {"status.conditions.status: Unsupported value: \"Maybe\": supported values: \"True\", \"False\", "
       "\"Unknown\"",
       "status.conditions.lastTransitionTime: Invalid value: \"nope\": status.conditions.lastTransitionTime in "
       "body must be of type date-time: \"nope\""});
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  expect_causes(scene.patch(api::deployments, "d", merge(R"({"status": {"replicas": 1, "readyReplicas": 2}})"),
                            Subresource::status),
                {"status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas"});
}

// What is as it was stored need not be looked at again; all else must be, wherever it stands.
TEST_F(Status, is_validated_wherever_it_has_changed) {
  auto const write = [&](std::string const& conditions) {
    return scene.patch(echoes, "a", merge(R"({"status": {"conditions": [)" + conditions + "]}}"), Subresource::status);
  };
  std::string const ready = R"({"type": "Ready", "status": "True", "lastTransitionTime": "2026-02-28T23:59:59Z"})";
  std::string const degraded = R"({"type": "Degraded", "status": "False"})";
  ASSERT_TRUE(write(ready + "," + degraded));
  std::string const wrong_status =
      "status.conditions.status: Unsupported value: \"Maybe\": supported values: \"True\", \"False\", \"Unknown\"";
  expect_causes(write(ready + R"(,{"type": "Degraded", "status": "Maybe"})"), {wrong_status});
  expect_causes(
      write(R"({"type": "Ready", "status": "Maybe", "lastTransitionTime": "2026-02-28T23:59:59Z"},)" + degraded),
      {wrong_status});
  expect_causes(write(ready + R"(,{"type": "Degraded"})"), {"status.conditions.status: Required value"});
  for (auto const* day : {"2026-13-01", "2026-00-01", "2026-01-00", "2026-02-29", "2026-1-011"}) {
    auto const refused =
        write(R"({"type": "Ready", "status": "True", "lastTransitionTime": ")" + std::string(day) + R"(T00:00:00Z"})");
    ASSERT_FALSE(refused) << day;
    EXPECT_EQ(refused.error().reason, Reason::invalid) << day;
  }
  for (auto const* time : {"24:00:00Z", "00:60:00Z", "00:00:60Z", "00:00:00", "00:00:00+1"}) {
    auto const refused = write(R"({"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T)" +
                               std::string(time) + R"("})");
    EXPECT_FALSE(refused) << time;
  }
  for (auto const* time : {"23:59:59Z", "23:59:59.123Z", "00:00:00+01:00", "00:00:00z"}) {
    auto const written = write(R"({"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-31T)" +
                               std::string(time) + R"("})");
    EXPECT_TRUE(written) << time;
  }
}

TEST_F(Status, of_a_compiled_in_kind_is_made_canonical_wherever_it_has_changed) {
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  auto const write = [&](std::string const& conditions) {
    return scene.patch(api::deployments, "d", merge(R"({"status": {"conditions": [)" + conditions + "]}}"),
                       Subresource::status);
  };
  std::string const first = R"({"type": "Available", "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z",)"
                            R"("lastTransitionTime": "2026-01-01T00:00:00Z"})";
  ASSERT_TRUE(write(first));
  auto const written = write(first + R"(,{"type": "Progressing", "status": "True", "nosuch": 1,)"
                                     R"("lastUpdateTime": "2026-01-01T01:00:00+01:00"})");
  ASSERT_TRUE(written);
  EXPECT_EQ(shown(*written, "status").at("conditions"),
            json("[" + first +
                 R"(,{"type": "Progressing", "status": "True",)"
                 R"("lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": null}])"));
  // In the place of one that is stored, and not the same.
  auto const changed = write(R"({"type": "Available", "status": "True", "nosuch": 1,)"
                             R"("lastUpdateTime": "2026-01-01T01:00:01+01:00",)"
                             R"("lastTransitionTime": "2026-01-01T00:00:00Z"})");
  ASSERT_TRUE(changed);
  EXPECT_EQ(shown(*changed, "status").at("conditions"),
            json(R"([{"type": "Available", "status": "True", "lastUpdateTime": "2026-01-01T00:00:01Z",)"
                 R"("lastTransitionTime": "2026-01-01T00:00:00Z"}])"));
}

TEST_F(Status, keeps_no_unknown_fields) {
  auto const written =
      scene.patch(echoes, "a", merge(R"({"status": {"replicas": 1, "nosuch": 2}})"), Subresource::status);
  EXPECT_EQ(shown(*written, "status"), json(R"({"replicas": 1})"));
}

TEST_F(Status, without_the_subresource_looks_like_a_missing_object) {
  Scene tutorial(tutorial_definition());
  ASSERT_TRUE(tutorial.create(echoes, echo("a")));
  auto const refused = tutorial.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})"), Subresource::status);
  expect_error(refused, 404, Reason::not_found, "echoes.example.com \"a\" not found");
  EXPECT_TRUE(tutorial.get(echoes, "a"));
  // Nor can it be written in any other way: the schema has no place for it.
  auto const before = tutorial.server.revision();
  ASSERT_TRUE(tutorial.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})")));
  EXPECT_EQ(tutorial.server.revision(), before);
  expect_error(scene.patch(api::leases, "l", merge("{}"), Subresource::status), 404, Reason::not_found,
               "the server could not find the requested resource");
}

TEST_F(Scale, shows_the_replicas_and_little_else) {
  ASSERT_TRUE(
      scene.patch(echoes, "a", merge(R"({"status": {"replicas": 4, "selector": "app=a"}})"), Subresource::status));
  auto const shown_scale = scene.get(echoes, "a", Subresource::scale);
  ASSERT_TRUE(shown_scale) << shown_scale.error().message;
  EXPECT_EQ((*shown_scale)->kind, "Scale");
  EXPECT_EQ((*shown_scale)->api_version, "autoscaling/v1");
  EXPECT_EQ((*shown_scale)->metadata.uid, a.metadata.uid);
  EXPECT_EQ((*shown_scale)->metadata.generation, 0);
  EXPECT_EQ(shown(*shown_scale, "spec"), json(R"({"replicas": 1})"));
  EXPECT_EQ(shown(*shown_scale, "status"), json(R"({"replicas": 4, "selector": "app=a"})"));
  ASSERT_TRUE(scene.create(api::deployments, deployment("d", 3)));
  auto const typed = scene.get(api::deployments, "d", Subresource::scale);
  EXPECT_EQ(shown(*typed, "spec"), json(R"({"replicas": 3})"));
  EXPECT_EQ(shown(*typed, "status"), json(R"({"replicas": 0, "selector": "app=x"})"));
}

TEST_F(Scale, is_written_with_or_without_a_resource_version) {
  auto const put = scene.update(echoes, scale("a", 5), Subresource::scale);
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(shown(*put, "spec"), json(R"({"replicas": 5})"));
  auto const stored = scene.get(echoes, "a");
  EXPECT_EQ((*stored)->metadata.generation, 2);
  EXPECT_EQ(shown(*stored, "spec"), json(R"({"replicas": 5})"));
  EXPECT_EQ((*put)->metadata.resource_version, (*stored)->metadata.resource_version);
  EXPECT_EQ(scene.update(echoes, scale("a", 6, "1"), Subresource::scale).error().reason, Reason::conflict);
  auto const patched = scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}})"), Subresource::scale);
  ASSERT_TRUE(patched);
  EXPECT_EQ(shown(*patched, "spec"), json(R"({"replicas": 2})"));
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  ASSERT_TRUE(scene.patch(api::deployments, "d", merge(R"({"spec": {"replicas": 2}})"), Subresource::scale));
  EXPECT_EQ((*scene.get(api::deployments, "d"))->metadata.generation, 2);
}

TEST_F(Scale, below_zero_or_beyond_an_int32_is_invalid) {
  expect_causes(scene.update(echoes, scale("a", -1), Subresource::scale),
                {"spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
                 ".spec.replicas: Invalid value: -1: should be a non-negative integer"});
  expect_causes(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 3000000000}})")),
                {".spec.replicas: Invalid value: 3000000000: should be less than or equal to 2147483647"});
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  expect_error(scene.update(api::deployments, scale("d", -1), Subresource::scale), 422, Reason::invalid,
               "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to "
               "0");
}

TEST_F(Scale, of_something_missing_is_not_found_in_two_ways) {
  auto const typed = scene.get(api::deployments, "x", Subresource::scale);
  expect_error(typed, 404, Reason::not_found, "deployments/scale.apps \"x\" not found");
  EXPECT_EQ(typed.error().kind, "deployments/scale");
  auto const custom = scene.get(echoes, "x", Subresource::scale);
  expect_error(custom, 404, Reason::not_found, "echoes.example.com \"x\" not found");
  EXPECT_EQ(custom.error().kind, "echoes");
  Scene tutorial(tutorial_definition());
  ASSERT_TRUE(tutorial.create(echoes, echo("a")));
  EXPECT_EQ(tutorial.get(echoes, "a", Subresource::scale).error().code, 404);
}

TEST_F(Scale, needs_a_place_to_read_from) {
  Scene demo(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Echo", "plural": "echoes"},
      "versions": [{"name": "v1", "served": true, "storage": true,
        "subresources": {"scale": {"specReplicasPath": ".spec.nosuch", "statusReplicasPath": ".status.x"}},
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})");
  ASSERT_TRUE(demo.create(echoes, echo("a")));
  expect_error(demo.get(echoes, "a", Subresource::scale), 500, Reason::internal_error,
               "Internal error occurred: the spec replicas field \".spec.nosuch\" does not exist");
}

}  // namespace
}  // namespace fakeapi::testing
