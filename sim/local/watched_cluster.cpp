#include "sim/local/watched_cluster.hpp"

#include <algorithm>
#include <utility>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"

namespace sim::local {
namespace {

runtime::InformerOptions options_of(api::Resource const& resource) {
  runtime::InformerOptions options;
  options.resource = resource;
  options.watch_list = true;
  return options;
}

}  // namespace

WatchedCluster::WatchedCluster(seams::Environment const& environment, api::Api& api, OnChange on_change)
    : informers_{runtime::Informer(environment, api, options_of(contract::echoes)),
                 runtime::Informer(environment, api, options_of(api::deployments)),
                 runtime::Informer(environment, api, options_of(api::events)),
                 runtime::Informer(environment, api, options_of(api::custom_resource_definitions))} {
  for (auto& informer : informers_) {
    informer.subscribe({on_change, [this](api::ResourceVersion) {
                          if (synced_ && std::ranges::all_of(informers_, &runtime::Informer::synced))
                            std::exchange(synced_, nullptr)();
                        }});
  }
}

void WatchedCluster::start(std::function<void()> synced) {
  synced_ = std::move(synced);
  for (auto& informer : informers_) informer.start();
  running_ = informers_.size();
}

void WatchedCluster::stop(std::function<void()> stopped) {
  synced_ = nullptr;
  stopped_ = std::move(stopped);
  for (auto& informer : informers_) {
    informer.stop([this] {
      if (--running_ == 0) stopped_();
    });
  }
}

runtime::Informer const* WatchedCluster::informer_of(api::Resource const& resource) const {
  auto const found = std::ranges::find(informers_, resource, &runtime::Informer::resource);
  return found == informers_.end() ? nullptr : &*found;
}

api::ObjectPtr WatchedCluster::find(api::Resource const& resource, api::ObjectKey const& key) const {
  auto const* informer = informer_of(resource);
  return informer == nullptr ? nullptr : informer->store().find(key);
}

void WatchedCluster::for_each(api::Resource const& resource,
                              std::function<void(api::ObjectPtr const&)> const& visit) const {
  if (auto const* informer = informer_of(resource)) informer->store().for_each(visit);
}

}  // namespace sim::local
