// Several API servers over one store: caches that lag (fakeapi.md 1.12).
#include "fakeapi/frontend.hpp"

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::ResourceVersion;
using Texts = std::vector<std::string>;

constexpr auto at_hand = ResourceVersion::none;

ResourceVersion version_of(api::ObjectPtr const& object) { return object->metadata.resource_version; }
std::uint64_t number_of(api::ObjectPtr const& object) { return api::to_number(version_of(object)); }

struct Frontends : ::testing::Test {
  Frontends() { scene.frontend = &frontend; }
  std::size_t listed(Listing options) { return scene.list(echoes, std::move(options))->items.size(); }

  Scene scene;
  Frontend frontend{scene.server};
  ResourceIndex index = *scene.server.index_of(echoes);
};

TEST_F(Frontends, follow_the_store_unless_they_are_held) {
  auto const a = *scene.create(echoes, echo("a"));
  EXPECT_EQ(frontend.visible(index), number_of(a));
  EXPECT_EQ(listed({.resource_version = at_hand}), 1U);
  EXPECT_FALSE(frontend.is_held(index));
  EXPECT_EQ(frontend.behind(index), 0U);
}

TEST_F(Frontends, that_are_held_answer_reads_from_the_cache_with_the_past_and_the_others_with_the_present) {
  auto const a = *scene.create(echoes, echo("a"));
  frontend.hold(index);
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  EXPECT_EQ(frontend.behind(index), 1U);
  auto const cached = scene.list(echoes, {.resource_version = at_hand});
  EXPECT_EQ(cached->items.size(), 1U);
  EXPECT_EQ(cached->resource_version, version_of(a));
  EXPECT_EQ(listed({.resource_version = version_of(a)}), 1U);
  EXPECT_EQ(listed({}), 2U);
  EXPECT_EQ(listed({.limit = 5}), 2U);

  api::Request request;
  request.resource = echoes;
  request.key = {"default", "b"};
  request.options = api::GetOptions{at_hand};
  expect_error(scene.call(request), 404, Reason::not_found, "echoes.example.com \"b\" not found");
  EXPECT_TRUE(scene.get(echoes, "b"));
}

TEST_F(Frontends, answer_504_to_whoever_has_seen_more_than_their_cache) {
  auto const a = *scene.create(echoes, echo("a"));
  frontend.hold(index);
  auto const b = *scene.create(echoes, echo("b"));
  std::string const text = "Timeout: Too large resource version: " + std::to_string(number_of(b)) +
                           ", current: " + std::to_string(number_of(a));
  auto const refused = scene.list(echoes, {.resource_version = version_of(b)});
  expect_error(refused, 504, Reason::timeout, text);
  EXPECT_TRUE(refused.error().is_too_large_resource_version());
  frontend.advance(index);
  EXPECT_TRUE(scene.list(echoes, {.resource_version = version_of(b)}));
}

TEST_F(Frontends, hold_one_kind_and_not_another) {
  frontend.hold(index);
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(api::deployments, deployment("a")));
  EXPECT_EQ(listed({.resource_version = at_hand}), 0U);
  EXPECT_EQ(scene.list(api::deployments, {.resource_version = at_hand})->items.size(), 1U);
}

TEST_F(Frontends, tell_their_watches_what_their_cache_has_taken_in) {
  auto const a = *scene.create(echoes, echo("a"));
  frontend.hold(index);
  auto cursor = scene.watch(echoes, {.resource_version = version_of(a)});
  auto const b = *scene.create(echoes, echo("b"));
  auto const c = *scene.create(echoes, echo("c"));
  EXPECT_EQ(scene.told(cursor), Texts());
  EXPECT_TRUE(frontend.advance(index));
  EXPECT_EQ(scene.told(cursor), Texts{"ADDED b@" + std::to_string(number_of(b))});
  frontend.release(index);
  EXPECT_EQ(scene.told(cursor), Texts{"ADDED c@" + std::to_string(number_of(c))});
}

TEST_F(Frontends, begin_a_watch_with_what_their_cache_holds) {
  auto const a = *scene.create(echoes, echo("a"));
  frontend.hold(index);
  ASSERT_TRUE(scene.remove(echoes, "a"));
  auto cursor = scene.watch(echoes);
  EXPECT_EQ(scene.told(cursor), Texts{"ADDED a@" + std::to_string(number_of(a))});
  frontend.release(index);
  EXPECT_EQ(scene.told(cursor), Texts{"DELETED a@" + std::to_string(number_of(a) + 1)});
}

TEST_F(Frontends, that_lag_behind_a_watch_that_hopped_to_them_keep_silent_until_they_have_caught_up) {
  frontend.hold(index);
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto const b = *scene.create(echoes, echo("b"));
  auto cursor = scene.watch(echoes, {.resource_version = version_of(b)});
  frontend.advance(index);
  EXPECT_EQ(scene.told(cursor), Texts());  // a, which the client has seen elsewhere
  auto const c = *scene.create(echoes, echo("c"));
  frontend.release(index);
  EXPECT_EQ(scene.told(cursor), Texts{"ADDED c@" + std::to_string(number_of(c))});
}

TEST_F(Frontends, pass_on_each_commit_when_their_cache_takes_it_in) {
  Texts told;
  auto const id = frontend.add_observer([&](Commit const& commit) { told.push_back(commit.key.name); });
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  frontend.hold_all();
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  ASSERT_TRUE(scene.create(echoes, echo("c")));
  EXPECT_EQ(told, Texts{"a"});
  frontend.advance(index, scene.server.revision() - 1);
  EXPECT_EQ(told, (Texts{"a", "b"}));
  EXPECT_TRUE(frontend.is_held(index));
  frontend.release_all();
  EXPECT_EQ(told, (Texts{"a", "b", "c"}));
  EXPECT_FALSE(frontend.advance(index));
  frontend.remove_observer(id);
  ASSERT_TRUE(scene.create(echoes, echo("d")));
  EXPECT_EQ(told.size(), 3U);
}

TEST_F(Frontends, that_hold_all_kinds_hold_those_that_come_later_too) {
  frontend.hold_all();
  auto text = std::string(demo_definition());
  ASSERT_TRUE(scene.create(api::custom_resource_definitions, object(text)));
  ASSERT_TRUE(
      scene.create(demos, object(R"({"apiVersion": "demo.example.com/v1", "kind": "Echo", "metadata": {"name": "a"},
    "spec": {"text": "x"}})")));
  EXPECT_EQ(scene.list(demos, {.resource_version = at_hand})->items.size(), 0U);
  frontend.release_all();
  EXPECT_EQ(scene.list(demos, {.resource_version = at_hand})->items.size(), 1U);
}

TEST_F(Frontends, are_moved_past_history_that_is_compacted) {
  frontend.hold(index);
  auto const a = *scene.create(echoes, echo("a"));
  auto cursor = scene.watch(echoes, {.resource_version = ResourceVersion(number_of(a) - 1)});
  scene.server.compact(scene.server.revision());
  EXPECT_EQ(frontend.visible(index), number_of(a));
  EXPECT_EQ(listed({.resource_version = at_hand}), 1U);
  EXPECT_EQ(scene.events(cursor).front().type, api::WatchEventType::error);
}

// The cache of a kind, with no frontend in play.

struct Caches : ::testing::Test {
  Scene scene;
};

TEST_F(Caches, of_1_20_are_at_the_last_revision_of_their_own_kind) {
  auto const a = *scene.create(echoes, echo("a"));
  auto const other = *scene.create(api::deployments, deployment("a"));
  EXPECT_EQ(scene.list(echoes, {.resource_version = at_hand})->resource_version, version_of(a));
  EXPECT_EQ(scene.list(echoes)->resource_version, version_of(other));
  expect_error(scene.list(echoes, {.resource_version = version_of(other)}), 504, Reason::timeout,
               "Timeout: Too large resource version: " + std::to_string(number_of(other)) +
                   ", current: " + std::to_string(number_of(a)));
}

TEST_F(Caches, of_a_kind_that_was_never_written_are_at_a_revision_from_which_one_can_watch) {
  auto const version = *scene.list(api::deployments, {.resource_version = at_hand});
  EXPECT_GT(api::to_number(version.resource_version), 0U);
  ASSERT_TRUE(scene.create(api::deployments, deployment("b")));
  auto const a = *scene.create(api::deployments, deployment("a"));
  auto cursor = scene.watch(api::deployments, {.resource_version = version.resource_version});
  EXPECT_EQ(scene.told(cursor),
            (Texts{"ADDED b@" + std::to_string(number_of(a) - 1), "ADDED a@" + std::to_string(number_of(a))}));
}

TEST_F(Caches, of_a_new_definition_begin_at_its_revision) {
  EXPECT_EQ(api::to_number(scene.list(echoes, {.resource_version = at_hand})->resource_version),
            scene.server.revision());
}

TEST(ModernCaches, are_at_the_revision_of_the_store) {
  Scene scene(echo_definition(), {.profile = Profile::modern});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto const other = *scene.create(api::deployments, deployment("a"));
  EXPECT_EQ(scene.list(echoes, {.resource_version = at_hand})->resource_version, version_of(other));
  EXPECT_TRUE(scene.list(echoes, {.resource_version = version_of(other)}));
}

}  // namespace
}  // namespace fakeapi::testing
