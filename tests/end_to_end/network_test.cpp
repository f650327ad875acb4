// The operator while the network and the API server fail, and while credentials change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "operator/api/base64.hpp"
#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "tests/end_to_end/front.hpp"
#include "tests/end_to_end/test_client.hpp"

namespace {

using namespace end_to_end;
using echo::echoes;

struct AnOperatorInBadWeather : ::testing::Test {
  programs::TemporaryFolder folder;
  std::string path(std::string const& name) const { return (folder.path() / name).string(); }
};

TEST_F(AnOperatorInBadWeather, goes_on_when_the_api_server_is_started_anew) {
  auto const cluster = start_cluster(folder.path());
  auto const running = start_operator(cluster->admin_kubeconfig(), path("operator.log"));
  {
    TestClient client(*cluster);
    ASSERT_TRUE(client.create(echoes, echo_json("a", 1)));
    ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  }
  cluster->stop();
  std::this_thread::sleep_for(2s);  // for longer than the first wait of an informer
  cluster->start();                 // the fake with an empty store, whose revisions begin anew
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(echoes, echo_json("b", 2)));
  std::size_t const count = cluster->keeps_state() ? 2 : 1;
  EXPECT_TRUE(comes([&] { return all_ready(client, count) && mismatch(client).empty(); }, 90s)) << running.output();
}

TEST_F(AnOperatorInBadWeather, goes_on_when_its_connections_are_cut) {
  auto const cluster = start_cluster(folder.path(), {.cheap_deployments = true});
  Front front(*cluster);
  auto const running = start_operator(
      cluster->kubeconfig("own", std::string("{token: ") + admin_token + "}", front.port()), path("operator.log"));
  TestClient client(*cluster);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(client.create(echoes, echo_json("e" + std::to_string(i), i % 3)));
    client.merge(echoes, "e0", R"({"spec":{"replicas":)" + std::to_string(i) + "}}");
    std::this_thread::sleep_for(30ms);
    front.cut();
  }
  EXPECT_TRUE(comes([&] { return all_ready(client, 10) && mismatch(client).empty(); }, 90s)) << running.output();
  EXPECT_GT(front.connections(), 5U) << "it has come back again and again";
}

// A watch that should have ended is dead; that takes until then, more than three minutes at most.
TEST_F(AnOperatorInBadWeather, notices_a_watch_that_has_silently_died) {
  if (std::getenv("ECHO_LONG") == nullptr) GTEST_SKIP() << "takes some minutes of real time; set ECHO_LONG to run it";
  auto const cluster = start_cluster(folder.path());
  Front front(*cluster);
  auto const running = start_operator(
      cluster->kubeconfig("own", std::string("{token: ") + admin_token + "}", front.port()), path("operator.log"));
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(echoes, echo_json("a", 1)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  std::this_thread::sleep_for(2s);
  front.silence();
  ASSERT_TRUE(client.create(echoes, echo_json("b", 1)));
  EXPECT_TRUE(comes([&] { return all_ready(client, 2); }, 260s)) << running.output();
}

TEST_F(AnOperatorInBadWeather, waits_as_it_is_told_while_the_server_has_too_many_requests) {
  auto const cluster = start_cluster(folder.path(), {.cheap_deployments = true});
  Turnstile front(*cluster);
  auto const running = start_operator(
      cluster->kubeconfig("own", std::string("{token: ") + admin_token + "}", front.port()), path("operator.log"));
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(echoes, echo_json("first", 1)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  front.storm(true);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.create(echoes, echo_json("e" + std::to_string(i), i % 3)));
  std::this_thread::sleep_for(5s);
  EXPECT_GT(front.refused(), 0U);
  EXPECT_LT(front.refused(), 100U) << "it asks again and again in spite of Retry-After: 1";
  front.storm(false);
  EXPECT_TRUE(comes([&] { return all_ready(client, 101) && mismatch(client).empty(); }, 90s)) << running.output();
}

TEST_F(AnOperatorInBadWeather, takes_a_new_token_from_its_file_when_the_old_one_is_refused) {
  auto const cluster = start_cluster(folder.path(), {.tokens = "first,operator,1,\"system:masters\"\n"});
  write_file(path("token"), "first\n");
  auto const running =
      start_operator(cluster->kubeconfig("own", "{tokenFile: " + path("token") + "}"), path("operator.log"));
  {
    TestClient client(*cluster);
    ASSERT_TRUE(client.create(echoes, echo_json("a", 1)));
    ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  }
  cluster->stop();
  std::this_thread::sleep_for(2s);
  cluster->write_tokens("second,operator,1,\"system:masters\"\n");
  cluster->start();
  write_file(path("token"), "second\n");
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(echoes, echo_json("b", 1)));
  std::size_t const count = cluster->keeps_state() ? 2 : 1;
  EXPECT_TRUE(comes([&] { return all_ready(client, count); }, 90s)) << running.output();
  EXPECT_FALSE(running.output().contains("second")) << "a secret is in the log";
}

TEST_F(AnOperatorInBadWeather, shows_a_new_certificate_when_its_files_have_changed) {
  auto const cluster = start_cluster(folder.path());
  auto const write_identity = [&](std::string const& user) {
    auto const made =
        real::make_client_identity(cluster->authority(), user, {"system:masters"}, std::chrono::system_clock::now());
    write_file(path("own.key"), made.key);
    write_file(path("own.crt"), made.certificate);
  };
  write_identity("old-name");
  auto const running = start_operator(
      cluster->kubeconfig("own", "{client-certificate: " + path("own.crt") + ", client-key: " + path("own.key") + "}"),
      path("operator.log"));
  TestClient client(*cluster);
  ASSERT_TRUE(client.create(echoes, echo_json("a", 1)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  write_identity("new-name");
  auto const writes_of = [&](std::string const& user) {
    int count = 0;
    for (auto const& line : cluster->audit_log()) count += line.user == user && line.resource == "deployments" ? 1 : 0;
    return count;
  };
  EXPECT_GT(writes_of("old-name"), 0);
  EXPECT_EQ(writes_of("new-name"), 0);
  int next = 0;
  EXPECT_TRUE(comes(
      [&] {
        client.create(echoes, echo_json("b" + std::to_string(next++), 1));
        std::this_thread::sleep_for(500ms);
        return writes_of("new-name") > 0;
      },
      90s))
      << running.output();
  EXPECT_TRUE(comes([&] { return all_ready(client, client.list(echoes).size()); }));
}

TEST_F(AnOperatorInBadWeather, asks_its_plug_in_again_when_its_credentials_expire_or_are_refused) {
  auto const cluster = start_cluster(
      folder.path(), {.tokens = "first,operator,1,\"system:masters\"\nsecond,operator,1,\"system:masters\"\n"});
  write_file(path("token"), "first");
  // Its credentials expire three seconds after it was asked.
  auto const plugin =
      write_file(path("login"),
                 "#!/bin/sh\ncd \"$(dirname \"$0\")\"\necho x >> runs\n"
                 "printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\","
                 "\"status\":{\"token\":\"%s\",\"expirationTimestamp\":\"%s\"}}' \"$(cat token)\" "
                 "\"$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)\"\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  auto const running = start_operator(
      cluster->kubeconfig("own",
                          "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, interactiveMode: "
                          "Never}}"),
      path("operator.log"));
  TestClient client(*cluster);
  auto const runs = [&] { return programs::read_file(path("runs")).size() / 2; };
  ASSERT_TRUE(client.create(echoes, echo_json("a", 1)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 1); })) << running.output();
  EXPECT_EQ(runs(), 1U) << "once for all requests of the start";
  std::this_thread::sleep_for(4s);
  ASSERT_TRUE(client.create(echoes, echo_json("b", 1)));
  ASSERT_TRUE(comes([&] { return all_ready(client, 2); })) << running.output();
  EXPECT_GE(runs(), 2U) << "the first ones have expired";
  EXPECT_LE(runs(), 6U);
}

TEST_F(AnOperatorInBadWeather, talks_to_no_server_that_it_has_no_reason_to_trust) {
  auto const cluster = start_cluster(folder.path());
  auto const text = programs::read_file(cluster->admin_kubeconfig());
  auto const other = real::make_authority("somebody-else", std::chrono::system_clock::now());
  auto const asked = [&] {
    return std::ranges::count_if(cluster->audit_log(), [](auto const& line) { return line.resource == "echoes"; });
  };
  auto const before = asked();
  auto const says = [&](std::string const& name, std::string config, std::string const& expected) {
    auto running = start_operator(write_file(path(name), config), path(name + ".log"));
    EXPECT_TRUE(comes([&] { return running.output().contains(expected); }, 10s)) << name << "\n" << running.output();
    EXPECT_FALSE(running.output().contains(admin_token)) << "a secret is in the log";
  };
  auto const with = [&](std::string const& from, std::string const& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  auto const authority = api::encode_base64(cluster->authority().identity.certificate);
  says("unknown-authority", with(authority, api::encode_base64(other.identity.certificate)), "certificate");
  says("other-name", with(authority, authority + ", tls-server-name: other.example"), "hostname mismatch");
  says("plain-http", with("https://", "http://"), "400");
  EXPECT_EQ(asked(), before) << "something was asked of a server that is not to be trusted";
}

TEST_F(AnOperatorInBadWeather, tells_in_one_line_what_is_wrong_with_its_configuration) {
  int count = 0;
  auto const fails = [&](std::vector<std::string> arguments, std::string const& file) {
    auto const output = path("bad-" + std::to_string(++count) + ".log");
    if (!file.empty()) arguments.insert(arguments.end(), {"--kubeconfig", write_file(path("bad"), file)});
    auto program = programs::Process::start(ECHO_OPERATOR_PROGRAM, arguments, output, {{"HOME", path("home")}});
    auto const code = program.value().wait(10s);
    return std::to_string(code.value_or(-1)) + " " + program->output();
  };
  std::string const good_end = "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n";
  EXPECT_EQ(fails({"--kubeconfig", "/no/such/file"}, ""),
            "2 echo-operator: cannot read /no/such/file: No such file or directory\n");
  EXPECT_TRUE(fails({}, "").starts_with("2 echo-operator: there is no cluster to talk to: "));
  EXPECT_TRUE(fails({}, "users: [").starts_with("2 echo-operator: " + path("bad") + ":1: "));
  EXPECT_TRUE(fails({"--nonsense"}, "").starts_with("1 "));
  EXPECT_TRUE(fails({"--metrics-bind-address", "here"},
                    "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n" + good_end)
                  .starts_with("1 echo-operator: --metrics-bind-address here: write HOST:PORT, :PORT or 0\n"));
  EXPECT_TRUE(fails({}, "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1', certificate-authority-data: " +
                            api::encode_base64("no certificate") + "}}]\n" + good_end)
                  .contains("no certificate in PEM format"));
  EXPECT_EQ(fails({"--leader-elect", "--leader-election-namespace", "n", "--leader-election-lease-duration", "5"},
                  "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n" + good_end),
            "1 echo-operator: leader election: the lease's duration must be longer than the renew deadline\n");
}

}  // namespace
