#include "fakeapi/controllers/deployment_status.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace fakeapi {
namespace {
namespace json = boost::json;

constexpr auto now = api::Timestamp(std::chrono::seconds(1'700'000'000));

api::SharedJson make_spec(std::int64_t replicas, std::string_view image, std::string_view strategy = "") {
  json::object container{{"name", "echo"}, {"image", image}};
  json::object pod_spec;
  pod_spec["containers"] = json::array{std::move(container)};
  json::object pod_template;
  pod_template["spec"] = std::move(pod_spec);
  json::object spec;
  spec["replicas"] = replicas;
  spec["template"] = std::move(pod_template);
  if (!strategy.empty()) spec["strategy"] = json::parse(strategy);
  return api::share(json::value(std::move(spec)));
}

/// A Deployment with the controller's memory of it, as the server would keep it.
struct Model {
  api::Object deployment;
  Rollout rollout;
  ReadySteps steps = ReadySteps::one_at_a_time;

  explicit Model(api::SharedJson spec) {
    deployment.api_version = "apps/v1";
    deployment.kind = "Deployment";
    deployment.metadata.name = "d1";
    deployment.metadata.namespace_ = "default";
    deployment.metadata.uid = "uid-1";
    deployment.metadata.generation = 1;
    deployment.spec = std::move(spec);
    deployment.status = api::share(json::value(json::object()));
  }

  void edit(api::SharedJson spec) {
    if (api::same_json(spec, deployment.spec)) return;
    deployment.spec = std::move(spec);
    ++deployment.metadata.generation;
  }

  std::optional<DelayUse> step(api::Timestamp at = now) {
    auto const use = next_step(deployment, rollout, steps);
    auto const next = next_status(deployment, rollout, steps, at);
    if (use.has_value() != next.has_value()) throw std::logic_error("next_step and next_status disagree");
    if (!next) return std::nullopt;
    if (!next->set_revision && *next->status == *deployment.status) throw std::logic_error("a step changed nothing");
    deployment.status = next->status;
    rollout = next->rollout;
    if (next->set_revision) {
      api::StringMap annotations = *deployment.metadata.annotations;
      annotations.set("deployment.kubernetes.io/revision", std::to_string(rollout.revision));
      deployment.metadata.annotations = std::move(annotations);
    }
    return use;
  }

  std::int64_t count(std::string_view field) const {
    return api::find_integer(deployment.status.get(), {field}).value_or(0);
  }

  /// "og 4 replicas 3 … [Available=False/… Progressing=True/…]"
  std::string text() const {
    std::string out;
    std::string conditions;
    for (auto const& [key, value] : deployment.status->get_object()) {
      if (key != "conditions") {
        out += std::string(key) + " " + json::serialize(value) + " ";
        continue;
      }
      for (auto const& each : value.get_array()) {
        conditions += std::string(conditions.empty() ? "" : " ") + std::string(each.at("type").get_string()) + "=" +
                      std::string(each.at("status").get_string()) + "/" + std::string(each.at("reason").get_string());
      }
    }
    return out + "[" + conditions + "]";
  }

  std::vector<std::string> run() {
    std::vector<std::string> trace;
    while (step()) {
      trace.push_back(text());
      if (trace.size() > 100) throw std::logic_error("does not settle");
    }
    return trace;
  }
};

TEST(DeploymentStatus, follows_the_golden_trace_of_a_create) {
  Model model(make_spec(3, "a"));
  EXPECT_EQ(
      model.run(),
      (std::vector<std::string>{
          "[Progressing=True/NewReplicaSetCreated]",
          "observedGeneration 1 unavailableReplicas 3 "
          "[Progressing=True/NewReplicaSetCreated Available=False/MinimumReplicasUnavailable]",
          "observedGeneration 1 replicas 3 updatedReplicas 3 unavailableReplicas 3 "
          "[Available=False/MinimumReplicasUnavailable Progressing=True/ReplicaSetUpdated]",
          "observedGeneration 1 replicas 3 updatedReplicas 3 readyReplicas 1 availableReplicas 1 unavailableReplicas 2 "
          "[Available=False/MinimumReplicasUnavailable Progressing=True/ReplicaSetUpdated]",
          "observedGeneration 1 replicas 3 updatedReplicas 3 readyReplicas 2 availableReplicas 2 unavailableReplicas 1 "
          "[Available=False/MinimumReplicasUnavailable Progressing=True/ReplicaSetUpdated]",
          "observedGeneration 1 replicas 3 updatedReplicas 3 readyReplicas 3 availableReplicas 3 "
          "[Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable]"}));
  EXPECT_EQ(*model.deployment.metadata.annotations->find("deployment.kubernetes.io/revision"), "1");
}

TEST(DeploymentStatus, follows_the_golden_trace_of_a_scale_down) {
  Model model(make_spec(3, "a"));
  model.run();
  model.edit(make_spec(1, "a"));
  EXPECT_EQ(model.run(), (std::vector<std::string>{
                             "observedGeneration 2 replicas 3 updatedReplicas 3 readyReplicas 3 availableReplicas 3 "
                             "[Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable]",
                             "observedGeneration 2 replicas 1 updatedReplicas 1 readyReplicas 1 availableReplicas 1 "
                             "[Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable]"}));
}

TEST(DeploymentStatus, follows_the_golden_trace_of_a_scale_up) {
  Model model(make_spec(1, "a"));
  model.run();
  model.edit(make_spec(4, "a"));
  std::string const not_available =
      "[Progressing=True/NewReplicaSetAvailable Available=False/MinimumReplicasUnavailable]";
  std::string const is_available = "[Progressing=True/NewReplicaSetAvailable Available=True/MinimumReplicasAvailable]";
  EXPECT_EQ(
      model.run(),
      (std::vector<std::string>{
          "observedGeneration 2 replicas 1 updatedReplicas 1 readyReplicas 1 availableReplicas 1 " + not_available,
          "observedGeneration 2 replicas 1 updatedReplicas 1 readyReplicas 1 availableReplicas 1 unavailableReplicas "
          "3 " +
              not_available,
          "observedGeneration 2 replicas 4 updatedReplicas 4 readyReplicas 1 availableReplicas 1 unavailableReplicas "
          "3 " +
              not_available,
          "observedGeneration 2 replicas 4 updatedReplicas 4 readyReplicas 2 availableReplicas 2 unavailableReplicas "
          "2 " +
              not_available,
          "observedGeneration 2 replicas 4 updatedReplicas 4 readyReplicas 3 availableReplicas 3 unavailableReplicas "
          "1 " +
              is_available,
          "observedGeneration 2 replicas 4 updatedReplicas 4 readyReplicas 4 availableReplicas 4 " + is_available}));
}

TEST(DeploymentStatus, of_zero_replicas_is_available_at_once) {
  Model model(make_spec(0, "a"));
  EXPECT_EQ(model.run(), (std::vector<std::string>{
                             "[Progressing=True/NewReplicaSetCreated]",
                             "observedGeneration 1 "
                             "[Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable]"}));
  model.edit(make_spec(1, "a"));
  auto const trace = model.run();
  ASSERT_EQ(trace.size(), 4U);
  EXPECT_EQ(
      trace[0],
      "observedGeneration 2 [Progressing=True/NewReplicaSetAvailable Available=False/MinimumReplicasUnavailable]");
  EXPECT_EQ(trace[1],
            "observedGeneration 2 unavailableReplicas 1 "
            "[Progressing=True/NewReplicaSetAvailable Available=False/MinimumReplicasUnavailable]");
}

TEST(DeploymentStatus, rolls_when_the_pod_template_changes) {
  Model model(make_spec(4, "a"));
  model.run();
  model.edit(make_spec(4, "b"));
  ASSERT_TRUE(model.step());
  // The new revision shows before the new generation does.
  EXPECT_EQ(*model.deployment.metadata.annotations->find("deployment.kubernetes.io/revision"), "2");
  EXPECT_EQ(model.count("observedGeneration"), 1);
  EXPECT_EQ(model.count("updatedReplicas"), 4);
  ASSERT_TRUE(model.step());
  EXPECT_EQ(model.count("observedGeneration"), 2);
  EXPECT_EQ(model.count("updatedReplicas"), 0);
  EXPECT_EQ(model.count("replicas"), 4);
  std::vector<std::int64_t> updated;
  while (model.step()) updated.push_back(model.count("updatedReplicas"));
  EXPECT_TRUE(std::ranges::is_sorted(updated));
  EXPECT_EQ(model.text(),
            "observedGeneration 2 replicas 4 updatedReplicas 4 readyReplicas 4 availableReplicas 4 "
            "[Available=True/MinimumReplicasAvailable Progressing=True/NewReplicaSetAvailable]");
}

TEST(DeploymentStatus, takes_all_old_pods_away_first_when_it_recreates) {
  constexpr auto recreate = R"({"type":"Recreate"})";
  Model model(make_spec(3, "a", recreate));
  model.run();
  model.edit(make_spec(3, "b", recreate));
  bool was_empty = false;
  while (model.step()) {
    was_empty |= model.count("replicas") == 0;
    if (!was_empty) EXPECT_EQ(model.count("updatedReplicas") % 3, 0);
  }
  EXPECT_TRUE(was_empty);
  EXPECT_EQ(model.count("availableReplicas"), 3);
}

TEST(DeploymentStatus, of_a_terminating_deployment_only_observes_the_generation) {
  Model model(make_spec(3, "a"));
  for (int i = 0; i < 4; ++i) model.step();
  std::string const before = model.text();
  model.deployment.metadata.deletion_timestamp = now;
  model.edit(make_spec(5, "b"));
  EXPECT_EQ(model.step(), DelayUse::deployment_sync);
  EXPECT_EQ(model.text(), "observedGeneration 2" + before.substr(before.find(" replicas")));
  EXPECT_EQ(model.step(), std::nullopt);
}

TEST(DeploymentStatus, waits_for_pods_only_where_pods_become_ready) {
  Model model(make_spec(2, "a"));
  std::vector<DelayUse> uses;
  while (auto const use = model.step()) uses.push_back(*use);
  using enum DelayUse;
  EXPECT_EQ(uses, (std::vector{deployment_sync, deployment_sync, deployment_sync, pod_ready, pod_ready}));
}

TEST(DeploymentStatus, can_make_all_pods_ready_in_one_step) {
  Model model(make_spec(50, "a"));
  model.steps = ReadySteps::all_at_once;
  EXPECT_EQ(model.run().size(), 4U);
  EXPECT_EQ(model.count("availableReplicas"), 50);
}

TEST(DeploymentStatus, moves_a_transition_time_only_with_the_condition_s_status) {
  Model model(make_spec(1, "a"));
  auto const later = now + std::chrono::seconds(60);
  ASSERT_TRUE(model.step());
  while (model.step(later)) {
  }
  for (auto const& condition : model.deployment.status->at("conditions").as_array()) {
    bool const progressing = condition.at("type") == "Progressing";
    EXPECT_EQ(condition.at("lastUpdateTime"), api::format_timestamp(later).c_str());
    EXPECT_EQ(condition.at("lastTransitionTime"), api::format_timestamp(progressing ? now : later).c_str());
  }
}

TEST(DeploymentStatus, is_put_right_after_somebody_else_has_written_it) {
  Model model(make_spec(2, "a"));
  model.run();
  std::string const right = model.text();
  for (auto const* wrong : {"{}", R"({"observedGeneration":1})", R"({"observedGeneration":1,"replicas":2,
      "updatedReplicas":2,"readyReplicas":2,"availableReplicas":2,"unavailableReplicas":7})",
                            R"({"observedGeneration":1,"replicas":2,"updatedReplicas":2,"readyReplicas":2,
      "availableReplicas":2,"conditions":"none"})",
                            R"({"observedGeneration":1,"replicas":9,"updatedReplicas":1,"readyReplicas":12})"}) {
    model.deployment.status = api::share(json::parse(wrong));
    model.run();
    EXPECT_EQ(model.text(), right) << wrong;
  }
  // Only a number that follows from the others is wrong.
  json::value edited(*model.deployment.status);
  edited.as_object()["unavailableReplicas"] = 7;
  model.deployment.status = api::share(std::move(edited));
  model.run();
  EXPECT_EQ(model.text(), right);
}

TEST(AdoptRollout, goes_on_where_the_status_is) {
  Model model(make_spec(2, "a"));
  model.run();
  Rollout const adopted = adopt_rollout(model.deployment);
  EXPECT_EQ(adopted.revision, 1);
  EXPECT_EQ(next_step(model.deployment, adopted, ReadySteps::one_at_a_time), std::nullopt);
  // A revision that came with the manifest is none.
  model.deployment.status = nullptr;
  EXPECT_EQ(adopt_rollout(model.deployment).revision, 0);
}

/// Each number in [least, bound) equally likely, whatever size rapidcheck is at.
std::int64_t between(std::int64_t least, std::int64_t bound) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, bound));
}

std::string any_strategy() {
  return *rc::gen::element<std::string>(
      "", R"({"type":"Recreate"})", R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,"maxUnavailable":1}})",
      R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"50%","maxUnavailable":0}})",
      R"({"rollingUpdate":{"maxSurge":0,"maxUnavailable":"0%"}})", R"({"rollingUpdate":{"maxSurge":100}})");
}

constexpr std::int64_t most_replicas = 8;

api::SharedJson any_spec() {
  return make_spec(between(0, most_replicas), *rc::gen::element<std::string>("a", "b", "c"), any_strategy());
}

void expect_settled(Model& model) {
  // Each replica is created, replaced and made ready at most a few times; a handful of steps around that.
  std::size_t left = 8 + 8 * static_cast<std::size_t>(most_replicas) + 16;
  while (model.step()) RC_ASSERT(left-- > 0);
  auto const wanted = *api::find_integer(model.deployment.spec.get(), {"replicas"});
  RC_ASSERT(model.count("updatedReplicas") == wanted);
  RC_ASSERT(model.count("replicas") == wanted);
  RC_ASSERT(model.count("readyReplicas") == wanted);
  RC_ASSERT(model.count("availableReplicas") == wanted);
  RC_ASSERT(model.count("unavailableReplicas") == 0);
  RC_ASSERT(model.count("observedGeneration") == model.deployment.metadata.generation);
}

RC_GTEST_PROP(DeploymentStatus, settles_after_any_edits_at_any_moment, ()) {
  Model model(any_spec());
  if (*rc::gen::arbitrary<bool>()) model.steps = ReadySteps::all_at_once;
  for (auto edits = between(0, 6); edits > 0; --edits) {
    for (auto steps = between(0, 12); steps > 0 && model.step(); --steps) {
    }
    model.edit(any_spec());
  }
  expect_settled(model);
}

RC_GTEST_PROP(DeploymentStatus, settles_from_any_status, ()) {
  Model model(any_spec());
  for (auto steps = between(0, 12); steps > 0 && model.step(); --steps) {
  }
  json::object status;
  for (auto const* field : {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                            "unavailableReplicas"}) {
    if (*rc::gen::arbitrary<bool>()) status[field] = between(-1, 12);
  }
  // A generation from the future is none that the server gives out.
  status["observedGeneration"] = between(0, model.deployment.metadata.generation + 1);
  model.deployment.status = api::share(json::value(std::move(status)));
  expect_settled(model);
}

RC_GTEST_PROP(DeploymentStatus, keeps_within_surge_and_unavailability_while_it_rolls, ()) {
  std::int64_t const replicas = between(0, 12);
  std::int64_t const surge = between(0, 4);
  std::int64_t const unavailable = between(surge == 0 ? 1 : 0, 4);
  std::string const strategy = R"({"rollingUpdate":{"maxSurge":)" + std::to_string(surge) + R"(,"maxUnavailable":)" +
                               std::to_string(unavailable) + "}}";
  Model model(make_spec(replicas, "a", strategy));
  while (model.step()) {
  }
  model.edit(make_spec(replicas, "b", strategy));
  if (*rc::gen::arbitrary<bool>()) model.steps = ReadySteps::all_at_once;
  std::int64_t updated = 0;
  RC_ASSERT(model.step().has_value());
  while (model.step()) {
    RC_ASSERT(model.count("availableReplicas") >= replicas - unavailable);
    RC_ASSERT(model.count("replicas") <= replicas + surge);
    RC_ASSERT(model.count("updatedReplicas") >= updated);
    updated = model.count("updatedReplicas");
  }
  RC_ASSERT(updated == replicas);
}

}  // namespace
}  // namespace fakeapi
