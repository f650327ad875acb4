// Keys that wait until a cache has reached the revision of their own writes.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "operator/api/resource.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

/// Pure; caches are numbers of the caller's choice. One entry per key, so bounded by the keys in the queue. Everything
/// costs the logarithm of the entries, so that thousands of parked keys do not make each event dear.
class ParkedKeys {
 public:
  /// `key`, not parked yet, waits for `cache` to reach `version`, at most until `deadline`.
  void park(api::ObjectKey const& key, std::size_t cache, api::ResourceVersion version, seams::MonotonicTime deadline);

  /// Takes out the keys that waited for this revision of this cache or an earlier one, by revision, then by when they
  /// were parked.
  std::vector<api::ObjectKey> reached(std::size_t cache, api::ResourceVersion version);
  /// Takes out the keys whose deadline has come, by deadline.
  std::vector<api::ObjectKey> expired(seams::MonotonicTime now);

  /// `never` if nothing is parked.
  seams::MonotonicTime next_deadline() const {
    return by_deadline_.empty() ? seams::never : by_deadline_.begin()->first;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    api::ObjectKey key;
    std::size_t cache;
    api::ResourceVersion version;
    seams::MonotonicTime deadline;
  };
  using Sequence = std::uint64_t;
  api::ObjectKey take(Sequence sequence);

  std::map<Sequence, Entry> entries_;
  std::map<std::size_t, std::set<std::pair<api::ResourceVersion, Sequence>>> by_version_;
  std::set<std::pair<seams::MonotonicTime, Sequence>> by_deadline_;
  Sequence next_sequence_ = 0;
};

}  // namespace runtime
