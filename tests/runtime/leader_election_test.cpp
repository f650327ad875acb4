#include "operator/runtime/leader_election.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>

#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"
#include "operator/runtime/leader_elector.hpp"
#include "operator/seams/check.hpp"
#include "operator/seams/quiet.hpp"
#include "tests/runtime/support/world.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::LeaderElection;
using runtime::LeaseSpec;
using Kind = LeaderElection::Step::Kind;

runtime::LeaderElectionOptions options_of(std::string identity) {
  runtime::LeaderElectionOptions options;
  options.lease = {"echo-system", "echo-operator"};
  options.identity = std::move(identity);
  return options;
}

api::Error error_of(api::Reason reason) {
  api::Error error;
  error.reason = reason;
  return error;
}

/// One candidate, told by hand what the server says.
struct OneElection : ::testing::Test {
  LeaderElection election{options_of("me")};
  seams::NoRandom random;
  seams::MonotonicTime const start{1000s};
  seams::MonotonicTime now = start;
  seams::WallTime wall{};
  int version = 0;

  LeaderElection::Step next() { return election.next(now, wall, random); }
  void shows(std::string const& holder, std::string const& renewed, std::int64_t duration = 15) {
    auto lease = std::make_shared<api::Object>();
    lease->metadata.resource_version = api::ResourceVersion{7};
    lease->spec = api::share(boost::json::parse(R"({"holderIdentity":")" + holder + R"(","renewTime":")" + renewed +
                                                R"(","leaseDurationSeconds":)" + std::to_string(duration) +
                                                R"(,"leaseTransitions":4,"strategy":"OldestEmulationVersion"})"));
    election.read(api::ObjectPtr(lease), now, random);
  }
  void fails(api::Reason reason) { election.wrote(std::unexpected(error_of(reason)), now, now, random); }
  void leads() {
    election.read(std::unexpected(error_of(api::Reason::not_found)), now, random);
    election.wrote(next().lease, now, now, random);
    ASSERT_TRUE(election.leading(now));
  }
};

TEST_F(OneElection, begins_by_reading_and_makes_a_lease_where_there_is_none) {
  EXPECT_EQ(next().kind, Kind::read);
  EXPECT_FALSE(election.leading(now));
  election.read(std::unexpected(error_of(api::Reason::not_found)), now, random);
  auto const step = next();
  ASSERT_EQ(step.kind, Kind::create);
  EXPECT_EQ(step.lease->metadata.namespace_, "echo-system");
  EXPECT_EQ(runtime::lease_spec(*step.lease),
            (LeaseSpec{"me", 15, "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000000Z", 0}));
  election.wrote(step.lease, now, now + 1s, random);
  EXPECT_TRUE(election.leading(now + 1s));
  EXPECT_EQ(election.not_after(), now + 10s) << "counted from when it was sent";
}

TEST_F(OneElection, leaves_a_lease_that_is_renewed_to_its_holder_for_ever) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(next().kind, Kind::read);
    shows("other", std::to_string(i));
    auto const wait = next();
    ASSERT_EQ(wait.kind, Kind::wait);
    EXPECT_EQ(wait.until, now + 2s);
    now = wait.until;
  }
}

TEST_F(OneElection, takes_a_lease_that_has_not_changed_for_its_duration_as_seen_from_here_whatever_time_it_bears) {
  shows("other", "2099-01-01T00:00:00Z");
  for (auto wait = next(); wait.kind == Kind::wait; wait = next()) {
    now = wait.until;
    ASSERT_EQ(next().kind, Kind::read);
    shows("other", "2099-01-01T00:00:00Z");
  }
  EXPECT_GE(now, start + 15s);
  EXPECT_LE(now, start + 17s);
  auto const step = next();
  ASSERT_EQ(step.kind, Kind::update);
  auto const spec = runtime::lease_spec(*step.lease);
  EXPECT_EQ(spec.holder, "me");
  EXPECT_EQ(spec.transitions, 5);
  EXPECT_EQ(step.lease->metadata.resource_version, api::ResourceVersion{7});
  EXPECT_TRUE(boost::json::serialize(*step.lease->spec).contains("OldestEmulationVersion")) << "what is not ours stays";
}

TEST_F(OneElection, waits_as_long_as_the_holder_says_not_as_long_as_it_would_say_itself) {
  shows("other", "x", 60);
  for (auto wait = next(); wait.kind == Kind::wait; wait = next()) {
    now = wait.until;
    shows("other", "x", 60);
  }
  EXPECT_GE(now, start + 60s);
}

TEST_F(OneElection, takes_a_lease_that_was_given_back_at_once) {
  shows("", "x", 1);
  EXPECT_EQ(next().kind, Kind::update);
}

TEST_F(OneElection, goes_on_with_a_lease_that_turns_out_to_be_its_own) {
  shows("me", "x");
  auto const step = next();
  ASSERT_EQ(step.kind, Kind::update);
  EXPECT_EQ(runtime::lease_spec(*step.lease).transitions, 4);
}

TEST_F(OneElection, is_renewed_every_two_seconds_without_reading) {
  leads();
  for (int i = 0; i < 10; ++i) {
    auto const wait = next();
    ASSERT_EQ(wait.kind, Kind::wait);
    EXPECT_EQ(wait.until, now + 2s);
    now = wait.until;
    auto const step = next();
    ASSERT_EQ(step.kind, Kind::update);
    election.wrote(step.lease, now, now, random);
    EXPECT_EQ(election.not_after(), now + 10s);
  }
}

TEST_F(OneElection, ends_ten_seconds_after_the_last_renewal_that_succeeded_was_sent) {
  leads();
  while (now < start + 10s) {
    auto const step = next();
    ASSERT_TRUE(election.leading(now));
    if (step.kind == Kind::wait) {
      now = step.until;
    } else if (step.kind == Kind::read) {
      election.read(std::unexpected(error_of(api::Reason::connection_failed)), now, random);
    } else {
      fails(api::Reason::deadline_exceeded);
    }
  }
  EXPECT_EQ(now, start + 10s);
  EXPECT_FALSE(election.leading(now));
  next();
  EXPECT_EQ(election.not_after(), seams::MonotonicTime::min());
}

TEST_F(OneElection, reads_again_at_once_when_a_leaders_write_meets_another_and_ends_if_it_was_taken) {
  leads();
  now += 2s;
  ASSERT_EQ(next().kind, Kind::update);
  fails(api::Reason::conflict);
  EXPECT_TRUE(election.leading(now)) << "somebody may have put a label on it";
  ASSERT_EQ(next().kind, Kind::read);
  shows("other", "x");
  EXPECT_FALSE(election.leading(now));
}

TEST_F(OneElection, of_a_candidate_whose_write_meets_another_waits_before_it_tries_again) {
  shows("", "x");
  ASSERT_EQ(next().kind, Kind::update);
  fails(api::Reason::conflict);
  auto const wait = next();
  ASSERT_EQ(wait.kind, Kind::wait);
  EXPECT_EQ(wait.until, now + 2s);
}

TEST_F(OneElection, gives_the_lease_back_only_while_it_leads) {
  EXPECT_EQ(election.released(now, wall), nullptr);
  leads();
  auto const lease = election.released(now, wall);
  ASSERT_TRUE(lease);
  EXPECT_EQ(runtime::lease_spec(*lease).holder, "");
  EXPECT_EQ(runtime::lease_spec(*lease).duration_seconds, 1);
  EXPECT_FALSE(election.leading(now));
  EXPECT_EQ(election.released(now, wall), nullptr);
}

TEST(LeaderElectionOptions, must_leave_a_leader_time_to_notice) {
  auto options = options_of("me");
  EXPECT_EQ(runtime::check_options(options), std::nullopt);
  options.renew_deadline = 15s;
  EXPECT_EQ(runtime::check_options(options), "the lease's duration must be longer than the renew deadline");
  options.renew_deadline = 2s;
  EXPECT_EQ(runtime::check_options(options), "the renew deadline must be longer than 1.2 retry periods");
  options.identity = "";
  EXPECT_EQ(runtime::check_options(options), "an identity is needed");
}

TEST(MicroTime, has_six_digits_after_the_point) {
  EXPECT_EQ(runtime::format_micro_time(seams::WallTime(1s + 23us)), "1970-01-01T00:00:01.000023Z");
}

/// Delays and loses calls as the test says.
class Weather final : public fakeapi::CallHooks {
 public:
  std::function<fakeapi::Verdict(fakeapi::Actor, fakeapi::HookPoint)> says = [](auto, auto) {
    return fakeapi::Verdict{};
  };
  fakeapi::Verdict before_send(fakeapi::CallInfo const& /*call*/) override { return {}; }
  fakeapi::Verdict arrived(fakeapi::CallInfo const& call) override {
    return says(call.actor, fakeapi::HookPoint::arrived);
  }
  fakeapi::Verdict applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& /*outcome*/) override {
    return says(call.actor, fakeapi::HookPoint::applied);
  }
  fakeapi::Verdict delivered(fakeapi::CallInfo const& /*call*/,
                             api::Result<api::Response> const& /*outcome*/) override {
    return {};
  }
  fakeapi::WatchVerdict news(fakeapi::Actor /*actor*/, fakeapi::Commit const& /*commit*/) override { return {}; }
  void event_delivered(fakeapi::Actor /*actor*/, api::WatchEvent const& /*event*/) override {}
};

/// Several processes that want to lead, on one server.
class Candidates {
 public:
  explicit Candidates(std::vector<sim::ClockMapping> const& clocks) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = api::namespaces;
    auto space = std::make_shared<api::Object>();
    space->metadata.name = "echo-system";
    request.body = api::ObjectPtr(space);
    request.options = api::WriteOptions{};
    fakeapi::RequestContext context;
    seams::check(server_.execute(request, context).has_value(), "a namespace is made");
    for (auto const& clock : clocks) add(clock);
  }
  ~Candidates() {
    for (auto& one : members_) one->process->kill();
    world_.kill();
  }
  Candidates(Candidates const&) = delete;
  Candidates& operator=(Candidates const&) = delete;

  struct Member {
    std::unique_ptr<sim::Process> process;
    runtime::LeaderElector* elector = nullptr;
    bool told = false;
  };

  void add(sim::ClockMapping const& clock) {
    auto const number = members_.size();
    auto& one = *members_.emplace_back(std::make_unique<Member>());
    one.process = std::make_unique<sim::Process>(scheduler, "candidate", clock);
    seams::Environment const environment{one.process->executor(), one.process->clock(), random, log};
    auto& own_api =
        one.process->own<fakeapi::InProcessApi>(front_, static_cast<fakeapi::Actor>(number + 1), environment);
    one.elector = &one.process->own<runtime::LeaderElector>(
        environment, own_api, options_of("c" + std::to_string(number)),
        runtime::LeaderCallbacks{[&one] { one.told = true; }, [&one] { one.told = false; }});
    one.elector->start();
  }

  std::size_t leaders() const {
    std::size_t n = 0;
    for (auto const& one : members_) n += one->process->alive() && one->elector->leading() ? 1U : 0U;
    return n;
  }
  /// Lets time pass; false if ever two led at once.
  bool run_for(seams::Duration time) {
    bool good = true;
    scheduler.run_until(scheduler.now() + time, 1'000'000, [&] {
      good = good && leaders() <= 1;
      return !good;
    });
    return good;
  }
  Member& member(std::size_t at) { return *members_.at(at); }
  std::size_t leader() const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (members_[i]->process->alive() && members_[i]->elector->leading()) return i;
    }
    return members_.size();
  }

  sim::Scheduler scheduler;
  seams::NoRandom random;
  runtime_tests::RecordingLog log;
  Weather weather;

 private:
  sim::Process world_{scheduler, "world"};
  fakeapi::Server server_{fakeapi::ServerOptions{}};
  fakeapi::InProcessFront front_{server_, world_.clock(), &weather, 0, nullptr};
  std::vector<std::unique_ptr<Member>> members_;
};

TEST(LeaderElector, lets_one_lead_and_the_other_follow_within_seconds_when_it_stops) {
  Candidates both({{}, {}});
  EXPECT_TRUE(both.run_for(60s));
  ASSERT_EQ(both.leaders(), 1U);
  auto const first = both.leader();
  EXPECT_TRUE(both.member(first).told);
  bool stopped = false;
  both.member(first).elector->stop(true, [&] { stopped = true; });
  EXPECT_TRUE(both.run_for(5s));
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(both.member(first).told);
  EXPECT_EQ(both.leader(), 1 - first) << "the lease was given back, so nobody had to wait for its end";
}

TEST(LeaderElector, lets_another_lead_when_the_leader_is_killed_but_not_before_its_lease_has_ended) {
  Candidates both({{}, {}});
  both.run_for(60s);
  auto const first = both.leader();
  both.member(first).process->kill();
  EXPECT_TRUE(both.run_for(12s));
  EXPECT_EQ(both.leaders(), 0U);
  EXPECT_TRUE(both.run_for(10s));
  EXPECT_EQ(both.leader(), 1 - first);
}

TEST(LeaderElector, tells_of_the_end_in_time_even_if_a_renewal_hangs) {
  Candidates one({{}});
  one.run_for(60s);
  ASSERT_TRUE(one.member(0).told);
  one.weather.says = [](auto, auto) { return fakeapi::Verdict{fakeapi::Verdict::Kind::lose, {}, nullptr}; };
  EXPECT_TRUE(one.run_for(7s));
  EXPECT_TRUE(one.member(0).told);
  EXPECT_TRUE(one.run_for(4s));
  EXPECT_FALSE(one.member(0).told);
  EXPECT_FALSE(one.member(0).elector->trouble().empty());
  one.weather.says = [](auto, auto) { return fakeapi::Verdict{}; };
  EXPECT_TRUE(one.run_for(20s));
  EXPECT_TRUE(one.member(0).told) << "it goes on as a candidate";
  EXPECT_EQ(one.member(0).elector->stats().terms, 2U);
}

TEST(LeaderElector,
     ends_before_anybody_can_take_over_even_if_its_last_answer_was_late_its_clock_slow_and_the_others_fast) {
  Candidates both({{0s, 83, 100}});
  both.run_for(60s);
  ASSERT_EQ(both.leader(), 0U);
  both.add({0s, 119, 100});
  both.run_for(30s);
  ASSERT_EQ(both.leader(), 0U);
  // One renewal that is applied at once and answered late; from then on nothing gets through.
  unsigned renewals = 0;
  both.weather.says = [&](fakeapi::Actor actor, fakeapi::HookPoint point) {
    fakeapi::Verdict verdict;
    if (static_cast<unsigned>(actor) != 1) return verdict;
    bool const applied = point == fakeapi::HookPoint::applied;
    if (!applied) ++renewals;
    if (renewals > 1) verdict.kind = fakeapi::Verdict::Kind::lose;
    if (renewals == 1 && applied) verdict.delay = 4700ms;
    return verdict;
  };
  EXPECT_TRUE(both.run_for(60s)) << "two led at once";
  EXPECT_EQ(both.leader(), 1U);
}

TEST(LeaderElector, stops_without_having_led) {
  Candidates both({{}, {}});
  both.run_for(60s);
  bool stopped = false;
  both.member(1 - both.leader()).elector->stop(true, [&] { stopped = true; });
  both.run_for(5s);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(both.leaders(), 1U);
}

RC_GTEST_PROP(LeaderElectors, never_lead_together_whatever_becomes_of_their_calls_and_however_their_clocks_run, ()) {
  std::vector<sim::ClockMapping> clocks;
  for (int i = 0; i < 3; ++i) {
    // 45 % between the fastest and the slowest clock; the lease allows for half as much again as the deadline.
    clocks.push_back({seams::Duration(*rc::gen::inRange<std::int64_t>(-1'000'000'000'000, 1'000'000'000'000)),
                      *rc::gen::inRange(83, 120), 100});
  }
  Candidates all(clocks);
  // Each has spells of bad weather of its own: a leader that is cut off while others are not is what is dangerous.
  enum class Spell : std::uint8_t { fair, slow_answers, slow_requests, lost_answers, cut_off };
  std::map<unsigned, Spell> spells;
  all.weather.says = [&](fakeapi::Actor actor, fakeapi::HookPoint point) {
    using K = fakeapi::Verdict::Kind;
    bool const applied = point == fakeapi::HookPoint::applied;
    Spell& spell = spells[static_cast<unsigned>(actor)];
    if (!applied && *rc::gen::inRange(0, 4) == 0) spell = static_cast<Spell>(*rc::gen::inRange(0, 5));
    fakeapi::Verdict verdict;
    verdict.delay = std::chrono::milliseconds(*rc::gen::inRange(0, 50));
    bool const slow = spell == (applied ? Spell::slow_answers : Spell::slow_requests);
    if (slow) verdict.delay = std::chrono::milliseconds(*rc::gen::inRange(2000, 6000));
    if (spell == Spell::cut_off || (spell == Spell::lost_answers && applied)) verdict.kind = K::lose;
    return verdict;
  };
  RC_ASSERT(all.run_for(std::chrono::seconds(*rc::gen::inRange(0, 300))));
  all.weather.says = [](auto, auto) { return fakeapi::Verdict{}; };
  RC_ASSERT(all.run_for(60s));
  RC_ASSERT(all.leaders() == 1U);
}

}  // namespace
