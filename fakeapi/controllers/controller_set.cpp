#include "fakeapi/controllers/controller_set.hpp"

#include "fakeapi/controllers/cheap_deployment_controller.hpp"
#include "fakeapi/controllers/garbage_collector.hpp"

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
  ControllerActors const& actors = options.actors;
  make(ControllerRole::deployments, options.deployments, [&](DelaySource& own) -> std::unique_ptr<Controller> {
    return std::make_unique<CheapDeploymentController>(
        server, clock, own, CheapDeploymentOptions{.actor = actors.deployments, .ready_steps = options.ready_steps});
  });
  make(ControllerRole::garbage_collector, options.garbage_collector,
       [&](DelaySource& own) -> std::unique_ptr<Controller> {
         return std::make_unique<GarbageCollector>(server, clock, own, actors.garbage_collector);
       });
}

ControllerSet::~ControllerSet() = default;

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
  std::size_t sum = 0;
  for (auto const& controller : controllers_) sum += controller ? controller->pending() : 0;
  return sum;
}

std::uint64_t ControllerSet::refused_writes() const {
  std::uint64_t sum = 0;
  for (auto const& controller : controllers_) sum += controller ? controller->refused_writes() : 0;
  return sum;
}

}  // namespace fakeapi
