// The bodies of a PATCH.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "operator/api/error.hpp"
#include "operator/api/object.hpp"

namespace api {

/// RFC 7386. Lists are replaced whole.
struct MergePatch {
  SharedJson document;
};

enum class JsonPatchVerb : std::uint8_t { add, remove, replace, move, copy, test };

/// One operation of RFC 6902. Pointers are RFC 6901 text ("/metadata/finalizers/-").
struct JsonPatchOperation {
  JsonPatchVerb verb;
  std::string path;
  SharedJson value;  ///< of add, replace and test
  std::string from;  ///< of move and copy
};
struct JsonPatch {
  std::vector<JsonPatchOperation> operations;
};
/// The most operations of one JSON patch, as in the API server.
inline constexpr std::size_t most_json_patch_operations = 10000;

/// Kubernetes' strategic merge patch, for built-in kinds only.
struct StrategicMergePatch {
  SharedJson document;
};

/// Server-side apply: the fields that `field_manager` of the write options wants to own.
struct ApplyPatch {
  SharedJson document;
  bool force = false;
};

using Patch = std::variant<MergePatch, JsonPatch, StrategicMergePatch, ApplyPatch>;

/// RFC 7386 on a JSON value: null deletes, objects merge, everything else replaces.
void merge_patch(boost::json::value& target, boost::json::value const& patch);

/// RFC 6902 on a JSON value. All or nothing: on failure `target` is unspecified and the text says which operation
/// failed and why.
std::expected<void, std::string> json_patch(boost::json::value& target, JsonPatch const& patch);

/// Applies a merge patch or a JSON patch to an object, sharing every subtree that the patch does not touch; the result
/// equals applying it to the object's JSON. Errors have the API server's reasons and messages. A StrategicMergePatch
/// or ApplyPatch is the server's business and refused here (unsupported_media_type).
std::expected<Object, Error> apply_patch(Object const& object, Patch const& patch);

}  // namespace api
