#include "fakeapi/discovery/catalogue.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "fakeapi/authorization/reviews.hpp"
#include "fakeapi/discovery/storage_hash.hpp"
#include "fakeapi/discovery/version_order.hpp"
#include "fakeapi/printing/values.hpp"
#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi::discovery {
namespace {

// The order in which the real server aggregates its groups; those of definitions come after them.
std::size_t rank(std::string_view group) {
  constexpr auto order = std::to_array<std::string_view>({
      "",
      "apps",
      "events.k8s.io",
      "authentication.k8s.io",
      "authorization.k8s.io",
      "autoscaling",
      "networking.k8s.io",
      "policy",
      "rbac.authorization.k8s.io",
      "apiextensions.k8s.io",
      "coordination.k8s.io",
  });
  return static_cast<std::size_t>(std::ranges::find(order, group) - order.begin());
}

void add_subresources(Kind const& kind, Profile profile, Resource& resource) {
  std::vector<std::string_view> const usual{"get", "patch", "update"};
  auto& subresources = resource.subresources;
  if (kind.has_status) subresources.push_back({"status", "", "", "", usual});
  if (kind.has_scale) subresources.push_back({"scale", "autoscaling", "v1", "Scale", usual});
  if (!kind.strategy->built_in) return;
  if (kind.resource.group.empty() && kind.resource.plural == "namespaces") {
    subresources.push_back({"finalize", "", "", "", {"update"}});
  }
  if (kind.resource.group.empty() && kind.resource.plural == "pods") {
    subresources.push_back({"binding", "", "", "Binding", {"create"}});
    std::string const version = profile == Profile::v1_20 ? "v1beta1" : "v1";
    subresources.push_back({"eviction", "policy", version, "Eviction", {"create"}});
  }
  std::ranges::sort(subresources, {}, &Subresource::name);
}

// The version in which the real server keeps a kind.
std::string storage_hash(Server const& server, Kind const& kind) {
  auto const& own = kind.resource;
  if (kind.strategy->built_in) {
    // Events of either API are those of the core group; two kinds are kept as they were in 1.20.
    if (kind.kind == "Event") return storage_version_hash("", "v1", "Event");
    bool const older =
        server.profile() == Profile::v1_20 && (own == api::leases || own == api::custom_resource_definitions);
    return storage_version_hash(own.group, older ? "v1beta1" : std::string_view(own.version), kind.kind);
  }
  std::string version = own.version;
  if (auto const definition = server.find(api::custom_resource_definitions, {"", kind.qualified})) {
    for (auto const& one : printing::list_at(definition->spec.get(), {"versions"})) {
      if (printing::flag_at(&one, {"storage"})) version = printing::text_at(&one, {"name"});
    }
  }
  return storage_version_hash(own.group, version, kind.kind);
}

Resource resource_of(Server const& server, Served const& served) {
  Kind const& kind = *served.kind;
  Profile const profile = server.profile();
  Resource resource{kind.resource.plural,
                    kind.singular,
                    kind.kind,
                    kind.namespaced,
                    kind.verbs,
                    kind.short_names,
                    kind.categories,
                    storage_hash(server, kind),
                    {}};
  bool const custom = !kind.strategy->built_in;
  // Compiled-in kinds tell their singular since 1.27.
  if (!custom && profile == Profile::v1_20) resource.singular.clear();
  if (custom && served.terminating) resource.verbs = {"delete", "deletecollection", "get", "list", "watch"};
  add_subresources(kind, profile, resource);
  return resource;
}

// Groups of equal rank stand in the order of their versions' names ("v1.example.com"), as the real server keeps them.
std::string first_name(Group const& group) {
  std::string first;
  for (auto const& version : group.versions) {
    std::string name = version.name + "." + group.name;
    if (first.empty() || name < first) first = std::move(name);
  }
  return first;
}

class Builder {
 public:
  void add(std::string_view group, std::string_view version, Resource resource) {
    place_of(place_of(groups_, group).versions, version).resources.push_back(std::move(resource));
  }

  std::vector<Group> finish() {
    std::ranges::sort(groups_, {}, [](Group const& group) { return std::pair(rank(group.name), first_name(group)); });
    for (auto& group : groups_) {
      std::ranges::sort(group.versions, version_before, &Version::name);
      for (auto& version : group.versions) std::ranges::sort(version.resources, {}, &Resource::plural);
    }
    return std::move(groups_);
  }

 private:
  template <class T>
  static T& place_of(std::vector<T>& list, std::string_view name) {
    auto const found = std::ranges::find(list, name, &T::name);
    if (found != list.end()) return *found;
    list.push_back({std::string(name), {}});
    return list.back();
  }

  std::vector<Group> groups_;
};

}  // namespace

std::vector<Group> catalogue(Server const& server) {
  Builder builder;
  for (auto const& served : server.registry().served()) {
    auto const& resource = served->kind->resource;
    builder.add(resource.group, resource.version, resource_of(server, *served));
  }
  bool const tells_singular = server.profile() != Profile::v1_20;
  for (auto const& review : authorization::reviews(server.profile())) {
    std::string singular;
    if (tells_singular) {
      singular = review.plural;
      singular.pop_back();
    }
    builder.add(review.group, review.version,
                {std::string(review.plural),
                 singular,
                 std::string(review.kind),
                 review.namespaced,
                 {"create"},
                 {},
                 {},
                 "",
                 {}});
  }
  return builder.finish();
}

}  // namespace fakeapi::discovery
