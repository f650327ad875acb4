// Pod templates of Deployments and ReplicaSets: equality, and the hash that names a ReplicaSet.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakeapi {

/// The label by which the pods of one template are told from those of another.
inline constexpr std::string_view template_hash_label = "pod-template-hash";

/// Equal but for that label.
bool same_template(boost::json::value const* a, boost::json::value const* b);

/// A hash of the template and the number of collisions so far, in the alphabet and of the length of Kubernetes'. Its
/// value is our own: FNV-1a over the template's JSON with its keys in order, not over Go's print of the struct.
std::string template_hash(boost::json::value const& pod_template, std::optional<std::int64_t> collisions);

/// The template with that label set.
boost::json::value with_hash(boost::json::value const& pod_template, std::string_view hash);

}  // namespace fakeapi
