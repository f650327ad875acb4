// The whole operator over an abstract API: what every program and every simulation runs.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/api.hpp"
#include "operator/api/read_only.hpp"
#include "operator/echo/reconciler.hpp"
#include "operator/runtime/cache.hpp"
#include "operator/runtime/controller.hpp"
#include "operator/runtime/leader_elector.hpp"
#include "operator/runtime/probes.hpp"
#include "operator/runtime/self_check.hpp"
#include "operator/seams/environment.hpp"

namespace echo {

struct OperatorOptions {
  std::vector<std::string> namespaces;  ///< none: all of them
  unsigned max_concurrent_reconciles = 4;
  bool watch_list = false;  ///< see runtime::InformerOptions
  /// Whether it looks at the start if the definition of Echo and its own rights are there.
  bool self_check = false;
  /// Nothing is written: what would be done is said in the log.
  bool dry_run = false;
  ReconcilerOptions reconciler;
  /// Unset: this is the only one, and it leads from the start to the end.
  std::optional<runtime::LeaderElectionOptions> leader_election{};
  std::function<void(api::ObjectKey const&)> on_reconcile{};  ///< see runtime::ControllerOptions
};

/// Two caches, a controller, the reconciler and the election, wired. A process that does not lead keeps its caches
/// up, so that it can go on where another has stopped; its writes are held back once its lead is over. Environment and
/// Api outlive it; it is destroyed after stop() has reported a drain, or after its coroutines' frames (a killed
/// process).
class Operator {
 public:
  Operator(seams::Environment const& environment, api::Api& server, OperatorOptions const& options);
  Operator(Operator const&) = delete;
  Operator& operator=(Operator const&) = delete;

  void start();
  /// See runtime::Controller::stop(). Then Events that wait are sent, and when all has drained the lease is given back.
  void stop(std::function<void(bool drained)> stopped);

  /// There is no election, or this process has won it.
  bool leading() const { return !elector_ || elector_->leading(); }
  /// Null without an election.
  runtime::LeaderElector const* elector() const { return elector_.get(); }

  bool synced() const { return controller_.synced(); }
  std::uint64_t reconciles() const { return controller_.stats().reconciles; }
  /// Exceptions caught in reconciles and informers: bugs.
  std::uint64_t exceptions() const;
  /// Null if it was not asked for.
  runtime::SelfCheck const* self_check() const { return self_check_.get(); }
  /// The figures of all its parts.
  void collect(seams::Metrics& metrics) const;
  /// What has to be well for it to do its work, for a ProbeService. Refer to it: it outlives them.
  std::vector<runtime::HealthCheck> readiness() const;

  runtime::Controller const& controller() const { return controller_; }
  EchoReconciler const& reconciler() const { return reconciler_; }
  runtime::EventRecorder const& events() const { return events_; }

 private:
  void make_self_check(seams::Environment const& environment, OperatorOptions const& options);
  void stop_election(bool drained, std::function<void(bool drained)> stopped);

  seams::Clock& clock_;
  std::optional<api::ReadOnlyApi> read_only_;  ///< in a dry run, before everything that speaks to the server
  api::Api& api_;
  runtime::Cache echoes_;
  runtime::Cache deployments_;
  runtime::EventRecorder events_;
  EchoReconciler reconciler_;
  runtime::Controller controller_;
  std::unique_ptr<runtime::LeaderElector> elector_;
  std::unique_ptr<runtime::SelfCheck> self_check_;
};

}  // namespace echo
