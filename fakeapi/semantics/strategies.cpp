#include "fakeapi/semantics/strategies.hpp"

#include <array>
#include <utility>

#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The verbs of every resource; compiled-in ones name them in another order than custom ones.
std::vector<std::string_view> usual_verbs(bool built_in) {
  if (built_in) return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
  return {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
}

Kind named(Kind kind, std::vector<std::string> short_names, std::vector<std::string> categories = {}) {
  kind.short_names = std::move(short_names);
  kind.categories = std::move(categories);
  return kind;
}

Kind without_collection_delete(Kind kind) {
  std::erase(kind.verbs, "deletecollection");
  return kind;
}

}  // namespace

Kind make_kind(api::Resource resource, std::string kind, bool namespaced, Strategy const& strategy) {
  Kind made;
  made.api_version = resource.api_version();
  made.qualified = resource.qualified();
  made.qualified_kind = resource.group.empty() ? kind : kind + "." + resource.group;
  // Compiled-in groups but apiextensions keep their objects under the plural alone.
  bool const grouped = !strategy.built_in || resource.group == api::custom_resource_definitions.group;
  made.registry_prefix = "/registry/" + (grouped ? resource.group + "/" : "") + resource.plural + "/";
  made.singular = lower(kind);
  made.list_kind = kind + "List";
  made.verbs = usual_verbs(strategy.built_in);
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
      shared(
          without_collection_delete(named(make_kind(api::namespaces, "Namespace", false, namespace_strategy), {"ns"}))),
      shared(named(make_kind(api::events, "Event", true, event_strategy), {"ev"})),
      shared(named(make_kind(api::deployments, "Deployment", true, deployment_strategy), {"deploy"}, {"all"})),
      shared(make_kind(api::leases, "Lease", true, lease_strategy)),
      shared(named(make_kind(api::custom_resource_definitions, "CustomResourceDefinition", false, definition_strategy),
                   {"crd", "crds"}, {"api-extensions"})),
  };
  return kinds;
}

}  // namespace fakeapi
