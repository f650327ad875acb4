// OpenAPI v3 of what a server serves: one document for each group and version, and the list of them. For
// `kubectl explain` and for clients that check objects themselves.
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/semantics/registry.hpp"
#include "fakeapi/server.hpp"

namespace fakeapi::openapi {

/// `/openapi/v3`: the documents, each with a hash of its content in its URL.
boost::json::value root(Registry const& registry, Profile profile);

/// A document's text and what to answer conditional requests by.
struct Document {
  std::string text;
  std::string etag;  ///< with its quotes; the hash in the URL is the same without them
};

/// `/openapi/v3/PATH`, PATH being "api/v1" or "apis/GROUP/VERSION"; nothing if it is not served.
std::optional<Document> document(Registry const& registry, Profile profile, std::string_view path);

/// `/openapi/v2`: an empty document (no bytes) of this type, with which clients give up checking objects themselves.
inline constexpr std::string_view v2_content_type = "application/octet-stream";

/// Whether an If-None-Match field names this tag: 304.
bool none_match(std::string_view if_none_match, std::string_view etag);

}  // namespace fakeapi::openapi
