#include "operator/echo/operator.hpp"

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "operator/runtime/metrics.hpp"

namespace echo {

namespace {

runtime::InformerOptions informer_options(api::Resource const& resource, OperatorOptions const& options) {
  runtime::InformerOptions informer;
  informer.resource = resource;
  informer.namespace_ = options.namespace_;
  informer.watch_list = options.watch_list;
  return informer;
}

runtime::ControllerOptions controller_options(OperatorOptions const& options) {
  runtime::ControllerOptions controller;
  controller.name = "echo";
  controller.max_concurrent = options.max_concurrent_reconciles;
  controller.on_reconcile = options.on_reconcile;
  return controller;
}

ReconcilerOptions reconciler_options(OperatorOptions const& options, runtime::Informer const& deployments,
                                     std::unique_ptr<runtime::LeaderElector> const& elector) {
  ReconcilerOptions reconciler = options.reconciler;
  if (options.leader_election) reconciler.not_after = [&elector] { return elector->not_after(); };
  reconciler.deployments_observed = [&deployments] { return deployments.observed_version(); };
  return reconciler;
}

}  // namespace

Operator::Operator(seams::Environment const& environment, api::Api& api, OperatorOptions const& options)
    : clock_(environment.clock),
      echoes_(environment, api, informer_options(echo::echoes, options)),
      deployments_(environment, api, informer_options(api::deployments, options)),
      reconciler_(environment, api, echoes_.store(), deployments_.store(),
                  reconciler_options(options, deployments_, elector_)),
      controller_(environment, reconciler_, echoes_, controller_options(options)) {
  controller_.owns(deployments_, echoes_concerned(echoes_.store()));
  if (!options.leader_election) return;
  controller_.pause();
  elector_ = std::make_unique<runtime::LeaderElector>(environment, api, *options.leader_election,
                                                      runtime::LeaderCallbacks{[this] {
                                                                                 reconciler_.begin_term();
                                                                                 controller_.resume();
                                                                               },
                                                                               [this] { controller_.pause(); }});
}

void Operator::start() {
  controller_.start();
  if (elector_) elector_->start();
}

void Operator::stop(std::function<void(bool drained)> stopped) {
  controller_.stop([this, stopped = std::move(stopped)](bool drained) mutable {
    if (!elector_) return stopped(drained);
    elector_->stop(drained, [drained, stopped = std::move(stopped)] { stopped(drained); });
  });
}

void Operator::collect(seams::Metrics& metrics) const {
  seams::MonotonicTime const now = clock_.now();
  runtime::collect(controller_, now, metrics);
  runtime::collect(echoes_, now, metrics);
  runtime::collect(deployments_, now, metrics);
  if (elector_) runtime::collect(*elector_, metrics);
}

std::vector<runtime::HealthCheck> Operator::readiness() const {
  std::vector<runtime::HealthCheck> checks;
  for (auto const* informer : {&echoes_, &deployments_}) {
    checks.push_back({"cache-" + informer->resource().qualified(), [informer] {
                        if (!informer->trouble().empty()) return informer->trouble();
                        return std::string(informer->synced() ? "" : "the first list is not complete");
                      }});
  }
  if (elector_) {
    checks.push_back({"leader-election", [this] { return elector_->trouble(); }});
  }
  return checks;
}

std::uint64_t Operator::exceptions() const {
  return controller_.stats().exceptions + echoes_.stats().exceptions + deployments_.stats().exceptions;
}

}  // namespace echo
