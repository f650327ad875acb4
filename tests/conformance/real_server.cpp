#include <boost/json/parse.hpp>
#include <fstream>
#include <thread>

#include "tests/conformance/https_driver.hpp"
#include "tests/conformance/real_programs.hpp"
#include "tests/conformance/servers.hpp"
#include "tests/support/process.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using Path = std::filesystem::path;

constexpr Milliseconds start_limit{90'000};
constexpr char const* admin_token = "the-admin";
constexpr char const* bob_token = "the-one-without-rights";

std::expected<void, std::string> write_file(Path const& path, std::string const& text) {
  std::ofstream stream(path);
  stream << text;
  stream.close();
  if (!stream) return std::unexpected(path.string() + " cannot be written");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return {};
}

std::string kubeconfig(std::string const& url) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
         "clusters: [{name: c, cluster: {server: '" +
         url +
         "', insecure-skip-tls-verify: true}}]\n"
         "contexts: [{name: c, context: {cluster: c, user: c}}]\n"
         "users: [{name: c, user: {token: " +
         admin_token + "}}]\n";
}

/// The programs of one server, stopped in the order opposite to their start.
class RealServer final : public Driver {
 public:
  programs::TemporaryFolder folder;
  std::vector<std::unique_ptr<programs::Process>> running_programs;
  std::unique_ptr<Driver> driver;

  ~RealServer() override {
    driver.reset();
    while (!running_programs.empty()) running_programs.pop_back();
  }

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

  std::expected<void, std::string> run(Path const& program, std::vector<std::string> const& arguments) {
    auto started = programs::Process::start(program, arguments, folder.path() / (program.filename().string() + ".log"));
    if (!started) return std::unexpected(started.error());
    running_programs.push_back(std::make_unique<programs::Process>(std::move(*started)));
    return {};
  }
};

/// Asks until the answer is 200, as long as all programs are running.
std::expected<void, std::string> wait_until_ready(RealServer& server, std::vector<std::string> const& paths) {
  auto const deadline = std::chrono::steady_clock::now() + start_limit;
  for (auto const& path : paths) {
    while (true) {
      auto const answer = server.driver->send({.method = "GET", .target = path});
      if (answer && answer->status == 200) break;
      for (auto const& program : server.running_programs) {
        if (!program->running()) return std::unexpected("a program ended:\n" + program->last_output());
      }
      if (std::chrono::steady_clock::now() > deadline)
        return std::unexpected("not ready in time:\n" + server.running_programs.back()->last_output());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  return {};
}

/// Through etcd's JSON gateway, so that no etcdctl is needed.
std::function<Sent<void>(std::uint64_t)> etcd_compaction(std::uint16_t port) {
  return [port](std::uint64_t revision) -> Sent<void> {
    HttpsServer etcd{.name = "etcd", .endpoint = {.port = port, .tls = false}, .tokens = {}, .compact = nullptr};
    auto driver = make_https_driver(std::move(etcd));
    if (!driver) return std::unexpected(driver.error());
    auto const answer = (*driver)->send({.method = "POST",
                                         .target = "/v3/kv/compaction",
                                         .headers = {{"Content-Type", "application/json"}},
                                         .body = "{\"revision\":\"" + std::to_string(revision) + "\"}"});
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected("etcd does not compact: " + answer->body);
    return {};
  };
}

std::expected<std::unique_ptr<RealServer>, std::string> start_once(Path const& assets, bool controllers) {
  auto server = std::make_unique<RealServer>();
  auto const ports = programs::free_ports(3);
  auto const folder = server->folder.path();
  std::string const url = "https://127.0.0.1:" + std::to_string(ports[2]);
  for (auto const& [file, text] : std::map<std::string, std::string>{
           {"service-accounts.key", new_service_account_key()},
           {"kubeconfig", kubeconfig(url)},
           {"tokens.csv", std::string(admin_token) + ",admin,admin,system:masters\n" + bob_token + ",bob,bob\n"}}) {
    if (auto written = write_file(folder / file, text); !written) return std::unexpected(written.error());
  }
  auto commands = real_server_commands(assets, {.etcd = ports[0],
                                                .etcd_peers = ports[1],
                                                .server = ports[2],
                                                .folder = folder,
                                                .tokens = folder / "tokens.csv",
                                                .service_account_key = folder / "service-accounts.key",
                                                .service_account_public_key = folder / "service-accounts.key"});
  // Compaction is what the cases do, not what happens meanwhile.
  commands.back().arguments.emplace_back("--etcd-compaction-interval=0");
  for (auto const& [command, arguments] : commands) {
    if (auto started = server->run(command, arguments); !started) return std::unexpected(started.error());
  }
  HttpsServer there{.name = "kube-apiserver",
                    .endpoint = {.port = ports[2]},
                    .tokens = {{User::admin, admin_token}, {User::bob, bob_token}, {User::unknown, "nobodys"}},
                    .controllers = controllers,
                    .compact = etcd_compaction(ports[0])};
  auto driver = make_https_driver(there);
  if (!driver) return std::unexpected(driver.error());
  server->driver = std::move(*driver);
  if (auto ready = wait_until_ready(*server, {"/readyz", "/api/v1/namespaces/default", "/api/v1/namespaces/kube-system",
                                              "/api/v1/namespaces/kube-public", "/api/v1/namespaces/kube-node-lease",
                                              "/api/v1/namespaces/default/services/kubernetes"});
      !ready)
    return std::unexpected(ready.error());
  if (controllers) {
    if (auto started = server->run(
            assets / "kube-controller-manager",
            {"--kubeconfig=" + (folder / "kubeconfig").string(), "--leader-elect=false",
             "--controllers=deployment,replicaset,garbagecollector,namespace", "--port=0", "--secure-port=0"});
        !started)
      return std::unexpected(started.error());
  }
  auto const version = server->driver->send({.method = "GET", .target = "/version"});
  boost::system::error_code error;
  if (version) {
    auto const parsed = json::parse(version->body, error);
    if (!error && parsed.is_object() && parsed.get_object().contains("gitVersion"))
      there.name += " " + std::string(parsed.at("gitVersion").as_string());
  }
  if (controllers) there.name += " with kube-controller-manager";
  auto named = make_https_driver(std::move(there));
  if (!named) return std::unexpected(named.error());
  server->driver = std::move(*named);
  return server;
}

}  // namespace

std::expected<std::unique_ptr<Driver>, std::string> start_real_server(Path const& assets, bool controllers) {
  // Ports that were free may be taken a moment later.
  std::string failure;
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto server = start_once(assets, controllers);
    if (server) return std::move(*server);
    failure = server.error();
  }
  return std::unexpected(failure);
}

}  // namespace conformance
