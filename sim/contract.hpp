// The resource's contract as the judge knows it: written down a second time, on purpose, without operator/echo.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "operator/api/object.hpp"

namespace sim::contract {

inline api::Resource const echoes{"example.com", "v1", "echoes"};
inline constexpr std::string_view finalizer = "echoes.example.com/finalizer";
inline constexpr std::string_view image = "inanimate/echo-server:latest";

/// spec.replicas of an Echo or a Deployment; nothing if it has none.
std::optional<std::int64_t> replicas(api::Object const& object);

/// The uid of the owner reference to an Echo, or "".
std::string const& echo_owner_uid(api::Object const& deployment);

/// All of the operator's part of a Deployment is as the Echo wants it.
bool spec_matches(api::Object const& echo, api::Object const& deployment);

/// observedGeneration is up to date and updated = replicas = ready = available = `wanted`.
bool all_ready(api::Object const& deployment, std::int64_t wanted);

/// The condition of this type in the status of an Echo, or null.
boost::json::value const* condition(api::Object const& echo, std::string_view type);
bool condition_is(api::Object const& echo, std::string_view type, std::string_view status);

/// Whether two states of a Deployment's spec are the same but for what is the operator's.
bool same_foreign_spec(api::Object const& before, api::Object const& after);
/// A copy without the label app.
api::StringMap foreign_labels(api::Object const& object);

}  // namespace sim::contract
