// What a controller has asked for and not yet seen: until then it must not act on what it sees.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "operator/api/resource.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// Creations are counted, deletions known by name, for each key. Expectations that are not met within five minutes are
/// given up.
class Expectations {
 public:
  void expect_creations(api::ObjectKey const& key, std::int64_t count, seams::MonotonicTime now) {
    entries_[key] = {count, {}, now};
  }
  void expect_deletions(api::ObjectKey const& key, std::set<std::string> names, seams::MonotonicTime now) {
    entries_[key] = {0, std::move(names), now};
  }
  void creation_observed(api::ObjectKey const& key, std::int64_t count = 1) {
    if (auto const at = entries_.find(key); at != entries_.end()) at->second.creations -= count;
  }
  void deletion_observed(api::ObjectKey const& key, std::string const& name) {
    if (auto const at = entries_.find(key); at != entries_.end()) at->second.deletions.erase(name);
  }
  void forget(api::ObjectKey const& key) { entries_.erase(key); }

  bool met(api::ObjectKey const& key, seams::MonotonicTime now) const {
    auto const at = entries_.find(key);
    if (at == entries_.end()) return true;
    return (at->second.creations <= 0 && at->second.deletions.empty()) || now - at->second.since > patience;
  }
  /// When expectations that are not met will be given up.
  static constexpr seams::Duration patience = std::chrono::minutes(5);

 private:
  struct Entry {
    std::int64_t creations = 0;
    std::set<std::string> deletions;
    seams::MonotonicTime since{};
  };
  std::map<api::ObjectKey, Entry> entries_;
};

}  // namespace fakeapi
