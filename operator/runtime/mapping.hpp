// From an object that changed to the keys that must hear of it.
#pragma once
#include <functional>
#include <string>

#include "operator/api/object.hpp"
#include "operator/runtime/store.hpp"

namespace runtime {

using AddKey = std::function<void(api::ObjectKey const&)>;
/// Called with the old and with the new state of the object; adds the keys that either concerns.
using Mapping = std::function<void(api::Object const&, AddKey const&)>;

/// The kind of the primary objects, as owner references name it; whatever the version.
struct OwnerKind {
  std::string group;
  std::string kind;
};

/// The primary object that an owner reference of this kind names, if the cache shows it with the uid of the reference:
/// an object of the same name that came later owns nothing of its predecessor's. `primaries` outlives the mapping.
Mapping map_to_owner(Store const& primaries, OwnerKind kind);

/// The primary object of the same namespace and name, if there is one. For children that bear their owner's name: a
/// stranger who takes or leaves that name matters to it. `primaries` outlives the mapping.
Mapping map_to_same_name(Store const& primaries);

/// All of them.
Mapping map_to_each(std::vector<Mapping> mappings);

}  // namespace runtime
