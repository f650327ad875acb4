// Strategic merge patch: Kubernetes' own merge of JSON documents, for the kinds that are compiled in. Lists are merged
// by key where the types say so, and directives in the patch ($patch, $retainKeys, $setElementOrder/…,
// $deleteFromPrimitiveList/…) say what a merge alone cannot.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <string>

#include "fakeapi/patch/merge_schema.hpp"

namespace fakeapi::patch {

/// Why a patch cannot be applied.
struct StrategicMergeError {
  enum class Kind : std::uint8_t {
    bad_request,    ///< 400 with the text
    unprocessable,  ///< 422; the answer does not tell the text
    plain,          ///< 500 with the text: an error that the server did not expect
  };
  Kind kind;
  std::string text;
};

/// Applies `patch`, an object or null, to `target`, an object that `schema` describes. On failure `target` is
/// unspecified. Directives that have no counterpart in `target` stay in it as in the real server, to be dropped as
/// unknown fields when the result is decoded.
std::expected<void, StrategicMergeError> strategic_merge(boost::json::value& target, boost::json::value patch,
                                                         MergeSchema const& schema);

}  // namespace fakeapi::patch
