// A map that remembers what was used last.
#pragma once
#include <cstdint>
#include <map>
#include <utility>

#include "operator/seams/check.hpp"

namespace runtime {

/// At most `limit` entries: one more forgets the one that was not asked for the longest. A value: a copy goes its own
/// way.
template <class Key, class Value>
class Recent {
 public:
  explicit Recent(std::size_t limit) : limit_(limit) { seams::check(limit > 0, "there is room for an entry"); }

  /// The entry, made anew if there is none, and whether it was. The reference is valid until the next call.
  std::pair<Value&, bool> use(Key const& key) {
    auto const [at, made] = entries_.try_emplace(key);
    if (!made) by_use_.erase(at->second.used);
    at->second.used = ++uses_;
    by_use_.emplace(uses_, &at->first);
    if (entries_.size() > limit_) forget_oldest();
    return {at->second.value, made};
  }
  void forget(Key const& key) {
    auto const at = entries_.find(key);
    if (at == entries_.end()) return;
    by_use_.erase(at->second.used);
    entries_.erase(at);
  }
  std::size_t size() const { return entries_.size(); }

  Recent(Recent const& other) : limit_(other.limit_), uses_(other.uses_), entries_(other.entries_) {
    for (auto const& [key, entry] : entries_) by_use_.emplace(entry.used, &key);
  }
  Recent& operator=(Recent other) noexcept {
    std::swap(limit_, other.limit_);
    std::swap(uses_, other.uses_);
    entries_.swap(other.entries_);  // nodes stay where they are
    by_use_.swap(other.by_use_);
    return *this;
  }
  Recent(Recent&&) noexcept = default;
  ~Recent() = default;

 private:
  struct Entry {
    Value value{};
    std::uint64_t used = 0;
  };

  void forget_oldest() {
    auto const oldest = by_use_.begin();
    entries_.erase(*oldest->second);
    by_use_.erase(oldest);
  }

  std::size_t limit_;
  std::uint64_t uses_ = 0;
  std::map<Key, Entry> entries_;
  std::map<std::uint64_t, Key const*> by_use_;
};

}  // namespace runtime
