// The operator as it ships against an API server, over HTTPS: what it does for Echoes, and what it survives.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdlib>
#include <random>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "tests/end_to_end/test_client.hpp"

namespace {

using namespace end_to_end;
using echo::echoes;

/// A whole number from the environment, for runs longer than the usual.
int wanted(char const* variable, int usual) {
  char const* const text = std::getenv(variable);
  return text == nullptr ? usual : std::atoi(text);
}

struct AnOperator : ::testing::Test {
  programs::TemporaryFolder folder;
  std::filesystem::path log(std::string const& name = "operator") const { return folder.path() / (name + ".log"); }
};

TEST_F(AnOperator, makes_keeps_and_deletes_what_an_echo_wants) {
  auto const cluster = start_cluster(folder.path());
  TestClient client(*cluster);
  auto running = start_operator(cluster->admin_kubeconfig(), log());
  ASSERT_TRUE(client.create(echoes, echo_json("a", 2)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  client.merge(echoes, "a", R"({"spec":{"replicas":3}})");
  ASSERT_TRUE(comes([&] { return all_ready(client, 1) && mismatch(client).empty(); })) << mismatch(client);
  client.merge(api::deployments, "a", R"({"spec":{"replicas":1}})");
  ASSERT_TRUE(comes([&] { return mismatch(client).empty(); }));
  client.remove(api::deployments, "a");
  ASSERT_TRUE(comes([&] { return client.get(api::deployments, "a") != nullptr && all_ready(client, 1); }));
  client.remove(echoes, "a");
  ASSERT_TRUE(comes([&] { return client.list(echoes).empty() && client.list(api::deployments).empty(); }));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait(10s), 0) << running.output();
}

TEST_F(AnOperator, leaves_the_deployment_of_a_stranger_alone_and_says_so) {
  auto const cluster = start_cluster(folder.path());
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(api::deployments, stranger_json("a")));
  auto const before = client.get(api::deployments, "a");
  auto const running = start_operator(cluster->admin_kubeconfig(), log());
  client.create(echoes, echo_json("a", 2));
  ASSERT_TRUE(comes([&] {
    auto const echo = client.get(echoes, "a");
    return echo && echo->status && boost::json::serialize(*echo->status).contains("NameTaken");
  })) << running.output();
  EXPECT_EQ(*client.get(api::deployments, "a")->spec, *before->spec);
}

TEST_F(AnOperator, carries_a_thousand_echoes) {
  auto const cluster = start_cluster(folder.path(), {.cheap_deployments = true});
  TestClient client(*cluster);
  auto const running = start_operator(cluster->admin_kubeconfig(), log());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.create(echoes, echo_json("e" + std::to_string(i), i % 4)));
  EXPECT_TRUE(comes([&] { return all_ready(client, 1000); }, 300s)) << running.last_output();
  EXPECT_EQ(mismatch(client), "");
}

// kill -9 at random moments, while people create, change and delete. How often: ECHO_KILLS.
TEST_F(AnOperator, that_is_killed_again_and_again_loses_nothing_and_leaves_nothing) {
  auto const cluster =
      start_cluster(folder.path(), {.tokens = "operator,operator,1,\"system:masters\"\n", .cheap_deployments = true});
  TestClient client(*cluster);
  auto const kubeconfig = cluster->kubeconfig("own", "{token: operator}");
  std::mt19937 random(20261125);
  auto const below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  for (int i = 0; i < 20; ++i) client.create(echoes, echo_json("e" + std::to_string(i), 1));
  ASSERT_TRUE(client.create(api::deployments, stranger_json("stranger")));
  auto const stranger = client.get(api::deployments, "stranger");
  for (int kill = wanted("ECHO_KILLS", 50); kill > 0; --kill) {
    auto running = start_operator(kubeconfig, log());
    auto const end = std::chrono::steady_clock::now() + std::chrono::milliseconds(20 + below(400));
    while (std::chrono::steady_clock::now() < end) {
      std::string const name = "e" + std::to_string(below(30));
      switch (below(5)) {
        case 0:
          client.create(echoes, echo_json(name, static_cast<int>(below(4))));
          break;
        case 1:
          client.remove(echoes, name);
          break;
        case 2:
          client.remove(api::deployments, name);
          break;
        case 3:
          client.merge(api::deployments, name, R"({"spec":{"replicas":7}})");
          break;
        default:
          client.merge(echoes, name, R"({"spec":{"replicas":)" + std::to_string(below(5)) + "}}");
      }
    }
    running.signal(SIGKILL);
    ASSERT_EQ(running.wait(5s), 128 + SIGKILL) << "it ended by itself: " << running.last_output();
  }
  auto const before = client.list(echoes).size();
  auto const last = start_operator(kubeconfig, log("last"));
  auto const settled = [&] {
    auto const left = client.list(echoes).size();  // without those whose deletion has now been finished
    return left <= before && all_ready(client, left) && mismatch(client, "", "stranger").empty();
  };
  EXPECT_TRUE(comes(settled, 90s)) << mismatch(client, "", "stranger") << last.last_output();
  auto const after = client.get(api::deployments, "stranger");
  ASSERT_TRUE(after);
  EXPECT_EQ(*after->spec, *stranger->spec);
  EXPECT_EQ(after->metadata.uid, stranger->metadata.uid);
  for (auto const& line : cluster->audit_log()) {
    if (line.user == "operator" && line.resource == "deployments" && line.name == "stranger")
      EXPECT_EQ(line.verb, "get") << "the operator has touched the stranger";
  }
}

}  // namespace
