// The arithmetic of a rollout: how many pods there may be, and how a change of scale is shared out.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>

#include "operator/api/object.hpp"

namespace fakeapi {

/// An int-or-percent of `whole`; percentages are rounded up or down. Malformed or absent: `otherwise`.
std::int64_t scaled_value(boost::json::value const* value, std::int64_t whole, bool round_up, std::int64_t otherwise);

/// What a Deployment's spec asks for.
struct RolloutNumbers {
  std::int64_t replicas = 1;
  bool recreate = false;
  std::int64_t surge = 0;        ///< pods beyond `replicas` while rolling; 0 for Recreate
  std::int64_t unavailable = 0;  ///< pods that may be missing; 0 for Recreate and without replicas

  std::int64_t most_in_total() const { return replicas + surge; }
  std::int64_t fewest_available() const { return replicas - unavailable; }
};

/// Surge rounds up, unavailable down; with neither there would be no way forward, so unavailable is then 1.
RolloutNumbers read_rollout_numbers(api::SharedJson const& spec);

/// How many more (or, negative, fewer) pods one ReplicaSet of `size` gets when all of a Deployment's ReplicaSets
/// together are to change by `to_add`, of which `added` have been given to others. `annotated_most` is the most pods
/// that the Deployment could have when the ReplicaSet got its size.
std::int64_t proportion(std::int64_t size, std::int64_t annotated_most, RolloutNumbers const& wanted,
                        std::int64_t to_add, std::int64_t added);

}  // namespace fakeapi
