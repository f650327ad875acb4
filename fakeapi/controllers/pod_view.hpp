// Pods as controllers look at them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// status.phase, or "".
std::string_view pod_phase(api::Object const& pod);
/// spec.nodeName, or "".
std::string_view pod_node(api::Object const& pod);
/// Its phase is Succeeded or Failed.
bool has_ended(api::Object const& pod);
/// It counts as a replica: it has not ended and is not being deleted.
bool is_active(api::Object const& pod);
/// The condition Ready is True.
bool is_ready(api::Object const& pod);
/// Since when it has been ready; nothing for one that is not.
std::optional<api::Timestamp> ready_since(api::Object const& pod);
/// Ready for more than `min_ready`, or just ready if that is 0.
bool is_available(api::Object const& pod, seams::Duration min_ready, seams::WallTime now);
/// The restarts of the container that has most.
std::int64_t most_restarts(api::Object const& pod);

}  // namespace fakeapi
