// Why a call to the Kubernetes API did not succeed.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

/// metav1.StatusReason, and the failures that never became a Status.
enum class Reason : std::uint8_t {
  unknown,  ///< a Status without a reason; Go errors that became a 500
  bad_request,
  unauthorized,
  forbidden,
  not_found,
  method_not_allowed,
  not_acceptable,
  already_exists,
  conflict,
  gone,
  expired,
  request_entity_too_large,
  unsupported_media_type,
  invalid,
  too_many_requests,
  internal_error,
  server_timeout,
  service_unavailable,
  timeout,
  // Ours: no answer of the server.
  connection_failed,  ///< reset, refused, cut off in the middle, unreadable answer
  deadline_exceeded,  ///< the call's own deadline passed
  not_after_passed,   ///< a write was held back because its not_after had passed; it was not sent
  cancelled,          ///< the caller gave up
};

/// As it stands in a Status ("AlreadyExists"); for the reasons of ours a word of the same form.
std::string_view to_string(Reason reason);
/// The inverse for a Status's reason; `unknown` for a word that is none.
Reason reason_from_string(std::string_view text);

/// metav1.StatusCause.
struct Cause {
  std::string reason;   ///< "FieldValueInvalid"
  std::string message;  ///< "Invalid value: …"
  std::string field;    ///< "spec.replicas"
  friend bool operator==(Cause const&, Cause const&) = default;
};

/// metav1.Status of a failure, or what kept a call from having one.
struct Error {
  Reason reason = Reason::unknown;
  int code = 0;  ///< the HTTP status; 0 when no answer came
  std::string message;
  /// details.{name,group,kind,uid}; kind is the plural resource or the Kind, as the server chose.
  std::string name;
  std::string group;
  std::string kind;
  std::string uid;
  std::vector<Cause> causes;
  std::optional<std::chrono::seconds> retry_after;
  /// metadata.continue of a 410 on a page: continues the list, though no longer at one revision; "": none.
  std::string continue_token;
  /// The request may have been carried out although the call failed: read again before deciding.
  bool outcome_unknown = false;

  bool is(Reason wanted) const { return reason == wanted; }
  /// The revision asked for is no longer held: list again. Reason Gone or Expired, or code 410.
  bool is_expired() const { return code == 410 || reason == Reason::gone || reason == Reason::expired; }
  /// The revision asked for is not yet known to the server that was asked (another one gave it out): list again.
  bool is_too_large_resource_version() const;
  /// For people: "Conflict (409): Operation cannot be fulfilled on …".
  std::string to_string() const;
};

}  // namespace api
