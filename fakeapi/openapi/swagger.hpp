// OpenAPI v2 of what a server serves, one document for all: for `kubectl explain`, and for what clients of servers
// without OpenAPI v3 check objects against. Schemas only; it lists no paths.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "fakeapi/server.hpp"

namespace fakeapi::openapi {

boost::json::object swagger(Server const& server);

/// The same as gnostic's message openapi.v2.Document, which clients written in Go ask for.
std::string swagger_protobuf(Server const& server);

}  // namespace fakeapi::openapi
