// DELETE and finalizers (fakeapi.md: DEL).
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::PropagationPolicy;
using api::Reason;

struct Delete : ::testing::Test {
  api::ObjectPtr make(std::vector<std::string> finalizers = {}) {
    auto sent = echo("a");
    sent.metadata.finalizers = std::move(finalizers);
    return *scene.create(echoes, sent);
  }
  std::vector<std::string> finalizers() { return *(*scene.get(echoes, "a"))->metadata.finalizers; }
  Scene scene;
};

using List = std::vector<std::string>;

TEST_F(Delete, of_an_object_without_finalizers_answers_its_uid) {
  auto const a = make();
  auto const answer = scene.remove(echoes, "a");
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<api::Deleted>(*answer).uid, a->metadata.uid);
  expect_error(scene.get(echoes, "a"), 404, Reason::not_found, "echoes.example.com \"a\" not found");
  expect_error(scene.remove(echoes, "a"), 404, Reason::not_found, "echoes.example.com \"a\" not found");
}

TEST_F(Delete, of_an_object_with_finalizers_marks_it) {
  auto const a = make({"x.io/f"});
  auto const answer = scene.remove(echoes, "a");
  ASSERT_TRUE(answer);
  auto const marked = std::get<api::ObjectPtr>(*answer);
  EXPECT_EQ(marked->metadata.deletion_timestamp, std::chrono::floor<std::chrono::seconds>(scene.now));
  EXPECT_EQ(marked->metadata.deletion_grace_period_seconds, 0);
  EXPECT_EQ(marked->metadata.generation, 2);
  EXPECT_EQ(marked->spec, a->spec);
}

TEST_F(Delete, a_second_time_changes_nothing) {
  make({"x.io/f"});
  auto const first = std::get<api::ObjectPtr>(*scene.remove(echoes, "a"));
  auto const second = std::get<api::ObjectPtr>(*scene.remove(echoes, "a"));
  EXPECT_EQ(first, second);
}

TEST_F(Delete, lets_nobody_add_a_finalizer_afterwards) {
  make({"x.io/f"});
  ASSERT_TRUE(scene.remove(echoes, "a"));
  auto const refused = scene.patch(echoes, "a", merge(R"({"metadata": {"finalizers": ["x.io/f", "x.io/g"]}})"));
  expect_error(
      refused, 422, Reason::invalid,
      "Echo.example.com \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the "
      "object is being deleted, found new finalizers []string{\"x.io/g\"}");
}

TEST_F(Delete, leaves_labels_and_spec_editable_and_the_timestamp_fixed) {
  make({"x.io/f"});
  ASSERT_TRUE(scene.remove(echoes, "a"));
  auto const edited =
      scene.patch(echoes, "a",
                  merge(R"({"metadata": {"labels": {"l": "1"}, "deletionTimestamp": null}, "spec": {"replicas": 9}})"));
  ASSERT_TRUE(edited) << edited.error().message;
  EXPECT_EQ((*edited)->metadata.generation, 3);
  EXPECT_TRUE((*edited)->metadata.terminating());
}

TEST_F(Delete, is_completed_by_the_update_that_takes_off_the_last_finalizer) {
  make({"x.io/f", "x.io/g"});
  auto const marked = std::get<api::ObjectPtr>(*scene.remove(echoes, "a"));
  auto watch = scene.watch(echoes, {.resource_version = marked->metadata.resource_version});
  auto const one = scene.patch(echoes, "a", json_patch(R"([{"op": "remove", "path": "/metadata/finalizers/0"}])"));
  ASSERT_TRUE(one);
  auto const last = scene.patch(echoes, "a", json_patch(R"([{"op": "remove", "path": "/metadata/finalizers/0"}])"));
  ASSERT_TRUE(last);
  // The answer is the object as it was submitted, with the revision it had; the event is newer.
  EXPECT_EQ((*last)->metadata.resource_version, (*one)->metadata.resource_version);
  EXPECT_TRUE((*last)->metadata.finalizers.empty());
  EXPECT_FALSE(scene.get(echoes, "a"));
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].type, api::WatchEventType::deleted);
  EXPECT_EQ(*events[1].object->metadata.finalizers, (List{"x.io/g"}));
  EXPECT_EQ(api::to_number(events[1].object->metadata.resource_version), scene.server.revision());
}

TEST_F(Delete, honours_preconditions) {
  auto const a = make();
  api::DeleteOptions options;
  options.preconditions.uid = "other";
  auto const uid = scene.remove(echoes, "a", options);
  expect_error(uid, 409, Reason::conflict,
               "Operation cannot be fulfilled on Echo.example.com \"a\": the UID in the precondition (other) does not "
               "match the UID in record (" +
                   a->metadata.uid + "). The object might have been deleted and then recreated");
  EXPECT_EQ(uid.error().kind, "Echo");
  options.preconditions = {"", api::ResourceVersion(1)};
  expect_error(scene.remove(echoes, "a", options), 409, Reason::conflict,
               "Operation cannot be fulfilled on Echo.example.com \"a\": the ResourceVersion in the precondition (1) "
               "does not match the ResourceVersion in record (" +
                   std::to_string(api::to_number(a->metadata.resource_version)) +
                   "). The object might have been modified");
  options.preconditions = {a->metadata.uid, a->metadata.resource_version};
  EXPECT_TRUE(scene.remove(echoes, "a", options));
}

TEST_F(Delete, in_the_foreground_or_orphaning_waits_for_the_collector) {
  make();
  api::DeleteOptions options;
  options.propagation = PropagationPolicy::foreground;
  ASSERT_TRUE(scene.remove(echoes, "a", options));
  EXPECT_EQ(finalizers(), (List{"foregroundDeletion"}));
  options.propagation = PropagationPolicy::orphan;
  ASSERT_TRUE(scene.remove(echoes, "a", options));
  EXPECT_EQ(finalizers(), (List{"orphan"}));
}

TEST_F(Delete, in_the_background_finishes_one_in_the_foreground) {
  make();
  api::DeleteOptions options;
  options.propagation = PropagationPolicy::foreground;
  ASSERT_TRUE(scene.remove(echoes, "a", options));
  ASSERT_TRUE(scene.remove(echoes, "a"));  // no policy: what was asked for stands
  EXPECT_EQ(finalizers(), (List{"foregroundDeletion"}));
  options.propagation = PropagationPolicy::background;
  EXPECT_TRUE(std::holds_alternative<api::Deleted>(*scene.remove(echoes, "a", options)));
  EXPECT_FALSE(scene.get(echoes, "a"));
}

TEST_F(Delete, keeps_the_finalizers_of_others_in_the_background) {
  make({"x.io/f"});
  api::DeleteOptions options;
  options.propagation = PropagationPolicy::foreground;
  ASSERT_TRUE(scene.remove(echoes, "a", options));
  EXPECT_EQ(finalizers(), (List{"x.io/f", "foregroundDeletion"}));
  options.propagation = PropagationPolicy::background;
  ASSERT_TRUE(scene.remove(echoes, "a", options));
  EXPECT_EQ(finalizers(), (List{"x.io/f"}));
}

TEST_F(Delete, in_a_dry_run_deletes_nothing) {
  make();
  auto const before = scene.server.revision();
  api::DeleteOptions options;
  options.write.dry_run = true;
  EXPECT_TRUE(scene.remove(echoes, "a", options));
  EXPECT_EQ(scene.server.revision(), before);
  EXPECT_TRUE(scene.get(echoes, "a"));
}

TEST_F(Delete, of_a_namespace_only_marks_it) {
  ASSERT_TRUE(scene.create(api::namespaces, object(R"({"metadata": {"name": "t"}})")));
  auto const first = std::get<api::ObjectPtr>(*scene.remove(api::namespaces, "t"));
  EXPECT_TRUE(first->metadata.terminating());
  EXPECT_FALSE(first->metadata.deletion_grace_period_seconds);
  EXPECT_EQ(shown(first, "status"), json(R"({"phase": "Terminating"})"));
  EXPECT_EQ(shown(first, "spec"), json(R"({"finalizers": ["kubernetes"]})"));
  EXPECT_EQ(std::get<api::ObjectPtr>(*scene.remove(api::namespaces, "t")), first);
  EXPECT_TRUE(scene.patch(api::namespaces, "t", merge(R"({"metadata": {"labels": {"l": "1"}}})")));
}

TEST_F(Delete, of_the_first_namespaces_is_forbidden) {
  auto const refused = scene.remove(api::namespaces, "default");
  expect_error(refused, 403, Reason::forbidden,
               "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

TEST_F(Delete, an_object_that_comes_again_has_another_uid) {
  auto const first = make();
  ASSERT_TRUE(scene.remove(echoes, "a"));
  EXPECT_NE(make()->metadata.uid, first->metadata.uid);
}

}  // namespace
}  // namespace fakeapi::testing
