// sendInitialEvents and bookmarks (fakeapi.md: WAT-8, WAT-9).
#include "fakeapi/frontend.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::ResourceVersion;
using api::ResourceVersionMatch;
using Texts = std::vector<std::string>;

constexpr auto not_older_than = ResourceVersionMatch::not_older_than;

std::string at(std::string const& text, Revision revision) { return text + "@" + std::to_string(revision); }

struct WatchList : ::testing::Test {
  Revision make(std::string const& name) {
    return api::to_number((*scene.create(echoes, echo(name)))->metadata.resource_version);
  }
  std::optional<api::WatchEvent> bookmark(WatchCursor const& cursor) {
    return scene.server.bookmark(cursor, scene.server.revision());
  }
  Scene scene{echo_definition(), {.profile = Profile::modern}};
};

TEST_F(WatchList, tells_what_is_there_and_then_that_this_was_all) {
  auto const a = make("a");
  auto const b = make("b");
  auto cursor = scene.watch(echoes, {.send_initial_events = true, .match = not_older_than});
  auto const events = scene.events(cursor);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].object->metadata.name, "a");
  EXPECT_EQ(events[1].object->metadata.name, "b");
  EXPECT_EQ(events[2].type, api::WatchEventType::bookmark);
  EXPECT_EQ(shown(events[2].object),
            json(R"({"apiVersion": "example.com/v1", "kind": "Echo", "metadata": {"resourceVersion": ")" +
                 std::to_string(b) + R"(", "annotations": {"k8s.io/initial-events-end": "true"}}})"));
  EXPECT_LT(a, b);
  auto const c = make("c");
  EXPECT_EQ(scene.told(cursor), Texts{at("ADDED c", c)});
}

TEST_F(WatchList, at_resource_version_0_does_the_same) {
  make("a");
  auto cursor = scene.watch(
      echoes, {.resource_version = ResourceVersion::none, .send_initial_events = true, .match = not_older_than});
  EXPECT_EQ(scene.events(cursor).size(), 2U);
}

TEST_F(WatchList, of_a_cache_that_lags_ends_the_initial_events_when_it_has_caught_up) {
  auto const index = *scene.server.index_of(echoes);
  Frontend frontend(scene.server);
  scene.frontend = &frontend;
  auto const a = make("a");
  frontend.hold(index);
  auto const b = make("b");
  auto cursor = scene.watch(echoes, {.send_initial_events = true, .match = not_older_than});
  EXPECT_EQ(scene.told(cursor), Texts{at("ADDED a", a)});
  make("c");
  frontend.release(index);
  auto const events = scene.told(cursor);
  EXPECT_EQ(events, (Texts{at("ADDED b", b), at("BOOKMARK ", b), at("ADDED c", b + 1)}));
}

TEST_F(WatchList, without_initial_events_begins_now) {
  make("a");
  auto cursor = scene.watch(
      echoes, {.resource_version = ResourceVersion::none, .send_initial_events = false, .match = not_older_than});
  EXPECT_EQ(scene.told(cursor), Texts());
  auto const b = make("b");
  EXPECT_EQ(scene.told(cursor), Texts{at("ADDED b", b)});
}

TEST_F(WatchList, needs_its_match) {
  expect_causes(scene.open_watch(echoes, {.send_initial_events = true}),
                {"resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to "
                 "NotOlderThan"});
  expect_causes(
      scene.open_watch(echoes, {.match = not_older_than}),
      {"resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents "
       "is provided"});
  expect_causes(scene.open_watch(echoes, {.send_initial_events = true, .match = ResourceVersionMatch::exact}),
                {"resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to "
                 "NotOlderThan",
                 "resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\""});
}

TEST(WatchListOf1_20, is_refused) {
  Scene scene;
  auto const refused = scene.open_watch(echoes, {.send_initial_events = true, .match = not_older_than});
  expect_causes(refused,
                {"resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch",
                 "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
                 "provided"});
  EXPECT_EQ(refused.error().message,
            "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is "
            "forbidden for watch, resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless "
            "resourceVersion is provided]");
  expect_causes(
      scene.open_watch(
          echoes, {.resource_version = ResourceVersion::none, .send_initial_events = true, .match = not_older_than}),
      {"resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch"});
}

TEST_F(WatchList, bookmarks_come_only_once_the_cache_has_moved_on_and_all_is_told) {
  auto const a = make("a");
  auto cursor = scene.watch(echoes, {.resource_version = ResourceVersion(a)});
  EXPECT_FALSE(bookmark(cursor));
  auto const b = make("b");
  EXPECT_FALSE(bookmark(cursor));  // the news comes first
  EXPECT_EQ(scene.told(cursor).size(), 1U);
  auto const told = bookmark(cursor);
  ASSERT_TRUE(told);
  EXPECT_EQ(shown(told->object),
            json(R"({"apiVersion": "example.com/v1", "kind": "Echo", "metadata": {"resourceVersion": ")" +
                 std::to_string(b) + "\"}}"));
  EXPECT_TRUE(bookmark(cursor));  // and again, for whoever waits
}

TEST_F(WatchList, bookmarks_of_modern_servers_follow_the_store) {
  auto const a = make("a");
  auto cursor = scene.watch(echoes, {.resource_version = ResourceVersion(a)});
  ASSERT_TRUE(scene.create(api::deployments, deployment("a")));
  EXPECT_EQ(api::to_number(bookmark(cursor)->object->metadata.resource_version), a + 1);
}

TEST(BookmarksOf1_20, follow_their_own_kind_whatever_the_selector) {
  Scene scene;
  auto cursor = scene.watch(echoes, {.label_selector = "l=1"});
  auto const a = *scene.create(echoes, echo("a"));
  ASSERT_TRUE(scene.create(api::deployments, deployment("a")));
  EXPECT_EQ(scene.events(cursor).size(), 0U);
  auto const told = scene.server.bookmark(cursor, scene.server.revision());
  ASSERT_TRUE(told);
  EXPECT_EQ(told->object->metadata.resource_version, a->metadata.resource_version);
}

TEST_F(WatchList, a_new_definition_ends_a_watch_after_what_came_before_it) {
  auto const a = make("a");
  auto cursor = scene.watch(echoes, {.resource_version = ResourceVersion(a - 1)});
  auto changed = **scene.get(api::custom_resource_definitions, "echoes.example.com");
  boost::json::value spec(*changed.spec);
  spec.get_object()["names"].get_object()["categories"] = boost::json::array{"all"};
  changed.spec = api::share(std::move(spec));
  ASSERT_TRUE(scene.update(api::custom_resource_definitions, changed));
  make("b");
  EXPECT_EQ(scene.told(cursor), Texts{at("ADDED a", a)});
  EXPECT_TRUE(scene.server.watch_ended(cursor));
  // The new cache knows nothing of what was before it.
  auto again = scene.watch(echoes, {.resource_version = ResourceVersion(a)});
  EXPECT_EQ(scene.told(again),
            Texts{"ERROR too old resource version: " + std::to_string(a) + " (" + std::to_string(a + 2) + ")"});
}

}  // namespace
}  // namespace fakeapi::testing
