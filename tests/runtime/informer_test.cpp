// What lists and events do to the cache, and what is announced of it.
#include <boost/asio/post.hpp>
#include <functional>

#include "tests/runtime/support/informer_test.hpp"
#include "tests/runtime/support/randoms.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;

TEST_F(InformerTest, lists_in_pages_of_the_latest_state_and_watches_from_there) {
  api.answer_list(10, {object("a", "1", 3)}, "next-page");
  api.answer_list(10, {object("b", "2", 7)});
  runtime::InformerOptions options;
  options.label_selector = "x=y";
  start(nullptr, options);

  ASSERT_EQ(api.asked_lists.size(), 2U);
  auto const& first = api.asked_lists[0].list();
  EXPECT_EQ(api.asked_lists[0].request.resource, echoes);
  EXPECT_EQ(first.limit, 500);
  EXPECT_FALSE(first.resource_version) << "unset is a quorum read";
  EXPECT_EQ(first.continue_token, "");
  EXPECT_EQ(first.label_selector, "x=y");
  EXPECT_EQ(first.trim, std::vector<std::string>{"metadata.managedFields"});
  EXPECT_EQ(api.asked_lists[1].list().continue_token, "next-page");
  EXPECT_EQ(told, (Told{"+a", "+b"}));
  EXPECT_TRUE(informer->synced());
  EXPECT_EQ(version(), 10U);

  ASSERT_EQ(api.asked_watches.size(), 1U);
  auto const& watch = api.asked_watches[0].watch();
  EXPECT_EQ(watch.resource_version, api::ResourceVersion{10});
  EXPECT_TRUE(watch.allow_bookmarks);
  EXPECT_EQ(watch.timeout, 150s);
  EXPECT_EQ(watch.label_selector, "x=y");
  EXPECT_EQ(watch.trim, first.trim);
  EXPECT_EQ(*api.watch().deadline, world.now() + 155s);
}

TEST_F(InformerTest, asks_watches_to_last_a_random_time_so_that_they_do_not_reconnect_together) {
  MostRandom random;
  api.answer_list(10, {});
  start(&random);
  EXPECT_EQ(api.asked_watches.at(0).watch().timeout, 190s);
  EXPECT_EQ(random.draws.at(0).use, seams::RandomUse::watch_timeout);
}

TEST_F(InformerTest, is_not_synced_before_the_last_page) {
  api.answer_list(10, {object("a", "1", 3)}, "next-page");
  start();
  EXPECT_FALSE(informer->synced());
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(informer->store().size(), 0U);
}

TEST_F(InformerTest, announces_what_comes_changes_and_goes_after_the_store_shows_it) {
  with_progress = true;
  start_synced({object("a", "1", 3)});
  send(added, object("b", "2", 11));
  send(modified, object("a", "1", 12));
  send(deleted, object("b", "2", 13));
  EXPECT_EQ(told, (Told{"+b", "@11", "~a", "@12", "-b", "@13"}));
  EXPECT_EQ(informer->store().size(), 1U);
}

TEST_F(InformerTest, a_bookmark_moves_the_revision_and_announces_nothing) {
  with_progress = true;
  start_synced({});
  api.watch().bookmark(20);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(told, Told{"@20"});
  api.watch().bookmark(15);  // no way back
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(version(), 20U);
}

TEST_F(InformerTest, ignores_events_older_than_what_it_knows) {
  start_synced({object("a", "1", 10)});
  send(modified, object("a", "1", 9));
  send(added, object("a", "1", 10));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(to_number(cached("a")->metadata.resource_version), 10U);
  EXPECT_EQ(informer->stats().ignored, 2U);
}

TEST_F(InformerTest, an_object_with_another_uid_under_the_same_name_is_a_deletion_and_an_addition) {
  start_synced({object("a", "old", 5)});
  send(added, object("a", "new", 12));
  EXPECT_EQ(told, (Told{"-a", "+a"}));
  EXPECT_EQ(cached("a")->metadata.uid, "new");
}

TEST_F(InformerTest, a_late_deletion_of_an_older_uid_does_not_evict_the_newer_object) {
  start_synced({object("a", "new", 10)});
  send(deleted, object("a", "old", 9));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(cached("a")->metadata.uid, "new");
}

TEST_F(InformerTest, a_deletion_of_a_newer_uid_means_that_the_cached_object_is_gone_too) {
  start_synced({object("a", "old", 10)});
  send(deleted, object("a", "new", 12));
  EXPECT_EQ(told, Told{"-a"});
  EXPECT_EQ(cached("a"), nullptr);
}

TEST_F(InformerTest, a_deletion_that_carries_the_revision_of_the_last_state_evicts) {
  start_synced({object("a", "1", 10)});
  send(deleted, object("a", "1", 10));
  EXPECT_EQ(told, Told{"-a"});
}

TEST_F(InformerTest, a_deletion_of_something_unknown_only_moves_the_revision) {
  start_synced({});
  send(deleted, object("a", "1", 11));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(version(), 11U);
}

TEST_F(InformerTest, a_relist_announces_the_deletions_it_missed_first_and_shows_the_whole_new_state) {
  start_synced({object("a", "1", 3), object("b", "2", 4), object("c", "3", 5), object("d", "4", 6)});
  // c is unchanged, b changed, a and d are gone, e is new.
  api.answer_list(30, {object("b", "2", 25), object("c", "3", 5), object("e", "5", 26)});
  std::size_t size_seen = 0;
  auto const before_c = cached("c");
  runtime::InformerHandlers handlers;
  told.clear();
  api.watch().send_error(error_of(api::Reason::expired, 410));
  ASSERT_TRUE(world.settle());
  size_seen = informer->store().size();
  EXPECT_EQ(told, (Told{"-a", "-d", "~b", "+e"}));
  EXPECT_EQ(size_seen, 3U);
  EXPECT_EQ(cached("c"), before_c) << "what did not change is kept as it is, shared with others";
  EXPECT_EQ(informer->stats().relists, 1U);
  EXPECT_EQ(version(), 30U);
}

TEST_F(InformerTest, a_relist_that_shows_another_uid_announces_a_deletion_and_an_addition) {
  start_synced({object("a", "old", 3), object("b", "2", 4)});
  api.answer_list(30, {object("a", "new", 25), object("b", "2", 4)});
  api.watch().send_error(error_of(api::Reason::expired, 410));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(told, (Told{"-a", "+a"}));
  EXPECT_EQ(cached("a")->metadata.uid, "new");
}

TEST_F(InformerTest, the_store_shows_all_of_a_relist_before_the_first_announcement) {
  api.answer_list(10, {object("a", "1", 3), object("b", "2", 4)});
  auto& watched =
      world.process.own<runtime::Informer>(world.environment(), api, runtime::InformerOptions{.resource = echoes});
  std::vector<std::size_t> sizes;
  watched.subscribe({[&](auto const&, auto const&) { sizes.push_back(watched.store().size()); }, nullptr});
  watched.start();
  ASSERT_TRUE(world.settle());
  api.answer_list(20, {object("c", "3", 15), object("d", "4", 16), object("e", "5", 17)});
  api.watch().send_error(error_of(api::Reason::expired, 410));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 3, 3, 3, 3, 3}));
}

TEST_F(InformerTest, one_subscribers_bug_keeps_nothing_from_the_others) {
  auto& watched =
      world.process.own<runtime::Informer>(world.environment(), api, runtime::InformerOptions{.resource = echoes});
  int heard = 0;
  watched.subscribe({[](auto const&, auto const&) { throw std::runtime_error("bug"); }, nullptr});
  watched.subscribe({[&](auto const&, auto const&) { ++heard; }, nullptr});
  api.answer_list(10, {object("a", "1", 3), object("b", "2", 4)});
  watched.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(heard, 2);
  EXPECT_TRUE(watched.synced());
  EXPECT_EQ(watched.stats().exceptions, 2U);
}

TEST_F(InformerTest, a_long_list_lets_others_have_their_turns) {
  std::vector<api::ObjectPtr> many;
  for (std::uint64_t i = 0; i < 1000; ++i) many.push_back(object("o" + std::to_string(i), std::to_string(i), i + 1));
  api.answer_list(2000, many);
  // A turn that puts itself in line again counts how often somebody else could run.
  int turns = 0;
  std::function<void()> other = [&] {
    if (informer->synced()) return;
    ++turns;
    boost::asio::post(world.process.executor(), other);
  };
  runtime::InformerOptions options;
  options.resource = echoes;
  informer = &world.process.own<runtime::Informer>(world.environment(), api, options);
  boost::asio::post(world.process.executor(), other);
  informer->start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(informer->store().size(), 1000U);
  EXPECT_GE(turns, 20) << "ten while decoding, ten while announcing";
  EXPECT_LE(turns, 30);
}

TEST_F(InformerTest, a_burst_of_buffered_events_lets_others_have_their_turns) {
  start_synced({});
  int turns = 0;
  std::function<void()> other = [&] {
    if (informer->store().size() == 1000) return;
    ++turns;
    boost::asio::post(world.process.executor(), other);
  };
  for (std::uint64_t i = 0; i < 1000; ++i) api.watch().send(added, object("o" + std::to_string(i), "u", 11 + i));
  boost::asio::post(world.process.executor(), other);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(informer->store().size(), 1000U);
  EXPECT_GE(turns, 10);
}

TEST_F(InformerTest, a_list_with_too_many_pages_is_an_error) {
  for (std::uint64_t i = 0; i < 4; ++i) api.answer_list(10, {object("a" + std::to_string(i), "u", i + 1)}, "more");
  runtime::InformerOptions options;
  options.max_pages = 3;
  start(nullptr, options);
  EXPECT_EQ(api.asked_lists.size(), 3U);
  EXPECT_EQ(informer->stats().errors, 1U);
  EXPECT_FALSE(informer->synced());
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "more pages than 3"), 1U);
}

TEST_F(InformerTest, refuses_a_list_older_than_its_cache_but_not_for_ever) {
  start_synced({object("a", "1", 9)});
  send(modified, object("a", "1", 20));
  told.clear();
  // An API server that lags behind, then one that has been restored from a backup.
  for (int i = 0; i < 10; ++i) api.answer_list(15, {object("a", "1", 9)});
  api.watch().send_error(error_of(api::Reason::expired, 410));
  ASSERT_TRUE(world.run_for(100s));
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(version(), 20U);
  ASSERT_TRUE(world.run_for(300s));
  EXPECT_EQ(told, Told{"~a"});
  EXPECT_EQ(version(), 15U);
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "gone back"), 1U);
}

}  // namespace
