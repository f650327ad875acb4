// The life of a namespace, as far as the API server has a part in it (recorded from 1.20.2).
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::Subresource;

struct Namespace : ::testing::Test {
  api::ObjectPtr make(std::string_view metadata = R"({"name": "t"})", std::string_view spec = "{}") {
    auto const text = R"({"metadata": )" + std::string(metadata) + R"(, "spec": )" + std::string(spec) + "}";
    return *scene.create(api::namespaces, object(text));
  }
  Result<api::ObjectPtr> finalize(std::string_view spec, std::string_view metadata = R"({"name": "t"})") {
    auto const text = R"({"metadata": )" + std::string(metadata) + R"(, "spec": )" + std::string(spec) + "}";
    return scene.update(api::namespaces, object(text), Subresource::finalize);
  }
  api::ObjectPtr remove(api::DeleteOptions options = {}) {
    return std::get<api::ObjectPtr>(*scene.remove(api::namespaces, "t", std::move(options)));
  }
  bool there() { return scene.get(api::namespaces, "t").has_value(); }
  Scene scene;
};

TEST_F(Namespace, goes_when_its_last_finalizer_is_taken_off_through_finalize) {
  make();
  auto const marked = remove();
  auto const last = finalize("{}", R"({"name": "t", "labels": {"a": "b"}})");
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(shown(*last, "spec"), json("{}"));
  EXPECT_EQ(shown(*last, "status"), json(R"({"phase": "Terminating"})"));
  EXPECT_EQ((*last)->metadata.resource_version, marked->metadata.resource_version);
  EXPECT_FALSE(there());
}

TEST_F(Namespace, that_lives_may_lose_its_finalizers_and_then_waits_for_nothing) {
  make(R"({"name": "t", "finalizers": ["x.io/f"]})");
  auto const finalized = finalize("{}", R"({"name": "t", "finalizers": ["x.io/f"]})");
  ASSERT_TRUE(finalized);
  EXPECT_EQ(shown(*finalized, "status"), json(R"({"phase": "Active"})"));
  EXPECT_TRUE(remove()->metadata.terminating());
  EXPECT_TRUE(there());
  ASSERT_TRUE(scene.patch(api::namespaces, "t", merge(R"({"metadata": {"finalizers": null}})")));
  EXPECT_FALSE(there());
}

TEST_F(Namespace, answers_the_object_when_it_is_deleted_at_once) {
  make();
  remove();
  // Somebody takes off the spec's finalizers, not the object's own.
  ASSERT_TRUE(scene.patch(api::namespaces, "t", merge(R"({"metadata": {"labels": {"l": "1"}}})")));
  ASSERT_TRUE(finalize(R"({"finalizers": ["a.io/b"]})"));
  auto const kept = remove();
  EXPECT_EQ(shown(kept, "spec"), json(R"({"finalizers": ["a.io/b"]})"));
  ASSERT_TRUE(finalize("{}"));
  EXPECT_FALSE(there());
}

TEST_F(Namespace, keeps_its_finalizers_in_a_plain_update) {
  make(R"({"name": "t"})", R"({"finalizers": ["a.io/b"]})");
  auto const updated = scene.update(api::namespaces, object(R"({"metadata": {"name": "t"}, "spec": {}})"));
  ASSERT_TRUE(updated);
  EXPECT_EQ(shown(*updated, "spec"), json(R"({"finalizers": ["a.io/b", "kubernetes"]})"));
}

TEST_F(Namespace, is_active_as_long_as_it_lives_and_terminating_from_then_on) {
  make();
  auto const phase = [&](std::string const& word) {
    return scene.patch(api::namespaces, "t", merge(R"({"status": {"phase": ")" + word + R"("}})"), Subresource::status);
  };
  EXPECT_TRUE(phase("Active"));
  expect_causes(phase("Terminating"), {"status.Phase: Invalid value: \"Terminating\": may only be 'Active' if "
                                       "`deletionTimestamp` is empty"});
  remove();
  EXPECT_TRUE(phase("Terminating"));
  expect_causes(phase("Active"), {"status.Phase: Invalid value: \"Active\": may only be 'Terminating' if "
                                  "`deletionTimestamp` is not empty"});
}

TEST(ModernNamespace, always_has_its_name_as_a_label) {
  ServerOptions options;
  options.profile = Profile::modern;
  Scene scene("", std::move(options));
  auto const label = [&](api::ObjectPtr const& object) { return shown(object).at("metadata").at("labels"); };
  EXPECT_EQ(label(*scene.get(api::namespaces, "default")), json(R"({"kubernetes.io/metadata.name": "default"})"));
  auto const made = *scene.create(api::namespaces, object(R"({"metadata": {"name": "t", "labels": {"a": "b"}}})"));
  EXPECT_EQ(label(made), json(R"({"a": "b", "kubernetes.io/metadata.name": "t"})"));
  auto const kept = *scene.patch(
      api::namespaces, "t", merge(R"({"metadata": {"labels": {"a": null, "kubernetes.io/metadata.name": "other"}}})"));
  EXPECT_EQ(label(kept), json(R"({"kubernetes.io/metadata.name": "t"})"));
  auto const generated = *scene.create(api::namespaces, object(R"({"metadata": {"generateName": "g-"}})"));
  EXPECT_EQ(*generated->metadata.labels->find("kubernetes.io/metadata.name"), generated->metadata.name);
}

TEST_F(Namespace, takes_only_qualified_finalizers) {
  make();
  expect_causes(
      finalize(R"({"finalizers": ["bad", "a/b", "kubernetes"]})"),
      {"spec.finalizers[0]: Invalid value: \"bad\": name is neither a standard finalizer name nor is it fully "
       "qualified"});
}

TEST_F(Namespace, is_finalized_by_an_update_of_its_present_state_and_nothing_else) {
  make();
  expect_error(finalize("{}", R"({"name": "t", "resourceVersion": "1"})"), 409, Reason::conflict,
               "Operation cannot be fulfilled on namespaces \"t\": the object has been modified; please apply your "
               "changes to the latest version and try again");
  expect_error(scene.patch(api::namespaces, "t", merge("{}"), Subresource::finalize), 405, Reason::method_not_allowed,
               "the server does not allow this method on the requested resource");
  expect_error(scene.get(api::namespaces, "t", Subresource::finalize), 405, Reason::method_not_allowed,
               "the server does not allow this method on the requested resource");
  expect_error(scene.update(api::namespaces, object(R"({"metadata": {"name": "no"}})"), Subresource::finalize), 404,
               Reason::not_found, "namespaces \"no\" not found");
  expect_error(scene.get(api::deployments, "t", Subresource::finalize), 404, Reason::not_found,
               "the server could not find the requested resource");
}

TEST_F(Namespace, takes_a_propagation_policy_only_when_its_deletion_begins) {
  make(R"({"name": "t", "finalizers": ["x.io/f"]})");
  api::DeleteOptions options;
  options.propagation = api::PropagationPolicy::foreground;
  EXPECT_EQ(*remove(options)->metadata.finalizers, (std::vector<std::string>{"x.io/f", "foregroundDeletion"}));
  options.propagation = api::PropagationPolicy::orphan;
  EXPECT_EQ(*remove(options)->metadata.finalizers, (std::vector<std::string>{"x.io/f", "foregroundDeletion"}));
}

TEST_F(Namespace, checks_preconditions_in_words_of_its_own) {
  auto const uid = make()->metadata.uid;
  api::DeleteOptions options;
  options.preconditions.uid = "zz";
  auto const refused = scene.remove(api::namespaces, "t", options);
  expect_error(
      refused, 409, Reason::conflict,
      "Operation cannot be fulfilled on namespaces \"t\": Precondition failed: UID in precondition: zz, UID in "
      "object meta: " +
          uid);
  EXPECT_EQ(refused.error().kind, "namespaces");
}

TEST_F(Namespace, that_goes_takes_changes_and_nothing_new) {
  make();
  auto in_it = echo("a");
  in_it.metadata.namespace_ = "t";
  ASSERT_TRUE(scene.create(echoes, in_it));
  remove();
  auto const refused = scene.create(echoes, in_it);
  expect_error(refused, 403, Reason::forbidden,
               "echoes.example.com \"a\" is forbidden: unable to create new content in namespace t because it is being "
               "terminated");
  EXPECT_EQ(
      refused.error().causes,
      (std::vector<api::Cause>{{"NamespaceTerminating", "namespace t is being terminated", "metadata.namespace"}}));
  auto generated = in_it;
  generated.metadata.name.clear();
  generated.metadata.generate_name = "g-";
  EXPECT_EQ(scene.create(echoes, generated).error().name, "g-");
  expect_error(scene.create(api::namespaces, object(R"({"metadata": {"name": "t"}})")), 409, Reason::already_exists,
               "object is being deleted: namespaces \"t\" already exists");
}

}  // namespace
}  // namespace fakeapi::testing
