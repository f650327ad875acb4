// What a PodDisruptionBudget allows at the moment: pure.
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// The object that decides how many pods there are to be, and how many.
struct ScaleOfPods {
  std::string uid;
  std::int64_t replicas = 0;
};
/// Finds it by the controller reference of a pod; nothing if there is none.
using FindScale = std::function<std::optional<ScaleOfPods>(api::OwnerReference const& controller)>;

/// Why a budget cannot be worked out: the reason and message of an event, and what another event says of it.
struct DisruptionProblem {
  std::string reason;
  std::string message;
};

struct DisruptionCounts {
  std::int64_t expected = 0;
  std::int64_t desired_healthy = 0;
};

/// How many pods there should be, and how many of them have to be healthy. `pods` are those that the budget selects.
std::expected<DisruptionCounts, DisruptionProblem> count_disruptions(api::Object const& budget,
                                                                     std::vector<api::ObjectPtr> const& pods,
                                                                     FindScale const& find_scale);

struct DisruptionStep {
  /// The budget with a new status; nothing if it says so already.
  std::optional<api::Object> next;
  /// Pods whose eviction was allowed but who were not deleted within two minutes.
  std::vector<api::ObjectPtr> not_deleted;
  /// When to look again after such pods.
  std::optional<seams::Duration> again_after;
};

DisruptionStep plan_disruption(api::Object const& budget, std::vector<api::ObjectPtr> const& pods,
                               DisruptionCounts const& counts, seams::WallTime now);

/// The budget with no disruption allowed, for when it cannot be worked out; nothing if it says so already.
std::optional<api::Object> allow_none(api::Object const& budget);

}  // namespace fakeapi
