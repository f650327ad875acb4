// The informer's cache: by key, by owner, and against a plain map.
#include "operator/runtime/store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/runtime/support/objects.hpp"

namespace {
using runtime::Store;
using runtime_tests::object;
using runtime_tests::owned_by;

std::vector<std::string> names(std::vector<api::ObjectPtr> const& objects) {
  std::vector<std::string> result;
  for (auto const& o : objects) result.push_back(o->metadata.name);
  return result;
}

TEST(Store, finds_what_was_put_and_not_what_was_erased) {
  Store store;
  auto const first = object("a", "uid-1", 1);
  EXPECT_EQ(store.put(first), nullptr);
  EXPECT_EQ(store.find(first->key()), first);
  auto const second = object("a", "uid-1", 2);
  EXPECT_EQ(store.put(second), first);
  EXPECT_EQ(store.erase(first->key()), second);
  EXPECT_EQ(store.find(first->key()), nullptr);
  EXPECT_EQ(store.erase(first->key()), nullptr);
  EXPECT_EQ(store.size(), 0U);
}

TEST(Store, gives_the_owned_objects_in_the_order_of_their_keys) {
  Store store;
  for (char const* name : {"c", "a", "b"}) store.put(owned_by(object(name, name, 1), "owner"));
  store.put(owned_by(object("d", "d", 1), "other"));
  EXPECT_EQ(names(store.owned_by("owner")), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(store.owned_by("nobody").empty());
}

TEST(Store, follows_a_change_of_owners_and_gives_the_newest_state) {
  Store store;
  store.put(owned_by(object("a", "1", 1), "old"));
  auto const changed = owned_by(object("a", "1", 2), "new");
  store.put(changed);
  EXPECT_TRUE(store.owned_by("old").empty());
  EXPECT_EQ(store.owned_by("new"), std::vector<api::ObjectPtr>{changed});
  auto const same_owner = owned_by(object("a", "1", 3), "new");
  store.put(same_owner);
  EXPECT_EQ(store.owned_by("new"), std::vector<api::ObjectPtr>{same_owner});
}

TEST(Store, visits_everything_in_the_order_of_keys) {
  Store store;
  for (int i = 0; i < 50; ++i) store.put(object("n" + std::to_string((i * 37) % 50 + 10), "u", 1));
  std::vector<std::string> visited;
  store.for_each([&](api::ObjectPtr const& o) { visited.push_back(o->metadata.name); });
  EXPECT_EQ(visited.size(), 50U);
  EXPECT_TRUE(std::is_sorted(visited.begin(), visited.end()));
}

RC_GTEST_PROP(StoreProperties, agrees_with_a_plain_map, ()) {
  Store store;
  std::map<api::ObjectKey, api::ObjectPtr> model;
  int const steps = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    std::string const name(1, static_cast<char>('a' + *rc::gen::inRange(0, 4)));
    if (*rc::gen::inRange(0, 3) == 0) {
      api::ObjectKey const key{"default", name};
      auto const at = model.find(key);
      RC_ASSERT(store.erase(key) == (at == model.end() ? nullptr : at->second));
      model.erase(key);
    } else {
      auto o = object(name, "u", static_cast<unsigned>(i + 1));
      int const owners = *rc::gen::inRange(0, 3);
      for (int n = 0; n < owners; ++n) o = owned_by(o, "owner" + std::to_string(*rc::gen::inRange(0, 3)));
      auto const at = model.find(o->key());
      RC_ASSERT(store.put(o) == (at == model.end() ? nullptr : at->second));
      model[o->key()] = o;
    }
    RC_ASSERT(store.size() == model.size());
    for (int owner = 0; owner < 3; ++owner) {
      std::string const uid = "owner" + std::to_string(owner);
      std::vector<api::ObjectPtr> expected;
      for (auto const& [key, o] : model) {
        bool owns = false;
        for (auto const& reference : *o->metadata.owner_references) owns = owns || reference.uid == uid;
        if (owns) expected.push_back(o);
      }
      RC_ASSERT(store.owned_by(uid) == expected);
    }
  }
}

}  // namespace
