#include "operator/runtime/mapping.hpp"

#include <string_view>
#include <utility>

namespace runtime {

namespace {

std::string_view group_of(std::string_view api_version) {
  auto const slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

bool is_uid_of(api::ObjectPtr const& object, std::string const& uid) { return object && object->metadata.uid == uid; }

}  // namespace

Mapping map_to_owner(Store const& primaries, OwnerKind kind) {
  return [&primaries, kind = std::move(kind)](api::Object const& object, AddKey const& add) {
    for (api::OwnerReference const& owner : *object.metadata.owner_references) {
      if (owner.kind != kind.kind || group_of(owner.api_version) != kind.group) continue;
      // An owner is in the namespace of what it owns, or cluster-scoped.
      api::ObjectKey key{object.metadata.namespace_, owner.name};
      if (is_uid_of(primaries.find(key), owner.uid)) {
        add(key);
      } else if (!key.namespace_.empty()) {
        key.namespace_.clear();
        if (is_uid_of(primaries.find(key), owner.uid)) add(key);
      }
    }
  };
}

Mapping map_to_same_name(Store const& primaries) {
  return [&primaries](api::Object const& object, AddKey const& add) {
    if (api::ObjectPtr const primary = primaries.find(object.key())) add(primary->key());
  };
}

Mapping map_to_each(std::vector<Mapping> mappings) {
  return [mappings = std::move(mappings)](api::Object const& object, AddKey const& add) {
    for (Mapping const& mapping : mappings) mapping(object, add);
  };
}

}  // namespace runtime
