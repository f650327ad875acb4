// OpenAPI v3 of what a server serves: one document for each group and version, and the list of them. For
// `kubectl explain` and for clients that check objects themselves.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/server.hpp"

namespace fakeapi::openapi {

/// `/openapi/v3`: the documents, each with a hash of its content in its URL.
boost::json::value root(Server const& server);

struct Document {
  std::string text;
  std::string hash;  ///< as it stands in the URL; in quotes it is the ETag
};

/// `/openapi/v3/PATH`, PATH being "api/v1" or "apis/GROUP/VERSION"; nothing if it is not served.
std::optional<Document> document(Server const& server, std::string_view path);

/// The schemas of all documents.
boost::json::object all_schemas(Server const& server);

}  // namespace fakeapi::openapi
