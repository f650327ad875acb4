// What a server forgets, and when.
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using namespace std::chrono_literals;
using api::ResourceVersion;
using api::ResourceVersionMatch;

std::uint64_t number_of(api::ObjectPtr const& object) { return api::to_number(object->metadata.resource_version); }

TEST(Compaction, by_age_forgets_what_is_older_and_keeps_the_rest) {
  Scene scene(echo_definition(), {.retained_age = 5min});
  auto const a = *scene.create(echoes, echo("a"));
  scene.now += 4min;
  auto const b = *scene.create(echoes, echo("b"));
  EXPECT_LT(scene.server.log().compacted(), number_of(a));
  scene.now += 2min;
  ASSERT_TRUE(scene.create(echoes, echo("c")));
  EXPECT_GE(scene.server.log().compacted(), number_of(a));
  EXPECT_LT(scene.server.log().compacted(), number_of(b));
  auto const gone =
      scene.list(echoes, {.resource_version = ResourceVersion(number_of(a) - 1), .match = ResourceVersionMatch::exact});
  expect_error(gone, 410, api::Reason::expired, "The resourceVersion for the provided list is too old.");
  EXPECT_EQ(scene.list(echoes)->items.size(), 3U);
}

TEST(Compaction, by_age_keeps_memory_bounded_whatever_is_written) {
  Scene scene(echo_definition(), {.retained_age = 5min});
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"spec": {"replicas": )" + std::to_string(i % 2) + "}}")));
  }
  auto const held = scene.server.revision() - scene.server.log().compacted();
  EXPECT_LE(held, 310U);  // 300 seconds of a write each, and the few percent
  EXPECT_GE(held, 300U);
}

TEST(Compaction, takes_nothing_from_a_watch_that_it_was_to_see) {
  Scene scene;
  auto const a = *scene.create(echoes, echo("a"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(scene.create(api::deployments, deployment("d" + std::to_string(i))));
  scene.server.compact(scene.server.revision());
  // All that was forgotten since is of another kind.
  auto cursor = scene.watch(echoes, {.resource_version = a->metadata.resource_version});
  auto const b = *scene.create(echoes, echo("b"));
  EXPECT_EQ(scene.told(cursor), std::vector<std::string>{"ADDED b@" + std::to_string(number_of(b))});
  EXPECT_EQ(scene.list(echoes, {.resource_version = a->metadata.resource_version})->items.size(), 2U);
}

}  // namespace
}  // namespace fakeapi::testing
