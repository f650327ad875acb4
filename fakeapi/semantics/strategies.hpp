// The table of kinds: what is compiled in, and how each behaves.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "fakeapi/semantics/kind.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi {

inline constexpr std::string_view orphan_finalizer = "orphan";
inline constexpr std::string_view foreground_finalizer = "foregroundDeletion";
/// Keeps a definition until its objects are gone.
inline constexpr std::string_view definition_finalizer = "customresourcecleanup.apiextensions.k8s.io";

extern Strategy const namespace_strategy;
extern Strategy const event_strategy;
extern Strategy const newer_event_strategy;
extern Strategy const pod_strategy;
extern Strategy const config_map_strategy;
extern Strategy const secret_strategy;
extern Strategy const service_strategy;
extern Strategy const service_account_strategy;
extern Strategy const deployment_strategy;
extern Strategy const replica_set_strategy;
extern Strategy const lease_strategy;
extern Strategy const role_strategy;  ///< also of ClusterRoles
extern Strategy const role_binding_strategy;
extern Strategy const disruption_budget_strategy;
extern Strategy const network_policy_strategy;
extern Strategy const definition_strategy;
extern Strategy const custom_resource_strategy;

/// Every kind that is compiled into servers of a profile, Namespace first; made once. Their order is the order of their
/// places in the log, but that those at the end are other versions of kinds before them.
std::span<std::shared_ptr<Kind const> const> built_in_kinds(Profile profile);

// Of Deployments and ReplicaSets.
std::expected<ScaleView, api::Error> read_workload_scale(Kind const& kind, api::Object const& object);
void write_workload_scale(Kind const& kind, api::Object& object, std::int64_t replicas);

/// The texts of a Kind that follow from its resource and name.
Kind make_kind(api::Resource resource, std::string kind, bool namespaced, Strategy const& strategy);

}  // namespace fakeapi
