#include "fakeapi/face/http/failures.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/semantics/status.hpp"

namespace fakeapi::http::failures {
namespace {

namespace json = boost::json;
using api::Reason;

api::Error make(Reason reason, int code, std::string message) {
  api::Error error;
  error.reason = reason;
  error.code = code;
  error.message = std::move(message);
  return error;
}

// Failures of the real server's router, and of JSON patches, have details that say nothing.
bool has_empty_details(api::Error const& error) {
  static constexpr auto messages = std::to_array<std::string_view>({
      "the server could not find the requested resource",
      "the server does not allow this method on the requested resource",
      "the server rejected our request due to an error in our request",
      "406: Not Acceptable",
      "415: Unsupported Media Type",
  });
  return std::ranges::find(messages, error.message) != messages.end() || error.message.starts_with("forbidden: ");
}

void add_text(json::object& object, std::string_view name, std::string const& value) {
  if (!value.empty()) object[name] = value;
}

json::object details_of(api::Error const& error) {
  json::object details;
  add_text(details, "name", error.name);
  add_text(details, "group", error.group);
  add_text(details, "kind", error.kind);
  add_text(details, "uid", error.uid);
  if (!error.causes.empty()) {
    json::array causes;
    for (auto const& cause : error.causes) {
      json::object one;
      add_text(one, "reason", cause.reason);
      add_text(one, "message", cause.message);
      add_text(one, "field", cause.field);
      causes.push_back(std::move(one));
    }
    details["causes"] = std::move(causes);
  }
  if (error.retry_after) details["retryAfterSeconds"] = error.retry_after->count();
  return details;
}

}  // namespace

api::Error no_such_resource() { return status::no_such_resource(); }

api::Error method_not_allowed() {
  return make(Reason::method_not_allowed, 405, "the server does not allow this method on the requested resource");
}

api::Error not_acceptable(std::string message) { return make(Reason::not_acceptable, 406, std::move(message)); }

api::Error too_large(std::string const& what) {
  return make(Reason::request_entity_too_large, 413, "Request entity too large: " + what);
}

json::value to_status(api::Error const& error) {
  json::object body;
  body["kind"] = "Status";
  body["apiVersion"] = "v1";
  json::object metadata;
  if (!error.continue_token.empty()) metadata["continue"] = error.continue_token;
  body["metadata"] = std::move(metadata);
  body["status"] = "Failure";
  add_text(body, "message", error.message);
  if (error.reason != Reason::unknown) body["reason"] = api::to_string(error.reason);
  auto details = details_of(error);
  if (!details.empty() || has_empty_details(error)) body["details"] = std::move(details);
  body["code"] = error.code;
  return body;
}

bool is_page_not_found(api::Error const& error) { return error.code == 404 && error.message == "404 page not found"; }

}  // namespace fakeapi::http::failures
