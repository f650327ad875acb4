#include "operator/runtime/parked_keys.hpp"

namespace runtime {

void ParkedKeys::park(api::ObjectKey const& key, std::size_t cache, api::ResourceVersion version,
                      seams::MonotonicTime deadline) {
  Sequence const sequence = next_sequence_++;
  entries_.emplace(sequence, Entry{key, cache, version, deadline});
  by_version_[cache].emplace(version, sequence);
  by_deadline_.emplace(deadline, sequence);
}

api::ObjectKey ParkedKeys::take(Sequence sequence) {
  auto const at = entries_.find(sequence);
  Entry entry = std::move(at->second);
  entries_.erase(at);
  by_version_[entry.cache].erase({entry.version, sequence});
  by_deadline_.erase({entry.deadline, sequence});
  return std::move(entry.key);
}

std::vector<api::ObjectKey> ParkedKeys::reached(std::size_t cache, api::ResourceVersion version) {
  std::vector<api::ObjectKey> keys;
  if (entries_.empty()) return keys;
  auto const waiting = by_version_.find(cache);
  if (waiting == by_version_.end()) return keys;
  while (!waiting->second.empty() && waiting->second.begin()->first <= version) {
    keys.push_back(take(waiting->second.begin()->second));
  }
  return keys;
}

std::vector<api::ObjectKey> ParkedKeys::expired(seams::MonotonicTime now) {
  std::vector<api::ObjectKey> keys;
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    keys.push_back(take(by_deadline_.begin()->second));
  }
  return keys;
}

}  // namespace runtime
