// What names a kind of thing, and one thing, in the Kubernetes API.
#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace api {

/// A collection that the API serves: group ("" for the core group), version and plural name. Whether it is namespaced
/// the server knows; a client says it by giving a namespace or not.
struct Resource {
  std::string group;
  std::string version;
  std::string plural;

  /// "apps/v1", or "v1" for the core group.
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  /// "deployments.apps", or "namespaces" for the core group: as error messages name a resource.
  std::string qualified() const { return group.empty() ? plural : plural + "." + group; }

  friend auto operator<=>(Resource const&, Resource const&) = default;
};

/// Namespace and name; the namespace is empty for a cluster-scoped object.
struct ObjectKey {
  std::string namespace_;
  std::string name;

  /// "namespace/name", or the name alone.
  std::string to_string() const { return namespace_.empty() ? name : namespace_ + "/" + name; }

  friend auto operator<=>(ObjectKey const&, ObjectKey const&) = default;
};

/// A revision of the store, as metadata.resourceVersion carries it. Kubernetes promises (KEP-5504) that the revisions
/// of one resource are decimal numbers that can be compared; 0 stands for "none given".
enum class ResourceVersion : std::uint64_t { none = 0 };

constexpr std::uint64_t to_number(ResourceVersion version) { return static_cast<std::uint64_t>(version); }

}  // namespace api
