#include "operator/api/api.hpp"

#include <utility>

#include "operator/seams/check.hpp"

namespace api {
namespace {

/// The T of an answer; an answer of another kind is a bug of the Api's implementation.
template <class T>
Result<T> expect_in(Result<Response> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  T* const value = std::get_if<T>(&*answer);
  seams::check(value != nullptr, "an answer fits the verb");
  return std::move(*value);
}

Request make_request(Verb verb, Resource resource, ObjectKey key) {
  Request request;
  request.verb = verb;
  request.resource = std::move(resource);
  request.key = std::move(key);
  return request;
}

}  // namespace

AsyncResult<ObjectPtr> Api::get(Resource resource, ObjectKey key, GetOptions options) {
  Request request = make_request(Verb::get, std::move(resource), std::move(key));
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  co_return expect_in<ObjectPtr>(std::move(answer));
}

AsyncResult<ObjectList> Api::list(Resource resource, std::string namespace_, ListOptions options) {
  Request request = make_request(Verb::list, std::move(resource), ObjectKey(std::move(namespace_), ""));
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  co_return expect_in<ObjectList>(std::move(answer));
}

AsyncResult<std::unique_ptr<Watch>> Api::watch(Resource resource, std::string namespace_, WatchOptions options) {
  Request request = make_request(Verb::watch, std::move(resource), ObjectKey(std::move(namespace_), ""));
  request.options = std::move(options);
  return open_watch(std::move(request));
}

AsyncResult<ObjectPtr> Api::create(Resource resource, ObjectPtr object, WriteOptions options) {
  Request request = make_request(Verb::create, std::move(resource), object->key());
  request.body = std::move(object);
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  co_return expect_in<ObjectPtr>(std::move(answer));
}

AsyncResult<ObjectPtr> Api::update(Resource resource, ObjectPtr object, Subresource subresource, WriteOptions options) {
  Request request = make_request(Verb::update, std::move(resource), object->key());
  request.subresource = subresource;
  request.body = std::move(object);
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  co_return expect_in<ObjectPtr>(std::move(answer));
}

AsyncResult<ObjectPtr> Api::patch(Resource resource, ObjectKey key, Patch patch, Subresource subresource,
                                  WriteOptions options) {
  Request request = make_request(Verb::patch, std::move(resource), std::move(key));
  request.subresource = subresource;
  request.body = std::move(patch);
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  co_return expect_in<ObjectPtr>(std::move(answer));
}

AsyncResult<std::variant<ObjectPtr, Deleted>> Api::delete_(Resource resource, ObjectKey key, DeleteOptions options) {
  Request request = make_request(Verb::delete_, std::move(resource), std::move(key));
  request.options = std::move(options);
  Result<Response> answer = co_await call(std::move(request));
  using Outcome = std::variant<ObjectPtr, Deleted>;
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (auto* const deleted = std::get_if<Deleted>(&*answer)) co_return Outcome(std::move(*deleted));
  Result<ObjectPtr> object = expect_in<ObjectPtr>(std::move(answer));
  co_return Outcome(*std::move(object));
}

}  // namespace api
