// How a pod gets a node and how it goes: binding, grace periods, eviction.
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;
using api::Subresource;

api::Resource const budgets{"policy", "v1beta1", "poddisruptionbudgets"};

struct Pods : ::testing::Test {
  Pods() { make("p"); }

  void make(std::string const& name, std::string_view spec = "") {
    auto const made = scene.create(
        api::pods, object(R"({"metadata": {"name": ")" + name + R"(", "labels": {"app": "x"}}, "spec": {)" +
                          std::string(spec) + R"("containers": [{"name": "c", "image": "i"}]}})"));
    ASSERT_TRUE(made) << made.error().message;
  }
  Result<api::Response> post(Subresource subresource, std::string_view body) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = api::pods;
    request.subresource = subresource;
    request.key = {"default", "p"};
    request.body = shared(object(body));
    request.options = api::WriteOptions();
    return scene.call(request);
  }
  Result<api::Response> bind(std::string const& target = R"({"kind": "Node", "name": "n1"})") {
    return post(Subresource::binding, R"({"metadata": {"name": "p"}, "target": )" + target + "}");
  }
  Result<api::Response> evict(std::string const& options = "{}") {
    return post(Subresource::eviction, R"({"metadata": {"name": "p"}, "deleteOptions": )" + options + "}");
  }
  void run(std::string_view phase = "Running") {
    auto const status = R"({"status": {"phase": ")" + std::string(phase) +
                        R"(", "conditions": [{"type": "Ready", "status": "True"}]}})";
    ASSERT_TRUE(scene.patch(api::pods, "p", merge(status), Subresource::status));
  }
  void protect(int allowed, std::string_view name = "b") {
    ASSERT_TRUE(scene.create(budgets, object(R"({"metadata": {"name": ")" + std::string(name) + R"("}, "spec": {
      "minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}}})")));
    auto const status = R"({"status": {"observedGeneration": 1, "disruptionsAllowed": )" + std::to_string(allowed) +
                        R"(, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}})";
    ASSERT_TRUE(scene.patch(budgets, std::string(name), merge(status), Subresource::status));
  }
  api::DeleteOptions within(std::int64_t seconds) {
    api::DeleteOptions options;
    options.grace_period_seconds = seconds;
    return options;
  }
  bool there() { return scene.get(api::pods, "p").has_value(); }
  std::optional<std::int64_t> grace() { return (*scene.get(api::pods, "p"))->metadata.deletion_grace_period_seconds; }

  Scene scene{""};
};

TEST_F(Pods, without_a_node_or_at_their_end_go_at_once) {
  ASSERT_TRUE(scene.remove(api::pods, "p"));
  EXPECT_FALSE(there());
  make("p");
  ASSERT_TRUE(bind());
  run("Succeeded");
  ASSERT_TRUE(scene.remove(api::pods, "p"));
  EXPECT_FALSE(there());
}

TEST_F(Pods, with_a_node_are_given_the_time_they_ask_for) {
  ASSERT_TRUE(bind());
  ASSERT_TRUE(scene.remove(api::pods, "p"));
  auto const asked = std::chrono::floor<std::chrono::seconds>(scene.now);
  ASSERT_TRUE(there());
  EXPECT_EQ(grace(), 30);
  EXPECT_EQ((*scene.get(api::pods, "p"))->metadata.deletion_timestamp, asked + std::chrono::seconds(30));
}

TEST_F(Pods, are_given_less_time_by_who_asks_again_but_never_more) {
  ASSERT_TRUE(bind());
  ASSERT_TRUE(scene.remove(api::pods, "p", within(20)));
  EXPECT_EQ(grace(), 20);
  ASSERT_TRUE(scene.remove(api::pods, "p", within(60)));
  EXPECT_EQ(grace(), 20);
  ASSERT_TRUE(scene.remove(api::pods, "p", within(5)));
  EXPECT_EQ(grace(), 5);
  ASSERT_TRUE(scene.remove(api::pods, "p", within(0)));
  EXPECT_FALSE(there());
}

TEST_F(Pods, stay_for_their_finalizers_after_their_time) {
  ASSERT_TRUE(bind());
  ASSERT_TRUE(scene.patch(api::pods, "p", merge(R"({"metadata": {"finalizers": ["x.io/f"]}})")));
  ASSERT_TRUE(scene.remove(api::pods, "p", within(0)));
  ASSERT_TRUE(there());
  EXPECT_EQ(grace(), 0);
  ASSERT_TRUE(scene.patch(api::pods, "p", merge(R"({"metadata": {"finalizers": null}})")));
  EXPECT_FALSE(there());
}

TEST_F(Pods, are_bound_once) {
  auto const answer = bind();
  ASSERT_TRUE(answer) << answer.error().message;
  auto const pod = *scene.get(api::pods, "p");
  EXPECT_EQ(api::find_string(pod->spec.get(), {"nodeName"}), "n1");
  auto const& condition = pod->status->at("conditions").at(0);
  EXPECT_EQ(condition.at("type"), "PodScheduled");
  EXPECT_EQ(condition.at("status"), "True");
  expect_error(bind(), 409, Reason::conflict,
               "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"");
}

TEST_F(Pods, are_bound_to_nodes_by_name) {
  expect_error(bind(R"({"kind": "Node"})"), 500, Reason::unknown, "target.name: Required value");
  expect_error(bind(R"({"kind": "Pod", "name": "n"})"), 500, Reason::unknown,
               "target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\"");
}

TEST_F(Pods, that_go_are_bound_to_nothing) {
  ASSERT_TRUE(scene.patch(api::pods, "p", merge(R"({"metadata": {"finalizers": ["x.io/f"]}})")));
  ASSERT_TRUE(scene.remove(api::pods, "p"));
  expect_error(
      bind(), 409, Reason::conflict,
      "Operation cannot be fulfilled on pods/binding \"p\": pod p is being deleted, cannot be assigned to a host");
}

TEST_F(Pods, are_evicted_as_they_are_deleted_where_no_budget_is) {
  ASSERT_TRUE(bind());
  run();
  ASSERT_TRUE(evict(R"({"gracePeriodSeconds": 7})"));
  EXPECT_EQ(grace(), 7);
}

TEST_F(Pods, are_evicted_as_far_as_their_budget_allows) {
  ASSERT_TRUE(bind());
  run();
  protect(0);
  auto const refused = evict();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 429);
  EXPECT_EQ(refused.error().message, "Cannot evict pod as it would violate the pod's disruption budget.");
  ASSERT_EQ(refused.error().causes.size(), 1U);
  EXPECT_EQ(refused.error().causes[0].message, "The disruption budget b needs 1 healthy pods and has 1 currently");

  ASSERT_TRUE(scene.patch(budgets, "b", merge(R"({"status": {"disruptionsAllowed": 1}})"), Subresource::status));
  ASSERT_TRUE(evict());
  EXPECT_EQ(grace(), 30);
  auto const budget = *scene.get(budgets, "b");
  EXPECT_EQ(api::find_integer(budget->status.get(), {"disruptionsAllowed"}), 0);
  EXPECT_NE(api::find_path(budget->status.get(), {"disruptedPods", "p"}), nullptr);
}

TEST_F(Pods, that_do_no_work_are_evicted_past_every_budget) {
  ASSERT_TRUE(bind());
  run("Failed");
  protect(0);
  ASSERT_TRUE(evict());
  EXPECT_FALSE(there());
}

TEST_F(Pods, with_two_budgets_cannot_be_evicted) {
  ASSERT_TRUE(bind());
  run();
  protect(1);
  protect(1, "c");
  expect_error(evict(), 500, Reason::unknown,
               "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
}

TEST_F(Pods, are_not_evicted_by_a_budget_whose_controller_has_not_seen_it) {
  ASSERT_TRUE(bind());
  run();
  protect(1);
  ASSERT_TRUE(scene.patch(budgets, "b", merge(R"({"status": {"observedGeneration": 0}})"), Subresource::status));
  auto const refused = evict();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 429);
  EXPECT_TRUE(refused.error().causes.at(0).message.ends_with("is still being processed by the server."));
}

}  // namespace
}  // namespace fakeapi::testing
