// How apply_patch works: a general way for every patch, and shorter ones that share what the patch does not touch.
#pragma once
#include <optional>

#include "operator/api/patch.hpp"

namespace api::detail {

/// One operation of a JSON patch on a value: text on failure. `copied` counts the bytes that copy operations have
/// made so far, so that a few operations cannot double a document without end.
std::expected<void, std::string> apply_operation(boost::json::value& target, JsonPatchVerb verb, std::string_view path,
                                                 SharedJson const& value, std::string_view from, std::size_t& copied);

/// Equal as RFC 6902 has it: numbers by value (1 equals 1.0), objects in any order.
bool equal_values(boost::json::value const& a, boost::json::value const& b);

/// Whether merging `patch` into `target` would change it.
bool merge_changes(boost::json::value const& target, boost::json::value const& patch);

/// apply_patch by way of the object's whole JSON.
std::expected<Object, Error> apply_to_json(Object const& object, Patch const& patch);

/// The patched object if the patch touches only what these know; nothing for every other patch and for every failure.
/// What they return equals apply_to_json().
std::optional<Object> apply_merge_quickly(Object const& object, MergePatch const& patch);
std::optional<Object> apply_json_quickly(Object const& object, JsonPatch const& patch);

}  // namespace api::detail
