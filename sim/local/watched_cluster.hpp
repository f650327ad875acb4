// A cluster behind an Api, watched with the operator's own informers.
#pragma once
#include <array>
#include <cstddef>
#include <functional>

#include "operator/api/api.hpp"
#include "operator/runtime/informer.hpp"
#include "operator/seams/environment.hpp"
#include "sim/local/sight.hpp"

namespace sim::local {

/// Caches of the Echoes, Deployments, Events and definitions of all namespaces.
class WatchedCluster final : public Sight {
 public:
  /// `before` null: new; `after` null: gone.
  using OnChange = std::function<void(api::ObjectPtr const& before, api::ObjectPtr const& after)>;

  /// Environment and Api outlive it; it is destroyed after stop() has reported its end.
  WatchedCluster(seams::Environment const& environment, api::Api& api, OnChange on_change);

  /// `synced` is called once, when all caches are whole.
  void start(std::function<void()> synced);
  void stop(std::function<void()> stopped);

  api::ObjectPtr find(api::Resource const& resource, api::ObjectKey const& key) const override;
  void for_each(api::Resource const& resource, std::function<void(api::ObjectPtr const&)> const& visit) const override;

 private:
  runtime::Informer const* informer_of(api::Resource const& resource) const;

  std::array<runtime::Informer, 4> informers_;
  std::function<void()> synced_;
  std::function<void()> stopped_;
  std::size_t running_ = 0;
};

}  // namespace sim::local
