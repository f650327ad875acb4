#include "operator/api/error.hpp"

#include <algorithm>
#include <array>

namespace api {
namespace {

struct Word {
  Reason reason;
  std::string_view text;
};

// In the order of the enumeration, so that a reason is its own index.
constexpr std::array words{
    Word{Reason::unknown, ""},
    Word{Reason::bad_request, "BadRequest"},
    Word{Reason::unauthorized, "Unauthorized"},
    Word{Reason::forbidden, "Forbidden"},
    Word{Reason::not_found, "NotFound"},
    Word{Reason::method_not_allowed, "MethodNotAllowed"},
    Word{Reason::not_acceptable, "NotAcceptable"},
    Word{Reason::already_exists, "AlreadyExists"},
    Word{Reason::conflict, "Conflict"},
    Word{Reason::gone, "Gone"},
    Word{Reason::expired, "Expired"},
    Word{Reason::request_entity_too_large, "RequestEntityTooLarge"},
    Word{Reason::unsupported_media_type, "UnsupportedMediaType"},
    Word{Reason::invalid, "Invalid"},
    Word{Reason::too_many_requests, "TooManyRequests"},
    Word{Reason::internal_error, "InternalError"},
    Word{Reason::server_timeout, "ServerTimeout"},
    Word{Reason::service_unavailable, "ServiceUnavailable"},
    Word{Reason::timeout, "Timeout"},
    Word{Reason::connection_failed, "ConnectionFailed"},
    Word{Reason::deadline_exceeded, "DeadlineExceeded"},
    Word{Reason::not_after_passed, "NotAfterPassed"},
    Word{Reason::cancelled, "Cancelled"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (static_cast<std::size_t>(words[i].reason) != i) return false;
  }
  return words.back().reason == Reason::cancelled;
}
static_assert(in_order());

}  // namespace

std::string_view to_string(Reason reason) { return words[static_cast<std::size_t>(reason)].text; }

Reason reason_from_string(std::string_view text) {
  // The reasons of ours are no words of the server: one that sends them means something else.
  for (auto const& word : words) {
    if (word.reason > Reason::timeout) break;
    if (word.text == text) return word.reason;
  }
  return Reason::unknown;
}

bool Error::is_too_large_resource_version() const {
  if (std::ranges::any_of(causes, [](Cause const& cause) { return cause.reason == "ResourceVersionTooLarge"; })) {
    return true;
  }
  // Servers before 1.17 send no cause.
  return reason == Reason::timeout && message.contains("Too large resource version");
}

std::string Error::to_string() const {
  std::string text(reason == Reason::unknown ? "Unknown" : api::to_string(reason));
  if (code != 0) text += " (" + std::to_string(code) + ")";
  if (!message.empty()) text += ": " + message;
  if (outcome_unknown) text += " (the request may have been carried out)";
  return text;
}

}  // namespace api
