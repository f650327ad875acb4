// The whole operator over an abstract API: what every program and every simulation runs.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "operator/api/api.hpp"
#include "operator/echo/reconciler.hpp"
#include "operator/runtime/controller.hpp"
#include "operator/runtime/informer.hpp"
#include "operator/seams/environment.hpp"

namespace echo {

struct OperatorOptions {
  std::string namespace_;  ///< "": all of them
  unsigned max_concurrent_reconciles = 4;
  ReconcilerOptions reconciler;
};

/// Two informers, a controller and the reconciler, wired. Environment and Api outlive it; it is destroyed after stop()
/// has reported a drain, or after its coroutines' frames (a killed process).
class Operator {
 public:
  Operator(seams::Environment const& environment, api::Api& api, OperatorOptions const& options);
  Operator(Operator const&) = delete;
  Operator& operator=(Operator const&) = delete;

  void start() { controller_.start(); }
  /// See runtime::Controller::stop().
  void stop(std::function<void(bool drained)> stopped) { controller_.stop(std::move(stopped)); }

  bool synced() const { return controller_.synced(); }
  std::uint64_t reconciles() const { return controller_.stats().reconciles; }
  /// Exceptions caught in reconciles and informers: bugs.
  std::uint64_t exceptions() const;
  runtime::Controller const& controller() const { return controller_; }
  EchoReconciler const& reconciler() const { return reconciler_; }

 private:
  runtime::Informer echoes_;
  runtime::Informer deployments_;
  EchoReconciler reconciler_;
  runtime::Controller controller_;
};

}  // namespace echo
