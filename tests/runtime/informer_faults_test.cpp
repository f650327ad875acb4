// What the informer does when the server or the connection does not do what it should.
#include "tests/runtime/support/informer_test.hpp"
#include "tests/runtime/support/randoms.hpp"

namespace {
using namespace runtime_tests;
using namespace std::chrono_literals;
using api::Reason;

api::Error too_large() {
  api::Error error = error_of(Reason::timeout, 504, "Timeout: Too large resource version: 99, current: 10");
  error.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  return error;
}

/// The waits between these calls.
std::vector<seams::Duration> waits(std::vector<ScriptedApi::Asked> const& asked) {
  std::vector<seams::Duration> result;
  for (std::size_t i = 1; i < asked.size(); ++i) result.push_back(asked[i].at - asked[i - 1].at);
  return result;
}

TEST_F(InformerTest, resumes_at_once_from_the_last_revision_when_the_server_ends_the_watch) {
  start_synced({});
  send(added, object("a", "1", 11));
  api.watch().bookmark(17);
  ASSERT_TRUE(world.run_for(150s));
  api.watch().end();
  auto const ended_at = world.now();
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(api.asked_watches.size(), 2U);
  EXPECT_EQ(api.asked_watches[1].at, ended_at);
  EXPECT_EQ(api.asked_watches[1].watch().resource_version, api::ResourceVersion{17});
  EXPECT_EQ(api.asked_lists.size(), 1U);
  EXPECT_TRUE(api.watches[0]->closed);
}

TEST_F(InformerTest, backs_off_from_a_server_that_ends_every_watch_at_once) {
  start_synced({});
  for (int i = 0; i < 4; ++i) {
    api.watch().end();
    ASSERT_TRUE(world.run_for(i == 0 ? 0s : 4s));
  }
  EXPECT_EQ(waits(api.asked_watches).at(0), 0s) << "once is the server's good right";
  EXPECT_EQ(waits(api.asked_watches).at(1), 800ms);
  EXPECT_EQ(api.asked_lists.size(), 1U);
}

TEST_F(InformerTest, an_expired_page_token_lists_again_from_the_first_page) {
  api.answer_list(10, {object("gone", "1", 3)}, "next-page");
  api.answer_list(std::unexpected(error_of(Reason::expired, 410)));
  api.answer_list(20, {object("a", "2", 15)});
  start();
  EXPECT_EQ(world.since_start(), 0s);
  EXPECT_EQ(api.asked_lists.at(2).list().continue_token, "");
  EXPECT_EQ(told, Told{"+a"});
}

TEST_F(InformerTest, a_list_without_a_revision_is_asked_for_again_since_a_watch_from_nowhere_comes_in_any_order) {
  api.answer_list(0, {object("a", "1", 3)});
  api.answer_list(10, {object("a", "1", 3)});
  start();
  EXPECT_FALSE(informer->synced());
  EXPECT_TRUE(api.asked_watches.empty());
  ASSERT_TRUE(world.run_for(800ms));
  EXPECT_EQ(told, Told{"+a"});
  EXPECT_EQ(api.asked_watches.at(0).watch().resource_version, api::ResourceVersion{10});
}

struct ExpiredForm {
  char const* name;
  api::Error error;
};
void PrintTo(ExpiredForm const& form, std::ostream* out) { *out << form.name; }
class EveryFormOfExpired : public InformerTest, public testing::WithParamInterface<ExpiredForm> {};

TEST_P(EveryFormOfExpired, refused_at_opening_lists_again_at_once) {
  start_synced({object("a", "1", 3)});
  ASSERT_TRUE(world.run_for(150s));
  api.refuse_watch(GetParam().error);
  api.answer_list(30, {});
  api.watch().end();
  auto const ended_at = world.now();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.now(), ended_at);
  EXPECT_EQ(told, Told{"-a"});
  EXPECT_EQ(api.asked_watches.back().watch().resource_version, api::ResourceVersion{30});
  EXPECT_EQ(informer->stats().expired, 1U);
}

TEST_P(EveryFormOfExpired, as_an_event_in_the_stream_lists_again_at_once) {
  start_synced({object("a", "1", 3)});
  api.answer_list(30, {});
  api.watch().send_error(GetParam().error);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(told, Told{"-a"});
  EXPECT_TRUE(api.watches[0]->closed);
  EXPECT_EQ(api.asked_watches.back().watch().resource_version, api::ResourceVersion{30});
}

INSTANTIATE_TEST_SUITE_P(Informer, EveryFormOfExpired,
                         testing::Values(ExpiredForm{"Gone", error_of(Reason::gone, 410)},
                                         ExpiredForm{"Expired", error_of(Reason::expired, 410)},
                                         ExpiredForm{"CodeOnly", error_of(Reason::unknown, 410)},
                                         ExpiredForm{"ReasonOnly", error_of(Reason::expired, 0)},
                                         ExpiredForm{"TooLarge", too_large()}),
                         [](auto const& param) { return param.param.name; });

TEST_F(InformerTest, a_watch_that_expires_right_after_every_list_is_backed_off_from) {
  for (std::uint64_t i = 0; i < 20; ++i) api.answer_list(10 + i, {});
  api.refuse_always = error_of(Reason::expired, 410);
  start();
  ASSERT_TRUE(world.run_for(120s));
  EXPECT_EQ(waits(api.asked_lists),
            (std::vector<seams::Duration>{0s, 800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s}));
}

TEST_F(InformerTest, a_list_that_fails_for_ever_is_retried_every_thirty_seconds_in_the_end) {
  api.otherwise = error_of(Reason::service_unavailable, 503);
  start();
  ASSERT_TRUE(world.run_for(150s));
  EXPECT_EQ(waits(api.asked_lists),
            (std::vector<seams::Duration>{800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s, 30s}));
  EXPECT_FALSE(informer->synced());
  EXPECT_FALSE(informer->healthy());
  EXPECT_NE(informer->trouble().find("list echoes.example.com"), std::string::npos);
}

TEST_F(InformerTest, jitter_shortens_the_waits) {
  MostRandom random;
  api.otherwise = error_of(Reason::service_unavailable, 503);
  start(&random);
  EXPECT_EQ(random.draws.at(0).use, seams::RandomUse::informer_backoff);
  EXPECT_EQ(random.draws.at(0).bound, 800'000'000U);
  ASSERT_TRUE(world.run_for(1ns));
  EXPECT_EQ(api.asked_lists.size(), 2U);
}

TEST_F(InformerTest, a_completed_list_resets_the_backoff_of_lists_but_not_of_watches) {
  for (int i = 0; i < 4; ++i) api.answer_list(std::unexpected(error_of(Reason::internal_error, 500)));
  api.answer_list(10, {});
  api.refuse_watch(error_of(Reason::internal_error, 500));
  api.refuse_watch(error_of(Reason::internal_error, 500));
  api.refuse_watch(error_of(Reason::expired, 410));
  api.answer_list(std::unexpected(error_of(Reason::internal_error, 500)));
  api.answer_list(20, {});
  api.refuse_watch(error_of(Reason::internal_error, 500));
  start();
  ASSERT_TRUE(world.run_for(60s));
  EXPECT_EQ(waits(api.asked_lists),
            (std::vector<seams::Duration>{800ms, 1600ms, 3200ms, 6400ms, 800ms + 1600ms + 1600ms, 800ms}));
  auto const watches = waits(api.asked_watches);
  EXPECT_EQ(watches.at(0), 800ms);
  EXPECT_EQ(watches.at(1), 1600ms);
  EXPECT_EQ(watches.at(3), 6400ms) << "two lists in between were no progress of a watch";
}

TEST_F(InformerTest, an_event_resets_the_backoff_of_watches) {
  start_synced({});
  for (int i = 0; i < 3; ++i) {
    api.refuse_watch(error_of(Reason::connection_failed, 0));
    api.answer_list(10, {});  // since nobody was there
  }
  api.watch().reset(error_of(Reason::connection_failed, 0));
  ASSERT_TRUE(world.run_for(12s));
  ASSERT_EQ(waits(api.asked_watches), (std::vector<seams::Duration>{800ms, 1600ms, 3200ms, 6400ms}));
  send(added, object("a", "1", 11));
  api.watch().reset(error_of(Reason::connection_failed, 0));
  auto const broken_at = world.now();
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_EQ(api.asked_watches.back().at, broken_at + 800ms);
}

TEST_F(InformerTest, an_event_that_tells_nothing_new_does_not_reset_the_backoff) {
  start_synced({object("a", "1", 5)});
  api.watch().reset(error_of(Reason::connection_failed, 0));
  ASSERT_TRUE(world.run_for(1s));
  send(added, object("a", "1", 5));
  api.watch().bookmark(10);
  api.watch().reset(error_of(Reason::connection_failed, 0));
  ASSERT_TRUE(world.run_for(10s));
  EXPECT_EQ(waits(api.asked_watches).at(1), 200ms + 1600ms);
}

TEST_F(InformerTest, a_stream_that_stood_for_a_while_resets_the_backoff_without_any_event) {
  start_synced({});
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(world.run_for(6s));
    api.watch().reset(error_of(Reason::connection_failed, 0));
    ASSERT_TRUE(world.run_for(1s));
  }
  EXPECT_EQ(waits(api.asked_watches), (std::vector<seams::Duration>{6800ms, 7s, 7s, 7s}));
}

TEST_F(InformerTest, a_broken_connection_resumes_from_the_last_revision) {
  start_synced({});
  send(added, object("a", "1", 11));
  api.watch().reset(error_of(Reason::connection_failed, 0));
  ASSERT_TRUE(world.run_for(799ms));
  EXPECT_EQ(api.asked_watches.size(), 1U);
  ASSERT_TRUE(world.run_for(1ms));
  EXPECT_EQ(api.asked_watches.at(1).watch().resource_version, api::ResourceVersion{11});
  EXPECT_EQ(api.asked_lists.size(), 1U);
}

TEST_F(InformerTest, another_error_event_resumes_once_and_then_lists_again) {
  start_synced({});
  api.watch().send_error(error_of(Reason::internal_error, 500, "cannot decode"));
  ASSERT_TRUE(world.run_for(800ms));
  EXPECT_TRUE(api.watches[0]->closed);
  EXPECT_EQ(api.asked_watches.at(1).watch().resource_version, api::ResourceVersion{10});
  EXPECT_EQ(api.asked_lists.size(), 1U);
  api.answer_list(30, {});
  api.watch().send_error(error_of(Reason::internal_error, 500, "cannot decode"));
  ASSERT_TRUE(world.run_for(1600ms));
  EXPECT_EQ(api.asked_lists.size(), 2U);
  EXPECT_EQ(api.asked_watches.at(2).watch().resource_version, api::ResourceVersion{30});
}

TEST_F(InformerTest, a_connection_that_breaks_again_and_again_never_costs_a_list) {
  start_synced({});
  for (int i = 0; i < 5; ++i) {
    api.watch().reset(error_of(Reason::connection_failed, 0));
    ASSERT_TRUE(world.run_for(30s));
  }
  EXPECT_EQ(api.asked_lists.size(), 1U);
  EXPECT_EQ(api.asked_watches.size(), 6U);
}

TEST_F(InformerTest, after_nobody_was_there_it_takes_what_is_there_then_be_it_of_an_older_revision) {
  start_synced({object("gone", "1", 5)});
  for (std::uint64_t const revision : {3U, 30U}) {  // older than ours, and then further along
    auto const name = std::to_string(revision);
    api.refuse_watch(error_of(Reason::connection_failed, 0));
    api.watch().reset(error_of(Reason::connection_failed, 0));
    api.answer_list(revision, {object(name, name, 2)});
    ASSERT_TRUE(world.run_for(30s));
    EXPECT_EQ(api.asked_watches.back().watch().resource_version, api::ResourceVersion{revision});
  }
  EXPECT_EQ(api.asked_lists.size(), 3U);
  EXPECT_EQ(told, (Told{"-gone", "+3", "-3", "+30"}));
}

TEST_F(InformerTest, an_event_without_a_revision_lists_again) {
  start_synced({});
  api.answer_list(30, {});
  send(added, object("a", "1", 0));
  ASSERT_TRUE(world.run_for(800ms));
  EXPECT_EQ(api.asked_lists.size(), 2U);
  EXPECT_TRUE(told.empty());
}

TEST_F(InformerTest, a_silent_connection_is_given_up_shortly_after_the_watch_should_have_ended) {
  start_synced({});
  ASSERT_TRUE(world.run_for(154s));
  EXPECT_EQ(api.asked_watches.size(), 1U);
  ASSERT_TRUE(world.run_for(1s));
  ASSERT_EQ(api.asked_watches.size(), 2U);
  EXPECT_EQ(api.asked_watches[1].watch().resource_version, api::ResourceVersion{10});
  EXPECT_EQ(informer->stats().errors, 0U);
  EXPECT_TRUE(api.watches[0]->closed);
}

TEST_F(InformerTest, keeps_its_cache_while_the_resource_is_not_served_and_recovers) {
  start_synced({object("a", "1", 3)});
  api.otherwise = error_of(Reason::not_found, 404, "the server could not find the requested resource");
  api.refuse_watch(error_of(Reason::not_found, 404));
  ASSERT_TRUE(world.run_for(150s));
  api.watch().end();
  ASSERT_TRUE(world.run_for(300s));
  EXPECT_TRUE(informer->synced());
  EXPECT_FALSE(informer->healthy());
  EXPECT_NE(cached("a"), nullptr);
  EXPECT_TRUE(told.empty());
  EXPECT_LE(api.asked_lists.size(), 20U);
  EXPECT_GE(world.log.count(seams::LogLevel::warning, "is its custom resource definition installed?"), 1U);
  api.answer_list(50, {});
  ASSERT_TRUE(world.run_for(30s));
  EXPECT_TRUE(informer->healthy());
  EXPECT_EQ(told, Told{"-a"});
}

TEST_F(InformerTest, names_verb_and_resource_when_it_is_forbidden) {
  api.otherwise = error_of(Reason::forbidden, 403, "echoes.example.com is forbidden");
  start();
  EXPECT_FALSE(informer->healthy());
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "verb=list resource=echoes.example.com"), 1U);
  ASSERT_TRUE(world.run_for(600s));
  EXPECT_LE(api.asked_lists.size(), 27U) << "slowly";
  api.otherwise.reset();
  api.answer_list(10, {});
  api.refuse_watch(error_of(Reason::forbidden, 403));
  ASSERT_TRUE(world.run_for(30s));
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "verb=watch resource=echoes.example.com"), 1U);
}

TEST_F(InformerTest, waits_as_long_as_a_busy_server_asks) {
  api::Error busy = error_of(Reason::too_many_requests, 429);
  busy.retry_after = 7s;
  api.answer_list(std::unexpected(busy));
  busy.retry_after = 3600s;
  api.answer_list(std::unexpected(busy));
  api.answer_list(10, {});
  start();
  ASSERT_TRUE(world.run_for(60s));
  EXPECT_EQ(waits(api.asked_lists), (std::vector<seams::Duration>{7s, 30s})) << "but not an hour";
}

TEST_F(InformerTest, a_list_that_hangs_is_given_up_at_its_deadline) {
  start();
  ASSERT_TRUE(world.run_for(60s + 800ms));
  EXPECT_EQ(waits(api.asked_lists), std::vector<seams::Duration>{60s + 800ms});
}

TEST_F(InformerTest, survives_an_exception_of_the_api_and_lists_again) {
  struct Throwing final : api::Api {
    explicit Throwing(ScriptedApi& inner) : inner_(inner) {}
    api::AsyncResult<api::Response> call(api::Request request) override { return inner_.call(std::move(request)); }
    api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override {
      if (throws-- > 0) throw std::runtime_error("bug");
      return inner_.open_watch(std::move(request));
    }
    ScriptedApi& inner_;
    int throws = 1;
  };
  auto& throwing = world.process.own<Throwing>(api);
  api.answer_list(10, {});
  api.answer_list(11, {});
  auto& watched =
      world.process.own<runtime::Informer>(world.environment(), throwing, runtime::InformerOptions{.resource = echoes});
  watched.start();
  ASSERT_TRUE(world.run_for(1s));
  EXPECT_EQ(watched.stats().exceptions, 1U);
  EXPECT_EQ(api.asked_watches.size(), 1U);
}

class StoppedAnywhere : public InformerTest {
 protected:
  void expect_stop() {
    bool stopped = false;
    informer->stop([&] { stopped = true; });
    EXPECT_FALSE(stopped) << "in a turn of its own";
    ASSERT_TRUE(world.settle());
    EXPECT_TRUE(stopped);
    EXPECT_FALSE(informer->running());
    std::size_t const asked = api.asked_lists.size() + api.asked_watches.size();
    ASSERT_TRUE(world.run_for(1000s));
    EXPECT_EQ(api.asked_lists.size() + api.asked_watches.size(), asked);
    EXPECT_EQ(world.log.count(seams::LogLevel::error, ""), 0U);
  }
};

TEST_F(StoppedAnywhere, while_listing) {
  start();
  expect_stop();
}
TEST_F(StoppedAnywhere, while_watching) {
  start_synced({});
  expect_stop();
}
TEST_F(StoppedAnywhere, while_waiting_to_try_again) {
  api.otherwise = error_of(Reason::internal_error, 500);
  start();
  expect_stop();
}
TEST_F(StoppedAnywhere, before_its_first_turn) {
  runtime::InformerOptions options;
  options.resource = echoes;
  informer = &world.process.own<runtime::Informer>(world.environment(), api, options);
  informer->start();
  expect_stop();
}
TEST_F(StoppedAnywhere, without_having_been_started) {
  informer = &world.process.own<runtime::Informer>(world.environment(), api, runtime::InformerOptions{});
  expect_stop();
}
TEST_F(StoppedAnywhere, with_an_event_on_its_way) {
  start_synced({});
  api.watch().send(added, object("a", "1", 11));
  expect_stop();
  EXPECT_TRUE(told.empty());
}

TEST(InformerKilled, at_any_turn_leaves_nothing_behind) {
  for (int turns = 0; turns < 400; ++turns) {
    World world;
    auto& api = world.process.own<ScriptedApi>(world.process.clock());
    std::vector<api::ObjectPtr> many;
    for (std::uint64_t i = 0; i < 250; ++i) many.push_back(object("o" + std::to_string(i), "u", i + 1));
    api.answer_list(300, many, "more");
    api.answer_list(std::unexpected(error_of(Reason::internal_error, 500)));
    api.answer_list(300, many);
    api.answer_list(310, {});
    auto& informer =
        world.process.own<runtime::Informer>(world.environment(), api, runtime::InformerOptions{.resource = echoes});
    int told = 0;
    informer.subscribe({[&](auto const&, auto const&) { ++told; }, nullptr});
    informer.start();
    bool sent = false;
    for (int i = 0; i < turns && world.scheduler.step(); ++i) {
      if (sent || api.watches.empty()) continue;
      sent = true;
      api.watch().send(added, object("new", "u", 301));
      api.watch().send_error(error_of(Reason::expired, 410));
    }
    int const before = told;
    world.process.kill();
    while (world.scheduler.step()) {
    }
    ASSERT_EQ(told, before);
  }
}

}  // namespace
