// How long the built-in controllers take.
#pragma once
#include <cstdint>

#include "operator/seams/time.hpp"

namespace fakeapi {

/// What a built-in controller waits for before it acts.
enum class DelayUse : std::uint8_t {
  deployment_sync,     ///< the deployment controller sees a change, or its last write, and acts on it
  pod_ready,           ///< a pod is scheduled, pulled, started and becomes ready
  garbage_collection,  ///< the garbage collector notices and gets round to it
};
inline constexpr unsigned delay_use_count = 3;

/// Gives the delays: constants, or choices of a simulation.
class DelaySource {
 public:
  virtual ~DelaySource() = default;

  /// How long to wait this time. Not negative.
  virtual seams::Duration delay(DelayUse use) = 0;
};

}  // namespace fakeapi
