#include "operator/echo/operator.hpp"

#include <ranges>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/needs.hpp"
#include "operator/runtime/metrics.hpp"

namespace echo {

namespace {

runtime::InformerOptions informer_options(api::Resource const& resource, OperatorOptions const& options) {
  runtime::InformerOptions informer;
  informer.resource = resource;
  informer.watch_list = options.watch_list;
  return informer;
}

runtime::ControllerOptions controller_options(OperatorOptions const& options) {
  runtime::ControllerOptions controller;
  controller.name = "echo";
  controller.kind = kind;
  controller.max_concurrent = options.max_concurrent_reconciles;
  controller.on_reconcile = options.on_reconcile;
  return controller;
}

ReconcilerOptions reconciler_options(OperatorOptions const& options, runtime::Cache const& deployments,
                                     std::unique_ptr<runtime::LeaderElector> const& elector) {
  ReconcilerOptions reconciler = options.reconciler;
  reconciler.dry_run = options.dry_run;
  if (options.leader_election) reconciler.not_after = [&elector] { return elector->not_after(); };
  reconciler.deployments_observed = [&deployments](std::string const& space) {
    return deployments.observed_version(space);
  };
  return reconciler;
}

/// The one place where a dry run is made sure of.
api::Api& guarded(api::Api& api, OperatorOptions const& options, std::optional<api::ReadOnlyApi>& read_only) {
  if (!options.dry_run) return api;
  return read_only.emplace(api);
}

}  // namespace

Operator::Operator(seams::Environment const& environment, api::Api& server, OperatorOptions const& options)
    : clock_(environment.clock),
      api_(guarded(server, options, read_only_)),
      echoes_(environment, api_, informer_options(echo::echoes, options), options.namespaces),
      deployments_(environment, api_, informer_options(api::deployments, options), options.namespaces),
      events_(environment, api_, {.component = options.reconciler.field_manager}),
      reconciler_(environment, api_, echoes_.store(), deployments_.store(), events_,
                  reconciler_options(options, deployments_, elector_)),
      controller_(environment, reconciler_, *echoes_.informers().front(), controller_options(options)) {
  for (auto const& informer : echoes_.informers() | std::views::drop(1)) controller_.adds(*informer);
  for (auto const& informer : deployments_.informers()) controller_.owns(*informer, echoes_concerned(echoes_.store()));
  if (options.self_check) make_self_check(environment, options);
  if (!options.leader_election) return;
  controller_.pause();
  elector_ = std::make_unique<runtime::LeaderElector>(environment, api_, *options.leader_election,
                                                      runtime::LeaderCallbacks{[this] {
                                                                                 reconciler_.begin_term();
                                                                                 controller_.resume();
                                                                               },
                                                                               [this] { controller_.pause(); }});
}

void Operator::make_self_check(seams::Environment const& environment, OperatorOptions const& options) {
  runtime::SelfCheckOptions check;
  std::optional<api::ObjectKey> lease;
  if (options.leader_election) lease = options.leader_election->lease;
  check.rights = needed_rights(options.namespaces, lease);
  // Who serves some namespaces has no rights beyond them.
  if (options.namespaces.empty()) check.definition = definition_name;
  check.judge = trouble_with_definition;
  self_check_ = std::make_unique<runtime::SelfCheck>(environment, api_, std::move(check));
}

void Operator::start() {
  if (self_check_) self_check_->start();
  controller_.start();
  if (elector_) elector_->start();
}

void Operator::stop(std::function<void(bool drained)> stopped) {
  controller_.stop([this, stopped = std::move(stopped)](bool drained) mutable {
    events_.stop([this, drained, stopped = std::move(stopped)]() mutable {
      if (!self_check_) return stop_election(drained, std::move(stopped));
      self_check_->stop(
          [this, drained, stopped = std::move(stopped)]() mutable { stop_election(drained, std::move(stopped)); });
    });
  });
}

void Operator::stop_election(bool drained, std::function<void(bool)> stopped) {
  if (!elector_) return stopped(drained);
  elector_->stop(drained, [drained, stopped = std::move(stopped)] { stopped(drained); });
}

void Operator::collect(seams::Metrics& metrics) const {
  seams::MonotonicTime const now = clock_.now();
  runtime::collect(controller_, now, metrics);
  for (auto const* cache : {&echoes_, &deployments_})
    for (auto const& informer : cache->informers()) runtime::collect(*informer, now, metrics);
  events_.collect(metrics);
  if (read_only_) {
    metrics.counter("echo_operator_dry_run_writes_held_back_total", "Writes that a dry run has not sent", {},
                    read_only_->held_back());
  }
  if (elector_) runtime::collect(*elector_, metrics);
}

std::vector<runtime::HealthCheck> Operator::readiness() const {
  std::vector<runtime::HealthCheck> checks;
  for (auto const* cache : {&echoes_, &deployments_}) {
    for (auto const& informer : cache->informers()) {
      std::string name = "cache-" + informer->resource().qualified();
      if (!informer->namespace_().empty()) name += "-in-" + informer->namespace_();
      checks.push_back({std::move(name), [&one = *informer] {
                          if (!one.trouble().empty()) return one.trouble();
                          return std::string(one.synced() ? "" : "the first list is not complete");
                        }});
    }
  }
  if (self_check_) {
    checks.push_back({"definition", [this] { return self_check_->trouble_with_definition(); }});
    checks.push_back({"rights", [this] { return self_check_->missing_rights(); }});
  }
  if (elector_) {
    checks.push_back({"leader-election", [this] { return elector_->trouble(); }});
  }
  return checks;
}

std::uint64_t Operator::exceptions() const {
  return controller_.stats().exceptions + echoes_.exceptions() + deployments_.exceptions();
}

}  // namespace echo
