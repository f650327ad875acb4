// An operator that hurries, does two things at a time or forgets an Echo is caught; one that takes its time is not.
#include "sim/pacing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"

namespace {

using namespace std::chrono_literals;

class Paced : public ::testing::Test {
 protected:
  std::uint64_t send(api::Verb verb, api::Resource const& resource = sim::contract::echoes) {
    requests_.push_back({});
    auto& request = requests_.back();
    request.verb = verb;
    request.resource = resource;
    bool const stream = verb == api::Verb::list || verb == api::Verb::watch;
    if (!stream) request.key = {"default", "echo-0"};
    if (verb == api::Verb::get) {
      api::GetOptions options;
      options.deadline = glance_.now + 10s;
      request.options = options;
    }
    pacing_.sent(0, {requests_.size(), fakeapi::Actor{100}, request});
    return requests_.size();
  }
  void fail(std::uint64_t call, api::Reason reason = api::Reason::internal_error, bool patience = false) {
    api::Error error;
    error.reason = reason;
    if (patience) error.retry_after = 1s;
    pacing_.answered(0, {call, fakeapi::Actor{100}, requests_.at(call - 1)}, std::unexpected(error));
  }
  void succeed(std::uint64_t call, api::Response response = api::ObjectPtr()) {
    pacing_.answered(0, {call, fakeapi::Actor{100}, requests_.at(call - 1)}, std::move(response));
  }
  void pass(seams::Duration time) { glance_.now += time; }
  void news(std::uint64_t revision) {
    auto echo = std::make_shared<api::Object>();
    echo->kind = "Echo";
    echo->metadata.name = "echo-0";
    echo->metadata.namespace_ = "default";
    echo->metadata.resource_version = api::ResourceVersion(revision);
    api::WatchEvent event;
    event.type = api::WatchEventType::modified;
    event.object = std::move(echo);
    pacing_.heard(0, event);
  }
  void reconcile() { pacing_.reconciles(0, {"default", "echo-0"}); }

  std::vector<api::Request> requests_ = [] {
    std::vector<api::Request> requests;
    requests.reserve(100);  // calls refer to them
    return requests;
  }();
  sim::OperatorGlance glance_{seams::MonotonicTime(1000s), 1, seams::never, 0, true};
  std::string failed_;
  sim::Pacing pacing_{[this](std::string_view invariant, std::string const&) { failed_ = invariant; },
                      [this](unsigned) { return glance_; }, 2};
};

TEST_F(Paced, O19_waits_longer_with_each_failure) {
  for (auto const wait : {5ms, 10ms, 20ms, 40ms}) {
    fail(send(api::Verb::get));
    pass(wait);
  }
  auto const last = send(api::Verb::get);
  EXPECT_EQ(failed_, "");
  fail(last);
  pass(79ms);
  send(api::Verb::get);
  EXPECT_EQ(failed_, "O19");
}

TEST_F(Paced, O19_may_ask_at_once_when_there_is_news) {
  for (std::uint64_t revision = 1; revision < 6; ++revision) {
    fail(send(api::Verb::get));
    news(revision);
    reconcile();
  }
  EXPECT_EQ(failed_, "");
}

TEST_F(Paced, O19_news_of_before_the_last_reconcile_is_no_excuse) {
  news(1);
  reconcile();
  reconcile();
  for (int i = 0; i < 2; ++i) {
    fail(send(api::Verb::get));
    reconcile();
    if (i == 0) pass(5ms);
  }
  send(api::Verb::get);
  EXPECT_EQ(failed_, "O19");
}

TEST_F(Paced, O19_a_reconcile_that_went_well_begins_the_count_anew) {
  for (int i = 0; i < 4; ++i) {
    reconcile();
    fail(send(api::Verb::get));
    pass(5ms);
    reconcile();
  }
  EXPECT_EQ(failed_, "");
}

TEST_F(Paced, O19_waits_for_the_time_that_a_429_has_told_whatever_the_news) {
  fail(send(api::Verb::get), api::Reason::too_many_requests, true);
  pass(999ms);
  news(1);
  reconcile();
  send(api::Verb::get, api::deployments);
  EXPECT_EQ(failed_, "O19");
}

TEST_F(Paced, O19_lists_that_fail_without_end_are_not_asked_for_at_once) {
  for (int i = 0; i < 3; ++i) {
    pass(10ms);
    fail(send(api::Verb::list));
  }
  EXPECT_EQ(failed_, "");
  send(api::Verb::list);
  EXPECT_EQ(failed_, "O19");
}

TEST_F(Paced, O20_two_calls_at_a_time_for_one_echo) {
  succeed(send(api::Verb::get));
  send(api::Verb::get);
  EXPECT_EQ(failed_, "");
  pass(10s);  // its deadline: it is over, whether an answer came or not
  send(api::Verb::get, api::deployments);
  EXPECT_EQ(failed_, "");
  send(api::Verb::get);
  EXPECT_EQ(failed_, "O20");
}

TEST_F(Paced, O20_a_queue_with_more_keys_than_there_are_names) {
  glance_.known_keys = 3;
  send(api::Verb::list);
  EXPECT_EQ(failed_, "O20");
}

TEST_F(Paced, O32_news_that_nobody_looks_at) {
  news(7);
  reconcile();
  pass(1h);
  pacing_.check(0);
  EXPECT_EQ(failed_, "");
  news(7);  // not news
  pass(1h);
  pacing_.check(0);
  EXPECT_EQ(failed_, "");
  news(8);
  pass(sim::Pacing::patience);
  pacing_.check(0);
  EXPECT_EQ(failed_, "");
  pass(1ms);
  pacing_.check(0);
  EXPECT_EQ(failed_, "O32");
}

TEST_F(Paced, O32_counts_from_when_a_process_leads) {
  glance_.works = false;
  news(1);
  pass(1h);
  glance_.works = true;
  glance_.term = 1;
  news(2);
  pass(100s);
  glance_.term = 2;
  pacing_.check(0);
  pass(100s);
  pacing_.check(0);
  EXPECT_EQ(failed_, "");
  pass(100s);
  pacing_.check(0);
  EXPECT_EQ(failed_, "O32");
}

}  // namespace
