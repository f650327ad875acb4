#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "tests/end_to_end/cluster.hpp"
#include "tests/end_to_end/real_cluster.hpp"

namespace end_to_end {
namespace {

class FakeCluster final : public Cluster {
 public:
  FakeCluster(std::filesystem::path const& folder, ClusterOptions const& options)
      : Cluster(folder, options), cheap_(options.cheap_deployments) {
    start();
  }
  bool keeps_state() const override { return false; }
  void stop() override { program_.reset(); }
  void start() override {
    auto const output = file("fakeapi-" + std::to_string(++starts_) + ".log");
    std::vector<std::string> arguments{"serve",
                                       "--port",
                                       std::to_string(port_),
                                       "--tls-dir",
                                       file("tls").string(),
                                       "--token-auth-file",
                                       file("tokens.csv").string(),
                                       "--audit-log-path",
                                       file("audit.log").string(),
                                       "-f",
                                       std::string(SOURCE_FOLDER) + "/crds/echoes.example.com.yaml"};
    if (cheap_) arguments.emplace_back("--cheap-deployments");
    auto started = programs::Process::start(ECHO_FAKEAPI_PROGRAM, arguments, output);
    if (!started) throw std::runtime_error(started.error());
    program_.emplace(std::move(*started));
    if (!comes([&] { return program_->output().contains("Serving on"); }, 10s))
      throw std::runtime_error("echo-fakeapi does not serve: " + program_->output());
  }

 private:
  bool cheap_;
  unsigned starts_ = 0;
  std::optional<programs::Process> program_;
};

char const* assets() { return std::getenv("KUBEBUILDER_ASSETS"); }

}  // namespace

bool is_real() { return assets() != nullptr; }

std::unique_ptr<Cluster> start_cluster(std::filesystem::path const& folder, ClusterOptions const& options) {
  if (is_real()) return start_real_cluster(assets(), folder, options);
  return std::make_unique<FakeCluster>(folder, options);
}

}  // namespace end_to_end
