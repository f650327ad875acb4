#include "fakeapi/semantics/strategies.hpp"

#include <utility>

#include "fakeapi/types/kind_codec.hpp"
#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"

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
  made.resource_group = resource.group;
  made.kind_group = resource.group;
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
  if (strategy.built_in) {
    auto const* type = types::find_kind(resource.group, resource.version, made.kind);
    seams::check(type != nullptr, "every compiled-in kind has a type");
    made.codec = std::make_shared<types::KindCodec const>(*type);
  }
  made.resource = std::move(resource);
  return made;
}

namespace {

using Kinds = std::vector<std::shared_ptr<Kind const>>;

Kinds make_built_in_kinds(Profile profile) {
  std::string const rbac = "rbac.authorization.k8s.io";
  std::string const policy_version = profile == Profile::v1_20 ? "v1beta1" : "v1";
  Kinds kinds;
  auto const add = [&](Kind kind) { kinds.push_back(std::make_shared<Kind const>(std::move(kind))); };
  // Those that are asked for most come first.
  add(without_collection_delete(named(make_kind(api::namespaces, "Namespace", false, namespace_strategy), {"ns"})));
  add(named(make_kind(api::events, "Event", true, event_strategy), {"ev"}));
  add(named(make_kind(api::deployments, "Deployment", true, deployment_strategy), {"deploy"}, {"all"}));
  add(make_kind(api::leases, "Lease", true, lease_strategy));
  add(named(make_kind(api::custom_resource_definitions, "CustomResourceDefinition", false, definition_strategy),
            {"crd", "crds"}, {"api-extensions"}));
  add(named(make_kind(api::pods, "Pod", true, pod_strategy), {"po"}, {"all"}));
  add(named(make_kind(api::replica_sets, "ReplicaSet", true, replica_set_strategy), {"rs"}, {"all"}));
  add(named(make_kind({"", "v1", "configmaps"}, "ConfigMap", true, config_map_strategy), {"cm"}));
  add(make_kind({"", "v1", "secrets"}, "Secret", true, secret_strategy));
  add(without_collection_delete(named(make_kind(api::services, "Service", true, service_strategy), {"svc"}, {"all"})));
  add(named(make_kind({"", "v1", "serviceaccounts"}, "ServiceAccount", true, service_account_strategy), {"sa"}));
  add(make_kind({rbac, "v1", "roles"}, "Role", true, role_strategy));
  add(make_kind({rbac, "v1", "rolebindings"}, "RoleBinding", true, role_binding_strategy));
  add(make_kind({rbac, "v1", "clusterroles"}, "ClusterRole", false, role_strategy));
  add(make_kind({rbac, "v1", "clusterrolebindings"}, "ClusterRoleBinding", false, role_binding_strategy));
  add(named(make_kind({"policy", policy_version, "poddisruptionbudgets"}, "PodDisruptionBudget", true,
                      disruption_budget_strategy),
            {"pdb"}));
  Kind network_policy =
      named(make_kind({"networking.k8s.io", "v1", "networkpolicies"}, "NetworkPolicy", true, network_policy_strategy),
            {"netpol"});
  // Errors name the group that the kind was in first.
  if (profile == Profile::v1_20) {
    network_policy.kind_group = "extensions";
    network_policy.qualified_kind = "NetworkPolicy.extensions";
  }
  add(std::move(network_policy));
  Kind newer_event = named(make_kind({"events.k8s.io", "v1", "events"}, "Event", true, newer_event_strategy), {"ev"});
  newer_event.qualified = "events";
  newer_event.qualified_kind = "Event";
  newer_event.resource_group.clear();
  newer_event.kind_group.clear();
  add(std::move(newer_event));
  return kinds;
}

}  // namespace

std::span<std::shared_ptr<Kind const> const> built_in_kinds(Profile profile) {
  static Kinds const of_1_20 = make_built_in_kinds(Profile::v1_20);
  static Kinds const of_modern = make_built_in_kinds(Profile::modern);
  return profile == Profile::v1_20 ? of_1_20 : of_modern;
}

}  // namespace fakeapi
