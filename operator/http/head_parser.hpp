// Complete heads of messages -> what they say. The only place where Beast is used.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "operator/http/body_reader.hpp"
#include "operator/seams/http_service.hpp"

namespace http {

/// Why a request is not even given to the service. The connection is closed after the answer.
struct Refusal {
  int status = 400;
  std::string reason;  ///< for people
};

struct RequestHead {
  std::string method;
  std::string target;
  seams::HttpHeaders headers;
  Framing framing = Framing::none;
  std::uint64_t length = 0;  ///< with Framing::length
  bool keep_alive = false;   ///< the client is content with further requests on this connection
  bool is_http_1_0 = false;
  bool expects_continue = false;
};

/// `head` ends with its empty line. Refused is what is malformed, has more than `field_limit` fields, names no host or
/// two, or has a body whose end could be understood in two ways.
std::expected<RequestHead, Refusal> parse_request_head(std::string_view head, std::size_t field_limit);

struct ResponseHead {
  int status = 0;
  seams::HttpHeaders headers;
  Framing framing = Framing::none;
  std::uint64_t length = 0;  ///< with Framing::length
  bool keep_alive = false;   ///< the server takes further requests on this connection
};

/// `head` ends with its empty line. `to_head`: it answers a HEAD, and has no body whatever it says.
std::expected<ResponseHead, std::string> parse_response_head(std::string_view head, bool to_head,
                                                             std::size_t field_limit);

}  // namespace http
