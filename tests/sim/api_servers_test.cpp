// The API servers of a run: when they lag, where the operator goes, and that all of it ends with the calm.
#include "sim/api_servers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"
#include "sim/echo_definition.hpp"
#include "sim/process.hpp"

namespace {

using namespace std::chrono_literals;
using sim::Choice;
using sim::FaultKind;
using sim::Stream;

// The stream's actors and sites, as recorded tapes have them.
constexpr std::uint16_t hops = 0;
constexpr std::uint16_t skews = 1;
constexpr std::uint16_t lags_of_api_2 = 3;
Choice choice(std::uint16_t actor, std::uint16_t site, std::uint32_t ordinal, std::uint32_t value) {
  return {{Stream::frontends, actor, 0, site, ordinal}, value};
}

struct Target final : sim::FaultTarget {
  void crash_operator(unsigned, std::string_view) override {}
  bool pause_operator(unsigned, seams::Duration) override { return false; }
  bool touch(api::Request const&) override { return false; }
  void note(std::string_view what) override { notes.emplace_back(what); }
  bool tracing() const override { return true; }
  std::vector<std::string> notes;
};

class ApiServers : public ::testing::Test {
 protected:
  ApiServers() {
    execute(api::custom_resource_definitions, *sim::standard_scene().echo_definition);
    echoes_ = *server_.index_of(sim::contract::echoes);
    deployments_ = *server_.index_of(api::deployments);
  }

  void execute(api::Resource const& resource, api::Object object) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = resource;
    request.key = object.key();
    request.body = std::make_shared<api::Object const>(std::move(object));
    request.options = api::WriteOptions{};
    ASSERT_TRUE(server_.execute(request, {fakeapi::Actor{1}, 0, sim::wall_time_at(scheduler_.now())}));
  }
  void create_echo() {
    api::Object echo;
    echo.api_version = "example.com/v1";
    echo.kind = "Echo";
    echo.metadata.name = "a" + std::to_string(++created_);
    echo.metadata.namespace_ = "default";
    echo.spec = api::share(boost::json::object{{"replicas", 1}});
    execute(sim::contract::echoes, std::move(echo));
  }
  void create_deployment() {
    api::Object deployment;
    deployment.api_version = "apps/v1";
    deployment.kind = "Deployment";
    deployment.metadata.name = "a" + std::to_string(++created_);
    deployment.metadata.namespace_ = "default";
    deployment.spec = api::share(boost::json::parse(R"({"selector": {"matchLabels": {"app": "a"}}, "template": {
      "metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}})"));
    execute(api::deployments, std::move(deployment));
  }

  sim::ApiServers& begin(std::vector<FaultKind> const& kinds, std::vector<Choice> choices, unsigned operators = 1) {
    tape_ = sim::Tape::of(std::move(choices));
    swarm_.weight.assign(sim::fault_kind_count, 0);
    for (auto const kind : kinds) swarm_.weight[static_cast<std::size_t>(kind)] = 100;
    auto& servers = servers_.emplace(scheduler_, server_, tape_, swarm_, counts_, target_, operators);
    servers.start();
    for (unsigned place = 0; place < operators; ++place) servers.begin_incarnation(place, 0);
    return servers;
  }
  void pass(seams::Duration time) {
    scheduler_.run_until(scheduler_.now() + time, 10'000, [] { return false; });
  }
  std::uint32_t counted(FaultKind kind) const { return counts_.of(kind); }
  bool noted(std::string_view text) const {
    return std::ranges::any_of(target_.notes, [&](auto const& note) { return note.find(text) != std::string::npos; });
  }

  sim::Scheduler scheduler_;
  sim::Tape tape_ = sim::Tape::of({});
  sim::Swarm swarm_;
  sim::FaultCounts counts_;
  Target target_;
  fakeapi::Server server_{fakeapi::ServerOptions{}};
  fakeapi::ResourceIndex echoes_{};
  fakeapi::ResourceIndex deployments_{};
  std::optional<sim::ApiServers> servers_;
  int created_ = 0;
};

TEST_F(ApiServers, are_none_but_the_store_in_a_run_without_these_faults) {
  EXPECT_EQ(begin({FaultKind::latency}, {}).current(0), nullptr);
  pass(60s);
  EXPECT_EQ(scheduler_.turns(), 0U);
}

TEST_F(ApiServers, follow_the_store_and_keep_the_operator_when_nothing_is_chosen) {
  auto& servers = begin({FaultKind::time_travel, FaultKind::kind_skew}, {});
  auto* const first = servers.current(0);
  ASSERT_NE(first, nullptr);
  for (int i = 0; i < 10; ++i) {
    pass(1s);
    create_echo();
    create_deployment();
    servers.opens_watch(0);
    EXPECT_EQ(servers.breaks_away(0), sim::ApiServers::Break::none);
    EXPECT_EQ(servers.current(0), first);
    EXPECT_EQ(first->behind(echoes_) + first->behind(deployments_), 0U);
  }
  EXPECT_EQ(counted(FaultKind::time_travel) + counted(FaultKind::kind_skew), 0U);
}

TEST_F(ApiServers, hold_back_the_news_of_one_kind_for_the_time_that_was_drawn) {
  // Deployments, from 150 ms on, for 20 + 16 ms.
  auto& servers = begin({FaultKind::kind_skew}, {choice(skews, 1, 0, 2), choice(skews, 2, 0, 8)});
  pass(150ms);
  create_echo();
  create_deployment();
  create_deployment();
  auto& frontend = *servers.current(0);
  EXPECT_EQ(frontend.behind(deployments_), 2U);
  EXPECT_EQ(frontend.behind(echoes_), 0U);
  pass(35ms);
  EXPECT_EQ(frontend.behind(deployments_), 2U);
  EXPECT_EQ(counted(FaultKind::kind_skew), 0U);
  pass(2ms);
  EXPECT_EQ(frontend.behind(deployments_), 0U);
  EXPECT_FALSE(frontend.is_held(deployments_));
  EXPECT_EQ(counted(FaultKind::kind_skew), 1U);
  EXPECT_TRUE(noted("FAULT kind_skew: api-1 hears nothing new of deployments for a while"));
  EXPECT_TRUE(noted("api-1 is 2 changes behind in deployments; it hears of deployments again"));
}

TEST_F(ApiServers, may_catch_up_change_by_change) {
  auto& servers = begin({FaultKind::kind_skew}, {choice(skews, 1, 0, 1), choice(skews, 3, 0, 1)});
  pass(151ms);
  for (int i = 0; i < 3; ++i) create_echo();
  auto& frontend = *servers.current(0);
  pass(20ms);
  EXPECT_EQ(frontend.behind(echoes_), 2U);
  pass(25ms);
  EXPECT_EQ(frontend.behind(echoes_), 1U);
  pass(25ms);
  EXPECT_EQ(frontend.behind(echoes_), 0U);
  EXPECT_FALSE(frontend.is_held(echoes_));
}

TEST_F(ApiServers, that_were_behind_in_nothing_count_as_no_fault) {
  auto& servers = begin({FaultKind::kind_skew}, {choice(skews, 1, 0, 2)});
  pass(150ms);
  create_echo();
  pass(1s);
  servers.calm();
  EXPECT_EQ(counted(FaultKind::kind_skew), 0U);
}

TEST_F(ApiServers, take_the_operator_back_in_time_when_it_comes_to_one_that_stands_still) {
  // api-2 stops after 100 ms; the operator comes to it when it opens its second watch.
  auto& servers = begin({FaultKind::time_travel},
                        {choice(lags_of_api_2, 1, 0, 1), choice(lags_of_api_2, 0, 1, 15), choice(hops, 1, 1, 1)});
  auto* const first = servers.current(0);
  servers.opens_watch(0);
  pass(150ms);
  EXPECT_EQ(servers.current(0), first);
  create_echo();
  create_deployment();
  servers.told(0, *server_.find(sim::contract::echoes, {"default", "a1"}));
  servers.opens_watch(0);
  EXPECT_NE(servers.current(0), first);
  EXPECT_EQ(servers.current(0)->behind(echoes_), 1U);
  EXPECT_EQ(servers.current(0)->behind(deployments_), 1U);
  EXPECT_EQ(counted(FaultKind::time_travel), 1U);
  // Of the Deployment the operator has not heard.
  EXPECT_EQ(target_.notes.back(),
            "FAULT time_travel: the operator talks to api-2 from now on, which has yet to hear of 1 change of echoes "
            "that the operator has seen");
}

TEST_F(ApiServers, change_without_a_fault_where_the_operator_has_seen_no_more) {
  auto& servers = begin({FaultKind::time_travel}, {choice(lags_of_api_2, 1, 0, 1), choice(hops, 1, 0, 1)});
  pass(150ms);
  create_echo();
  servers.opens_watch(0);
  EXPECT_EQ(servers.current(0)->behind(echoes_), 1U);
  EXPECT_EQ(counted(FaultKind::time_travel), 0U);
  EXPECT_EQ(target_.notes.back(), "the operator talks to api-2 from now on");
}

TEST_F(ApiServers, break_the_connection_and_know_the_revision_or_do_not) {
  auto& servers =
      begin({FaultKind::time_travel}, {choice(hops, 2, 0, 2), choice(hops, 2, 1, 1), choice(hops, 3, 1, 1)});
  auto* const first = servers.current(0);
  EXPECT_EQ(servers.breaks_away(0), sim::ApiServers::Break::known);
  EXPECT_NE(servers.current(0), first);
  EXPECT_EQ(servers.breaks_away(0), sim::ApiServers::Break::unknown);
  EXPECT_EQ(servers.current(0), first);
}

TEST_F(ApiServers, stand_at_one_revision_for_all_kinds_unless_one_kind_is_held_back_further) {
  // The operator is at api-2 from the start. It stops at 100 ms, its Deployments did so already at … 150 ms; at 250 ms
  // it takes in what there is and stops again.
  auto& servers = begin({FaultKind::time_travel, FaultKind::kind_skew},
                        {choice(hops, 0, 0, 1), choice(lags_of_api_2, 1, 0, 1), choice(lags_of_api_2, 1, 1, 3),
                         choice(lags_of_api_2, 0, 1, 1), choice(lags_of_api_2, 0, 2, 15), choice(skews, 1, 0, 2),
                         choice(skews, 2, 0, 20)});
  auto& frontend = *servers.current(0);
  pass(160ms);
  create_echo();
  create_deployment();
  EXPECT_EQ(frontend.behind(echoes_), 1U);
  EXPECT_EQ(frontend.behind(deployments_), 1U);
  pass(200ms);  // 350 ms: the second move
  EXPECT_EQ(frontend.behind(echoes_), 0U);
  EXPECT_TRUE(frontend.is_held(echoes_));
  EXPECT_EQ(frontend.behind(deployments_), 1U);
  pass(70ms);  // 150 + 20 + 250 ms: the skew is over
  EXPECT_EQ(frontend.behind(deployments_), 0U);
  EXPECT_TRUE(frontend.is_held(deployments_)) << "its server still stands still";
}

TEST_F(ApiServers, have_all_caught_up_in_calm_and_stay_so) {
  auto& servers = begin({FaultKind::time_travel, FaultKind::kind_skew},
                        {choice(hops, 0, 0, 1), choice(lags_of_api_2, 1, 0, 1), choice(lags_of_api_2, 0, 1, 15),
                         choice(skews, 1, 0, 1), choice(skews, 2, 0, 63)});
  pass(200ms);
  create_echo();
  create_deployment();
  auto& frontend = *servers.current(0);
  EXPECT_EQ(frontend.behind(echoes_), 1U);
  servers.calm();
  EXPECT_EQ(frontend.behind(echoes_) + frontend.behind(deployments_), 0U);
  EXPECT_EQ(counted(FaultKind::kind_skew), 1U);
  auto const turns = scheduler_.turns();
  pass(60s);
  create_echo();
  servers.opens_watch(0);
  servers.begin_incarnation(0, 1);
  EXPECT_EQ(servers.breaks_away(0), sim::ApiServers::Break::none);
  EXPECT_EQ(frontend.behind(echoes_), 0U);
  EXPECT_EQ(servers.current(0), &frontend);
  EXPECT_EQ(scheduler_.turns(), turns);
}

}  // namespace
