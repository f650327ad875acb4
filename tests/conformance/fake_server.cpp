#include <boost/json/parse.hpp>
#include <fstream>
#include <thread>

#include "tests/conformance/https_driver.hpp"
#include "tests/conformance/servers.hpp"
#include "tests/support/process.hpp"

namespace conformance {
namespace {

using Path = std::filesystem::path;

constexpr Milliseconds start_limit{20'000};

/// The program and its files, which go with it.
class FakeServer final : public Driver {
 public:
  programs::TemporaryFolder folder;
  std::optional<programs::Process> program;
  std::unique_ptr<Driver> driver;

  ~FakeServer() override { driver.reset(); }

  std::string name() const override { return driver->name(); }
  Sent<Answer> send(Call const& call) override { return driver->send(call); }
  Sent<std::vector<Answer>> send_together(std::vector<Call> const& calls) override {
    return driver->send_together(calls);
  }
  Sent<std::unique_ptr<LineStream>> open(Call const& call) override { return driver->open(call); }
  void wait(Milliseconds time) override { driver->wait(time); }
  Milliseconds now() override { return driver->now(); }
  std::string timestamp() override { return driver->timestamp(); }
  Sent<void> compact(std::uint64_t revision) override { return driver->compact(revision); }
  bool has_controllers() const override { return driver->has_controllers(); }
};

}  // namespace

std::expected<std::unique_ptr<Driver>, std::string> start_fake_server(Path const& program, std::string const& profile,
                                                                      bool controllers) {
  auto server = std::make_unique<FakeServer>();
  auto const folder = server->folder.path();
  auto const kubeconfig = folder / "kubeconfig";
  {
    std::ofstream tokens(folder / "tokens.csv");
    tokens << "the-admin,admin,admin,system:masters\nthe-one-without-rights,bob,bob\n";
  }
  auto started =
      programs::Process::start(program,
                               {"serve", "--profile", profile, "--authorization", "rbac", "--token-auth-file",
                                (folder / "tokens.csv").string(), "--write-kubeconfig", kubeconfig.string(),
                                "--compaction-endpoint", controllers ? "--no-nodes" : "--no-controllers"},
                               folder / "log");
  if (!started) return std::unexpected(started.error());
  server->program.emplace(std::move(*started));
  auto const deadline = std::chrono::steady_clock::now() + start_limit;
  while (true) {
    if (!server->program->running()) return std::unexpected("echo-fakeapi ended:\n" + server->program->last_output());
    // Written when the server listens.
    auto found = std::filesystem::exists(kubeconfig) ? settings_of_kubeconfig(kubeconfig)
                                                     : std::unexpected(std::string("no kubeconfig"));
    if (found) {
      found->name = std::string("echo-fakeapi over HTTPS") + (controllers ? " with its controllers" : "");
      found->tokens = {{User::admin, "the-admin"}, {User::bob, "the-one-without-rights"}, {User::unknown, "nobodys"}};
      found->users = true;
      found->controllers = controllers;
      auto const settings = *found;
      found->compact = [settings](std::uint64_t revision) -> Sent<void> {
        auto other = settings;
        other.compact = nullptr;
        auto driver = make_https_driver(std::move(other));
        if (!driver) return std::unexpected(driver.error());
        auto const answer = (*driver)->send({.method = "POST",
                                             .target = "/v3/kv/compaction",
                                             .headers = {{"Content-Type", "application/json"}},
                                             .body = "{\"revision\":\"" + std::to_string(revision) + "\"}"});
        if (!answer) return std::unexpected(answer.error());
        if (answer->status != 200) return std::unexpected("no compaction: " + answer->body);
        return {};
      };
      auto driver = make_https_driver(std::move(*found));
      if (!driver) return std::unexpected(driver.error());
      server->driver = std::move(*driver);
      auto const answer = server->driver->send({.method = "GET", .target = "/readyz"});
      if (answer && answer->status == 200) return server;
    }
    if (std::chrono::steady_clock::now() > deadline)
      return std::unexpected("echo-fakeapi is not ready in time:\n" + server->program->last_output());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace conformance
