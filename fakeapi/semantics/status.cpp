#include "fakeapi/semantics/status.hpp"

#include <utility>

namespace fakeapi::status {
using api::Error;
using api::Reason;

namespace {

Error make(Reason reason, int code, std::string message) {
  Error error;
  error.reason = reason;
  error.code = code;
  error.message = std::move(message);
  return error;
}

Error about(Kind const& kind, std::string_view name, Reason reason, int code, std::string message) {
  Error error = make(reason, code, std::move(message));
  error.name = name;
  error.group = kind.resource_group;
  error.kind = kind.resource.plural;
  return error;
}

std::string quoted(std::string_view name) { return " \"" + std::string(name) + "\""; }

std::string cannot_be_fulfilled(std::string_view what, std::string_view name, std::string_view why) {
  return "Operation cannot be fulfilled on " + std::string(what) + quoted(name) + ": " + std::string(why);
}

}  // namespace

Error bad_request(std::string message) { return make(Reason::bad_request, 400, std::move(message)); }

Error forbidden(Kind const& kind, std::string_view name, std::string_view why) {
  std::string message = kind.qualified;
  if (!name.empty()) message += quoted(name);
  message += " is forbidden: ";
  message += why;
  return about(kind, name, Reason::forbidden, 403, std::move(message));
}

Error not_found(Kind const& kind, std::string_view name) {
  return about(kind, name, Reason::not_found, 404, kind.qualified + quoted(name) + " not found");
}

Error no_such_resource() { return make(Reason::not_found, 404, "the server could not find the requested resource"); }

Error page_not_found() { return make(Reason::not_found, 404, "404 page not found"); }

Error method_not_allowed(Kind const& kind, std::string_view verb) {
  return about(kind, "", Reason::method_not_allowed, 405,
               std::string(verb) + " is not supported on resources of kind \"" + kind.qualified + "\"");
}

Error definition_terminating(Kind const& kind) {
  return about(kind, "", Reason::method_not_allowed, 405,
               "create not allowed while custom resource definition is terminating");
}

Error method_not_allowed_on_resource() {
  return make(Reason::method_not_allowed, 405, "the server does not allow this method on the requested resource");
}

Error already_exists(Kind const& kind, std::string_view name, bool terminating) {
  return about(kind, name, Reason::already_exists, 409,
               (terminating ? "object is being deleted: " : "") + kind.qualified + quoted(name) + " already exists");
}

Error conflict(Kind const& kind, std::string_view name, std::string_view why) {
  return about(kind, name, Reason::conflict, 409, cannot_be_fulfilled(kind.qualified, name, why));
}

Error modified(Kind const& kind, std::string_view name) {
  return conflict(kind, name,
                  "the object has been modified; please apply your changes to the latest version and try again");
}

Error precondition_failed(Kind const& kind, std::string_view name, std::string_view why) {
  Error error = about(kind, name, Reason::conflict, 409, cannot_be_fulfilled(kind.qualified_kind, name, why));
  error.group = kind.kind_group;
  error.kind = kind.kind;
  return error;
}

Error list_expired() { return make(Reason::expired, 410, "The resourceVersion for the provided list is too old."); }

Error watch_expired(std::uint64_t asked, std::uint64_t oldest) {
  return make(Reason::expired, 410,
              "too old resource version: " + std::to_string(asked) + " (" + std::to_string(oldest) + ")");
}

Error unsupported_media_type(std::string message) {
  return make(Reason::unsupported_media_type, 415, std::move(message));
}

Error plain_error(std::string message) { return make(Reason::unknown, 500, std::move(message)); }

Error internal_error(std::string const& what) {
  Error error = make(Reason::internal_error, 500, "Internal error occurred: " + what);
  error.causes.push_back({"", what, ""});
  return error;
}

Error name_collision(Kind const& kind) {
  Error error = make(
      Reason::server_timeout, 500,
      "The POST operation against " + kind.qualified_kind + " could not be completed at this time, please try again.");
  error.name = "POST";
  error.group = kind.resource.group;
  error.kind = kind.kind;
  return error;
}

Error too_large_resource_version(std::uint64_t asked, std::uint64_t current) {
  Error error =
      make(Reason::timeout, 504,
           "Timeout: Too large resource version: " + std::to_string(asked) + ", current: " + std::to_string(current));
  error.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  error.retry_after = std::chrono::seconds(1);
  return error;
}

}  // namespace fakeapi::status
