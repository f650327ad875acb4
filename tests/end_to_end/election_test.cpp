// Several operators of which one leads, as processes that stop and go on.
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "tests/end_to_end/test_client.hpp"

namespace {

using namespace end_to_end;
using echo::echoes;

std::string now_text() {
  auto const now = std::chrono::system_clock::now();
  auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  std::time_t const seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  auto const size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%06dZ", static_cast<int>(micros));
  return text;
}

TEST(TwoOperators, hand_over_at_once_when_the_leader_ends_in_good_order) {
  programs::TemporaryFolder const folder;
  auto const cluster = start_cluster(folder.path());
  TestClient client(*cluster);
  std::vector<std::string> const elect{"--leader-elect", "--leader-election-namespace", "default"};
  auto first = start_operator(cluster->admin_kubeconfig(), folder.path() / "first.log", elect);
  ASSERT_TRUE(comes([&] { return first.output().contains("leading"); })) << first.output();
  auto second = start_operator(cluster->admin_kubeconfig(), folder.path() / "second.log", elect);
  ASSERT_TRUE(comes([&] { return second.output().contains("caches are in sync"); })) << second.output();
  EXPECT_FALSE(second.output().contains("leading"));
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait(10s), 0);
  // Far less than the lease's fifteen seconds.
  EXPECT_TRUE(comes([&] { return second.output().contains("leading"); }, 6s)) << second.output();
  client.create(echoes, echo_json("a", 1));
  EXPECT_TRUE(comes([&] { return all_ready(client, 1); })) << second.output();
}

/// By what it has said last.
bool leads(programs::Process const& one) {
  constexpr std::string_view no_longer = "no longer leading";
  constexpr std::string_view word = " leading";
  auto const said = one.output();
  auto const begun = said.rfind(word);
  auto const ended = said.rfind(no_longer);
  return begun != std::string::npos && (ended == std::string::npos || ended + no_longer.size() < begun + word.size());
}

/// Two operators with one Lease, in a namespace of their own; each is a user of its own, so that the server's log tells
/// them apart.
struct Pair {
  std::string space;
  std::array<std::string, 2> users;
  std::vector<programs::Process> operators;
};

// All leaders are stopped at random moments under load until the others lead, and go on. How often: ECHO_STOPS times
// ten pairs.
TEST(TwoOperators, of_which_the_leader_was_stopped_past_its_lease_never_both_write) {
  constexpr std::size_t pairs = 10;
  char const* const text = std::getenv("ECHO_STOPS");
  int const rounds = text == nullptr ? 1 : std::atoi(text);
  programs::TemporaryFolder const folder;
  std::string tokens;
  std::vector<Pair> all(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    all[i].space = "space" + std::to_string(i);
    for (std::size_t k = 0; k < 2; ++k) {
      auto& user = all[i].users[k];
      user = "operator" + std::to_string(i) + (k == 0 ? "a" : "b");
      tokens += user + "," + user + "," + user + ",\"system:masters\"\n";
    }
  }
  auto const cluster = start_cluster(folder.path(), {.tokens = tokens, .cheap_deployments = true});
  TestClient client(*cluster);
  for (auto& pair : all) {
    ASSERT_TRUE(client.create({"", "v1", "namespaces"},
                              R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + pair.space + "\"}}"));
    for (auto const& user : pair.users) {
      auto const kubeconfig = cluster->kubeconfig(user, "{token: " + user + "}");
      pair.operators.push_back(
          start_operator(kubeconfig, folder.path() / (user + ".log"),
                         {"--namespace", pair.space, "--leader-elect", "--leader-election-namespace", pair.space,
                          "--leader-election-lease-duration", "3", "--leader-election-renew-deadline", "2",
                          "--leader-election-retry-period", "0.5"}));
    }
    for (char const* name : {"a", "b", "c"}) ASSERT_TRUE(client.create(echoes, echo_json(name, 1, pair.space)));
  }
  auto const leader_of = [](Pair const& pair) -> std::optional<std::size_t> {
    for (std::size_t k = 0; k < 2; ++k) {
      if (leads(pair.operators[k])) return k;
    }
    return std::nullopt;
  };
  std::mt19937 random(20261125);
  auto const disturb = [&] {
    for (auto const& pair : all) {
      char const* const names[] = {"a", "b", "c"};
      client.merge(echoes, names[random() % 3], R"({"spec":{"replicas":)" + std::to_string(random() % 5) + "}}",
                   pair.space);
    }
  };
  int late_writes = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::size_t> leaders(pairs);
    for (std::size_t i = 0; i < pairs; ++i) {
      ASSERT_TRUE(comes([&] {
        auto const one = leader_of(all[i]);
        if (one) leaders[i] = *one;
        return one.has_value();
      })) << all[i].space;
    }
    for (int i = 0; i < 10; ++i) disturb();
    for (std::size_t i = 0; i < pairs; ++i) {
      client.merge(echoes, "a", R"({"spec":{"replicas":)" + std::to_string(1 + random() % 4) + "}}", all[i].space);
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
      all[i].operators[leaders[i]].signal(SIGSTOP);
    }
    // The others lead when the lease has ended.
    for (std::size_t i = 0; i < pairs; ++i) {
      auto const& other = all[i].operators[1 - leaders[i]];
      ASSERT_TRUE(comes([&] { return leads(other); }, 30s)) << other.output();
    }
    disturb();
    auto const continued = now_text();
    for (std::size_t i = 0; i < pairs; ++i) all[i].operators[leaders[i]].signal(SIGCONT);
    for (int i = 0; i < 10; ++i) disturb();
    std::this_thread::sleep_for(500ms);
    // Whoever was stopped has no lease: at most the one write of each that had passed its check is there.
    std::map<std::string, int> writes;
    for (auto const& line : cluster->audit_log()) {
      bool const write = line.verb != "get" && line.verb != "list" && line.verb != "watch";
      if (write && line.resource != "leases" && line.resource != "events" && line.received > continued)
        ++writes[line.user];
    }
    for (std::size_t i = 0; i < pairs; ++i) {
      auto const count = writes[all[i].users[leaders[i]]];
      EXPECT_LE(count, 1) << all[i].users[leaders[i]] << " in round " << round;
      late_writes += count;
    }
    // From the next round on somebody must have said that he leads no more.
    for (std::size_t i = 0; i < pairs; ++i) {
      auto const& one = all[i].operators[leaders[i]];
      EXPECT_TRUE(comes([&] { return one.output().rfind("no longer leading") != std::string::npos; }, 5s))
          << one.output();
    }
  }
  std::printf("%d stops, %d writes of stopped leaders\n", rounds * static_cast<int>(pairs), late_writes);
  RecordProperty("writes_of_stopped_leaders", late_writes);
  for (auto const& pair : all) {
    EXPECT_TRUE(comes([&] { return all_ready(client, 3, pair.space) && mismatch(client, pair.space).empty(); }, 60s))
        << pair.space << ": " << mismatch(client, pair.space);
  }
}

}  // namespace
