// What was asked of the server, by whom, when, and what came of it: lines of audit.k8s.io/v1 at level Metadata, as
// kube-apiserver writes them with --audit-log-path. For tests that judge a client by what it has sent.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "fakeapi/authorization/authorization.hpp"
#include "fakeapi/face/http/request_info.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::http {

enum class AuditStage : std::uint8_t {
  response_started,   ///< of a watch: it is open
  response_complete,  ///< the answer was handed over, or the client has gone
};

struct AuditEvent {
  std::uint64_t number;  ///< of the request; makes the auditID, the same in both stages
  AuditStage stage;
  seams::HttpRequest const& request;  ///< bodies and credentials are not written
  RequestInfo const& info;
  authorization::User const& user;  ///< for whom it was carried out; nobody's if that never became clear
  int code;                         ///< of HTTP
  seams::WallTime received;
  seams::WallTime now;
};

/// One line of JSON, with its end.
std::string audit_line(AuditEvent const& event);

/// Is given each line.
using AuditSink = std::function<void(std::string const& line)>;

}  // namespace fakeapi::http
