// Labels and annotations: a small ordered map of strings.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace api {

/// Keys are unique and in byte order, as Go prints maps.
class StringMap {
 public:
  using Entry = std::pair<std::string, std::string>;

  StringMap() = default;
  StringMap(std::initializer_list<Entry> entries) {
    for (auto const& [key, value] : entries) set(key, value);
  }

  /// The value of `key`, or null. Valid until the map changes.
  std::string const* find(std::string_view key) const {
    auto const at = position(key);
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
  }

  void set(std::string_view key, std::string value) {
    auto const at = entries_.begin() + (position(key) - entries_.cbegin());
    if (at != entries_.end() && at->first == key) {
      at->second = std::move(value);
    } else {
      entries_.emplace(at, std::string(key), std::move(value));
    }
  }

  /// True if the key was there.
  bool erase(std::string_view key) {
    auto const at = position(key);
    if (at == entries_.end() || at->first != key) return false;
    entries_.erase(at);
    return true;
  }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  friend bool operator==(StringMap const&, StringMap const&) = default;

 private:
  std::vector<Entry>::const_iterator position(std::string_view key) const {
    return std::lower_bound(entries_.begin(), entries_.end(), key,
                            [](Entry const& entry, std::string_view k) { return entry.first < k; });
  }
  std::vector<Entry> entries_;
};

}  // namespace api
