#include "fakeapi/controllers/controller_client.hpp"

#include <algorithm>
#include <utility>

#include "operator/seams/check.hpp"

namespace fakeapi {

Result<api::Response> ControllerClient::execute(api::Request const& request) {
  RequestContext context;
  context.actor = actor_;
  context.now = clock_.wall_now();
  context.default_manager = manager_;
  auto answer = server_.execute(request, context);
  bool const gone = request.verb == api::Verb::delete_ && !answer && answer.error().is(api::Reason::not_found);
  if (!answer && !gone && api::is_write(request.verb)) ++refused_;
  return answer;
}

Result<api::ObjectPtr> ControllerClient::execute_for_object(api::Request const& request) {
  auto answer = execute(request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  auto* const object = std::get_if<api::ObjectPtr>(&*answer);
  seams::check(object != nullptr, "this verb is answered with an object");
  return std::move(*object);
}

Result<api::ObjectPtr> ControllerClient::get(api::Resource const& resource, api::ObjectKey key) {
  api::Request request;
  request.verb = api::Verb::get;
  request.resource = resource;
  request.key = std::move(key);
  request.options = api::GetOptions();
  return execute_for_object(request);
}

Result<api::ObjectList> ControllerClient::list(api::Resource const& resource, std::string namespace_) {
  api::Request request;
  request.verb = api::Verb::list;
  request.resource = resource;
  request.key.namespace_ = std::move(namespace_);
  request.options = api::ListOptions();
  auto answer = execute(request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::get<api::ObjectList>(*std::move(answer));
}

Result<api::ObjectPtr> ControllerClient::create(api::Resource const& resource, api::Object object,
                                                api::Subresource subresource) {
  api::Request request;
  request.verb = api::Verb::create;
  request.subresource = subresource;
  request.resource = resource;
  request.key = object.key();
  request.body = std::make_shared<api::Object const>(std::move(object));
  request.options = api::WriteOptions();
  return execute_for_object(request);
}

Result<api::ObjectPtr> ControllerClient::update(api::Resource const& resource, api::Object object,
                                                api::Subresource subresource) {
  api::Request request;
  request.verb = api::Verb::update;
  request.subresource = subresource;
  request.resource = resource;
  request.key = object.key();
  request.body = std::make_shared<api::Object const>(std::move(object));
  request.options = api::WriteOptions();
  return execute_for_object(request);
}

Result<api::ObjectPtr> ControllerClient::merge_patch(api::Resource const& resource, api::ObjectKey key,
                                                     boost::json::value document) {
  api::Request request;
  request.verb = api::Verb::patch;
  request.resource = resource;
  request.key = std::move(key);
  request.body = api::Patch(api::MergePatch{api::share(std::move(document))});
  request.options = api::WriteOptions();
  return execute_for_object(request);
}

Result<void> ControllerClient::remove(api::Resource const& resource, api::ObjectKey key, api::DeleteOptions options) {
  api::Request request;
  request.verb = api::Verb::delete_;
  request.resource = resource;
  request.key = std::move(key);
  request.options = std::move(options);
  auto answer = execute(request);
  if (answer || answer.error().is(api::Reason::not_found)) return {};
  return std::unexpected(std::move(answer.error()));
}

Result<void> ControllerClient::remove_collection(api::Resource const& resource, std::string namespace_,
                                                 api::DeleteOptions each) {
  api::Request request;
  request.verb = api::Verb::delete_collection;
  request.resource = resource;
  request.key.namespace_ = std::move(namespace_);
  request.options = api::DeleteCollectionOptions{std::move(each), {}};
  auto answer = execute(request);
  if (answer) return {};
  return std::unexpected(std::move(answer.error()));
}

bool namespace_is_terminating(api::Error const& error) {
  return std::ranges::any_of(error.causes, [](auto const& cause) { return cause.reason == "NamespaceTerminating"; });
}

}  // namespace fakeapi
