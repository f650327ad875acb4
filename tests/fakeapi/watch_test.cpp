// Watches (fakeapi.md: WAT).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::ResourceVersion;
using Told = std::vector<std::string>;

struct Watch : ::testing::Test {
  ResourceVersion here() { return ResourceVersion(scene.server.revision()); }
  std::string at(int back = 0) { return "@" + std::to_string(scene.server.revision() - static_cast<unsigned>(back)); }
  void label(std::string const& name, std::string const& value) {
    ASSERT_TRUE(scene.patch(echoes, name, merge(R"({"metadata": {"labels": {"l": ")" + value + R"("}}})")));
  }
  Scene scene;
};

TEST_F(Watch, without_a_revision_begins_with_what_is_there) {
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  auto const b = at();
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto const a = at();
  auto unset = scene.watch(echoes);
  auto zero = scene.watch(echoes, {.resource_version = ResourceVersion::none});
  ASSERT_TRUE(scene.create(echoes, echo("c")));
  Told const expected{"ADDED a" + a, "ADDED b" + b, "ADDED c" + at()};
  EXPECT_EQ(scene.told(unset), expected);
  EXPECT_EQ(scene.told(zero), expected);
  EXPECT_TRUE(scene.told(zero).empty());
}

TEST_F(Watch, begins_with_what_was_there_when_it_was_opened) {
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  auto watch = scene.watch(echoes);
  ASSERT_TRUE(scene.remove(echoes, "b"));
  EXPECT_EQ(scene.told(watch), (Told{"ADDED a" + at(2), "ADDED b" + at(1), "DELETED b" + at()}));
}

TEST_F(Watch, from_a_revision_tells_what_came_after_it) {
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto const start = here();
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}})")));
  ASSERT_TRUE(scene.remove(echoes, "a"));
  auto watch = scene.watch(echoes, {.resource_version = start});
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].type, api::WatchEventType::modified);
  EXPECT_EQ(events[1].type, api::WatchEventType::deleted);
  EXPECT_EQ(events[1].object->spec, events[0].object->spec);
  EXPECT_EQ(events[1].object->metadata.resource_version, here());
}

TEST_F(Watch, shows_no_more_than_it_may_see) {
  auto watch = scene.watch(echoes, {.resource_version = here()});
  auto const before = scene.server.revision();
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  EXPECT_FALSE(scene.server.next_event(watch, before));
  EXPECT_TRUE(scene.server.next_event(watch, before + 1));
}

TEST_F(Watch, of_compacted_history_opens_and_ends_with_an_error) {
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  scene.server.compact(scene.server.revision());
  auto watch = scene.watch(echoes, {.resource_version = ResourceVersion(1)});
  EXPECT_FALSE(scene.server.watch_ended(watch));
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, api::WatchEventType::error);
  EXPECT_EQ(events[0].object, nullptr);
  expect_error(*events[0].error, 410, api::Reason::expired, "too old resource version: 1 (8)");
  EXPECT_TRUE(scene.server.watch_ended(watch));
}

TEST_F(Watch, from_the_compacted_revision_itself_misses_nothing) {
  scene.server.compact(scene.server.revision());
  auto watch = scene.watch(echoes, {.resource_version = here()});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  EXPECT_EQ(scene.told(watch), (Told{"ADDED a" + at()}));
}

TEST_F(Watch, that_is_too_slow_ends_with_an_error) {
  auto watch = scene.watch(echoes, {.resource_version = here()});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  scene.server.compact(scene.server.revision() - 1);
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].error && events[0].error->is_expired());
}

TEST_F(Watch, loses_nothing_by_the_compaction_of_other_kinds) {
  auto watch = scene.watch(echoes, {.resource_version = here()});
  ASSERT_TRUE(scene.create(api::deployments, deployment("d")));
  scene.server.compact(scene.server.revision());
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  EXPECT_EQ(scene.told(watch), (Told{"ADDED a" + at()}));
}

TEST_F(Watch, from_the_future_waits_for_it) {
  auto watch = scene.watch(echoes, {.resource_version = ResourceVersion(scene.server.revision() + 1)});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  EXPECT_EQ(scene.told(watch), (Told{"ADDED b" + at()}));
}

TEST_F(Watch, sees_objects_come_into_and_leave_its_selector) {
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  auto watch = scene.watch(echoes, {.label_selector = "l=in", .resource_version = here()});
  label("a", "out");
  label("a", "in");
  auto const came = at();
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": 2}})")));
  auto const changed = at();
  label("a", "out");
  auto const left = here();
  ASSERT_TRUE(scene.remove(echoes, "a"));
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].type, api::WatchEventType::added);
  EXPECT_EQ(events[1].type, api::WatchEventType::modified);
  EXPECT_EQ(events[2].type, api::WatchEventType::deleted);
  EXPECT_EQ(*events[2].object->metadata.labels->find("l"), "in");  // as it last matched
  EXPECT_EQ(events[2].object->metadata.resource_version, left);
}

TEST_F(Watch, of_one_name_or_one_namespace_sees_only_that) {
  ASSERT_TRUE(scene.create(api::namespaces, object(R"({"metadata": {"name": "other"}})")));
  auto name = scene.watch(echoes, {.field_selector = "metadata.name=b"});
  auto other = scene.watch(echoes, {}, "other");
  auto everywhere = scene.watch(echoes, {}, "");
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  auto elsewhere = echo("c");
  elsewhere.metadata.namespace_ = "other";
  ASSERT_TRUE(scene.create(echoes, elsewhere));
  EXPECT_EQ(scene.told(name), (Told{"ADDED b" + at(1)}));
  EXPECT_EQ(scene.told(other), (Told{"ADDED c" + at()}));
  EXPECT_EQ(scene.told(everywhere).size(), 3U);
}

TEST_F(Watch, refuses_the_selectors_that_a_list_refuses) {
  api::Request request;
  request.verb = api::Verb::watch;
  request.resource = echoes;
  request.options = [] {
    api::WatchOptions options;
    options.field_selector = "spec.x=1";
    return options;
  }();
  auto const refused = scene.server.open_watch(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "field label not supported: spec.x");
  request.resource = {"nosuch.io", "v1", "things"};
  EXPECT_EQ(scene.server.open_watch(request).error().code, 404);
}

TEST_F(Watch, drops_the_fields_that_are_to_be_trimmed) {
  auto watch = scene.watch(echoes, {.trim = {"spec"}});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  EXPECT_EQ(scene.events(watch)[0].object->spec, nullptr);
}

TEST_F(Watch, is_shared_by_none_of_its_copies) {
  auto watch = scene.watch(echoes);
  auto copy = watch;
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  EXPECT_EQ(scene.told(watch), scene.told(copy));
}

// Whoever lists and then watches from there knows what a later list says.
RC_GTEST_PROP(ListAndWatch, lead_to_the_next_list, ()) {
  Scene scene;
  std::vector<std::string> const pool{"a", "b", "c"};
  auto const step = [&] {
    auto const name = *rc::gen::elementOf(pool);
    auto const what = *rc::gen::inRange(0, 4);
    if (what == 0) return static_cast<void>(scene.create(echoes, echo(name)));
    if (what == 1) return static_cast<void>(scene.remove(echoes, name));
    auto const value = *rc::gen::element<std::string>("in", "out");
    static_cast<void>(scene.patch(echoes, name, merge(R"({"metadata": {"labels": {"l": ")" + value + R"("}}})")));
  };
  auto const selector = *rc::gen::element<std::string>("", "l=in");
  auto const steps = *rc::gen::inRange(0, 20);
  for (int i = 0; i < steps; ++i) step();
  std::map<std::string, ResourceVersion> known;
  auto const first = scene.list(echoes, {.label_selector = selector});
  for (auto const& item : first->items) known[item->metadata.name] = item->metadata.resource_version;
  auto watch = scene.watch(echoes, {.label_selector = selector, .resource_version = first->resource_version});
  auto const more = *rc::gen::inRange(0, 20);
  ResourceVersion last = first->resource_version;
  for (int i = 0; i < more; ++i) {
    step();
    for (auto const& event : scene.events(watch)) {
      auto const& metadata = event.object->metadata;
      RC_ASSERT(metadata.resource_version > last);
      last = metadata.resource_version;
      RC_ASSERT(known.contains(metadata.name) == (event.type != api::WatchEventType::added));
      if (event.type == api::WatchEventType::deleted) {
        known.erase(metadata.name);
      } else {
        known[metadata.name] = metadata.resource_version;
      }
    }
  }
  std::map<std::string, ResourceVersion> now;
  auto const second = scene.list(echoes, {.label_selector = selector});
  for (auto const& item : second->items) now[item->metadata.name] = item->metadata.resource_version;
  RC_ASSERT(known == now);
}

}  // namespace
}  // namespace fakeapi::testing
