// An informer's cache: the objects of one resource as last heard of.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "operator/api/object.hpp"

namespace runtime {

/// Objects by key, and by the uid of each owner. Only its informer changes it.
class Store {
 public:
  /// The object, or null. The pointer stays valid; the store may move on.
  api::ObjectPtr find(api::ObjectKey const& key) const;
  /// The objects with an owner reference to this uid, in the order of their keys.
  std::vector<api::ObjectPtr> owned_by(std::string const& uid) const;
  std::size_t size() const { return objects_.size(); }
  /// All objects in the order of their keys.
  void for_each(std::function<void(api::ObjectPtr const&)> const& visit) const;

  /// Inserts or replaces; the object before, or null.
  api::ObjectPtr put(api::ObjectPtr object);
  /// The object that was removed, or null.
  api::ObjectPtr erase(api::ObjectKey const& key);

 private:
  void index(api::Object const& object);
  void unindex(api::Object const& object);

  std::map<api::ObjectKey, api::ObjectPtr> objects_;
  std::map<std::string, std::set<api::ObjectKey>> by_owner_;
};

}  // namespace runtime
