// The objects of one resource in the namespaces that are served, as one cache.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operator/runtime/informer.hpp"

namespace runtime {

/// One store, kept by one informer for each namespace, or by one for all of them. Who reads need not know which.
///
/// Each informer lists, watches, fails and recovers by itself, and has a revision of its own; the store is whole when
/// all of them have synced. Lifetime: as an Informer's.
class Cache {
 public:
  /// `namespaces`: none for all of them. `options.namespace_` is not looked at.
  Cache(seams::Environment const& environment, api::Api& api, InformerOptions const& options,
        std::vector<std::string> namespaces);
  Cache(Cache const&) = delete;
  Cache& operator=(Cache const&) = delete;

  Store const& store() const { return store_; }
  /// By namespace, in order.
  std::vector<std::unique_ptr<Informer>> const& informers() const { return informers_; }
  /// The informer that keeps this namespace; null if it is not served.
  Informer const* informer_of(std::string const& namespace_) const;
  /// The revision that the cache shows of this namespace at least.
  api::ResourceVersion observed_version(std::string const& namespace_) const;
  /// Exceptions caught in the informers: bugs.
  std::uint64_t exceptions() const;

 private:
  Store store_;
  std::vector<std::unique_ptr<Informer>> informers_;
};

}  // namespace runtime
