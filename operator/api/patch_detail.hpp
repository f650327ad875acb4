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

/// What no patch may change, whatever the kind: the patched object again, or the server's refusal.
std::expected<Object, Error> check_identity(Object const& before, Object after);
/// A patch that could not be carried out; the server does not say why (422).
Error failed_operation();
/// What came out is no object of the API (422); `shown` is what the server prints of it.
Error unreadable_result(std::string const& shown, std::string const& why);

/// The patched object if the patch touches only what these know; nothing for every other patch and for every failure.
/// What they return equals apply_to_json().
std::optional<Object> apply_merge_quickly(Object const& object, MergePatch const& patch);
std::optional<Object> apply_json_quickly(Object const& object, JsonPatch const& patch);

}  // namespace api::detail
