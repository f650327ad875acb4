#include "operator/runtime/cache.hpp"

#include <algorithm>
#include <utility>

namespace runtime {

Cache::Cache(seams::Environment const& environment, api::Api& api, InformerOptions const& options,
             std::vector<std::string> namespaces) {
  std::ranges::sort(namespaces);
  auto const repeated = std::ranges::unique(namespaces);
  namespaces.erase(repeated.begin(), repeated.end());
  if (namespaces.empty()) namespaces.emplace_back();
  for (auto& one : namespaces) {
    InformerOptions own = options;
    own.namespace_ = std::move(one);
    informers_.push_back(std::make_unique<Informer>(environment, api, std::move(own), &store_));
  }
}

Informer const* Cache::informer_of(std::string const& namespace_) const {
  if (informers_.front()->namespace_().empty()) return informers_.front().get();
  auto const found = std::ranges::lower_bound(informers_, namespace_, std::less<>(),
                                              [](auto const& informer) { return informer->namespace_(); });
  return found != informers_.end() && (*found)->namespace_() == namespace_ ? found->get() : nullptr;
}

api::ResourceVersion Cache::observed_version(std::string const& namespace_) const {
  auto const* const informer = informer_of(namespace_);
  return informer == nullptr ? api::ResourceVersion::none : informer->observed_version();
}

std::uint64_t Cache::exceptions() const {
  std::uint64_t sum = 0;
  for (auto const& informer : informers_) sum += informer->stats().exceptions;
  return sum;
}

}  // namespace runtime
