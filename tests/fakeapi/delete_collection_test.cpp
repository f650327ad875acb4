// DELETE on a collection (fakeapi.md: DEL-11).
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using Names = std::vector<std::string>;

struct DeleteCollection : ::testing::Test {
  void make(std::string const& name, api::StringMap labels = {}, std::vector<std::string> finalizers = {}) {
    auto sent = echo(name);
    sent.metadata.labels = std::move(labels);
    sent.metadata.finalizers = std::move(finalizers);
    ASSERT_TRUE(scene.create(echoes, sent));
  }
  static Names names(api::ObjectList const& list) {
    Names all;
    for (auto const& item : list.items) all.push_back(item->metadata.name);
    return all;
  }
  Names left() { return names(*scene.list(echoes)); }
  Scene scene;
};

TEST_F(DeleteCollection, answers_the_list_of_what_it_found_and_deletes_it) {
  make("a");
  make("b");
  auto const before = scene.server.revision();
  auto const found = scene.remove_all(echoes);
  ASSERT_TRUE(found);
  EXPECT_EQ(names(*found), (Names{"a", "b"}));
  EXPECT_EQ(api::to_number(found->resource_version), before);
  EXPECT_EQ(left(), Names());
  EXPECT_EQ(scene.server.revision(), before + 2);
}

TEST_F(DeleteCollection, takes_the_selectors_of_a_list) {
  make("a", {{"l", "1"}});
  make("b", {{"l", "2"}});
  make("c", {{"l", "1"}});
  ASSERT_TRUE(scene.remove_all(echoes, {.label_selector = "l=1", .field_selector = "metadata.name!=c"}));
  EXPECT_EQ(left(), (Names{"b", "c"}));
  expect_error(scene.remove_all(echoes, {.field_selector = "spec.replicas=1"}), 400, Reason::bad_request,
               "field label not supported: spec.replicas");
}

TEST_F(DeleteCollection, deletes_a_page_at_a_time_if_asked_to) {
  for (auto const* name : {"a", "b", "c"}) make(name);
  auto const found = scene.remove_all(echoes, {.limit = 2});
  ASSERT_TRUE(found);
  EXPECT_EQ(names(*found), (Names{"a", "b"}));
  EXPECT_FALSE(found->continue_token.empty());
  EXPECT_EQ(found->remaining_item_count, 1);
  EXPECT_EQ(left(), Names{"c"});
}

TEST_F(DeleteCollection, marks_what_has_finalizers) {
  make("a", {}, {"x.io/f"});
  make("b");
  auto const found = scene.remove_all(echoes);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->items.front()->metadata.terminating());  // as it was found
  EXPECT_EQ(left(), Names{"a"});
  EXPECT_TRUE((*scene.get(echoes, "a"))->metadata.terminating());
}

TEST_F(DeleteCollection, gives_each_object_the_propagation_asked_for) {
  make("a");
  api::DeleteOptions each;
  each.propagation = api::PropagationPolicy::foreground;
  ASSERT_TRUE(scene.remove_all(echoes, {}, each));
  EXPECT_TRUE((*scene.get(echoes, "a"))->metadata.has_finalizer("foregroundDeletion"));
}

TEST_F(DeleteCollection, is_not_atomic) {
  make("a");
  make("b");
  api::DeleteOptions each;
  each.preconditions.uid = (*scene.get(echoes, "a"))->metadata.uid;
  auto const refused = scene.remove_all(echoes, {}, each);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 409);
  EXPECT_EQ(left(), Names{"b"});
}

TEST_F(DeleteCollection, in_a_dry_run_deletes_nothing) {
  make("a");
  api::DeleteOptions each;
  each.write.dry_run = true;
  auto const before = scene.server.revision();
  ASSERT_TRUE(scene.remove_all(echoes, {}, each));
  EXPECT_EQ(left(), Names{"a"});
  EXPECT_EQ(scene.server.revision(), before);
}

TEST_F(DeleteCollection, is_not_possible_with_namespaces) {
  expect_error(scene.remove_all(api::namespaces), 405, Reason::method_not_allowed,
               "the server does not allow this method on the requested resource");
}

}  // namespace
}  // namespace fakeapi::testing
