#include "fakeapi/semantics/strategies.hpp"

#include <array>
#include <utility>

#include "operator/api/kinds.hpp"

namespace fakeapi {

Kind make_kind(api::Resource resource, std::string kind, bool namespaced, Strategy const& strategy) {
  Kind made;
  made.api_version = resource.api_version();
  made.qualified = resource.qualified();
  made.qualified_kind = resource.group.empty() ? kind : kind + "." + resource.group;
  // Compiled-in groups but apiextensions keep their objects under the plural alone.
  bool const grouped = !strategy.built_in || resource.group == api::custom_resource_definitions.group;
  made.registry_prefix = "/registry/" + (grouped ? resource.group + "/" : "") + resource.plural + "/";
  made.kind = std::move(kind);
  made.namespaced = namespaced;
  made.has_status = strategy.has_status;
  made.has_scale = strategy.has_scale;
  made.strategy = &strategy;
  made.resource = std::move(resource);
  return made;
}

std::span<std::shared_ptr<Kind const> const> built_in_kinds() {
  static auto const shared = [](Kind kind) { return std::make_shared<Kind const>(std::move(kind)); };
  static std::array const kinds{
      shared(make_kind(api::namespaces, "Namespace", false, namespace_strategy)),
      shared(make_kind(api::events, "Event", true, event_strategy)),
      shared(make_kind(api::deployments, "Deployment", true, deployment_strategy)),
      shared(make_kind(api::leases, "Lease", true, lease_strategy)),
      shared(make_kind(api::custom_resource_definitions, "CustomResourceDefinition", false, definition_strategy)),
  };
  return kinds;
}

}  // namespace fakeapi
