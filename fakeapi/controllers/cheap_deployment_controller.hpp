// A cheap deployment controller: keeps the status of Deployments, without ReplicaSets and Pods. For simulations and
// benchmarks of tens of thousands of Deployments.
//
// Guarantees: a client like any other (it writes /status through Server::execute as its own actor); one write per turn,
// each after a delay; at most one timer per Deployment; a Deployment whose status says what it should has none.
// What it writes is decided in deployment_status.hpp, which also says what the model leaves out.
#pragma once
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fakeapi/controllers/controller.hpp"
#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/controllers/deployment_status.hpp"
#include "fakeapi/server.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

struct CheapDeploymentOptions {
  Actor actor = Actor::server;
  ReadySteps ready_steps = ReadySteps::one_at_a_time;
};

class CheapDeploymentController final : public Controller {
 public:
  /// Starts with the Deployments that are there. Server, clock and delays must outlive it; timers run as turns of the
  /// clock's process.
  CheapDeploymentController(Server& server, seams::Clock& clock, DelaySource& delays, CheapDeploymentOptions options);
  ~CheapDeploymentController() override;

  void pause() override;
  void resume() override;

  /// Deployments with a write due.
  std::size_t pending() const override { return pending_; }
  std::uint64_t refused_writes() const override { return refused_writes_; }

 private:
  struct Tracked {
    std::string uid;
    api::ObjectKey key;
    Rollout rollout;
    bool scheduled = false;
    DelayUse waiting_for = DelayUse::deployment_sync;
    seams::TimerId timer{};
    unsigned refusals = 0;  // in a row
  };

  void observe(Commit const& commit);
  void consider(api::Object const& deployment);
  void schedule(Tracked& tracked, DelayUse use, seams::Duration delay);
  void cancel(Tracked& tracked);
  void write(Tracked& tracked);

  Server& server_;
  seams::Clock& clock_;
  DelaySource& delays_;
  CheapDeploymentOptions options_;
  bool paused_ = false;
  std::list<Tracked> tracked_;  // in the order they were first seen; timers point at the elements
  std::unordered_map<std::string_view, std::list<Tracked>::iterator> by_uid_;  // only looked up
  std::size_t pending_ = 0;
  std::uint64_t refused_writes_ = 0;
  std::uint64_t observer_ = 0;
};

}  // namespace fakeapi
