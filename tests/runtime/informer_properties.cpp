// The informer against a server with random changes and random faults.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "operator/runtime/informer.hpp"
#include "operator/seams/check.hpp"
#include "tests/runtime/support/history_api.hpp"
#include "tests/runtime/support/objects.hpp"
#include "tests/runtime/support/world.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;

api::Resource const echoes{"example.com", "v1", "echoes"};

/// A copy of the cache kept from the announcements alone.
struct Follower {
  std::map<api::ObjectKey, api::ObjectPtr> objects;
  std::vector<std::string> wrong;

  void heard(api::ObjectPtr const& before, api::ObjectPtr const& after) {
    auto const key = (after ? after : before)->key();
    auto const at = objects.find(key);
    if ((at == objects.end() ? nullptr : at->second) != before) wrong.push_back("before of " + key.name);
    if (before && after && before->metadata.uid != after->metadata.uid) wrong.push_back("uid of " + key.name);
    if (after && before && after->metadata.resource_version == before->metadata.resource_version) {
      wrong.push_back("no change of " + key.name);
    }
    if (after) {
      objects[key] = after;
    } else {
      objects.erase(key);
    }
  }
};

RC_GTEST_PROP(InformerProperties, what_is_announced_adds_up_to_what_the_server_has, ()) {
  World world;
  auto& server = world.process.own<HistoryApi>(world.process.clock());
  auto& informer =
      world.process.own<runtime::Informer>(world.environment(), server, runtime::InformerOptions{.resource = echoes});
  Follower follower;
  auto highest = api::ResourceVersion::none;
  bool went_back = false;
  informer.subscribe({[&](auto const& before, auto const& after) { follower.heard(before, after); },
                      [&](api::ResourceVersion version) {
                        went_back = went_back || version < highest;
                        highest = version;
                      }});
  informer.start();

  int uids = 0;
  std::map<std::string, std::string> uid_of;
  auto const steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 16), rc::gen::inRange(0, 4)));
  for (auto const& [what, which] : steps) {
    std::string const name(1, static_cast<char>('a' + which));
    if (what < 6) {
      auto& uid = uid_of[name];
      if (uid.empty()) uid = "uid-" + std::to_string(++uids);
      server.put(echoes, object(name, uid, 0));
    } else if (what < 9) {
      if (server.remove(echoes, {"default", name})) uid_of[name].clear();
    } else if (what == 9) {
      server.hold(echoes);
    } else if (what == 10) {
      server.release(echoes);
    } else if (what == 11) {
      server.compact();
    } else if (what == 12) {
      server.end_watches();
    } else if (what == 13) {
      server.reset_watches();
    } else if (what == 14) {
      server.failing_calls = static_cast<unsigned>(which);
    } else {
      RC_ASSERT(world.run_for(which * 20s));
    }
    if (which % 2 == 0) RC_ASSERT(world.settle());
    RC_ASSERT(follower.objects.size() == informer.store().size());
  }
  server.release(echoes);
  RC_ASSERT(world.run_for(300s));

  RC_ASSERT(follower.wrong.empty());
  RC_ASSERT(follower.objects == server.objects(echoes));
  RC_ASSERT(informer.store().size() == follower.objects.size());
  informer.store().for_each([&](api::ObjectPtr const& o) { RC_ASSERT(follower.objects[o->key()] == o); });
  RC_ASSERT(!went_back);
  RC_ASSERT(informer.synced());
  RC_ASSERT(informer.healthy());
  RC_ASSERT(informer.stats().exceptions == 0U);
}

}  // namespace
