// What a server can be told to do besides: limits and chance.
#include <set>

#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

ServerOptions with_largest(std::size_t bytes) {
  ServerOptions options;
  options.largest_object = bytes;
  return options;
}

api::Object annotated(std::string const& name, std::size_t bytes, char what = 'x') {
  auto made = echo(name);
  made.metadata.annotations = api::StringMap{{"a", std::string(bytes, what)}};
  return made;
}

TEST(LargestObject, is_stored_and_a_larger_one_is_not) {
  Scene scene(echo_definition(), with_largest(10000));
  auto const stored = scene.create(echoes, annotated("a", 5000));
  ASSERT_TRUE(stored) << stored.error().message;
  auto measured = **stored;
  measured.metadata.resource_version = api::ResourceVersion::none;  // which is not known before
  auto const size = boost::json::serialize(api::object_to_json(measured)).size();
  auto const room = 10000 - size + 5000;  // for the annotation
  EXPECT_TRUE(scene.create(echoes, annotated("b", room)));
  auto const refused = scene.create(echoes, annotated("c", room + 1));
  expect_error(refused, 500, api::Reason::unknown, "etcdserver: request is too large");
  EXPECT_FALSE(scene.get(echoes, "c"));
}

TEST(LargestObject, is_measured_as_it_is_written) {
  Scene scene(echo_definition(), with_largest(10000));
  EXPECT_TRUE(scene.create(echoes, annotated("a", 9000)));
  // Each of these is two bytes in JSON.
  EXPECT_FALSE(scene.create(echoes, annotated("b", 9000, '"')));
}

TEST(LargestObject, cannot_be_grown_to_by_an_update) {
  Scene scene(echo_definition(), with_largest(10000));
  ASSERT_TRUE(scene.create(echoes, annotated("a", 9000)));
  auto const grown =
      scene.patch(echoes, "a", merge(R"({"metadata": {"annotations": {"b": ")" + std::string(1000, 'y') + R"("}}})"));
  expect_error(grown, 500, api::Reason::unknown, "etcdserver: request is too large");
  EXPECT_EQ((*scene.get(echoes, "a"))->metadata.annotations->size(), 1U);
}

struct Shuffled : ::testing::Test {
  static constexpr int objects = 12;
  static ServerOptions seeded(std::uint64_t seed) {
    ServerOptions options;
    options.shuffle_seed = seed;
    return options;
  }
  /// The orders of some lists from the cache, and of the first events of some watches.
  static std::vector<std::string> orders(std::uint64_t seed) {
    Scene scene(echo_definition(), seeded(seed));
    for (int i = 0; i < objects; ++i) {
      EXPECT_TRUE(scene.create(echoes, echo(std::string(1, static_cast<char>('a' + i)))));
    }
    std::vector<std::string> all;
    for (int i = 0; i < 4; ++i) {
      std::string listed;
      for (auto const& item : scene.list(echoes, {.resource_version = api::ResourceVersion::none})->items) {
        listed += item->metadata.name;
      }
      std::string told;
      auto cursor = scene.watch(echoes);
      for (auto const& event : scene.events(cursor)) told += event.object->metadata.name;
      all.push_back(listed);
      all.push_back(told);
    }
    return all;
  }
};

TEST_F(Shuffled, answers_are_in_the_order_of_keys_without_a_seed) {
  for (auto const& order : orders(0)) EXPECT_EQ(order, "abcdefghijkl");
}

TEST_F(Shuffled, answers_are_whole_and_in_an_order_that_only_the_seed_decides) {
  auto const first = orders(1);
  EXPECT_EQ(orders(1), first);
  EXPECT_NE(orders(2), first);
  std::set<std::string> different;
  for (auto order : first) {
    different.insert(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, "abcdefghijkl");
  }
  EXPECT_GT(different.size(), 1U);
}

TEST_F(Shuffled, lists_from_the_store_keep_the_order_of_keys) {
  Scene scene(echo_definition(), seeded(1));
  for (int i = 0; i < objects; ++i) {
    ASSERT_TRUE(scene.create(echoes, echo(std::string(1, static_cast<char>('a' + i)))));
  }
  std::string listed;
  for (auto const& item : scene.list(echoes)->items) listed += item->metadata.name;
  EXPECT_EQ(listed, "abcdefghijkl");
}

}  // namespace
}  // namespace fakeapi::testing
