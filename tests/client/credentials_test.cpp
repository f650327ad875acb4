#include "operator/client/credentials.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>

#include "operator/api/object.hpp"
#include "operator/client/exec_credential.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "tests/client/memory_files.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using client::Access;
using client::AccessCredentials;

class Lines final : public seams::Log {
 public:
  std::vector<std::string> lines;
  bool enabled(seams::LogLevel /*level*/) const override { return true; }
  void write(seams::LogLevel /*level*/, std::string_view message, std::span<seams::LogField const> fields) override {
    std::string line(message);
    for (auto const& field : fields) {
      if (auto const* text = std::get_if<std::string_view>(&field.value)) line += " " + std::string(*text);
    }
    lines.push_back(std::move(line));
  }
};

/// A program that takes a second and prints what it is told to.
class Plugin final : public seams::Commands {
 public:
  explicit Plugin(seams::Clock& clock) : clock_(clock) {}
  std::deque<std::expected<seams::CommandOutcome, seams::CommandError>> outcomes{};  ///< the last one stays
  std::vector<seams::Command> ran{};

  void prints(std::string text) { outcomes = {seams::CommandOutcome{0, std::move(text), ""}}; }

  asio::awaitable<std::expected<seams::CommandOutcome, seams::CommandError>> run(seams::Command command,
                                                                                 seams::MonotonicTime /*deadline*/,
                                                                                 std::size_t /*limit*/) override {
    ran.push_back(std::move(command));
    co_await seams::sleep_until(clock_, clock_.now() + 1s);
    auto outcome = outcomes.front();
    if (outcomes.size() > 1) outcomes.pop_front();
    co_return outcome;
  }

 private:
  seams::Clock& clock_;
};

struct CredentialsOf : ::testing::Test {
  sim::Scheduler scheduler;
  sim::Process process{scheduler, "client"};
  client_test::MemoryFiles files;
  Plugin plugin{process.clock()};
  Lines log;
  Access access;
  std::unique_ptr<AccessCredentials> credentials;

  ~CredentialsOf() override { process.kill(); }
  CredentialsOf() = default;

  void start() { credentials = std::make_unique<AccessCredentials>(access, files, plugin, process.clock(), log); }

  /// Asks, and waits for the answer: "1 Authorization: Bearer x", or the error.
  std::string ask(seams::Duration patience = 10min) {
    std::string answer = "none";
    spawn(patience, answer);
    scheduler.run_until(scheduler.now() + 1h, 100'000, [&] { return answer != "none"; });
    return answer;
  }
  void spawn(seams::Duration patience, std::string& answer) {
    asio::co_spawn(process.executor(), credentials->authorize(process.clock().now() + patience),
                   [&answer](std::exception_ptr const& bug, auto const& authorization) {
                     if (bug) std::rethrow_exception(bug);
                     if (!authorization) {
                       answer = authorization.error().to_string();
                       return;
                     }
                     answer = std::to_string(authorization->number);
                     for (auto const& [name, value] : authorization->headers) answer += " " + name + ": " + value;
                   });
  }
  void pass(seams::Duration time) {
    scheduler.run_until(scheduler.now() + time, 100'000, [] { return false; });
  }
  void use_plugin(bool cluster_info = false) {
    access.user.exec = client::ExecPlugin{
        "client.authentication.k8s.io/v1", "login", {"now"}, {{"A", "b"}}, "install it", cluster_info};
  }
  static std::string credential(std::string const& status) {
    return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{)" + status + "}}";
  }
};

TEST_F(CredentialsOf, nobody_are_no_headers) {
  start();
  EXPECT_EQ(ask(), "1");
  EXPECT_FALSE(credentials->refused(1));
}

TEST_F(CredentialsOf, a_token_and_of_a_password_are_the_authorization) {
  access.user.token = "t";
  start();
  EXPECT_EQ(ask(), "1 Authorization: Bearer t");
  access.user.token = "";
  access.user.username = "Aladdin";
  access.user.password = "open sesame";
  start();
  EXPECT_EQ(ask(), "1 Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_F(CredentialsOf, somebody_who_acts_as_another_say_so) {
  access.user.impersonation = {"jane", "7", {"a", "b"}, {{"sco/pe", {"x"}}}};
  start();
  EXPECT_EQ(ask(),
            "1 Impersonate-User: jane Impersonate-Uid: 7 Impersonate-Group: a Impersonate-Group: b "
            "Impersonate-Extra-sco%2Fpe: x");
}

TEST_F(CredentialsOf, a_token_file_are_read_again_every_minute_and_trimmed) {
  access.user.token_file = "/t";
  files.files["/t"] = "one\n";
  start();
  EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  files.files["/t"] = "two\n";
  pass(59s);
  EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  pass(1s);
  EXPECT_EQ(ask(), "2 Authorization: Bearer two");
  EXPECT_EQ(files.reads, 2U);
}

TEST_F(CredentialsOf, a_token_file_are_read_at_once_when_the_server_refuses_them) {
  access.user.token_file = "/t";
  files.files["/t"] = "one";
  start();
  EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  pass(2s);
  EXPECT_FALSE(credentials->refused(1)) << "nothing newer is there";
  files.files["/t"] = "two";
  pass(2s);
  EXPECT_TRUE(credentials->refused(1));
  EXPECT_EQ(ask(), "2 Authorization: Bearer two");
  EXPECT_TRUE(credentials->refused(1)) << "an answer to an older request says nothing of the new token";
  EXPECT_EQ(ask(), "2 Authorization: Bearer two");
}

TEST_F(CredentialsOf, a_token_file_stay_what_they_were_while_it_is_gone_or_empty_with_one_warning) {
  access.user.token_file = "/t";
  access.user.token = "given";
  files.files["/t"] = "one";
  start();
  for (std::string const& text : {"", " \n", "two\nlines"}) {
    files.files["/t"] = text;
    pass(60s);
    EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  }
  files.files.erase("/t");
  pass(60s);
  EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  pass(60s);
  EXPECT_EQ(ask(), "1 Authorization: Bearer one");
  EXPECT_EQ(log.lines.size(), 3U);
  for (auto const& line : log.lines) EXPECT_FALSE(line.contains("two"));
}

TEST_F(CredentialsOf, a_certificate_in_files_change_the_connections_when_it_changes) {
  access.user.client_certificate.file = "/c";
  access.user.client_key.file = "/k";
  access.authority.file = "/ca";
  files.files = {{"/c", "cert"}, {"/k", "key"}, {"/ca", "ca"}};
  start();
  EXPECT_EQ(credentials->material(), (client::TlsMaterial{"ca", "cert", "key"}));
  auto const before = credentials->connection_number();
  pass(60s);
  ask();
  EXPECT_EQ(credentials->connection_number(), before);
  files.files["/ca"] = "ca2";
  pass(60s);
  ask();
  EXPECT_GT(credentials->connection_number(), before);
  EXPECT_EQ(credentials->material(), (client::TlsMaterial{"ca2", "cert", "key"}));
}

TEST_F(CredentialsOf, a_plugin_are_got_once_for_all_who_wait) {
  use_plugin();
  plugin.prints(credential(R"("token":"t")"));
  start();
  std::vector<std::string> answers(5, "none");
  for (auto& answer : answers) spawn(1min, answer);
  pass(2s);
  for (auto const& answer : answers) EXPECT_EQ(answer, "2 Authorization: Bearer t");
  ASSERT_EQ(plugin.ran.size(), 1U);
  EXPECT_EQ(plugin.ran[0].program, "login");
  EXPECT_EQ(plugin.ran[0].arguments, std::vector<std::string>{"now"});
  EXPECT_EQ(plugin.ran[0].environment[0], (std::pair<std::string, std::string>{"A", "b"}));
  EXPECT_EQ(plugin.ran[0].environment[1].second,
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}})");
}

TEST_F(CredentialsOf, a_plugin_come_with_news_of_the_cluster_if_it_wants_to_know) {
  use_plugin(true);
  access.authority.data = "ca";
  access.exec_config = boost::json::parse(R"({"a":1})");
  access.server = *client::parse_server("https://a:6443", true);
  auto const command = client::exec_command(access, "ca");
  EXPECT_EQ(command.environment.back().second,
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false,)"
            R"("cluster":{"server":"https://a:6443","certificate-authority-data":"Y2E=","config":{"a":1}}}})");
}

TEST_F(CredentialsOf, a_plugin_are_renewed_a_minute_before_they_expire) {
  use_plugin();
  auto const at = [&](seams::Duration ahead) {
    return api::format_timestamp(std::chrono::floor<std::chrono::seconds>(process.clock().wall_now() + ahead));
  };
  plugin.outcomes = {
      seams::CommandOutcome{0, credential(R"("token":"a","expirationTimestamp":")" + at(10min) + "\""), ""},
      seams::CommandOutcome{0, credential(R"("token":"b","expirationTimestamp":")" + at(60min) + "\""), ""}};
  start();
  EXPECT_EQ(ask(), "2 Authorization: Bearer a");
  pass(8min);
  EXPECT_EQ(ask(), "2 Authorization: Bearer a");
  pass(61s);
  EXPECT_EQ(ask(), "3 Authorization: Bearer b");
  EXPECT_EQ(plugin.ran.size(), 2U);
}

TEST_F(CredentialsOf, a_plugin_that_have_expired_already_do_not_make_it_run_for_ever) {
  use_plugin();
  plugin.prints(credential(R"("token":"a","expirationTimestamp":"2001-01-01T00:00:00Z")"));
  start();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(ask(), "2 Authorization: Bearer a");
    pass(100ms);
  }
  EXPECT_LE(plugin.ran.size(), 10U);
}

TEST_F(CredentialsOf, a_plugin_are_got_anew_when_the_server_refuses_them_but_not_again_at_once) {
  use_plugin();
  plugin.prints(credential(R"("token":"a")"));
  start();
  EXPECT_EQ(ask(), "2 Authorization: Bearer a");
  EXPECT_FALSE(credentials->refused(2));
  pass(2s);
  EXPECT_TRUE(credentials->refused(2));
  plugin.prints(credential(R"("token":"b")"));
  EXPECT_EQ(ask(), "3 Authorization: Bearer b");
}

TEST_F(CredentialsOf, a_plugin_with_a_certificate_change_the_connections) {
  use_plugin();
  plugin.prints(credential(R"("clientCertificateData":"c","clientKeyData":"k")"));
  start();
  EXPECT_EQ(ask(), "2");
  EXPECT_EQ(credentials->connection_number(), 2U);
  EXPECT_EQ(credentials->material(), (client::TlsMaterial{"", "c", "k"}));
}

TEST_F(CredentialsOf, a_plugin_that_fails_are_an_error_that_says_why_and_it_is_not_run_again_at_once) {
  use_plugin();
  plugin.outcomes = {std::unexpected(seams::CommandError{true, "there is no such program"}),
                     seams::CommandOutcome{3, "hush", "log in first\n"}, seams::CommandOutcome{0, "hush", ""}};
  start();
  EXPECT_EQ(ask(), "ConnectionFailed: the credential plug-in login: there is no such program; install it");
  EXPECT_EQ(ask(), "ConnectionFailed: the credential plug-in login: there is no such program; install it");
  EXPECT_EQ(plugin.ran.size(), 1U);
  pass(1s);
  EXPECT_EQ(ask(), "ConnectionFailed: the credential plug-in login ended with exit code 3: log in first");
  pass(1s);
  EXPECT_EQ(plugin.ran.size(), 2U);
  pass(1s);
  EXPECT_EQ(ask(), "ConnectionFailed: the credential plug-in login: what it printed is no JSON object");
  pass(3s);
  plugin.prints(credential(R"("token":"t")"));
  pass(1s);
  EXPECT_EQ(ask(), "2 Authorization: Bearer t");
  for (auto const& line : log.lines) EXPECT_FALSE(line.contains("hush"));
}

TEST_F(CredentialsOf, a_plugin_that_takes_too_long_fail_for_who_waits_and_come_for_the_next) {
  use_plugin();
  plugin.prints(credential(R"("token":"t")"));
  start();
  EXPECT_EQ(ask(500ms), "DeadlineExceeded: waiting for the credentials of login");
  EXPECT_EQ(ask(), "2 Authorization: Bearer t");
  EXPECT_EQ(plugin.ran.size(), 1U);
}

TEST_F(CredentialsOf, a_plugin_may_end_after_they_are_gone) {
  use_plugin();
  plugin.prints(credential(R"("token":"t")"));
  start();
  std::string answer = "none";
  spawn(500ms, answer);
  pass(600ms);
  credentials.reset();
  pass(2s);
  EXPECT_EQ(answer, "DeadlineExceeded: waiting for the credentials of login");
}

TEST(ExecCredential, that_is_not_what_was_asked_for_is_refused) {
  auto const read = [](std::string_view text) {
    auto const found = client::read_exec_credential(text, "v1");
    return found ? "good" : found.error();
  };
  EXPECT_EQ(read("token"), "what it printed is no JSON object");
  EXPECT_EQ(read("[]"), "what it printed is no JSON object");
  EXPECT_EQ(read(R"({"kind":"Pod","apiVersion":"v1"})"), "what it printed is of kind \"Pod\", not ExecCredential");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v2"})"), "it answered in apiVersion \"v2\", asked was v1");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1"})"), "its answer has no status");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1","status":{}})"),
            "its answer has neither a token nor a client certificate");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1","status":{"clientKeyData":"k"}})"),
            "its answer has only one of clientCertificateData and clientKeyData");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1","status":{"token":"a\nb"}})"),
            "the token in its answer is not a single line");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1","status":{"token":"a","expirationTimestamp":"soon"}})"),
            "the expirationTimestamp in its answer is no time of RFC 3339");
  EXPECT_EQ(read(R"({"kind":"ExecCredential","apiVersion":"v1","status":{"token":"a"}})"), "good");
}

}  // namespace
