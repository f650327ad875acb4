// A bounded memory: what has not been used for longest is forgotten first.
#pragma once
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace fakeapi {

template <class T>
class LruCache {
 public:
  explicit LruCache(std::size_t most) : most_(most) {}

  /// The value of a key, made anew if it was not there. Valid until the next call.
  T& operator[](std::string const& key) {
    auto const at = positions_.find(key);
    if (at != positions_.end()) {
      entries_.splice(entries_.begin(), entries_, at->second);
      return entries_.front().second;
    }
    if (entries_.size() == most_) {
      positions_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, T());
    positions_.emplace(key, entries_.begin());
    return entries_.front().second;
  }
  bool contains(std::string const& key) const { return positions_.contains(key); }
  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<std::string, T>>;
  std::size_t most_;
  Entries entries_;  // the last used first
  std::map<std::string, typename Entries::iterator> positions_;
};

}  // namespace fakeapi
