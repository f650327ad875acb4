// How long a controller waits before it tries again what the server refused.
#pragma once
#include <algorithm>

#include "operator/seams/time.hpp"

namespace fakeapi {

/// `delay` as long as nothing was refused; then it doubles with each refusal in a row, from at least 5 ms up to `most`:
/// the limits of a work queue in Kubernetes.
inline seams::Duration retry_delay(seams::Duration delay, unsigned refusals,
                                   seams::Duration most = std::chrono::seconds(1000)) {
  constexpr seams::Duration least = std::chrono::milliseconds(5);
  if (refusals == 0) return delay;
  delay = std::max(delay, least);
  for (unsigned i = 0; i < refusals && delay < most; ++i) delay *= 2;
  return std::min(delay, most);
}

}  // namespace fakeapi
