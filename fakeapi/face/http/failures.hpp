// Failures that come about before a request reaches the server's core, and how any failure is told.
#pragma once
#include <boost/json/value.hpp>
#include <string>

#include "operator/api/error.hpp"

namespace fakeapi::http::failures {

/// 404 of a path that no built-in group has.
api::Error no_such_resource();
/// 405 of a method that a compiled-in path does not have.
api::Error method_not_allowed();
/// 406.
api::Error not_acceptable(std::string message);
/// 413; `what` is what is too much.
api::Error too_large(std::string const& what);

/// The Status of a failure, members in the order of the real server.
boost::json::value to_status(api::Error const& error);

/// A failure whose answer is plain text, "404 page not found".
bool is_page_not_found(api::Error const& error);

}  // namespace fakeapi::http::failures
