#include "tests/end_to_end/real_cluster.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "operator/api/object_json.hpp"
#include "operator/manifest/manifest.hpp"
#include "tests/conformance/https_driver.hpp"
#include "tests/conformance/real_programs.hpp"

namespace end_to_end {
namespace {

namespace json = boost::json;

/// Lets every pod run that waits for a node. No pod is bound to one, so that deletions need nobody's consent.
void run_pods(conformance::Driver& driver) {
  auto const listed = driver.send({.method = "GET", .target = "/api/v1/pods?fieldSelector=status.phase%3DPending"});
  if (!listed || listed->status != 200) return;
  auto const pods = json::parse(listed->body);
  for (auto const& pod : pods.at("items").as_array()) {
    auto const& metadata = pod.at("metadata");
    std::string const path = "/api/v1/namespaces/" + std::string(metadata.at("namespace").as_string()) + "/pods/" +
                             std::string(metadata.at("name").as_string()) + "/status";
    auto const now = driver.timestamp();
    json::object const ready{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", now}};
    json::object const status{{"phase", "Running"}, {"startTime", now}, {"conditions", json::array{ready}}};
    (void)driver.send({.method = "PATCH",
                       .target = path,
                       .headers = {{"Content-Type", "application/merge-patch+json"}},
                       .body = json::serialize(json::object{{"status", status}})});
  }
}

class RealCluster final : public Cluster {
 public:
  RealCluster(std::filesystem::path const& assets, std::filesystem::path const& folder, ClusterOptions const& options)
      : Cluster(folder, options), assets_(assets) {
    std::signal(SIGPIPE, SIG_IGN);  // the node goes on while the server is stopped
    auto const ports = programs::free_ports(2);
    write_file(file("service-accounts.key"), conformance::new_service_account_key());
    commands_ = conformance::real_server_commands(assets, {.etcd = ports[0],
                                                           .etcd_peers = ports[1],
                                                           .server = port_,
                                                           .folder = folder,
                                                           .tokens = file("tokens.csv"),
                                                           .service_account_key = file("service-accounts.key"),
                                                           .service_account_public_key = file("service-accounts.key")});
    write_file(file("audit-policy.yaml"),
               "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: "
               "Metadata}]\n");
    auto& server = commands_.back().arguments;
    auto const tls = file("tls");
    server.insert(
        server.end(),
        {"--tls-cert-file=" + (tls / "server.crt").string(), "--tls-private-key-file=" + (tls / "server.key").string(),
         "--client-ca-file=" + (tls / "ca.crt").string(), "--audit-log-path=" + file("audit.log").string(),
         "--audit-log-mode=blocking", "--audit-policy-file=" + file("audit-policy.yaml").string()});
    etcd_.emplace(run(commands_.front().program, commands_.front().arguments));
    start();
    define();
    controllers_.emplace(run(assets_ / "kube-controller-manager",
                             {"--kubeconfig=" + admin_kubeconfig(), "--leader-elect=false",
                              "--controllers=deployment,replicaset,garbagecollector,namespace", "--port=0",
                              "--secure-port=0", "--kube-api-qps=1000", "--kube-api-burst=2000",
                              "--concurrent-deployment-syncs=20", "--concurrent-replicaset-syncs=20"}));
    node_ = std::jthread([this](std::stop_token const& stop) {
      auto const driver = make_driver();
      while (!stop.stop_requested()) {
        run_pods(*driver);
        std::this_thread::sleep_for(50ms);
      }
    });
  }
  bool keeps_state() const override { return true; }
  void stop() override { server_program_.reset(); }
  void start() override {
    server_program_.emplace(run(commands_.back().program, commands_.back().arguments));
    auto const driver = make_driver();
    auto const answers = [&](char const* path) {
      auto const answer = driver->send({.method = "GET", .target = path});
      return answer && answer->status == 200;
    };
    for (char const* path : {"/readyz", "/api/v1/namespaces/default"}) {
      if (!comes([&] { return answers(path); }, 90s))
        throw std::runtime_error("kube-apiserver does not come up:\n" + server_program_->last_output());
    }
  }

 private:
  programs::Process run(std::filesystem::path const& program, std::vector<std::string> const& arguments) {
    auto started = programs::Process::start(program, arguments, file(program.filename().string() + ".log"));
    if (!started) throw std::runtime_error(started.error());
    return std::move(*started);
  }
  std::unique_ptr<conformance::Driver> make_driver() const {
    conformance::HttpsServer server;
    server.endpoint.port = port_;
    server.tokens = {{conformance::User::admin, admin_token}};
    auto driver = conformance::make_https_driver(std::move(server));
    if (!driver) throw std::runtime_error(driver.error());
    return std::move(*driver);
  }
  void define() {
    std::string const path = std::string(SOURCE_FOLDER) + "/crds/echoes.example.com.yaml";
    auto const parsed = manifest::parse(programs::read_file(path), path);
    if (!parsed) throw std::runtime_error(parsed.error().to_string());
    auto const driver = make_driver();
    std::string const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    auto const made = driver->send({.method = "POST",
                                    .target = definitions,
                                    .headers = {{"Content-Type", "application/json"}},
                                    .body = json::serialize(api::object_to_json(parsed->front().object))});
    if (!made || made->status != 201) throw std::runtime_error("the definition is refused: " + made->body);
    auto const served = [&] {
      auto const answer = driver->send({.method = "GET", .target = "/apis/example.com/v1/echoes"});
      return answer && answer->status == 200;
    };
    if (!comes(served, 20s)) throw std::runtime_error("Echoes are not served");
  }

  std::filesystem::path assets_;
  std::vector<conformance::Command> commands_;
  std::optional<programs::Process> etcd_;
  std::optional<programs::Process> server_program_;
  std::optional<programs::Process> controllers_;
  std::jthread node_;  // ends first
};

}  // namespace

std::unique_ptr<Cluster> start_real_cluster(std::filesystem::path const& assets, std::filesystem::path const& folder,
                                            ClusterOptions const& options) {
  return std::make_unique<RealCluster>(assets, folder, options);
}

}  // namespace end_to_end
