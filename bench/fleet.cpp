#include "bench/fleet.hpp"

#include <boost/json/object.hpp>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"
#include "sim/contract.hpp"

namespace bench {

namespace {

// History that nobody will ask for is forgotten, as in a server that runs for long.
constexpr std::size_t retained_entries = 50'000;
constexpr fakeapi::Actor user{1};
constexpr fakeapi::Actor operator_actor{100};

bool ready(api::Object const& echo) {
  return api::find_integer(echo.status.get(), {"observedGeneration"}) == echo.metadata.generation &&
         sim::contract::condition_is(echo, "Ready", "True");
}

api::ObjectKey key_of(std::uint32_t echo) { return {"default", "echo-" + std::to_string(echo)}; }

fakeapi::ServerOptions server_options() {
  fakeapi::ServerOptions options;
  options.retained_entries = retained_entries;
  return options;
}

fakeapi::ControllerSetOptions controller_options() {
  fakeapi::ControllerSetOptions options;
  options.pods = fakeapi::PodModel::cheap;
  options.namespaces = false;
  options.ready_steps = fakeapi::ReadySteps::all_at_once;
  return options;
}

}  // namespace

struct Fleet::NoDelays final : fakeapi::DelaySource {
  seams::Duration delay(fakeapi::DelayUse) override { return std::chrono::milliseconds(1); }
};
Fleet::Fleet(sim::Scene const& scene, std::uint32_t echoes)
    : echoes_(echoes),
      cluster_(scheduler_, "cluster"),
      server_(server_options()),
      delays_(std::make_unique<NoDelays>()),
      controllers_(server_, cluster_.clock(), *delays_, controller_options()),
      front_{server_, cluster_.clock()},
      process_(scheduler_, "operator"),
      environment_{process_.executor(), process_.clock(), random_, log_},
      api_(process_.own<fakeapi::InProcessApi>(front_, operator_actor, environment_)),
      operator_(process_.own<echo::Operator>(environment_, api_, echo::OperatorOptions{})) {
  api::Request create;
  create.verb = api::Verb::create;
  create.resource = api::custom_resource_definitions;
  create.key = {"", scene.echo_definition->metadata.name};
  create.body = scene.echo_definition;
  create.options = api::WriteOptions{};
  request(std::move(create));
  observer_ = server_.add_observer([this](fakeapi::Commit const& commit) { committed(commit); });
  operator_.start();
}

Fleet::~Fleet() {
  process_.kill();
  server_.remove_observer(observer_);
}

void Fleet::request(api::Request request) {
  auto const done = server_.execute(request, {user, 0, sim::wall_time_at(scheduler_.now())});
  if (!done) throw seams::BrokenInvariant(request.to_string() + ": " + done.error().to_string());
}

void Fleet::committed(fakeapi::Commit const& commit) {
  auto const& newest = commit.after ? commit.after : commit.before;
  if (newest->kind != "Echo" && newest->kind != "Deployment") return;
  existing_ += (commit.after ? 1 : 0) - (commit.before ? 1 : 0);
  if (newest->kind != "Echo") return;
  unready_ += (commit.after && !ready(*commit.after) ? 1 : 0) - (commit.before && !ready(*commit.before) ? 1 : 0);
}

void Fleet::run_until_settled(char const* what) {
  std::uint64_t const turn_limit = 10'000 + 2'000ULL * echoes_;
  auto const stop = scheduler_.run_until(scheduler_.now() + std::chrono::hours(1), turn_limit,
                                         [&] { return unready_ == 0 && (existing_ == 0 || existing_ == 2 * echoes_); });
  if (stop != sim::Scheduler::Stop::done) throw seams::BrokenInvariant(std::string("never settled after ") + what);
}

void Fleet::create_all(std::uint32_t replicas) {
  for (std::uint32_t i = 0; i < echoes_; ++i) {
    api::Object echo;
    echo.api_version = "example.com/v1";
    echo.kind = "Echo";
    echo.metadata.name = key_of(i).name;
    echo.metadata.namespace_ = "default";
    echo.spec = api::share(boost::json::object{{"replicas", static_cast<std::int64_t>(replicas)}});
    api::Request create;
    create.verb = api::Verb::create;
    create.resource = sim::contract::echoes;
    create.key = echo.key();
    create.body = std::make_shared<api::Object const>(std::move(echo));
    create.options = api::WriteOptions{};
    request(std::move(create));
  }
  run_until_settled("creating");
}

void Fleet::scale_all(std::uint32_t replicas) {
  for (std::uint32_t i = 0; i < echoes_; ++i) {
    api::Request scale;
    scale.verb = api::Verb::patch;
    scale.resource = sim::contract::echoes;
    scale.key = key_of(i);
    scale.body = api::Patch(api::MergePatch{api::share(
        boost::json::object{{"spec", boost::json::object{{"replicas", static_cast<std::int64_t>(replicas)}}}})});
    scale.options = api::WriteOptions{};
    request(std::move(scale));
  }
  run_until_settled("scaling");
}

void Fleet::delete_all() {
  for (std::uint32_t i = 0; i < echoes_; ++i) {
    api::Request remove;
    remove.verb = api::Verb::delete_;
    remove.resource = sim::contract::echoes;
    remove.key = key_of(i);
    remove.options = api::DeleteOptions{};
    request(std::move(remove));
  }
  run_until_settled("deleting");
}

}  // namespace bench
