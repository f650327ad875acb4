// What is looked at to show a cluster: the store of a server of one's own, or caches of another's.
#pragma once
#include <functional>

#include "fakeapi/server.hpp"
#include "operator/api/object.hpp"

namespace sim::local {

class Sight {
 public:
  virtual ~Sight() = default;
  /// The object, or null.
  virtual api::ObjectPtr find(api::Resource const& resource, api::ObjectKey const& key) const = 0;
  /// All objects of a resource by namespace and name; none of one that is not served.
  virtual void for_each(api::Resource const& resource,
                        std::function<void(api::ObjectPtr const&)> const& visit) const = 0;
};

class ServerSight final : public Sight {
 public:
  /// The server outlives it.
  explicit ServerSight(fakeapi::Server const& server) : server_(server) {}
  api::ObjectPtr find(api::Resource const& resource, api::ObjectKey const& key) const override {
    return server_.index_of(resource) ? server_.find(resource, key) : nullptr;
  }
  void for_each(api::Resource const& resource, std::function<void(api::ObjectPtr const&)> const& visit) const override {
    if (server_.index_of(resource)) server_.for_each(resource, visit);
  }

 private:
  fakeapi::Server const& server_;
};

}  // namespace sim::local
