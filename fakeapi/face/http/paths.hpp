// What the server tells besides objects: its health, its documents, the list of its paths.
#pragma once
#include <optional>

#include "fakeapi/discovery/discovery.hpp"
#include "fakeapi/face/http/exchange.hpp"

namespace fakeapi::http {

/// Answers a request for a path that is no resource.
seams::HttpResponse serve_path(Exchange const& exchange, discovery::Surroundings const& surroundings, bool draining);

/// Paths that whoever may connect may see (the role system:public-info-viewer).
bool is_public_path(std::string_view path);

}  // namespace fakeapi::http
