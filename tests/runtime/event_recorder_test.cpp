// The recorder: what is sent when, and what becomes of it when the server does not take it.
#include "operator/runtime/event_recorder.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <deque>
#include <map>

#include "tests/runtime/support/gate.hpp"
#include "tests/runtime/support/world.hpp"

namespace {

using namespace runtime_tests;
using namespace std::chrono_literals;
namespace json = boost::json;

/// Stores Events; fails and waits when it is told to.
class EventsApi final : public api::Api {
 public:
  explicit EventsApi(seams::Clock& clock) : gate(clock) {}

  std::vector<std::string> asked;
  std::map<std::string, api::Object> events;
  std::deque<std::optional<api::Error>> answers;  ///< to the calls to come; none: it is done
  bool hang = false;                              ///< calls wait at the gate, or for their deadline
  Gate gate;
  std::vector<api::WriteOptions> options;

  api::AsyncResult<api::Response> call(api::Request request) override {
    asked.push_back(request.to_string());
    options.push_back(*request.write_options());
    // A write is not abandoned.
    while (hang && co_await gate.wait(request.deadline()) == Woken::cancelled) {
    }
    if (!answers.empty()) {
      auto const next = answers.front();
      answers.pop_front();
      if (next) co_return std::unexpected(*next);
    }
    api::Error error;
    if (request.verb == api::Verb::create) {
      auto const& event = std::get<api::ObjectPtr>(request.body);
      error.reason = api::Reason::already_exists;
      if (!events.emplace(event->metadata.name, *event).second) co_return std::unexpected(error);
      co_return api::Response(event);
    }
    auto const found = events.find(request.key.name);
    error.reason = api::Reason::not_found;
    if (found == events.end()) co_return std::unexpected(error);
    found->second = *api::apply_patch(found->second, std::get<api::Patch>(request.body));
    co_return api::Response(std::make_shared<api::Object const>(found->second));
  }
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request) override {
    throw std::logic_error("no watch");
  }

  std::string text(std::initializer_list<std::string_view> path) const {
    auto const* const value = api::find_path(events.begin()->second.rest.get(), path);
    return value == nullptr ? "?" : json::serialize(*value);
  }
};

api::Error failure(api::Reason reason, int code = 0) {
  api::Error error;
  error.reason = reason;
  error.code = code;
  return error;
}

struct EventRecorderTest : testing::Test {
  World world;
  EventsApi& api = world.process.own<EventsApi>(world.process.clock());
  runtime::EventRecorder* recorder = nullptr;
  bool stopped = false;

  void SetUp() override { make({.component = "test-operator"}); }
  void make(runtime::EventRecorderOptions options) {
    recorder = &world.process.own<runtime::EventRecorder>(world.environment(), api, std::move(options));
  }
  runtime::EventNote note(std::string message, std::string name = "a") {
    runtime::EventNote made{
        .api_version = "example.com/v1", .kind = "Echo", .key = {"ns", std::move(name)}, .uid = "u"};
    made.resource_version = api::ResourceVersion{7};
    made.reason = "Why";
    made.message = std::move(message);
    return made;
  }
  void tell(std::string message, std::string name = "a") {
    recorder->record(note(std::move(message), std::move(name)));
    world.settle();
  }
  void stop() {
    recorder->stop([this] { stopped = true; });
    world.settle();
  }
  std::size_t calls() const { return api.asked.size(); }
  double dropped(std::string const& why) const {
    seams::Metrics metrics;
    recorder->collect(metrics);
    return metrics.value("event_recorder_dropped_total", {{"why", why}});
  }
};

TEST_F(EventRecorderTest, stores_an_event_that_says_what_it_is_about_and_counts_the_same_again) {
  tell("m");
  ASSERT_EQ(api.events.size(), 1U);
  auto const& event = api.events.begin()->second;
  EXPECT_EQ(event.metadata.namespace_, "ns");
  EXPECT_EQ(
      api.text({"involvedObject"}),
      R"({"apiVersion":"example.com/v1","kind":"Echo","namespace":"ns","name":"a","uid":"u","resourceVersion":"7"})");
  EXPECT_EQ(api.text({"reason"}), R"("Why")");
  EXPECT_EQ(api.text({"message"}), R"("m")");
  EXPECT_EQ(api.text({"type"}), R"("Normal")");
  EXPECT_EQ(api.text({"source", "component"}), R"("test-operator")");
  auto const first = api.text({"firstTimestamp"});
  world.run_for(5s);
  tell("m");
  EXPECT_EQ(api.events.size(), 1U);
  EXPECT_EQ(api.text({"count"}), "2");
  EXPECT_EQ(api.text({"firstTimestamp"}), first);
  EXPECT_NE(api.text({"lastTimestamp"}), first);
  EXPECT_EQ(calls(), 2U);
}

TEST_F(EventRecorderTest, makes_an_event_again_that_the_server_has_forgotten_and_goes_on_counting) {
  tell("m");
  api.events.clear();
  tell("m");
  ASSERT_EQ(api.events.size(), 1U);
  EXPECT_EQ(api.text({"count"}), "2");
}

TEST_F(EventRecorderTest, of_an_object_without_namespace_are_in_default) {
  auto cluster_scoped = note("m");
  cluster_scoped.key.namespace_.clear();
  recorder->record(std::move(cluster_scoped));
  world.settle();
  EXPECT_EQ(api.events.begin()->second.metadata.namespace_, "default");
}

TEST_F(EventRecorderTest, tries_again_while_the_server_is_out_of_reach_and_harms_nothing_if_it_was_not) {
  // The first attempt is stored, and its answer lost.
  api.answers = {failure(api::Reason::connection_failed), failure(api::Reason::service_unavailable, 503)};
  tell("m");
  EXPECT_EQ(calls(), 1U);
  api.events.emplace("seen", api::Object{});
  world.run_for(9s);
  EXPECT_EQ(calls(), 1U) << "without jitter the first wait is a whole one";
  world.run_for(1s);
  EXPECT_EQ(calls(), 2U);
  world.run_for(10s);
  EXPECT_EQ(calls(), 3U);
  EXPECT_EQ(recorder->stats().created, 1U);
  world.run_for(10min);
  EXPECT_EQ(calls(), 3U);
}

TEST_F(EventRecorderTest, takes_an_event_that_exists_for_one_whose_answer_was_lost) {
  api.answers = {failure(api::Reason::already_exists, 409)};
  tell("m");
  EXPECT_EQ(recorder->stats().created, 1U);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(EventRecorderTest, gives_up_after_twelve_tries_and_begins_anew_with_the_next) {
  api.answers.assign(12, failure(api::Reason::connection_failed));
  tell("m");
  world.run_for(10min);
  EXPECT_EQ(calls(), 12U);
  EXPECT_EQ(dropped("unreachable"), 1);
  tell("m");
  EXPECT_EQ(calls(), 13U);
  EXPECT_TRUE(api.asked.back().starts_with("CREATE")) << api.asked.back();
}

TEST_F(EventRecorderTest, does_not_try_again_what_the_server_refuses) {
  api.answers = {failure(api::Reason::forbidden, 403)};
  tell("m");
  world.run_for(10min);
  EXPECT_EQ(calls(), 1U);
  EXPECT_EQ(dropped("refused"), 1);
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "could not be stored"), 1U);
}

TEST_F(EventRecorderTest, waits_as_long_as_a_busy_server_says) {
  auto busy = failure(api::Reason::too_many_requests, 429);
  busy.retry_after = 25s;
  api.answers = {std::nullopt, busy};
  tell("first");
  tell("m");
  world.run_for(24s);
  EXPECT_EQ(calls(), 2U);
  world.run_for(2s);
  EXPECT_EQ(calls(), 3U);
}

TEST_F(EventRecorderTest, drops_what_its_queue_does_not_hold_and_counts_it) {
  make({.component = "test-operator", .most_queued = 3});
  api.hang = true;
  for (int i = 0; i < 10; ++i) tell("m", "echo-" + std::to_string(i));
  EXPECT_EQ(recorder->queued(), 3U) << "and one is on its way";
  EXPECT_EQ(dropped("queue_full"), 6);
  EXPECT_EQ(world.log.count(seams::LogLevel::warning, "could not be stored"), 1U) << "not a line for each";
  api.hang = false;
  api.gate.open();
  world.settle();
  EXPECT_EQ(api.events.size(), 4U);
  tell("m", "echo-9");
  EXPECT_EQ(api.events.size(), 5U) << "what was dropped is made when it is noted again";
}

TEST_F(EventRecorderTest, tells_one_that_waits_as_it_is_by_now) {
  api.hang = true;
  tell("m", "other");
  for (int i = 0; i < 5; ++i) tell("m");
  EXPECT_EQ(recorder->queued(), 1U);
  api.hang = false;
  api.gate.open();
  world.settle();
  EXPECT_EQ(calls(), 2U);
  EXPECT_EQ(api.text({"count"}), "5");
}

TEST_F(EventRecorderTest, drops_spam_and_counts_it) {
  for (int i = 0; i < 40; ++i) tell("m");
  EXPECT_EQ(calls(), 25U);
  EXPECT_EQ(dropped("spam"), 15);
  EXPECT_EQ(recorder->stats().noted, 40U);
}

TEST_F(EventRecorderTest, sends_nothing_that_was_noted_under_a_lead_that_is_over) {
  auto late = note("m");
  late.not_after = world.now() + 7s;
  recorder->record(late);
  world.settle();
  EXPECT_EQ(api.options.back().not_after, late.not_after) << "the client holds it back";
  api.answers = {failure(api::Reason::not_after_passed)};
  recorder->record(note("m", "b"));
  world.run_for(10min);
  EXPECT_EQ(calls(), 2U);
  EXPECT_EQ(dropped("too_late"), 1);
}

TEST_F(EventRecorderTest, that_has_nothing_to_send_stops_at_once) {
  stop();
  EXPECT_TRUE(stopped);
  tell("m");
  EXPECT_EQ(calls(), 0U);
  EXPECT_EQ(dropped("too_late"), 1);
}

TEST_F(EventRecorderTest, sends_what_waits_before_it_stops) {
  api.hang = true;
  for (int i = 0; i < 5; ++i) tell("m", "echo-" + std::to_string(i));
  stop();
  EXPECT_FALSE(stopped);
  api.hang = false;
  api.gate.open();
  world.settle();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(api.events.size(), 5U);
}

TEST_F(EventRecorderTest, does_not_wait_for_a_server_out_of_reach_when_it_is_to_stop) {
  api.answers.assign(100, failure(api::Reason::connection_failed));
  for (int i = 0; i < 5; ++i) tell("m", "echo-" + std::to_string(i));
  world.run_for(3s);
  stop();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(calls(), 6U) << "each once more";
}

TEST_F(EventRecorderTest, stops_in_time_whatever_the_server_does) {
  api.hang = true;
  for (int i = 0; i < 50; ++i) tell("m", "echo-" + std::to_string(i));
  stop();
  world.run_for(16s);
  EXPECT_TRUE(stopped);
  EXPECT_GE(dropped("too_late"), 45);
}

}  // namespace
