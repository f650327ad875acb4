// The first state in the watch itself (KEP-3157), and what becomes of it where the server cannot do that.
#include "tests/runtime/support/informer_test.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;

struct WatchListTest : InformerTest {
  void begin() {
    runtime::InformerOptions options;
    options.watch_list = true;
    start(nullptr, options);
  }
  void end_of_initial_events(std::uint64_t version) {
    auto bookmark = std::make_shared<api::Object>();
    bookmark->metadata.resource_version = api::ResourceVersion{version};
    bookmark->metadata.annotations = api::StringMap{{"k8s.io/initial-events-end", "true"}};
    send(api::WatchEventType::bookmark, std::move(bookmark));
  }
  static api::Error error(api::Reason reason) {
    api::Error made;
    made.reason = reason;
    return made;
  }
};

TEST_F(WatchListTest, the_initial_events_are_the_first_state_and_the_stream_goes_on) {
  begin();
  ASSERT_EQ(api.asked_watches.size(), 1U);
  auto const& asked = api.asked_watches[0].watch();
  EXPECT_EQ(asked.send_initial_events, true);
  EXPECT_EQ(asked.match, api::ResourceVersionMatch::not_older_than);
  EXPECT_FALSE(asked.resource_version) << "unset is a quorum read";
  send(added, object("b", "2", 3));
  send(added, object("a", "1", 5));
  send(modified, object("a", "1", 6));
  send(added, object("c", "3", 7));
  send(deleted, object("c", "3", 8));
  EXPECT_FALSE(informer->synced());
  EXPECT_TRUE(told.empty()) << "nothing is shown of half a state";
  end_of_initial_events(10);
  EXPECT_TRUE(informer->synced());
  EXPECT_EQ(told, (Told{"+a", "+b"}));
  EXPECT_EQ(version(), 10U);
  send(modified, object("a", "1", 12));
  EXPECT_EQ(told.back(), "~a");
  EXPECT_EQ(api.asked_watches.size(), 1U);
  EXPECT_TRUE(api.asked_lists.empty());
}

TEST_F(WatchListTest, an_ordinary_bookmark_ends_nothing) {
  begin();
  api.watch().bookmark(5);
  world.settle();
  EXPECT_FALSE(informer->synced());
}

TEST_F(WatchListTest, a_server_that_does_not_know_it_is_asked_for_pages_at_once) {
  api.refuse_watch(error(api::Reason::invalid));
  api.answer_list(10, {object("a", "1", 3)});
  begin();
  EXPECT_TRUE(informer->synced());
  EXPECT_EQ(told, Told{"+a"});
  ASSERT_EQ(api.asked_watches.size(), 2U);
  EXPECT_FALSE(api.asked_watches[1].watch().send_initial_events);
}

TEST_F(WatchListTest, a_server_that_never_ends_the_initial_events_is_asked_for_pages_after_half_a_minute) {
  begin();
  send(added, object("a", "1", 3));
  world.run_for(29s);
  send(added, object("b", "2", 4));
  world.run_for(29s);
  EXPECT_TRUE(api.asked_lists.empty());
  api.answer_list(10, {object("a", "1", 3), object("b", "2", 4)});
  world.run_for(2s);
  EXPECT_TRUE(informer->synced());
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "initial events"), 1U);
  // … and from then on always.
  api.watch().send_error(error(api::Reason::expired));
  api.answer_list(20, {});
  world.run_for(2s);
  EXPECT_EQ(api.asked_lists.size(), 2U);
}

TEST_F(WatchListTest, a_stream_that_breaks_before_its_initial_events_have_ended_is_begun_anew) {
  begin();
  send(added, object("a", "1", 3));
  api.watch().reset(error(api::Reason::connection_failed));
  world.run_for(2s);
  ASSERT_EQ(api.asked_watches.size(), 2U);
  EXPECT_EQ(api.asked_watches[1].watch().send_initial_events, true);
  send(added, object("b", "2", 4));
  end_of_initial_events(10);
  EXPECT_EQ(told, Told{"+b"});
}

TEST_F(WatchListTest, what_is_missing_from_a_later_state_is_announced_as_gone) {
  begin();
  send(added, object("a", "1", 3));
  send(added, object("b", "2", 4));
  end_of_initial_events(10);
  told.clear();
  api.watch().send_error(error(api::Reason::expired));
  world.run_for(2s);
  ASSERT_EQ(api.asked_watches.size(), 2U);
  EXPECT_EQ(api.asked_watches[1].watch().send_initial_events, true);
  send(added, object("b", "2", 4));
  end_of_initial_events(20);
  EXPECT_EQ(told, Told{"-a"});
  EXPECT_EQ(version(), 20U);
}

TEST_F(WatchListTest, a_state_older_than_the_cache_is_not_taken) {
  begin();
  send(added, object("a", "1", 3));
  end_of_initial_events(10);
  told.clear();
  api.watch().send_error(error(api::Reason::expired));
  world.run_for(2s);
  end_of_initial_events(9);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(version(), 10U);
}

}  // namespace
