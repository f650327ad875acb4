#include "fakeapi/controllers/controller_set.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "fakeapi/controllers/configured_delays.hpp"
#include "tests/fakeapi_controllers/scene.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;

ControllerSetOptions cheap() {
  ControllerSetOptions options;
  options.pods = PodModel::cheap;
  return options;
}

TEST(ControllerSet, brings_cheap_deployments_up_and_collects_them) {
  test::Scene scene;
  scene.define_kinds();
  ControllerSet controllers(scene.server, scene.clock, scene.delays, cheap());
  auto const owner = scene.echo("a");
  scene.deployment("a", 2, test::references(*owner));
  scene.clock.run();
  EXPECT_EQ(api::find_integer(scene.find_deployment("a")->status.get(), {"availableReplicas"}), 2);
  EXPECT_EQ(controllers.pending(), 0U);
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  EXPECT_EQ(controllers.pending(), 1U);
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a"));
}

TEST(ControllerSet, has_only_the_controllers_that_are_asked_for) {
  test::Scene scene;
  ControllerSetOptions options = cheap();
  options.deployments = false;
  ControllerSet controllers(scene.server, scene.clock, scene.delays, options);
  EXPECT_EQ(controllers.find(ControllerRole::deployments), nullptr);
  EXPECT_NE(controllers.find(ControllerRole::garbage_collector), nullptr);
  scene.deployment("a", 1);
  scene.clock.run();
  EXPECT_FALSE(api::find_integer(scene.find_deployment("a")->status.get(), {"replicas"}));
  controllers.pause(ControllerRole::deployments);  // no such controller: nothing happens
}

TEST(ControllerSet, pauses_and_resumes_each_controller_by_itself) {
  test::Scene scene;
  scene.define_kinds();
  ControllerSet controllers(scene.server, scene.clock, scene.delays, cheap());
  controllers.pause(ControllerRole::deployments);
  auto const owner = scene.echo("a");
  scene.deployment("a", 1, test::references(*owner));
  scene.deployment("b", 1);
  EXPECT_TRUE(scene.remove(test::echoes, owner->key()));
  scene.clock.run();
  EXPECT_FALSE(scene.find_deployment("a")) << "the collector is not paused";
  EXPECT_FALSE(api::find_integer(scene.find_deployment("b")->status.get(), {"replicas"}));
  controllers.resume(ControllerRole::deployments);
  scene.clock.run();
  EXPECT_EQ(api::find_integer(scene.find_deployment("b")->status.get(), {"replicas"}), 1);
}

TEST(ControllerSet, slows_down_each_controller_by_itself) {
  test::Scene scene;
  scene.delays.sync = 10ms;
  ControllerSet controllers(scene.server, scene.clock, scene.delays, cheap());
  controllers.slow_down(ControllerRole::deployments, 1min);
  scene.deployment("a", 0);
  scene.clock.run_for(1min);
  EXPECT_FALSE(scene.find_deployment("a")->metadata.annotations->find("deployment.kubernetes.io/revision"));
  scene.clock.run_for(10ms);
  EXPECT_TRUE(scene.find_deployment("a")->metadata.annotations->find("deployment.kubernetes.io/revision"));
  controllers.slow_down(ControllerRole::deployments, 0s);
  scene.deployment("b", 0);
  scene.clock.run_for(10ms);
  EXPECT_TRUE(scene.find_deployment("b")->metadata.annotations->find("deployment.kubernetes.io/revision"));
}

TEST(ConfiguredDelays, lie_in_their_range_and_are_the_same_for_the_same_seed) {
  DelayTable table;
  table[DelayUse::pod_starting] = {10ms, 12ms};
  table[DelayUse::pod_pulling] = {7ms, 7ms};
  ConfiguredDelays one(table, 42), two(table, 42);
  seams::Duration least = 1h, most{0};
  for (int i = 0; i < 1000; ++i) {
    auto const delay = one.delay(DelayUse::pod_starting);
    EXPECT_EQ(delay, two.delay(DelayUse::pod_starting));
    least = std::min(least, delay);
    most = std::max(most, delay);
    EXPECT_LT(one.choose(DelayUse::pod_failing, 3), 3U);
    two.choose(DelayUse::pod_failing, 3);
  }
  EXPECT_GE(least, 10ms);
  EXPECT_LE(most, 12ms);
  EXPECT_LT(least, 10100us);
  EXPECT_GT(most, 11900us);
  EXPECT_EQ(one.delay(DelayUse::pod_pulling), 7ms);
}

}  // namespace
}  // namespace fakeapi
