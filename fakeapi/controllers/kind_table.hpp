// Which resource an owner reference's apiVersion and kind stand for.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/semantics/registry.hpp"
#include "operator/api/object.hpp"
#include "operator/api/resource.hpp"

namespace fakeapi {

/// The built-in kinds of the fake, and those of the custom resource definitions it was shown. Few, so searched in
/// order.
class KindTable {
 public:
  struct Kind {
    std::string api_version;
    std::string kind;
    api::Resource resource;
    bool namespaced;
    bool ignored = false;  ///< by the garbage collector: Events own nothing and are owned by nobody
  };

  /// With the built-in kinds.
  explicit KindTable(Registry const& registry);

  /// The kind, or null if the server has none of this name. Valid until the next learn() or forget().
  Kind const* find(std::string_view api_version, std::string_view kind) const;
  std::vector<Kind> const& kinds() const { return kinds_; }

  /// Takes up what a CustomResourceDefinition serves; true if that is anything new. One that is malformed has nothing.
  bool learn(api::Object const& definition);
  void forget(api::Object const& definition);

 private:
  std::vector<Kind> kinds_;
};

}  // namespace fakeapi
