// What HttpApi sends and does not send: over kept connections that have gone, past deadlines, and never a write twice.
#include "operator/client/http_api.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "sim/scheduler.hpp"
#include "tests/client/scripted_server.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using api::Reason;
using api::Verb;
using client_tests::Behaviour;
using client_tests::ScriptedServer;
using What = Behaviour::What;

api::Resource const echoes{"example.com", "v1", "echoes"};

bool carries_object(Verb verb) { return verb == Verb::create || verb == Verb::update; }

api::Request request(Verb verb, std::string name = "a", api::WriteOptions const& write = {}) {
  api::Request made;
  made.verb = verb;
  made.resource = echoes;
  made.key = {"default", std::move(name)};
  if (carries_object(verb)) {
    api::Object object;
    object.api_version = "example.com/v1";
    object.kind = "Echo";
    object.metadata.name = made.key.name;
    object.metadata.namespace_ = "default";
    made.body = std::make_shared<api::Object const>(object);
    made.options = write;
  } else if (verb == Verb::patch) {
    made.body = api::Patch(api::MergePatch{api::share(boost::json::parse(R"({"spec":{"replicas":2}})"))});
    made.options = write;
  } else if (verb == Verb::delete_) {
    api::DeleteOptions options;
    options.write = write;
    made.options = options;
  } else if (verb == Verb::delete_collection) {
    made.key.name.clear();
    api::DeleteCollectionOptions options;
    options.each.write = write;
    made.options = options;
  }
  return made;
}

api::WriteOptions not_after(seams::MonotonicTime time) {
  api::WriteOptions options;
  options.not_after = time;
  return options;
}
api::WriteOptions deadline(seams::MonotonicTime time) {
  api::WriteOptions options;
  options.deadline = time;
  return options;
}

constexpr std::array writes{Verb::create, Verb::update, Verb::patch, Verb::delete_, Verb::delete_collection};

/// Takes its time.
class SlowConnector final : public seams::Connector {
 public:
  SlowConnector(std::unique_ptr<seams::Connector> inner, seams::Clock& clock)
      : inner_(std::move(inner)), clock_(clock) {}
  asio::awaitable<seams::StreamResult<std::unique_ptr<seams::Stream>>> connect(seams::MonotonicTime deadline) override {
    if (time > 0s) co_await seams::sleep_until(clock_, clock_.now() + time);
    co_return co_await inner_->connect(deadline);
  }
  seams::Duration time{0};

 private:
  std::unique_ptr<seams::Connector> inner_;
  seams::Clock& clock_;
};

/// A client and what it talks to.
class Wire {
 public:
  explicit Wire(http::PipeHooks* hooks = nullptr, client::HttpApiOptions options = {})
      : server(scheduler, hooks), api(connector, process.clock(), std::move(options)) {}
  ~Wire() { process.kill(); }
  Wire(Wire const&) = delete;
  Wire& operator=(Wire const&) = delete;

  seams::MonotonicTime now() { return process.clock().now(); }
  void pass(seams::Duration time) {
    scheduler.run_until(scheduler.now() + time, 1'000'000, [] { return false; });
  }

  api::Result<api::Response> call(api::Request made) {
    std::optional<api::Result<api::Response>> result;
    asio::co_spawn(process.executor(), api.call(std::move(made)),
                   [&](std::exception_ptr const& failure, api::Result<api::Response> answer) {
                     if (failure) std::rethrow_exception(failure);
                     result = std::move(answer);
                   });
    scheduler.run_until(scheduler.now() + 1h, 1'000'000, [&] { return result.has_value(); });
    if (!result) throw std::runtime_error("the call does not end");
    return *std::move(result);
  }
  /// A call that goes well, so that a connection is kept.
  void make_connection() {
    server.will({});
    (void)call(request(Verb::get));
    server.seen.clear();
  }

  sim::Scheduler scheduler;
  sim::Process process{scheduler, "client"};
  ScriptedServer server;
  SlowConnector connector{server.connector(process.clock()), process.clock()};
  client::HttpApi api;
};

TEST(HttpApi, keeps_a_connection_for_the_next_call) {
  Wire wire;
  EXPECT_TRUE(wire.call(request(Verb::get)));
  EXPECT_TRUE(wire.call(request(Verb::update)));
  EXPECT_EQ(wire.server.connections, 1U);
  EXPECT_EQ(wire.api.idle_connections(), 1U);
}

TEST(HttpApi, keeps_no_connection_longer_than_it_was_told) {
  client::HttpApiOptions options;
  options.idle_for = 5s;
  Wire wire(nullptr, options);
  wire.make_connection();
  wire.pass(4s);
  EXPECT_TRUE(wire.call(request(Verb::get)));
  EXPECT_EQ(wire.server.connections, 1U);
  wire.pass(6s);
  EXPECT_TRUE(wire.call(request(Verb::get)));
  EXPECT_EQ(wire.server.connections, 2U);
}

TEST(HttpApi, sends_a_read_once_more_when_the_kept_connection_has_gone) {
  for (auto const gone : {What::answer_then_end, What::answer_then_break, What::hang_up}) {
    Wire wire;
    if (gone == What::hang_up) {
      // It goes when the request has come.
      wire.make_connection();
      wire.server.will({{.what = gone}});
    } else {
      wire.server.will({{.what = gone}});
      ASSERT_TRUE(wire.call(request(Verb::get)));
    }
    ASSERT_EQ(wire.api.idle_connections(), 1U);
    auto const result = wire.call(request(Verb::get));
    EXPECT_TRUE(result) << result.error().to_string();
    EXPECT_EQ(wire.server.connections, 2U);
    EXPECT_EQ(wire.server.seen.back().connection, 2U);
    EXPECT_EQ(wire.server.seen.size(), 2U);
  }
}

TEST(HttpApi, sends_a_read_twice_at_most) {
  Wire wire;
  wire.make_connection();
  wire.server.will({{.what = What::hang_up}, {.what = What::hang_up}});
  auto const result = wire.call(request(Verb::get));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::connection_failed);
  EXPECT_FALSE(result.error().outcome_unknown);
  EXPECT_EQ(wire.server.seen.size(), 2U);
}

TEST(HttpApi, sends_a_read_once_on_a_new_connection) {
  Wire wire;
  wire.server.will({{.what = What::hang_up}});
  EXPECT_EQ(wire.call(request(Verb::get)).error().reason, Reason::connection_failed);
  EXPECT_EQ(wire.server.seen.size(), 1U);
}

TEST(HttpApi, does_not_repeat_a_read_whose_answer_has_begun) {
  Wire wire;
  wire.make_connection();
  wire.server.will({{.what = What::cut_off}});
  EXPECT_EQ(wire.call(request(Verb::get)).error().reason, Reason::connection_failed);
  EXPECT_EQ(wire.server.seen.size(), 1U);
}

TEST(HttpApi, sends_no_write_twice_whatever_becomes_of_it) {
  for (auto const verb : writes) {
    for (auto const what : {What::hang_up, What::cut_off}) {
      Wire wire;
      wire.make_connection();
      wire.server.will({{.what = what}});
      auto const result = wire.call(request(verb));
      ASSERT_FALSE(result) << api::to_string(verb);
      EXPECT_EQ(result.error().reason, Reason::connection_failed);
      EXPECT_TRUE(result.error().outcome_unknown);
      wire.pass(10min);
      EXPECT_EQ(wire.server.seen.size(), 1U);
    }
  }
}

TEST(HttpApi, knows_nothing_of_a_write_that_went_to_a_connection_that_had_gone) {
  for (auto const verb : writes) {
    Wire wire;
    wire.server.will({{.what = What::answer_then_break}});
    ASSERT_TRUE(wire.call(request(Verb::get)));
    wire.server.seen.clear();
    auto const result = wire.call(request(verb));
    ASSERT_FALSE(result) << api::to_string(verb);
    EXPECT_TRUE(result.error().outcome_unknown);
    wire.pass(10min);
    EXPECT_EQ(wire.server.seen.size(), 0U);
    // The next one finds its way.
    EXPECT_TRUE(wire.call(request(Verb::update)));
  }
}

TEST(HttpApi, sends_no_write_from_its_not_after_on) {
  for (auto const verb : writes) {
    for (bool const kept : {false, true}) {
      Wire wire;
      if (kept) wire.make_connection();
      auto const result = wire.call(request(verb, "a", not_after(wire.now())));
      ASSERT_FALSE(result) << api::to_string(verb);
      EXPECT_EQ(result.error().reason, Reason::not_after_passed);
      EXPECT_FALSE(result.error().outcome_unknown);
      EXPECT_EQ(wire.server.seen.size(), 0U);
      // One that is early enough is sent.
      (void)wire.call(request(verb, "a", not_after(wire.now() + 1ns)));
      EXPECT_EQ(wire.server.seen.size(), 1U);
    }
  }
}

TEST(HttpApi, sends_no_write_whose_not_after_passes_while_it_connects) {
  Wire wire;
  wire.connector.time = 5s;
  auto const late = wire.call(request(Verb::update, "a", not_after(wire.now() + 5s)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, Reason::not_after_passed);
  EXPECT_EQ(wire.server.seen.size(), 0U);
  EXPECT_TRUE(wire.call(request(Verb::update, "a", not_after(wire.now() + 5s + 1ns))));
  EXPECT_EQ(wire.server.seen.size(), 1U);
}

TEST(HttpApi, sends_nothing_from_its_deadline_on) {
  for (bool const kept : {false, true}) {
    Wire wire;
    if (kept) wire.make_connection();
    auto get = request(Verb::get);
    get.options = api::GetOptions{.resource_version = {}, .deadline = wire.now()};
    for (auto const& made : {get, request(Verb::update, "a", deadline(wire.now()))}) {
      auto const result = wire.call(made);
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().reason, Reason::deadline_exceeded);
      EXPECT_FALSE(result.error().outcome_unknown);
      wire.pass(1s);
      EXPECT_EQ(wire.server.seen.size(), 0U) << made.to_string();
    }
  }
}

TEST(HttpApi, gives_up_waiting_at_the_deadline_and_does_not_know_what_became_of_a_write) {
  Wire wire;
  wire.server.will({{.what = What::keep_silent}, {.what = What::keep_silent}});
  auto const begun = wire.now();
  auto const write = wire.call(request(Verb::update, "a", deadline(begun + 5s)));
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().reason, Reason::deadline_exceeded);
  EXPECT_TRUE(write.error().outcome_unknown);
  EXPECT_EQ(wire.now(), begun + 5s);
  // Without one of its own a call has the client's.
  auto const read = wire.call(request(Verb::get));
  EXPECT_EQ(read.error().reason, Reason::deadline_exceeded);
  EXPECT_FALSE(read.error().outcome_unknown);
  EXPECT_EQ(wire.now(), begun + 65s);
  EXPECT_EQ(wire.api.idle_connections(), 0U);
}

TEST(HttpApi, passes_on_a_429_at_once_with_its_time_and_keeps_the_connection) {
  Wire wire;
  wire.server.will({{.status = 429, .headers = "Retry-After: 7\r\n", .body = "busy"}});
  auto const begun = wire.now();
  auto const result = wire.call(request(Verb::update));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::too_many_requests);
  EXPECT_EQ(result.error().retry_after, 7s);
  EXPECT_FALSE(result.error().outcome_unknown);
  EXPECT_EQ(wire.now(), begun);
  wire.pass(1min);
  EXPECT_EQ(wire.server.seen.size(), 1U);
  EXPECT_TRUE(wire.call(request(Verb::update)));
  EXPECT_EQ(wire.server.connections, 1U);
}

TEST(HttpApi, ends_a_read_whose_caller_gives_up_and_sees_a_write_through) {
  for (bool const is_write : {false, true}) {
    Wire wire;
    wire.server.will({{.what = What::keep_silent}});
    asio::cancellation_signal signal;
    std::optional<api::Result<api::Response>> result;
    auto made = is_write ? request(Verb::update, "a", deadline(wire.now() + 5s)) : request(Verb::get);
    asio::co_spawn(wire.process.executor(), wire.api.call(std::move(made)),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr const& failure, api::Result<api::Response> answer) {
                         if (failure) std::rethrow_exception(failure);
                         result = std::move(answer);
                       }));
    wire.pass(1s);
    EXPECT_EQ(wire.server.seen.size(), 1U);
    signal.emit(asio::cancellation_type::terminal);
    wire.pass(1s);
    EXPECT_EQ(result.has_value(), !is_write);
    wire.pass(5s);
    ASSERT_TRUE(result && !*result);
    EXPECT_EQ(result->error().reason, is_write ? Reason::deadline_exceeded : Reason::cancelled);
    EXPECT_EQ(result->error().outcome_unknown, is_write);
  }
}

/// A network that does what the test's generator says, as long as it says something.
class BadNetwork final : public http::PipeHooks {
 public:
  explicit BadNetwork(std::vector<int> choices) : choices_(std::move(choices)) {}
  Fate on_write(http::PipeDirection /*direction*/, std::string_view bytes) override {
    if (next_ == choices_.size()) return {};
    int const choice = choices_[next_++];
    switch (choice % 8) {
      case 1:
        return {.arrives = bytes.size() / 2};
      case 2:
        return {.reset = true};
      case 3:
        return {.arrives = 0};
      case 4:
        return {.latency = std::chrono::seconds(choice % 100)};
      default:
        return {};
    }
  }

 private:
  std::vector<int> choices_;
  std::size_t next_ = 0;
};

RC_GTEST_PROP(HttpApi, sends_each_write_once_and_each_read_twice_at_most_on_any_network, ()) {
  BadNetwork network(*rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 800)));
  Wire wire(&network);
  int const calls = *rc::gen::inRange(1, 12);
  std::map<std::string, std::pair<bool, std::size_t>> sent;  // by name: a write, how often it came
  for (int i = 0; i < calls; ++i) {
    auto const verb = *rc::gen::element(Verb::get, Verb::update, Verb::patch, Verb::delete_);
    std::vector<Behaviour> next(1);
    next[0].what = *rc::gen::element(What::answer, What::answer, What::answer_then_end, What::answer_then_break,
                                     What::hang_up, What::cut_off, What::keep_silent);
    wire.server.will(next);
    auto const name = "n" + std::to_string(i);
    sent[name].first = verb != Verb::get;
    auto const result = wire.call(request(verb, name));
    if (verb == Verb::get && !result) RC_ASSERT(!result.error().outcome_unknown);
    // A write that failed after its bytes went out is of unknown outcome.
    if (verb != Verb::get && !result) RC_ASSERT(result.error().outcome_unknown);
  }
  wire.pass(10min);
  for (auto const& seen : wire.server.seen) ++sent.at(seen.target.substr(seen.target.rfind('/') + 1)).second;
  for (auto const& [name, times] : sent) RC_ASSERT(times.second <= (times.first ? 1U : 2U));
}

/// Warnings, one string each.
class Warnings final : public seams::Log {
 public:
  std::vector<std::string> texts;
  bool enabled(seams::LogLevel /*level*/) const override { return true; }
  void write(seams::LogLevel level, std::string_view /*message*/, std::span<seams::LogField const> fields) override {
    EXPECT_EQ(level, seams::LogLevel::warning);
    texts.emplace_back(std::get<std::string_view>(fields.front().value));
  }
};

TEST(HttpApi, tells_each_warning_of_the_server_once_whatever_it_answers) {
  Warnings log;
  Wire wire(nullptr, {.log = &log});
  Behaviour const list{
      .headers = "warning: 299 - \"x is deprecated\"\r\nWarning: 299 - \"y\", 299 - \"x is deprecated\"\r\n",
      .body = R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]})"};
  wire.server.will({list, {.status = 422, .headers = "Warning: 299 - \"z\"\r\n"}, list});
  (void)wire.call(request(Verb::list));
  EXPECT_EQ(log.texts, (std::vector<std::string>{"x is deprecated", "y"}));
  EXPECT_FALSE(wire.call(request(Verb::update)));
  (void)wire.call(request(Verb::list));
  EXPECT_EQ(log.texts, (std::vector<std::string>{"x is deprecated", "y", "z"}));
}

}  // namespace
