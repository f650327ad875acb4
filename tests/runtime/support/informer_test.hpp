// What the informer's tests have in common: an informer on a scripted Api, and everything it announced.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "operator/runtime/informer.hpp"
#include "tests/runtime/support/objects.hpp"
#include "tests/runtime/support/scripted_api.hpp"
#include "tests/runtime/support/world.hpp"

namespace runtime_tests {

inline api::Resource const echoes{"example.com", "v1", "echoes"};

struct InformerTest : testing::Test {
  World world;
  ScriptedApi& api = world.process.own<ScriptedApi>(world.process.clock());
  runtime::Informer* informer = nullptr;
  /// "+a" came, "~a" changed, "-a" went, "@7" progress to revision 7.
  std::vector<std::string> told;
  bool with_progress = false;

  runtime::Informer& start(seams::Random* random = nullptr, runtime::InformerOptions options = {}) {
    options.resource = echoes;
    informer = &world.process.own<runtime::Informer>(world.environment(random ? *random : world.no_random), api,
                                                     std::move(options));
    informer->subscribe({[this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
                           auto const& o = after ? after : before;
                           told.push_back((!before ? "+" : !after ? "-" : "~") + o->metadata.name);
                           // The store shows the change, or something newer, when it is announced.
                           auto const cached = informer->store().find(o->key());
                           if (after) {
                             EXPECT_EQ(cached, after);
                           } else {
                             EXPECT_NE(cached, before);
                           }
                         },
                         [this](api::ResourceVersion version) {
                           if (with_progress) told.push_back("@" + std::to_string(to_number(version)));
                           EXPECT_EQ(informer->observed_version(), version);
                         }});
    informer->start();
    EXPECT_TRUE(world.settle());
    return *informer;
  }

  /// Starts with a list of these objects at revision 10, and forgets what was announced.
  runtime::Informer& start_synced(std::vector<api::ObjectPtr> items) {
    api.answer_list(10, std::move(items));
    start();
    EXPECT_TRUE(informer->synced());
    EXPECT_EQ(api.watches.size(), 1U);
    told.clear();
    return *informer;
  }

  void send(api::WatchEventType type, api::ObjectPtr object) {
    api.watch().send(type, std::move(object));
    EXPECT_TRUE(world.settle());
  }
  std::uint64_t version() const { return to_number(informer->observed_version()); }
  api::ObjectPtr cached(std::string const& name) const { return informer->store().find({"default", name}); }

  using Told = std::vector<std::string>;
};

inline constexpr auto added = api::WatchEventType::added;
inline constexpr auto modified = api::WatchEventType::modified;
inline constexpr auto deleted = api::WatchEventType::deleted;

}  // namespace runtime_tests
