// One simulated cluster: the fake API server, its controllers, people, and operators that die and come back.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/object.hpp"
#include "operator/echo/operator.hpp"
#include "sim/api_servers.hpp"
#include "sim/faults.hpp"
#include "sim/invariants.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "sim/tape.hpp"
#include "sim/trace.hpp"
#include "sim/workload.hpp"

namespace sim {

/// What the cluster of a run starts with. Shared by all runs: parsing the definition once is enough.
struct Scene {
  api::ObjectPtr echo_definition;  ///< the CustomResourceDefinition of Echo
  std::shared_ptr<fakeapi::DefinitionCache> definitions = fakeapi::make_definition_cache();
};

class OperatorIncarnation;
class WiredFront;

/// A simulated cluster in which a workload takes place.
class World final : public FaultTarget, private TurnOwner {
 public:
  /// `scheduler` must be fresh or reset; everything outlives the world. `trace` may be null.
  World(Scheduler& scheduler, Tape& tape, Scene const& scene, Swarm const& swarm, Workload const& workload,
        Trace* trace);
  ~World() override;

  fakeapi::Server& server() { return server_; }
  Invariants& invariants() { return invariants_; }
  FaultInjector& faults() { return injector_; }
  /// All requests that anybody has made of the API server; of the built-in controllers, the writes that changed
  /// something.
  std::uint64_t requests() const { return injector_.calls() + direct_requests_ + controller_writes_; }

  /// Scales, deletes and recreates of Echoes that took effect.
  std::uint64_t lifecycle_changes() const { return lifecycle_changes_; }

  /// Whether everything is as it should be, and nobody is about to change it.
  bool settled() const;

  /// Starts the first operators and the script.
  void start();
  /// Faults stop; an operator that is down starts now, unless it never comes back and there is another one.
  void begin_calm();

  /// Reports an exception that an operator has caught (O16).
  void check_exceptions();

  void crash_operator(unsigned place, std::string_view why) override;
  bool pause_operator(unsigned place, seams::Duration duration) override;
  bool touch(api::Request const& request) override;
  void note(std::string_view what) override;
  bool tracing() const override { return trace_ != nullptr; }

 private:
  class TapeDelays;
  /// Where an operator process runs, dies and is started again.
  struct Place {
    Place(std::uint16_t place_number, Tape& tape);
    std::uint16_t number;
    ChoiceSource choices;
    std::uint16_t incarnations = 0;
    fakeapi::Actor actor = fakeapi::Actor::server;
    bool restart_pending = false;
    Scheduler::TimerId restart_timer{};
    bool paused = false;
    Scheduler::TimerId resume_timer{};
    std::unique_ptr<OperatorIncarnation> incarnation;  // last: goes first
    bool alive() const;
  };

  bool comeback_due() const;
  void install(Scene const& scene);
  void start_operator(Place& place);
  void resume_operator(Place& place);
  echo::OperatorOptions operator_options(Place& place);
  api::Api& make_api(fakeapi::Actor actor, Process& process, seams::Environment const& environment);
  ClockMapping draw_clock(Place& place);
  static OperatorGlance glance(Place& place);
  void note_holder(fakeapi::Commit const& commit);
  void carry_out(Step const& step);
  fakeapi::Result<api::Response> request(fakeapi::Actor actor, api::Request request);
  bool patch(fakeapi::Actor actor, api::Resource const& resource, api::ObjectKey const& key, api::JsonPatch patch);
  void create_echo(std::uint32_t echo, std::uint32_t replicas);
  void create_stranger(api::ObjectKey const& key);
  void edit_deployment(api::ObjectKey const& key, DeploymentEdit edit);
  void remove_foreign_finalizer(api::ObjectKey const& key);
  void committed(fakeapi::Commit const& commit);

  Scheduler& scheduler_;
  Tape& tape_;
  Swarm const& swarm_;
  Workload const& workload_;
  Trace* trace_;
  Process cluster_;  // the API server and its controllers: never killed
  fakeapi::Server server_;
  std::unique_ptr<TapeDelays> delays_;
  std::unique_ptr<fakeapi::ControllerSet> controllers_;
  Invariants invariants_;
  FaultInjector injector_;
  ApiServers api_servers_;
  fakeapi::InProcessFront front_;
  std::uint64_t observer_ = 0;
  fakeapi::ResourceIndex leases_{};
  std::unique_ptr<WiredFront> wired_;  // null: the operators call the server as a function
  std::vector<std::unique_ptr<Place>> places_;
  std::vector<std::unique_ptr<OperatorIncarnation>> buried_;  // dead, but the other ends of their connections know them
  bool calm_ = false;
  std::uint64_t direct_requests_ = 0;
  std::uint64_t controller_writes_ = 0;
  std::uint64_t lifecycle_changes_ = 0;
  std::uint32_t touches_ = 0;
  std::uint32_t comebacks_on_their_way_ = 0;
  std::map<std::string, std::uint32_t> comebacks_;  // Echoes to create once the old one is gone: name -> replicas
};

}  // namespace sim
