// Many Echoes, one operator, one fake API server, virtual time and nothing going wrong: what is measured.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/server.hpp"
#include "operator/echo/operator.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "sim/world.hpp"

namespace bench {

/// A cluster in which nothing goes wrong. The operator and all controllers run in it as they do in a simulation.
class Fleet {
 public:
  Fleet(sim::Scene const& scene, std::uint32_t echoes);
  ~Fleet();
  Fleet(Fleet const&) = delete;
  Fleet& operator=(Fleet const&) = delete;

  /// Each of these makes its change to every Echo at one instant and runs until all have settled; throws if they never
  /// do. "Settled": Ready for the newest generation, or gone together with its Deployment.
  void create_all(std::uint32_t replicas);
  void scale_all(std::uint32_t replicas);
  void delete_all();

  std::uint64_t reconciles() const { return operator_.reconciles(); }
  /// Requests that the operator has made, and all requests of everybody.
  std::uint64_t operator_calls() const { return front_.calls; }
  std::uint32_t size() const { return echoes_; }
  seams::Duration virtual_time() const { return scheduler_.now() - sim::Scheduler::start; }

 private:
  struct NoDelays;

  void request(api::Request request);
  void run_until_settled(char const* what);
  void committed(fakeapi::Commit const& commit);

  std::uint32_t echoes_;
  sim::Scheduler scheduler_;
  sim::Process cluster_;
  fakeapi::Server server_;
  std::unique_ptr<NoDelays> delays_;
  seams::NoRandom random_;
  seams::NoLog log_;
  fakeapi::ControllerSet controllers_;
  fakeapi::InProcessFront front_;
  sim::Process process_;
  seams::Environment environment_;
  fakeapi::InProcessApi& api_;
  echo::Operator& operator_;
  std::uint64_t observer_;
  std::int64_t existing_ = 0;  // Echoes and Deployments together
  std::int64_t unready_ = 0;   // Echoes that are not Ready for their generation
};

}  // namespace bench
