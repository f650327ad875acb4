// The patches with which the operator changes objects that exist. Each begins by setting the resourceVersion that was
// seen (optimistic locking: on a newer object the server answers 409 Conflict), so none can undo what others did since.
// No list is ever replaced: entries are added at the end or taken out by index, behind a test of what stands there.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"

namespace echo {

/// The first operation of every patch.
api::JsonPatchOperation lock(api::Object const& seen);

/// Puts our finalizer behind those that are there. The object must not have it.
api::JsonPatch add_finalizer_patch(api::Object const& seen);
/// Takes out our finalizer and leaves the others where they are. The object must have it.
api::JsonPatch remove_finalizer_patch(api::Object const& seen);
/// Replaces the status, which is all ours. For the subresource status.
api::JsonPatch status_patch(api::Object const& seen, boost::json::value status);
/// The operations, locked.
api::JsonPatch locked_patch(api::Object const& seen, std::vector<api::JsonPatchOperation> operations);

/// One operation; `value` is not used by remove.
api::JsonPatchOperation operation(api::JsonPatchVerb verb, std::string path, boost::json::value value = nullptr);

}  // namespace echo
