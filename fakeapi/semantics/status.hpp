// The failures of the API server, with the texts and details of its Status objects.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "fakeapi/semantics/kind.hpp"
#include "operator/api/error.hpp"

namespace fakeapi::status {

/// 400.
api::Error bad_request(std::string message);
/// 403 on one object ("" for the collection).
api::Error forbidden(Kind const& kind, std::string_view name, std::string_view why);
/// 404 naming the object.
api::Error not_found(Kind const& kind, std::string_view name);
/// 404 of a path that no built-in group has.
api::Error no_such_resource();
/// 404 of a path under /apis that no definition has; the real answer is plain text.
api::Error page_not_found();
/// 405.
api::Error method_not_allowed(Kind const& kind, std::string_view verb);
/// 405 of a custom resource whose definition is being deleted.
api::Error definition_terminating(Kind const& kind);
/// 405 of a method that the path does not have.
api::Error method_not_allowed_on_resource();
/// 409 on create.
api::Error already_exists(Kind const& kind, std::string_view name, bool terminating);
/// 409 on a write; details name the resource.
api::Error conflict(Kind const& kind, std::string_view name, std::string_view why);
/// 409: the resourceVersion is not the stored one.
api::Error modified(Kind const& kind, std::string_view name);
/// 409 of a delete's precondition; details name the Kind.
api::Error precondition_failed(Kind const& kind, std::string_view name, std::string_view why);
/// 410 of a list.
api::Error list_expired();
/// 410 of a watch, inside an ERROR event.
api::Error watch_expired(std::uint64_t asked, std::uint64_t oldest);
/// 415.
api::Error unsupported_media_type(std::string message);
/// 500 without a reason: a Go error that became an answer.
api::Error plain_error(std::string message);
/// 500 with a reason.
api::Error internal_error(std::string const& what);
/// 500 reason ServerTimeout: a generated name that is taken.
api::Error name_collision(Kind const& kind);
/// 504: a revision that has not happened yet.
api::Error too_large_resource_version(std::uint64_t asked, std::uint64_t current);

}  // namespace fakeapi::status
