// A dry run: everything is read, every plan is said, nothing is written.
#include <gtest/gtest.h>

#include <boost/json/object.hpp>

#include "tests/echo/support/live.hpp"

namespace {

using namespace echo_tests;
using namespace std::chrono_literals;

struct DryRun : testing::Test {
  Live live;
  void start(echo::OperatorOptions options = {}) {
    options.dry_run = true;
    live.start(options);
  }
  std::size_t said(std::string_view plan) {
    return live.world.log.count(seams::LogLevel::info, "plan=" + std::string(plan));
  }
  void patch(api::Resource const& resource, std::string const& name, std::string_view merge) {
    live.execute(api::Verb::patch, resource, {"default", name},
                 api::Patch(api::MergePatch{api::share(boost::json::parse(merge))}), api::WriteOptions{})
        .value();
    live.world.run_for(2s);
  }
};

TEST_F(DryRun, says_what_would_be_done_once_and_does_nothing) {
  start();
  live.echo("default", "a", 2);
  live.world.run_for(10min);
  EXPECT_EQ(said("missing: add finalizer; create Deployment"), 1U);
  patch(echo::echoes, "a", R"({"metadata":{"annotations":{"x":"y"}}})");
  EXPECT_EQ(said("missing"), 1U) << "nothing new";
  EXPECT_EQ(live.api.writes, std::vector<std::string>());
  EXPECT_FALSE(live.find(api::deployments, "default", "a"));
  EXPECT_TRUE(live.find(echo::echoes, "default", "a")->metadata.finalizers.empty());
  seams::Metrics metrics;
  live.echo_operator->collect(metrics);
  EXPECT_EQ(metrics.value("echo_operator_dry_run_writes_held_back_total", {}), 0) << "none was even tried";
  EXPECT_EQ(metrics.value("controller_runtime_reconcile_errors_total", {{"controller", "echo"}}), 0);
}

TEST_F(DryRun, sees_everything_that_happens_to_an_echo_and_writes_nothing_all_its_life) {
  live.start();
  live.echo("default", "a", 2);
  live.world.run_for(10s);
  ASSERT_EQ(live.ready("default", "a"), "Ready");
  live.stop();
  live.api.writes.clear();

  start();
  EXPECT_EQ(live.api.writes, std::vector<std::string>());
  EXPECT_EQ(said(""), 0U) << "nothing is to be done";
  patch(echo::echoes, "a", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(said("drifted: patch Deployment (/spec/replicas)"), 1U);
  patch(api::deployments, "a", R"({"metadata":{"labels":{"app":"x"}}})");
  EXPECT_EQ(said("drifted: patch Deployment (/metadata/labels/app, /spec/replicas)"), 1U);
  live.execute(api::Verb::delete_, echo::echoes, {"default", "a"}, {}, api::DeleteOptions{}).value();
  live.world.run_for(10s);
  EXPECT_EQ(said("terminating: delete Deployment; remove finalizer"), 1U);
  EXPECT_TRUE(live.find(echo::echoes, "default", "a"));
  EXPECT_TRUE(live.find(api::deployments, "default", "a"));
  EXPECT_EQ(live.api.writes, std::vector<std::string>());
}

TEST_F(DryRun, holds_back_what_a_part_of_the_operator_would_write_all_the_same) {
  // An election writes by itself; nothing but the one guard keeps it from the server.
  echo::OperatorOptions options;
  options.leader_election.emplace();
  options.leader_election->lease = {"default", "lease"};
  options.leader_election->identity = "me";
  start(options);
  live.world.run_for(1min);
  EXPECT_EQ(live.api.writes, std::vector<std::string>());
  EXPECT_FALSE(live.echo_operator->leading());
  seams::Metrics metrics;
  live.echo_operator->collect(metrics);
  EXPECT_GT(metrics.value("echo_operator_dry_run_writes_held_back_total", {}), 0);
}

}  // namespace
