// The conditions of a namespace that is being deleted, and how long its content will still take. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/api/request.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

/// What one look at the content of a namespace has found, over all kinds.
struct NamespaceContent {
  std::map<std::string, std::int64_t> remaining;     ///< "pods." -> how many are left
  std::map<std::string, std::int64_t> by_finalizer;  ///< how many of those a finalizer holds
  std::vector<std::string> errors;
  std::int64_t estimate = 0;  ///< seconds until they are expected to be gone
};

/// Takes up what is left of one kind after its objects were deleted. `grace` are the seconds that they may take.
void add_remaining(NamespaceContent& content, api::Resource const& resource, std::string const& namespace_,
                   std::vector<api::ObjectPtr> const& left, std::int64_t grace);

/// The seconds that the pods of a namespace may still take to end; 0 once as much time has passed since its deletion.
std::int64_t grace_of_pods(std::vector<api::ObjectPtr> const& pods, api::Timestamp deleted, seams::WallTime now);

/// The namespace with conditions that tell of this, or nothing if they say so already.
std::optional<api::Object> tell_content(api::Object const& namespace_, NamespaceContent const& content,
                                        api::Timestamp now);

/// Whether spec.finalizers is empty.
bool is_finalized(api::Object const& namespace_);
/// The namespace without the finalizer "kubernetes" in its spec.
api::Object without_content_finalizer(api::Object const& namespace_);

}  // namespace fakeapi
