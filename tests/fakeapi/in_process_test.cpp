// In-process clients of several API servers: lag, time travel, waits for a cache, bookmarks.
#include "fakeapi/face/in_process_api.hpp"

#include <boost/asio/co_spawn.hpp>

#include "fakeapi/frontend.hpp"
#include "sim/process.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using namespace std::chrono_literals;
using api::ResourceVersion;
using Texts = std::vector<std::string>;

struct Quiet final : seams::Log {
  bool enabled(seams::LogLevel) const override { return false; }
  void write(seams::LogLevel, std::string_view, std::span<seams::LogField const>) override {}
};
struct Certain final : seams::Random {
  std::uint64_t below(std::uint64_t, seams::RandomUse) override { return 0; }
};

// Sends every call to one API server.
struct Routing final : CallHooks {
  Frontend* to = nullptr;
  WatchVerdict::Kind kind = WatchVerdict::Kind::deliver;
  bool repeats = false;
  std::vector<api::WatchEvent> again;
  Verdict before_send(CallInfo const&) override { return {}; }
  Verdict arrived(CallInfo const&) override { return {}; }
  Verdict applied(CallInfo const&, api::Result<api::Response> const&) override { return {}; }
  Verdict delivered(CallInfo const&, api::Result<api::Response> const&) override { return {}; }
  WatchVerdict news(Actor, Commit const&) override {
    WatchVerdict verdict;
    verdict.kind = kind;
    return verdict;
  }
  void event_delivered(Actor, api::WatchEvent const&) override {}
  Frontend* route(CallInfo const&) override { return to; }
  std::optional<api::WatchEvent> repeated(Actor, api::WatchEvent const& latest) override {
    if (!repeats) return std::nullopt;
    again.push_back(latest);
    return again.size() == 2 ? std::optional(again.front()) : std::nullopt;
  }
};

struct InProcess : ::testing::Test {
  InProcess() : cluster(scheduler, "cluster"), process(scheduler, "client") {
    seams::Environment const environment{process.executor(), process.clock(), random, log};
    client = &process.own<InProcessApi>(front, Actor{100}, environment);
  }
  ~InProcess() override { process.kill(); }

  void spawn(boost::asio::awaitable<void> work) {
    boost::asio::co_spawn(process.executor(), std::move(work), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  void pass(seams::Duration time) {
    scheduler.run_until(scheduler.now() + time, 1'000'000, [] { return false; });
  }
  seams::Duration elapsed() const { return scheduler.now() - sim::Scheduler::start; }

  // Writes down what a watch is told.
  boost::asio::awaitable<void> follow(api::WatchOptions options) {
    auto watch = co_await client->watch(echoes, "default", std::move(options));
    while (watch) {
      auto event = co_await (*watch)->next(seams::never);
      if (!event || !*event) break;
      auto const& object = (*event)->object;
      told.push_back(std::string(api::to_string((*event)->type)) + " " + object->metadata.name + "@" +
                     std::to_string(api::to_number(object->metadata.resource_version)));
    }
    told.emplace_back("end");
  }
  boost::asio::awaitable<void> list(ResourceVersion at) {
    api::ListOptions options;
    options.resource_version = at;
    auto answer = co_await client->list(echoes, "default", std::move(options));
    answered_at = elapsed();
    if (answer) {
      listed = answer->items.size();
    } else {
      failure = answer.error();
    }
  }

  Scene scene;
  Server& server = scene.server;
  sim::Scheduler scheduler;
  sim::Process cluster;
  sim::Process process;
  Certain random;
  Quiet log;
  Routing hooks;
  InProcessFront front{server, cluster.clock(), &hooks};
  InProcessApi* client = nullptr;
  Frontend one{server};
  Frontend two{server};
  ResourceIndex index = *server.index_of(echoes);

  Texts told;
  std::optional<std::size_t> listed;
  std::optional<api::Error> failure;
  seams::Duration answered_at{0};
};

std::string at(std::string const& text, std::uint64_t revision) { return text + "@" + std::to_string(revision); }

std::uint64_t number_of(api::ObjectPtr const& object) { return api::to_number(object->metadata.resource_version); }

TEST_F(InProcess, a_watch_is_told_what_its_api_server_has_taken_in) {
  hooks.to = &one;
  one.hold(index);
  spawn(follow({}));
  pass(1s);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  pass(10s);
  EXPECT_EQ(told, Texts());
  one.advance(index);
  pass(0s);
  EXPECT_EQ(told, Texts{at("ADDED a", a)});
  auto const b = number_of(*scene.create(echoes, echo("b")));
  one.release(index);
  pass(0s);
  EXPECT_EQ(told, (Texts{at("ADDED a", a), at("ADDED b", b)}));
}

TEST_F(InProcess, a_watch_that_has_fallen_silent_hears_nothing_not_even_its_end) {
  api::WatchOptions options;
  options.timeout = 30s;
  spawn(follow(options));
  pass(1s);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  pass(1s);
  hooks.kind = WatchVerdict::Kind::silence;
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  pass(1s);
  hooks.kind = WatchVerdict::Kind::deliver;
  ASSERT_TRUE(scene.create(echoes, echo("c")));
  ASSERT_TRUE(scene.remove(api::custom_resource_definitions, "echoes.example.com"));
  pass(600s);
  EXPECT_EQ(told, Texts{at("ADDED a", a)});
}

TEST_F(InProcess, the_deadline_of_the_client_ends_the_wait_for_a_watch_that_has_fallen_silent) {
  seams::Duration ended{0};
  spawn([](InProcess& test, seams::Duration& when) -> boost::asio::awaitable<void> {
    auto watch = co_await test.client->watch(echoes, "default", {});
    auto const event = co_await (*watch)->next(test.process.clock().now() + 40s);
    EXPECT_FALSE(event);
    if (!event) EXPECT_TRUE(event.error().is(api::Reason::deadline_exceeded));
    when = test.elapsed();
  }(*this, ended));
  pass(1s);
  hooks.kind = WatchVerdict::Kind::silence;
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  pass(100s);
  EXPECT_EQ(ended, 40s);
}

TEST_F(InProcess, an_event_may_come_once_more_after_a_later_one) {
  hooks.repeats = true;
  spawn(follow({}));
  pass(1s);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  auto const b = number_of(*scene.create(echoes, echo("b")));
  auto const c = number_of(*scene.create(echoes, echo("c")));
  pass(1s);
  EXPECT_EQ(told, (Texts{at("ADDED a", a), at("ADDED b", b), at("ADDED a", a), at("ADDED c", c)}));
}

TEST_F(InProcess, a_client_that_hops_to_an_older_api_server_travels_in_time) {
  hooks.to = &one;
  two.hold(index);
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  spawn(list(ResourceVersion::none));
  pass(1s);
  EXPECT_EQ(listed, 1U);
  hooks.to = &two;
  spawn(list(ResourceVersion::none));
  pass(1s);
  EXPECT_EQ(listed, 0U);
}

TEST_F(InProcess, a_watch_stays_with_its_api_server_while_the_next_one_goes_elsewhere) {
  hooks.to = &one;
  spawn(follow({}));
  pass(1s);
  hooks.to = &two;
  two.hold(index);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  pass(1s);
  EXPECT_EQ(told, Texts{at("ADDED a", a)});
  told.clear();
  spawn(follow({}));
  pass(1s);
  EXPECT_EQ(told, Texts());
}

TEST_F(InProcess, a_read_waits_for_the_cache_to_catch_up) {
  hooks.to = &one;
  one.hold(index);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  spawn(list(ResourceVersion(a)));
  pass(1s);
  EXPECT_FALSE(listed);
  one.release(index);
  pass(100ms);
  EXPECT_EQ(listed, 1U);
}

TEST_F(InProcess, a_read_waits_three_seconds_and_no_longer) {
  hooks.to = &one;
  one.hold(index);
  auto const a = number_of(*scene.create(echoes, echo("a")));
  spawn(list(ResourceVersion(a)));
  pass(10s);
  ASSERT_TRUE(failure);
  EXPECT_TRUE(failure->is_too_large_resource_version());
  EXPECT_EQ(answered_at, 3s);
}

TEST_F(InProcess, without_hooks_the_front_says_where_calls_go) {
  front.hooks = nullptr;
  front.frontend = &one;
  one.hold(index);
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  spawn(list(ResourceVersion::none));
  pass(1s);
  EXPECT_EQ(listed, 0U);
}

TEST_F(InProcess, a_bookmark_comes_every_minute_once_the_cache_has_moved) {
  auto const since = server.revision();
  api::WatchOptions options;
  options.resource_version = ResourceVersion(since);
  spawn(follow(std::move(options)));
  pass(90s);
  EXPECT_EQ(told, Texts());
  auto const a = number_of(*scene.create(echoes, echo("a")));
  pass(60s);
  EXPECT_EQ(told, (Texts{at("ADDED a", a), at("BOOKMARK ", a)}));
}

TEST_F(InProcess, a_watch_of_a_definition_that_changes_ends) {
  spawn(follow({}));
  pass(1s);
  auto changed = **scene.get(api::custom_resource_definitions, "echoes.example.com");
  boost::json::value spec(*changed.spec);
  spec.get_object()["names"].get_object()["shortNames"] = boost::json::array{"e"};
  changed.spec = api::share(std::move(spec));
  ASSERT_TRUE(scene.update(api::custom_resource_definitions, changed));
  pass(0s);
  EXPECT_EQ(told, Texts{"end"});
}

}  // namespace
}  // namespace fakeapi::testing
