#include "sim/local/local_cluster.hpp"

#include <utility>

namespace sim::local {

namespace {
constexpr fakeapi::Actor operator_actor{100};
constexpr std::size_t retained_entries = 10'000;
fakeapi::ServerOptions server_options() {
  fakeapi::ServerOptions options;
  options.retained_entries = retained_entries;
  return options;
}

fakeapi::ControllerSetOptions controller_options() {
  fakeapi::ControllerSetOptions options;
  options.pods = fakeapi::PodModel::cheap;
  return options;
}

// As long as a small, fast cluster takes; short enough not to bore.
fakeapi::DelayTable delay_table() {
  using std::chrono::milliseconds;
  fakeapi::DelayTable table;
  table[fakeapi::DelayUse::deployment_sync] = {milliseconds(10), milliseconds(10)};
  table[fakeapi::DelayUse::pod_ready] = {milliseconds(300), milliseconds(300)};
  table[fakeapi::DelayUse::garbage_collection] = {milliseconds(500), milliseconds(500)};
  return table;
}

}  // namespace

LocalCluster::LocalCluster(seams::Environment environment)
    : server_(server_options()),
      delays_(delay_table()),
      controllers_(server_, environment.clock, delays_, controller_options()),
      front_{server_, environment.clock},
      api_(std::make_unique<fakeapi::InProcessApi>(front_, operator_actor, environment)),
      operator_(std::make_unique<echo::Operator>(environment, *api_, echo::OperatorOptions{})) {}

LocalCluster::~LocalCluster() = default;

}  // namespace sim::local
