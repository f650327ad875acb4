#include "fakeapi/controllers/cheap_deployment_controller.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

#include "tests/fakeapi_controllers/scene.hpp"

namespace fakeapi {
namespace {
using namespace std::chrono_literals;

struct ControllerScene : test::Scene {
  std::optional<CheapDeploymentController> deployments;

  void start(ReadySteps steps = ReadySteps::one_at_a_time) {
    CheapDeploymentOptions options;
    options.actor = test::controller;
    options.ready_steps = steps;
    deployments.emplace(server, clock, delays, options);
  }
  std::int64_t count(std::string const& name, std::string_view field) const {
    return api::find_integer(find_deployment(name)->status.get(), {field}).value_or(0);
  }
  bool complete(std::string const& name) const {
    auto const object = find_deployment(name);
    auto const wanted = api::find_integer(object->spec.get(), {"replicas"}).value();
    return count(name, "updatedReplicas") == wanted && count(name, "replicas") == wanted &&
           count(name, "readyReplicas") == wanted && count(name, "availableReplicas") == wanted &&
           count(name, "observedGeneration") == object->metadata.generation;
  }
};

TEST(CheapDeploymentController, brings_a_deployment_to_available_and_then_rests) {
  ControllerScene scene;
  scene.start();
  scene.deployment("a", 3);
  EXPECT_EQ(scene.deployments->pending(), 1U);
  scene.clock.run();
  EXPECT_TRUE(scene.complete("a"));
  EXPECT_EQ(scene.deployments->pending(), 0U);
  EXPECT_EQ(scene.deployments->refused_writes(), 0U);
  Revision const settled = scene.server.revision();
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "a"}, R"({"metadata":{"labels":{"x":"y"}}})"));
  scene.clock.run();
  EXPECT_EQ(scene.server.revision(), settled + 1) << "a label is none of its business";
}

TEST(CheapDeploymentController, writes_only_status_and_revision_and_one_step_at_a_time) {
  ControllerScene scene;
  scene.start();
  std::vector<Commit> commits;
  auto const observer = scene.server.add_observer([&](Commit const& commit) { commits.push_back(commit); });
  scene.deployment("a", 2);
  scene.clock.run();
  scene.server.remove_observer(observer);
  ASSERT_EQ(commits.size(), 6U) << "create, new ReplicaSet, observed, replicas, ready 1, ready 2";
  for (std::size_t i = 1; i < commits.size(); ++i) {
    auto const &before = commits[i].before->metadata, &after = commits[i].after->metadata;
    EXPECT_EQ(commits[i].actor, test::controller);
    EXPECT_EQ(commits[i].before->spec, commits[i].after->spec);
    EXPECT_EQ(before.generation, after.generation);
    EXPECT_EQ(before.labels, after.labels);
    EXPECT_EQ(before.annotations == after.annotations, i > 1);
  }
  EXPECT_EQ(*commits[1].after->metadata.annotations->find("deployment.kubernetes.io/revision"), "1");
}

TEST(CheapDeploymentController, takes_the_delay_of_each_step) {
  ControllerScene scene;
  scene.delays.sync = 1s;
  scene.delays.ready = 10s;
  scene.start();
  scene.deployment("a", 2);
  scene.clock.run_for(2999ms);
  EXPECT_EQ(scene.count("a", "replicas"), 0);
  scene.clock.run_for(1ms);
  EXPECT_EQ(scene.count("a", "replicas"), 2);
  scene.clock.run_for(9999ms);
  EXPECT_EQ(scene.count("a", "readyReplicas"), 0);
  scene.clock.run_for(1ms);
  EXPECT_EQ(scene.count("a", "readyReplicas"), 1);
  scene.clock.run_for(10s);
  EXPECT_EQ(scene.count("a", "readyReplicas"), 2);
}

TEST(CheapDeploymentController, notices_an_edit_while_it_waits_for_a_pod) {
  ControllerScene scene;
  scene.delays.sync = 1s;
  scene.delays.ready = 1h;
  scene.start();
  scene.deployment("a", 2);
  scene.clock.run_for(10s);
  EXPECT_TRUE(scene.patch(api::deployments, {"default", "a"}, R"({"spec":{"replicas":0}})"));
  scene.clock.run_for(2s);
  EXPECT_TRUE(scene.complete("a"));
  EXPECT_EQ(scene.deployments->pending(), 0U);
}

TEST(CheapDeploymentController, forgets_a_deleted_deployment_and_starts_a_recreated_one_afresh) {
  ControllerScene scene;
  scene.start();
  scene.deployment("a", 2);
  scene.clock.run_for(25ms);
  EXPECT_TRUE(scene.remove(api::deployments, {"default", "a"}));
  EXPECT_EQ(scene.deployments->pending(), 0U);
  EXPECT_EQ(scene.clock.timers(), 0U);
  scene.deployment("a", 1);
  scene.clock.run();
  EXPECT_TRUE(scene.complete("a"));
  EXPECT_EQ(*scene.find_deployment("a")->metadata.annotations->find("deployment.kubernetes.io/revision"), "1");
}

TEST(CheapDeploymentController, only_observes_the_generation_of_a_terminating_deployment) {
  ControllerScene scene;
  scene.start();
  scene.deployment("a", 2, "[]", R"(["example.com/stay"])");
  scene.clock.run_for(25ms);
  EXPECT_TRUE(scene.remove(api::deployments, {"default", "a"}));
  scene.clock.run();
  auto const object = scene.find_deployment("a");
  EXPECT_EQ(scene.count("a", "observedGeneration"), object->metadata.generation);
  EXPECT_EQ(scene.count("a", "replicas"), 0);
}

TEST(CheapDeploymentController, rolls_after_a_restart_annotation_in_the_pod_template) {
  ControllerScene scene;
  scene.start(ReadySteps::all_at_once);
  scene.deployment("a", 4);
  scene.clock.run();
  EXPECT_TRUE(
      scene.patch(api::deployments, {"default", "a"},
                  R"({"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"x"}}}}})"));
  std::int64_t fewest_updated = 4, fewest_available = 4;
  while (scene.clock.timers() > 0) {
    scene.clock.step();
    fewest_updated = std::min(fewest_updated, scene.count("a", "updatedReplicas"));
    fewest_available = std::min(fewest_available, scene.count("a", "availableReplicas"));
  }
  EXPECT_EQ(fewest_updated, 0);
  EXPECT_GE(fewest_available, 3);
  EXPECT_TRUE(scene.complete("a"));
  EXPECT_EQ(*scene.find_deployment("a")->metadata.annotations->find("deployment.kubernetes.io/revision"), "2");
}

TEST(CheapDeploymentController, starts_with_what_is_there_and_rests_where_nothing_is_to_be_done) {
  ControllerScene scene;
  scene.deployment("a", 1);
  scene.start();
  scene.clock.run();
  EXPECT_TRUE(scene.complete("a"));
  Revision const settled = scene.server.revision();
  scene.deployments.reset();
  scene.start();
  scene.clock.run();
  EXPECT_EQ(scene.server.revision(), settled);
}

TEST(CheapDeploymentController, does_nothing_while_it_is_paused) {
  ControllerScene scene;
  scene.start();
  scene.deployment("a", 2);
  scene.clock.run_for(15ms);
  scene.deployments->pause();
  Revision const before = scene.server.revision();
  scene.deployment("b", 1);
  scene.clock.run();
  EXPECT_EQ(scene.server.revision(), before + 1);
  scene.deployments->resume();
  scene.clock.run();
  EXPECT_TRUE(scene.complete("a"));
  EXPECT_TRUE(scene.complete("b"));
}

TEST(CheapDeploymentController, leaves_no_timer_behind) {
  ControllerScene scene;
  scene.start();
  scene.deployment("a", 2);
  scene.deployments.reset();
  EXPECT_EQ(scene.clock.timers(), 0U);
}

/// Each number equally likely, whatever size rapidcheck is at.
int below(int bound) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound)); }

RC_GTEST_PROP(CheapDeploymentController, completes_every_deployment_whatever_happens_to_it, ()) {
  ControllerScene scene;
  scene.start(*rc::gen::element(ReadySteps::one_at_a_time, ReadySteps::all_at_once));
  std::vector<std::string> const names{"a", "b", "c"};
  for (int n = *rc::gen::inRange(0, 25); n > 0; --n) {
    std::string const name = *rc::gen::elementOf(names);
    bool const exists = scene.find_deployment(name) != nullptr;
    std::string const replicas = std::to_string(below(6));
    switch (below(6)) {
      case 0:
        if (exists) RC_ASSERT(scene.remove(api::deployments, {"default", name}).has_value());
        break;
      case 1:
        if (exists) {
          RC_ASSERT(scene
                        .patch(api::deployments, {"default", name},
                               R"({"spec":{"template":{"metadata":{"annotations":{"n":")" + replicas + R"("}}}}})")
                        .has_value());
        }
        break;
      case 2:
        *rc::gen::arbitrary<bool>() ? scene.deployments->pause() : scene.deployments->resume();
        break;
      case 3:
        scene.clock.run_for(std::chrono::milliseconds(below(3000)));
        break;
      default:
        if (!exists) {
          scene.deployment(name, below(6));
        } else {
          RC_ASSERT(scene.patch(api::deployments, {"default", name}, R"({"spec":{"replicas":)" + replicas + "}}")
                        .has_value());
        }
    }
    RC_ASSERT(scene.clock.timers() == scene.deployments->pending());
  }
  scene.deployments->resume();
  scene.clock.run();
  for (auto const& name : names) {
    if (scene.find_deployment(name)) RC_ASSERT(scene.complete(name));
  }
  RC_ASSERT(scene.deployments->refused_writes() == 0U);
}

}  // namespace
}  // namespace fakeapi
