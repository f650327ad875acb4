// PUT and PATCH (fakeapi.md: UPD, PAT, GEN, STORE).
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::Subresource;

api::Object copy(Result<api::ObjectPtr> const& object) { return **object; }
std::uint64_t version(Result<api::ObjectPtr> const& object) {
  return api::to_number((*object)->metadata.resource_version);
}

constexpr char modified[] =
    "Operation cannot be fulfilled on echoes.example.com \"a\": the object has been modified; please apply your "
    "changes "
    "to the latest version and try again";

struct Update : ::testing::Test {
  Scene scene;
  api::Object a = copy(scene.create(echoes, echo("a")));
};
using Patch = Update;
using Generation = Update;
using NoOp = Update;

TEST_F(Update, of_a_custom_resource_must_carry_a_resource_version) {
  a.metadata.resource_version = api::ResourceVersion::none;
  auto const refused = scene.update(echoes, a);
  expect_error(
      refused, 422, Reason::invalid,
      "echoes.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for "
      "an update");
  EXPECT_EQ(refused.error().kind, "echoes");
}

TEST_F(Update, of_a_built_in_may_come_without_a_resource_version) {
  auto d = copy(scene.create(api::deployments, deployment("d")));
  d.metadata.resource_version = api::ResourceVersion::none;
  d.metadata.labels = api::StringMap{{"l", "1"}};
  EXPECT_TRUE(scene.update(api::deployments, d));
}

TEST_F(Update, with_a_stale_resource_version_is_a_conflict) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}})")));
  auto const refused = scene.update(echoes, a);
  expect_error(refused, 409, Reason::conflict, modified);
  EXPECT_EQ(refused.error().kind, "echoes");
  EXPECT_FALSE(refused.error().outcome_unknown);
}

TEST_F(Update, of_another_uid_is_a_conflict) {
  auto const uid = a.metadata.uid;
  a.metadata.uid = "xx";
  expect_error(
      scene.update(echoes, a), 409, Reason::conflict,
      "Operation cannot be fulfilled on echoes.example.com \"a\": StorageError: invalid object, Code: 4, Key: "
      "/registry/example.com/echoes/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID "
      "in precondition: xx, UID in object meta: " +
          uid);
}

TEST_F(Update, must_name_the_object_of_its_url) {
  api::Request request;
  request.verb = api::Verb::update;
  request.resource = echoes;
  request.key = {"default", "b"};
  request.body = shared(a);
  request.options = api::WriteOptions();
  expect_error(scene.call(request), 400, Reason::bad_request,
               "the name of the object (a) does not match the name on the URL (b)");
}

TEST_F(Update, of_a_missing_object_is_not_found) {
  a.metadata.name = "nonex";
  auto const refused = scene.update(echoes, a);
  expect_error(refused, 404, Reason::not_found, "echoes.example.com \"nonex\" not found");
  EXPECT_EQ(refused.error().name, "nonex");
}

TEST_F(Update, cannot_set_a_deletion_timestamp) {
  a.metadata.deletion_timestamp = api::Timestamp(std::chrono::seconds(978307200));
  auto const refused = scene.update(echoes, a);
  expect_error(
      refused, 422, Reason::invalid,
      "Echo.example.com \"a\" is invalid: metadata.deletionTimestamp: Invalid value: 2001-01-01 00:00:00 +0000 "
      "UTC: field is immutable");
  EXPECT_EQ(refused.error().causes.size(), 2U);  // both of the real server's validators speak
}

TEST_F(Update, ignores_changes_of_what_is_the_servers_own) {
  auto const before = scene.server.revision();
  auto sent = a;
  sent.metadata.generation = 77;
  sent.metadata.creation_timestamp = api::Timestamp(std::chrono::seconds(1));
  sent.metadata.uid = "";
  sent.metadata.rest = api::share({{"selfLink", "/x"}});
  auto const answer = scene.update(echoes, sent);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)->metadata.generation, 1);
  EXPECT_EQ((*answer)->metadata.uid, a.metadata.uid);
  EXPECT_EQ(scene.server.revision(), before);
}

TEST_F(Update, creates_a_lease_that_is_missing) {
  auto const lease = object(R"({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
    "metadata": {"name": "l", "namespace": "default"}, "spec": {"holderIdentity": "me"}})");
  auto const created = scene.update(api::leases, lease);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ((*created)->metadata.uid.size(), 36U);
  EXPECT_TRUE(scene.get(api::leases, "l"));
  expect_causes(scene.patch(api::leases, "l", merge(R"({"spec": {"leaseDurationSeconds": 0}})")),
                {"spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"});
}

TEST_F(Update, in_a_dry_run_answers_what_would_be_and_stores_nothing) {
  auto const before = scene.server.revision();
  auto const answer =
      scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 5}})"), Subresource::none, {.dry_run = true});
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)->metadata.generation, 2);
  EXPECT_EQ((*answer)->metadata.resource_version, a.metadata.resource_version);
  EXPECT_EQ(scene.server.revision(), before);
}

TEST_F(Patch, null_in_a_merge_patch_deletes) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"metadata": {"labels": {"l": "1", "m": "2"}}})")));
  auto const patched = scene.patch(echoes, "a", merge(R"({"metadata": {"labels": {"l": null}}})"));
  EXPECT_EQ(*(*patched)->metadata.labels, (api::StringMap{{"m", "2"}}));
}

TEST_F(Patch, null_lets_a_default_come_back_in_the_same_request) {
  Scene demo(demo_definition());
  auto sent = object(R"({"apiVersion": "demo.example.com/v1", "kind": "Echo",
    "metadata": {"name": "a", "namespace": "default"}, "spec": {"text": "hi", "replicas": 1}})");
  auto const created = demo.create(demos, sent);
  ASSERT_TRUE(created) << created.error().message;
  auto const patched = demo.patch(demos, "a", merge(R"({"spec": {"replicas": null}})"));
  ASSERT_TRUE(patched);
  EXPECT_EQ(version(patched), version(created));
}

TEST_F(Patch, null_on_a_required_field_is_invalid) {
  expect_error(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": null}})")), 422, Reason::invalid,
               "Echo.example.com \"a\" is invalid: spec.replicas: Required value");
}

TEST_F(Patch, with_a_stale_resource_version_is_a_conflict) {
  expect_error(scene.patch(echoes, "a", merge(R"({"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 2}})")),
               409, Reason::conflict, modified);
  expect_error(scene.patch(echoes, "a", json_patch(R"([
      {"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}])")),
               409, Reason::conflict, modified);
  auto const current = std::to_string(api::to_number(a.metadata.resource_version));
  EXPECT_TRUE(scene.patch(
      echoes, "a", merge(R"({"metadata": {"resourceVersion": ")" + current + R"("}, "spec": {"replicas": 2}})")));
}

TEST_F(Patch, without_a_resource_version_never_conflicts) {
  for (int i = 2; i < 6; ++i) {
    auto const patched = scene.patch(echoes, "a", merge(R"({"spec": {"replicas": )" + std::to_string(i) + "}}"));
    ASSERT_TRUE(patched);
    EXPECT_EQ((*patched)->metadata.generation, i);
  }
}

TEST_F(Patch, as_a_strategic_merge_is_refused_on_a_custom_resource_with_the_accepted_types) {
  api::Patch const strategic = api::StrategicMergePatch{api::share(json("{}"))};
  expect_error(scene.patch(echoes, "a", strategic), 415, Reason::unsupported_media_type,
               "the body of the request was in an unknown format - accepted media types include: "
               "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
  api::Patch const apply = api::ApplyPatch{api::share(json("{}")), false};
  EXPECT_EQ(scene.patch(echoes, "a", apply).error().code, 415);
}

TEST_F(Patch, as_a_strategic_merge_changes_one_container_of_a_deployment) {
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  api::Patch const strategic = api::StrategicMergePatch{api::share(json(
      R"({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}, {"name": "side", "image": "s"}],
          "$setElementOrder/containers": [{"name": "c"}, {"name": "side"}]}}}})"))};
  auto const patched = scene.patch(api::deployments, "d", strategic);
  ASSERT_TRUE(patched) << patched.error().to_string();
  EXPECT_EQ((*patched)->metadata.generation, 2);
  auto const* containers = api::find_path((*patched)->spec.get(), {"template", "spec", "containers"});
  ASSERT_EQ(containers->as_array().size(), 2U);
  EXPECT_EQ(containers->at(0).at("image"), "i");
  EXPECT_EQ(containers->at(0).at("ports").at(0).at("containerPort"), 8080);
  EXPECT_EQ(containers->at(1).at("name"), "side");
}

TEST_F(Patch, that_fails_in_an_operation_is_invalid_without_details) {
  for (auto const* operations :
       {R"([{"op": "test", "path": "/spec/replicas", "value": 9}])", R"([{"op": "remove", "path": "/spec/nosuch"}])",
        R"([{"op": "add", "path": "/spec/no/such", "value": 1}])"}) {
    auto const refused = scene.patch(echoes, "a", json_patch(operations));
    expect_error(refused, 422, Reason::invalid, "the server rejected our request due to an error in our request");
    EXPECT_EQ(refused.error().name, "");
    EXPECT_TRUE(refused.error().causes.empty());
  }
}

TEST_F(Patch, cannot_rename_nor_give_another_uid) {
  expect_error(scene.patch(echoes, "a", merge(R"({"metadata": {"name": "q"}})")), 400, Reason::bad_request,
               "the name of the object (q) does not match the name on the URL (a)");
  auto const uid = scene.patch(echoes, "a", merge(R"({"metadata": {"uid": "1"}})"));
  expect_error(uid, 422, Reason::invalid,
               "Echo.example.com \"a\" is invalid: metadata.uid: Invalid value: \"1\": field is immutable");
  EXPECT_EQ(uid.error().causes.size(), 2U);
}

TEST_F(Patch, of_a_missing_object_is_not_found) {
  expect_error(scene.patch(echoes, "nonex", merge("{}")), 404, Reason::not_found,
               "echoes.example.com \"nonex\" not found");
}

TEST_F(Generation, counts_the_spec_but_not_labels_of_a_custom_resource) {
  EXPECT_EQ((*scene.patch(echoes, "a", merge(R"({"metadata": {"labels": {"l": "1"}}})")))->metadata.generation, 1);
  EXPECT_EQ((*scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 4}})")))->metadata.generation, 2);
  EXPECT_EQ((*scene.patch(echoes, "a", merge(R"({"metadata": {"generation": 9}})")))->metadata.generation, 2);
  EXPECT_EQ(
      (*scene.patch(echoes, "a", merge(R"({"status": {"replicas": 4}})"), Subresource::status))->metadata.generation,
      2);
}

TEST_F(Generation, counts_the_status_of_a_custom_resource_without_the_subresource) {
  Scene plain(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Echo", "plural": "echoes"},
      "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
        "type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})");
  ASSERT_TRUE(plain.create(echoes, echo("a")));
  auto const patched = plain.patch(echoes, "a", merge(R"({"status": {"replicas": 3}})"));
  ASSERT_TRUE(patched);
  EXPECT_EQ((*patched)->metadata.generation, 2);
  EXPECT_EQ(shown(*patched, "status"), json(R"({"replicas": 3})"));
}

TEST_F(Generation, counts_annotations_but_not_labels_of_a_deployment) {
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  auto const label = scene.patch(api::deployments, "d", merge(R"({"metadata": {"labels": {"l": "1"}}})"));
  EXPECT_EQ((*label)->metadata.generation, 1);
  auto const annotation = scene.patch(api::deployments, "d", merge(R"({"metadata": {"annotations": {"l": "1"}}})"));
  EXPECT_EQ((*annotation)->metadata.generation, 2);
  auto const spec = scene.patch(api::deployments, "d", merge(R"({"spec": {"replicas": 7}})"));
  EXPECT_EQ((*spec)->metadata.generation, 3);
}

TEST_F(Generation, counts_the_first_delete_that_only_marks) {
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"metadata": {"finalizers": ["x.io/f"]}})")));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  EXPECT_EQ((*scene.get(echoes, "a"))->metadata.generation, 2);
}

TEST_F(NoOp, a_put_of_what_is_there_writes_nothing) {
  auto watch = scene.watch(echoes, {.resource_version = api::ResourceVersion(scene.server.revision())});
  auto const before = scene.server.find(echoes, {"default", "a"});
  auto sent = a;
  sent.spec = api::share(*a.spec);  // equal, not the same
  EXPECT_EQ(*scene.update(echoes, sent), before);
  EXPECT_EQ(*scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 1}})")), before);
  EXPECT_EQ(*scene.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})")), before);  // not main's business
  EXPECT_TRUE(scene.told(watch).empty());
}

TEST_F(NoOp, a_number_is_the_same_with_and_without_a_fraction_that_is_zero) {
  auto const whole = scene.patch(echoes, "a", merge(R"({"status": {"observedGeneration": 3.0}})"), Subresource::status);
  ASSERT_TRUE(whole) << whole.error().to_string();
  EXPECT_TRUE((*whole)->status->at("observedGeneration").is_int64());
  EXPECT_EQ(*scene.patch(echoes, "a", merge(R"({"status": {"observedGeneration": 3}})"), Subresource::status), *whole);
}

TEST_F(NoOp, a_status_patch_of_what_is_there_writes_nothing) {
  auto const first = scene.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})"), Subresource::status);
  auto const again = scene.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})"), Subresource::status);
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(version(again), scene.server.revision());
}

TEST_F(NoOp, a_write_shares_what_it_does_not_touch) {
  auto const labelled = scene.patch(echoes, "a", merge(R"({"metadata": {"labels": {"l": "1"}}})"));
  EXPECT_EQ((*labelled)->spec, a.spec);
  auto const status = scene.patch(echoes, "a", merge(R"({"status": {"replicas": 1}})"), Subresource::status);
  EXPECT_EQ((*status)->spec, a.spec);
}

TEST_F(Update, revisions_are_counted_over_all_kinds) {
  auto const first = scene.server.revision();
  auto const d = scene.create(api::deployments, deployment("d"));
  auto const b = scene.create(echoes, echo("b"));
  EXPECT_EQ(version(d), first + 1);
  EXPECT_EQ(version(b), first + 2);
  EXPECT_EQ(api::to_number(scene.list(api::deployments)->resource_version), first + 2);
}

TEST_F(Update, tells_its_observers_of_every_commit_with_actor_and_cause) {
  std::vector<Commit> seen;
  auto const id = scene.server.add_observer([&](Commit const& commit) { seen.push_back(commit); });
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 3}})")));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  scene.server.remove_observer(id);
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].actor, Actor{1});
  EXPECT_EQ(seen[0].cause, 7U);
  EXPECT_EQ(seen[0].resource, *scene.server.index_of(echoes));
  EXPECT_EQ(seen[0].after, seen[1].before);
  EXPECT_EQ(seen[1].after, nullptr);
  EXPECT_EQ(seen[1].revision, seen[0].revision + 1);
}

}  // namespace
}  // namespace fakeapi::testing
