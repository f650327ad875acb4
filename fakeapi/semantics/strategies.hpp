// The table of kinds: what is compiled in, and how each behaves.
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "fakeapi/semantics/kind.hpp"

namespace fakeapi {

inline constexpr std::string_view orphan_finalizer = "orphan";
inline constexpr std::string_view foreground_finalizer = "foregroundDeletion";
/// Keeps a definition until its objects are gone.
inline constexpr std::string_view definition_finalizer = "customresourcecleanup.apiextensions.k8s.io";

extern Strategy const namespace_strategy;
extern Strategy const event_strategy;
extern Strategy const deployment_strategy;
extern Strategy const lease_strategy;
extern Strategy const definition_strategy;
extern Strategy const custom_resource_strategy;

/// Every compiled-in kind, Namespace first; made once. Its order is the order of their places in the log.
std::span<std::shared_ptr<Kind const> const> built_in_kinds();

/// The texts of a Kind that follow from its resource and name.
Kind make_kind(api::Resource resource, std::string kind, bool namespaced, Strategy const& strategy);

}  // namespace fakeapi
