#include "sim/local/local_cluster.hpp"

#include <utility>

#include "sim/contract.hpp"

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

std::string describe(fakeapi::Commit const& commit) {
  auto const& newest = commit.after ? *commit.after : *commit.before;
  std::string const who = newest.kind + ' ' + commit.key.to_string();
  if (newest.kind != "Echo" && newest.kind != "Deployment" && newest.kind != "Event") return "";
  if (newest.kind == "Event") {
    if (commit.before || !newest.rest) return "";
    return "Event on " + std::string(api::find_string(newest.rest.get(), {"involvedObject", "name"}).value_or("?")) + ": " +
           std::string(api::find_string(newest.rest.get(), {"reason"}).value_or("")) + ": " +
           std::string(api::find_string(newest.rest.get(), {"message"}).value_or(""));
  }
  if (!commit.after) return who + " is gone";
  auto const& after = *commit.after;
  if (!commit.before) return who + " created, " + std::to_string(contract::replicas(after).value_or(0)) + " replicas";
  auto const& before = *commit.before;
  if (after.metadata.terminating() && !before.metadata.terminating()) return who + " is being deleted";
  if (contract::replicas(after) != contract::replicas(before)) {
    return who + " scaled to " + std::to_string(contract::replicas(after).value_or(0));
  }
  if (!(after.metadata.finalizers == before.metadata.finalizers)) {
    return who + (after.metadata.finalizers->size() > before.metadata.finalizers->size() ? ": finalizer added"
                                                                                         : ": finalizer removed");
  }
  if (newest.kind == "Echo" && after.status != before.status) {
    auto const* ready = contract::condition(after, "Ready");
    if (ready == nullptr) return "";
    return who + ": " + std::to_string(api::find_integer(after.status.get(), {"readyReplicas"}).value_or(0)) + " of " +
           std::to_string(contract::replicas(after).value_or(0)) + " ready, " +
           std::string(api::find_string(ready, {"reason"}).value_or("")) + ": " +
           std::string(api::find_string(ready, {"message"}).value_or(""));
  }
  return "";
}

}  // namespace sim::local
