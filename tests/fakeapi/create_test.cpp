// POST (fakeapi.md: CRE, and the server-set fields).
#include <algorithm>

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;

TEST(Create, overwrites_what_only_the_server_may_set) {
  Scene scene;
  auto sent = echo("a");
  sent.metadata.uid = "mine";
  sent.metadata.generation = 42;
  sent.metadata.creation_timestamp = api::Timestamp(std::chrono::seconds(1));
  sent.metadata.deletion_timestamp = api::Timestamp(std::chrono::seconds(2));
  sent.metadata.deletion_grace_period_seconds = 5;
  sent.metadata.rest = api::share({{"selfLink", "/somewhere"}});
  auto const created = scene.create(echoes, sent);
  ASSERT_TRUE(created) << created.error().message;
  auto const& metadata = (*created)->metadata;
  EXPECT_EQ(metadata.uid.size(), 36U);
  EXPECT_EQ(metadata.uid[14], '4');
  EXPECT_TRUE(std::string_view("89ab").contains(metadata.uid[19]));
  EXPECT_EQ(metadata.generation, 1);
  EXPECT_EQ(metadata.creation_timestamp, std::chrono::floor<std::chrono::seconds>(scene.now));
  EXPECT_FALSE(metadata.terminating());
  EXPECT_FALSE(metadata.deletion_grace_period_seconds);
  EXPECT_EQ(metadata.rest, nullptr);
  EXPECT_EQ(api::to_number(metadata.resource_version), scene.server.revision());
  EXPECT_EQ(*created, scene.server.find(echoes, {"default", "a"}));
}

TEST(Create, gives_every_object_another_uid_and_the_same_ones_in_every_run) {
  std::vector<std::string> uids;
  for (int run = 0; run < 2; ++run) {
    Scene scene;
    for (auto const* name : {"a", "b", "c"}) uids.push_back((*scene.create(echoes, echo(name)))->metadata.uid);
  }
  EXPECT_EQ(uids[0], uids[3]);
  EXPECT_EQ(uids[2], uids[5]);
  EXPECT_NE(uids[0], uids[1]);
  Scene other(echo_definition(), {.uid_seed = 2});
  EXPECT_NE((*other.create(echoes, echo("a")))->metadata.uid, uids[0]);
}

TEST(Create, says_that_an_object_already_exists) {
  Scene scene;
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto const again = scene.create(echoes, echo("a", 5));
  expect_error(again, 409, Reason::already_exists, "echoes.example.com \"a\" already exists");
  EXPECT_EQ(again.error().name, "a");
  EXPECT_EQ(again.error().group, "example.com");
  EXPECT_EQ(again.error().kind, "echoes");
}

TEST(Create, says_that_the_object_in_the_way_is_being_deleted) {
  Scene scene;
  auto held = echo("a");
  held.metadata.finalizers = std::vector<std::string>{"x.io/f"};
  ASSERT_TRUE(scene.create(echoes, held));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  expect_error(scene.create(echoes, echo("a")), 409, Reason::already_exists,
               "object is being deleted: echoes.example.com \"a\" already exists");
}

TEST(Create, refuses_a_resource_version_even_when_the_object_exists) {
  Scene scene;
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto sent = echo("a");
  sent.metadata.resource_version = api::ResourceVersion(3);
  expect_error(scene.create(echoes, sent), 500, Reason::unknown,
               "resourceVersion should not be set on objects to be created");
}

TEST(Create, generates_a_name_of_five_letters_without_vowels_after_a_cut_base) {
  Scene scene;
  auto sent = echo("");
  sent.metadata.generate_name = std::string(70, 'x') + "-";
  auto const created = scene.create(echoes, sent);
  ASSERT_TRUE(created) << created.error().message;
  auto const& name = (*created)->metadata.name;
  EXPECT_EQ(name.size(), 63U);
  EXPECT_EQ(name.substr(0, 58), std::string(58, 'x'));
  EXPECT_TRUE(std::ranges::all_of(name.substr(58),
                                  [](char c) { return std::string_view("bcdfghjklmnpqrstvwxz2456789").contains(c); }));
  EXPECT_NE((*scene.create(echoes, sent))->metadata.name, name);
}

TEST(Create, requires_a_name) {
  Scene scene;
  auto const refused = scene.create(echoes, echo(""));
  expect_error(refused, 422, Reason::invalid,
               "Echo.example.com \"\" is invalid: metadata.name: Required value: name or generateName is required");
  EXPECT_EQ(refused.error().kind, "Echo");
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes[0].reason, "FieldValueRequired");
}

TEST(Create, requires_a_dns_name) {
  Scene scene;
  expect_error(scene.create(echoes, echo("Bad_Name")), 422, Reason::invalid,
               "Echo.example.com \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC "
               "1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
               "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
               "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
  EXPECT_TRUE(scene.create(echoes, echo(std::string(253, 'a'))));
  EXPECT_FALSE(scene.create(echoes, echo(std::string(254, 'a'))));
  EXPECT_FALSE(scene.create(echoes, echo("a..b")));
}

TEST(Create, refuses_a_namespace_other_than_the_one_of_the_url) {
  Scene scene;
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = echoes;
  request.key = {"kube-system", "a"};
  request.body = shared(echo("a"));
  request.options = api::WriteOptions();
  expect_error(scene.call(request), 400, Reason::bad_request,
               "the namespace of the provided object does not match the namespace sent on the request");
}

TEST(Create, says_that_the_namespace_is_missing) {
  Scene scene;
  auto sent = echo("a");
  sent.metadata.namespace_ = "nons";
  auto const refused = scene.create(echoes, sent);
  expect_error(refused, 404, Reason::not_found, "namespaces \"nons\" not found");
  EXPECT_EQ(refused.error().kind, "namespaces");
  EXPECT_EQ(refused.error().group, "");
}

TEST(Create, is_forbidden_in_a_terminating_namespace_and_says_why) {
  Scene scene;
  ASSERT_TRUE(scene.create(api::namespaces, object(R"({"metadata": {"name": "t"}})")));
  ASSERT_TRUE(scene.remove(api::namespaces, "t"));
  auto sent = echo("a");
  sent.metadata.namespace_ = "t";
  auto const refused = scene.create(echoes, sent);
  expect_error(refused, 403, Reason::forbidden,
               "echoes.example.com \"a\" is forbidden: unable to create new content in namespace t because it is being "
               "terminated");
  EXPECT_EQ(
      refused.error().causes,
      (std::vector<api::Cause>{{"NamespaceTerminating", "namespace t is being terminated", "metadata.namespace"}}));
}

TEST(Create, refuses_another_kind_and_another_version) {
  Scene scene;
  auto sent = echo("a");
  sent.kind = "Foo";
  auto const kind = scene.create(echoes, sent);
  expect_error(kind, 422, Reason::invalid,
               "Foo.example.com \"a\" is invalid: kind: Invalid value: \"Foo\": must be Echo");
  EXPECT_EQ(kind.error().kind, "Foo");
  sent = echo("a");
  sent.api_version = "example.com/v2";
  expect_error(scene.create(echoes, sent), 400, Reason::bad_request,
               "the API version in the data (example.com/v2) does not match the expected API version (example.com/v1)");
}

TEST(Create, takes_the_kind_of_a_built_in_from_the_url) {
  Scene scene;
  auto sent = deployment("d");
  sent.kind = "";
  sent.api_version = "";
  auto const created = scene.create(api::deployments, sent);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ((*created)->kind, "Deployment");
  EXPECT_EQ((*created)->api_version, "apps/v1");
}

TEST(Create, drops_a_status_that_has_its_own_subresource) {
  Scene scene;
  auto sent = echo("a");
  sent.status = api::share({{"replicas", 3}});
  EXPECT_EQ((*scene.create(echoes, sent))->status, nullptr);
  auto typed = deployment("d");
  typed.status = api::share({{"replicas", 3}});
  EXPECT_EQ(shown(*scene.create(api::deployments, typed), "status"), json("{}"));
}

TEST(Create, has_no_path_outside_a_namespace_for_a_namespaced_kind) {
  Scene scene;
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = echoes;
  request.body = shared(echo("a"));
  request.options = api::WriteOptions();
  expect_error(scene.call(request), 404, Reason::not_found, "404 page not found");
}

TEST(Create, stores_nothing_in_a_dry_run) {
  Scene scene;
  auto const before = scene.server.revision();
  auto const created = scene.create(echoes, echo("a"), {.dry_run = true});
  ASSERT_TRUE(created);
  EXPECT_EQ((*created)->metadata.uid.size(), 36U);
  EXPECT_EQ((*created)->metadata.resource_version, api::ResourceVersion::none);
  EXPECT_EQ(scene.server.revision(), before);
  EXPECT_FALSE(scene.get(echoes, "a"));
}

TEST(Create, checks_labels_annotations_finalizers_and_owners) {
  Scene scene;
  auto sent = echo("q");
  sent.metadata.labels = api::StringMap{{"a", "b c"}};
  expect_error(scene.create(echoes, sent), 422, Reason::invalid,
               "Echo.example.com \"q\" is invalid: metadata.labels: Invalid value: \"b c\": a valid label must be an "
               "empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
               "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
               "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
  sent = echo("q");
  sent.metadata.annotations = api::StringMap{{"big", std::string(256 * 1024, 'x')}};
  expect_causes(scene.create(echoes, sent), {"metadata.annotations: Too long: must have at most 262144 bytes"});
  sent = echo("q");
  sent.metadata.finalizers = std::vector<std::string>{"orphan", "foregroundDeletion"};
  expect_causes(
      scene.create(echoes, sent),
      {"metadata.finalizers: Invalid value: []string{\"orphan\", \"foregroundDeletion\"}: finalizer orphan and "
       "foregroundDeletion cannot be both set"});
  sent = echo("q");
  sent.metadata.owner_references =
      std::vector<api::OwnerReference>{{"apps/v1", "Deployment", "d", "", true, std::nullopt}};
  expect_causes(scene.create(echoes, sent),
                {"metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty"});
  sent.metadata.owner_references = std::vector<api::OwnerReference>{
      {"apps/v1", "Deployment", "d", "1", true, std::nullopt}, {"apps/v1", "Deployment", "e", "2", true, std::nullopt}};
  EXPECT_TRUE(scene.create(echoes, sent)
                  .error()
                  .message.contains(
                      "Only one reference can have Controller set to true. Found \"true\" in references for d and e"));
}

TEST(Create, takes_a_short_finalizer_on_custom_resources_only) {
  Scene scene;
  auto custom = echo("a");
  custom.metadata.finalizers = std::vector<std::string>{"foo"};
  EXPECT_TRUE(scene.create(echoes, custom));
  auto typed = deployment("d");
  typed.metadata.finalizers = std::vector<std::string>{"foo"};
  expect_causes(scene.create(api::deployments, typed),
                {"metadata.finalizers[0]: Invalid value: \"foo\": name is neither a standard finalizer name nor is it "
                 "fully qualified"});
}

TEST(Create, knows_resources_only_by_their_definitions) {
  Scene scene("");
  expect_error(scene.create(echoes, echo("a")), 404, Reason::not_found, "404 page not found");
  expect_error(scene.list({"apps", "v1", "nosuch"}), 404, Reason::not_found,
               "the server could not find the requested resource");
}

TEST(Events, must_be_in_the_namespace_of_what_they_are_about) {
  Scene scene;
  auto const sent = [](std::string const& about) {
    return object(R"({"metadata": {"name": "e", "namespace": "default"}, "reason": "Seen", "type": "Normal",
      "involvedObject": {"kind": "Echo", "name": "a", "namespace": ")" +
                  about + "\"}}");
  };
  expect_causes(scene.create(api::events, sent("other")),
                {"involvedObject.namespace: Invalid value: \"other\": does not match event.namespace"});
  EXPECT_TRUE(scene.create(api::events, sent("default")));
}

}  // namespace
}  // namespace fakeapi::testing
