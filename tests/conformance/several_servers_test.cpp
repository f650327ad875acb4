// `echo-fakeapi serve --servers`: several API servers in one process, each over HTTPS at a port of its own.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/conformance/https_driver.hpp"
#include "tests/support/process.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string const config_maps = "/api/v1/namespaces/default/configmaps";

class SeveralServersTest : public testing::Test {
 protected:
  void start(std::vector<std::string> const& options) {
    std::vector<std::string> arguments{"serve", "--no-controllers", "--write-kubeconfig", kubeconfig().string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    auto started = programs::Process::start(ECHO_FAKEAPI_PROGRAM, arguments, folder_.path() / "log");
    ASSERT_TRUE(started) << started.error();
    program_.emplace(std::move(*started));
    for (auto const end = Clock::now() + 20s; !std::filesystem::exists(kubeconfig());) {
      ASSERT_TRUE(program_->running() && Clock::now() < end) << program_->last_output();
      std::this_thread::sleep_for(5ms);
    }
  }

  /// The server that a context of the kubeconfig leads to.
  std::unique_ptr<Driver> at(std::string const& context) {
    std::ifstream file(kubeconfig());
    std::ostringstream text;
    text << file.rdbuf();
    auto changed = text.str();
    std::string const current = "current-context: ";
    changed.replace(changed.find(current), std::string::npos, current + context + "\n");
    auto const own = folder_.path() / context;
    std::ofstream(own) << changed;
    auto settings = settings_of_kubeconfig(own);
    if (!settings) throw std::runtime_error(settings.error());
    auto driver = make_https_driver(std::move(*settings));
    if (!driver) throw std::runtime_error(driver.error());
    return std::move(*driver);
  }

  static Answer ask(Driver& server, std::string method, std::string target, std::string body = {}) {
    auto answer = server.send({.method = std::move(method),
                               .target = std::move(target),
                               .headers = {{"Content-Type", "application/json"}},
                               .body = std::move(body)});
    if (!answer) throw std::runtime_error(answer.error());
    return *std::move(answer);
  }
  static void create(Driver& server, std::string const& name) {
    auto const answer = ask(server, "POST", config_maps, R"({"metadata":{"name":")" + name + "\"}}");
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  static bool cached(Driver& server, std::string const& name) {
    return ask(server, "GET", config_maps + "?resourceVersion=0").body.contains("\"name\":\"" + name + "\"");
  }

  std::filesystem::path kubeconfig() const { return folder_.path() / "kubeconfig"; }

  programs::TemporaryFolder folder_;
  std::optional<programs::Process> program_;
};

TEST_F(SeveralServersTest, show_the_past_to_who_goes_from_one_to_another_that_is_held) {
  start({"--servers", "2"});
  auto const first = at("echo-fakeapi");
  auto const second = at("echo-fakeapi-2");
  create(*first, "before");
  EXPECT_TRUE(cached(*second, "before"));
  ASSERT_EQ(ask(*second, "POST", "/fakeapi/caches", R"({"held":true})").status, 200);
  create(*first, "after");
  EXPECT_TRUE(cached(*first, "after"));
  EXPECT_FALSE(cached(*second, "after"));
  EXPECT_TRUE(ask(*second, "GET", config_maps).body.contains("\"name\":\"after\"")) << "what is read from the store";
  auto stream =
      second->open({.method = "GET", .target = config_maps + "?watch=true&fieldSelector=metadata.name%3Dafter"});
  ASSERT_TRUE(stream) << stream.error();
  ASSERT_EQ(ask(*second, "POST", "/fakeapi/caches", R"({"held":false})").status, 200);
  auto const line = (*stream)->next(20s);
  ASSERT_TRUE(line) << line.error();
  EXPECT_TRUE(line->text.starts_with(R"({"type":"ADDED")")) << line->text;
}

TEST_F(SeveralServersTest, are_as_late_as_they_were_told) {
  start({"--lag", "0,1500ms"});
  auto const first = at("echo-fakeapi");
  auto const second = at("echo-fakeapi-2");
  auto const began = Clock::now();
  create(*first, "new");
  EXPECT_TRUE(cached(*first, "new"));
  while (!cached(*second, "new")) {
    ASSERT_LT(Clock::now() - began, 30s);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_GE(Clock::now() - began, 1490ms);
  auto const told = json::parse(ask(*second, "GET", "/fakeapi/caches").body);
  EXPECT_EQ(told.at("lag"), "1500ms");
}

TEST_F(SeveralServersTest, ask_who_moves_their_caches_who_he_is) {
  start({"--servers", "2"});
  auto const second = at("echo-fakeapi-2");
  auto const answer =
      second->send({.method = "POST", .target = "/fakeapi/caches", .body = R"({"held":true})", .user = User::nobody});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 403);
}

TEST_F(SeveralServersTest, are_told_of_by_none_who_is_alone) {
  start({});
  auto const only = at("echo-fakeapi");
  EXPECT_EQ(ask(*only, "GET", "/fakeapi/caches").status, 404);
}

TEST_F(SeveralServersTest, all_end_in_good_order_with_their_watches) {
  start({"--servers", "3"});
  auto const third = at("echo-fakeapi-3");
  auto stream = third->open({.method = "GET", .target = config_maps + "?watch=true"});
  ASSERT_TRUE(stream) << stream.error();
  ASSERT_EQ(::kill(program_->pid(), SIGTERM), 0);
  for (;;) {
    auto const line = (*stream)->next(20s);
    ASSERT_TRUE(line) << line.error();
    if (line->what == LineStream::Line::What::line) continue;  // kube-root-ca.crt
    EXPECT_EQ(line->what, LineStream::Line::What::end);
    break;
  }
}

}  // namespace
}  // namespace conformance
