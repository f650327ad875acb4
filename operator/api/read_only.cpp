#include "operator/api/read_only.hpp"

#include <utility>

namespace api {

bool is_question(Request const& request) {
  return request.verb == Verb::create && request.resource == self_subject_access_reviews &&
         request.subresource == Subresource::none;
}

AsyncResult<Response> ReadOnlyApi::call(Request request) {
  if (is_write(request.verb) && !is_question(request)) {
    ++held_back_;
    Error error;
    error.reason = Reason::method_not_allowed;
    error.message = request.to_string() + " was not sent: this is a dry run";
    co_return std::unexpected(std::move(error));
  }
  co_return co_await behind_.call(std::move(request));
}

AsyncResult<std::unique_ptr<Watch>> ReadOnlyApi::open_watch(Request request) {
  return behind_.open_watch(std::move(request));
}

}  // namespace api
