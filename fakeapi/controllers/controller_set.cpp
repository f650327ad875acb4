#include "fakeapi/controllers/controller_set.hpp"

#include <utility>

#include "fakeapi/controllers/cheap_deployment_controller.hpp"
#include "fakeapi/controllers/cluster_cache.hpp"
#include "fakeapi/controllers/deployment_controller.hpp"
#include "fakeapi/controllers/disruption_controller.hpp"
#include "fakeapi/controllers/garbage_collector.hpp"
#include "fakeapi/controllers/namespace_controller.hpp"
#include "fakeapi/controllers/pod_controller.hpp"
#include "fakeapi/controllers/replica_set_controller.hpp"
#include "fakeapi/controllers/resources.hpp"

namespace fakeapi {

/// The delays of one controller.
class ControllerSet::SlowedDelays final : public DelaySource {
 public:
  explicit SlowedDelays(DelaySource& source) : source_(source) {}

  seams::Duration delay(DelayUse use) override { return source_.delay(use) + extra_; }
  std::uint32_t choose(DelayUse use, std::uint32_t bound) override { return source_.choose(use, bound); }
  void set_extra(seams::Duration extra) { extra_ = extra; }

 private:
  DelaySource& source_;
  seams::Duration extra_{0};
};

ControllerSet::ControllerSet(Server& server, seams::Clock& clock, DelaySource& delays,
                             ControllerSetOptions const& options) {
  auto const make = [&]<class Make>(ControllerRole role, bool wanted, Make const& construct) {
    if (!wanted) return;
    auto& own_delays = delays_[index(role)];
    own_delays = std::make_unique<SlowedDelays>(delays);
    controllers_[index(role)] = construct(*own_delays);
  };
  using Made = std::unique_ptr<Controller>;
  ControllerActors const& actors = options.actors;
  // Without ReplicaSets and Pods to write there is only the cheap model.
  bool const full =
      options.pods == PodModel::full && server.index_of(replica_sets).has_value() && server.index_of(pods).has_value();
  if (full && (options.deployments || options.replica_sets || options.disruption_budgets)) {
    cache_ = std::make_unique<ClusterCache>(server, clock, delays);
  }
  make(ControllerRole::deployments, options.deployments, [&](DelaySource& own) -> Made {
    if (full) return std::make_unique<DeploymentController>(server, clock, own, *cache_, actors.deployments);
    return std::make_unique<CheapDeploymentController>(
        server, clock, own, CheapDeploymentOptions{.actor = actors.deployments, .ready_steps = options.ready_steps});
  });
  make(ControllerRole::replica_sets, full && options.replica_sets, [&](DelaySource& own) -> Made {
    return std::make_unique<ReplicaSetController>(server, clock, own, *cache_, actors.replica_sets,
                                                  options.expectations);
  });
  make(ControllerRole::pods, full && options.pods_run, [&](DelaySource& own) -> Made {
    PodControllerOptions of_pods;
    of_pods.scheduler = actors.scheduler;
    of_pods.kubelet = actors.kubelet;
    of_pods.stages = options.pod_stages;
    of_pods.node = options.node;
    return std::make_unique<PodController>(server, clock, own, std::move(of_pods));
  });
  make(ControllerRole::garbage_collector, options.garbage_collector, [&](DelaySource& own) -> Made {
    return std::make_unique<GarbageCollector>(server, clock, own, actors.garbage_collector);
  });
  make(ControllerRole::disruption_budgets, full && options.disruption_budgets, [&](DelaySource& own) -> Made {
    return std::make_unique<DisruptionController>(server, clock, own, *cache_, actors.disruption_budgets);
  });
  make(ControllerRole::namespaces, options.namespaces, [&](DelaySource& own) -> Made {
    return std::make_unique<NamespaceController>(server, clock, own, actors.namespaces);
  });
}

ControllerSet::~ControllerSet() {
  // No calls to controllers that are gone.
  cache_.reset();
}

PodController* ControllerSet::pod_controller() { return dynamic_cast<PodController*>(find(ControllerRole::pods)); }

void ControllerSet::pause(ControllerRole role) {
  if (auto* const controller = find(role)) controller->pause();
}

void ControllerSet::resume(ControllerRole role) {
  if (auto* const controller = find(role)) controller->resume();
}

void ControllerSet::pause_all() {
  for (auto& controller : controllers_) {
    if (controller) controller->pause();
  }
}

void ControllerSet::resume_all() {
  for (auto& controller : controllers_) {
    if (controller) controller->resume();
  }
}

void ControllerSet::slow_down(ControllerRole role, seams::Duration by) {
  if (auto& delays = delays_[index(role)]) delays->set_extra(by);
}

std::size_t ControllerSet::pending() const {
  std::size_t sum = cache_ ? cache_->pending() : 0;
  for (auto const& controller : controllers_) sum += controller ? controller->pending() : 0;
  return sum;
}

std::uint64_t ControllerSet::refused_writes() const {
  std::uint64_t sum = 0;
  for (auto const& controller : controllers_) sum += controller ? controller->refused_writes() : 0;
  return sum;
}

}  // namespace fakeapi
