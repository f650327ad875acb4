// Typed requests as HTTP requests. Pure.
#pragma once
#include <string>
#include <string_view>

#include "operator/api/request.hpp"
#include "operator/seams/http_service.hpp"

namespace client {

/// What is sent for one call, without what the connection adds (Host, Content-Length) and without credentials.
struct HttpMessage {
  std::string method;
  std::string target;  ///< path and query
  seams::HttpHeaders headers;
  std::string body;
};

/// The HTTP request of a call or a watch, as the API conventions of Kubernetes have it. `user_agent`: who asks; its
/// part before the first "/" is the default field manager.
HttpMessage to_http(api::Request const& request, std::string_view user_agent);

/// Appends `text` to a URL so that it means itself in a path segment and in a query (RFC 3986: all but unreserved
/// characters are escaped).
void append_escaped(std::string& url, std::string_view text);

}  // namespace client
