// Hashing of object keys, for look-up only: nothing iterates in the order of hashes.
#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

#include "operator/api/resource.hpp"

namespace runtime {

struct ObjectKeyHash {
  std::size_t operator()(api::ObjectKey const& key) const noexcept {
    std::hash<std::string_view> const hash;
    // An odd factor keeps (a, b) and (b, a) apart.
    return hash(key.name) * 0x9e3779b97f4a7c15U + hash(key.namespace_);
  }
};

}  // namespace runtime
