// An informer's cache: the objects of one resource as last heard of.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/runtime/key_hash.hpp"

namespace runtime {

/// Objects by key, and by the uid of each owner. Only its informer changes it.
///
/// Guarantees: whatever hands out several objects does so in the order of their keys. Reading copies no object.
class Store {
 public:
  Store() = default;
  Store(Store const&) = delete;
  Store& operator=(Store const&) = delete;

  /// The object, or null. The pointer stays valid; the store may move on.
  api::ObjectPtr find(api::ObjectKey const& key) const;
  /// The objects with an owner reference to this uid, in the order of their keys.
  std::vector<api::ObjectPtr> owned_by(std::string const& uid) const;
  std::size_t size() const { return objects_.size(); }
  /// All objects in the order of their keys. `visit` must not change the store.
  void for_each(std::function<void(api::ObjectPtr const&)> const& visit) const;

  /// Inserts or replaces; the object before, or null.
  api::ObjectPtr put(api::ObjectPtr object);
  /// The object that was removed, or null.
  api::ObjectPtr erase(api::ObjectKey const& key);

 private:
  using Objects = std::unordered_map<api::ObjectKey, api::ObjectPtr, ObjectKeyHash>;
  /// A node of objects_: it stays where it is until it is erased.
  using Entry = Objects::value_type;
  struct ByKey {
    bool operator()(Entry const* a, Entry const* b) const { return a->first < b->first; }
  };

  void index(Entry const& entry);
  void unindex(Entry const& entry);

  Objects objects_;
  std::unordered_map<std::string, std::set<Entry const*, ByKey>> by_owner_;
};

}  // namespace runtime
