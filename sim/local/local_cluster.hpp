// The embedded cluster: fake API server, its controllers and the operator, in one process and on one clock.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/server.hpp"
#include "operator/echo/operator.hpp"
#include "operator/seams/environment.hpp"

namespace sim::local {

/// Runs on the environment's executor and clock, which outlive it.
class LocalCluster {
 public:
  explicit LocalCluster(seams::Environment environment);
  ~LocalCluster();
  LocalCluster(LocalCluster const&) = delete;
  LocalCluster& operator=(LocalCluster const&) = delete;

  fakeapi::Server& server() { return server_; }
  /// Starts the operator. The definition of Echo should be there by then.
  void start() { operator_->start(); }
  /// Stops the operator; `stopped` is called when its coroutines have ended.
  void stop(std::function<void(bool drained)> stopped) { operator_->stop(std::move(stopped)); }

 private:
  fakeapi::Server server_;
  fakeapi::ConfiguredDelays delays_;
  fakeapi::ControllerSet controllers_;
  fakeapi::InProcessFront front_;
  std::unique_ptr<fakeapi::InProcessApi> api_;
  std::unique_ptr<echo::Operator> operator_;
};

}  // namespace sim::local
