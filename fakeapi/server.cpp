#include "fakeapi/server.hpp"

#include <algorithm>

#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/status.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

std::unexpected<api::Error> unknown_resource(State const& state, api::Resource const& resource) {
  return std::unexpected(state.registry.is_built_in_group(resource.group) ? status::no_such_resource()
                                                                          : status::page_not_found());
}

// A subresource that the kind does not have.
std::optional<api::Error> check_subresource(Kind const& kind, api::Request const& request) {
  bool served = true;
  bool allowed = true;
  switch (request.subresource) {
    case api::Subresource::none:
      return std::nullopt;
    case api::Subresource::status:
      served = kind.has_status;
      break;
    case api::Subresource::scale:
      served = kind.has_scale;
      break;
    case api::Subresource::binding:
    case api::Subresource::eviction:
      served = kind.strategy->has_pod_subresources;
      allowed = request.verb == api::Verb::create;
      break;
    case api::Subresource::finalize:
      served = kind.strategy->prepare_finalize != nullptr;
      allowed = request.verb == api::Verb::update;
      break;
  }
  // A custom resource's path names the object, though it may well be there.
  if (!served) return kind.strategy->built_in ? status::no_such_resource() : status::not_found(kind, request.key.name);
  if (!allowed) return status::method_not_allowed_on_resource();
  return std::nullopt;
}

api::ListOptions const& list_options(api::Request const& request) {
  static api::ListOptions const defaults;
  auto const* given = std::get_if<api::ListOptions>(&request.options);
  return given != nullptr ? *given : defaults;
}

template <class T>
Result<api::Response> answer(Result<T> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return api::Response(*std::move(result));
}

}  // namespace

Server::Server(ServerOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Server::~Server() = default;

Result<api::Response> Server::execute(api::Request const& request, RequestContext const& context) {
  auto served = state_->registry.find(request.resource);
  if (!served) return unknown_resource(*state_, request.resource);
  if (auto error = check_subresource(*served->kind, request)) return std::unexpected(*std::move(error));
  static api::ObjectPtr const nothing;
  Call const call{*state_, std::move(served), request, context};
  switch (request.verb) {
    case api::Verb::get:
      return answer(get(call));
    case api::Verb::list:
      return answer(list(call, list_options(request)));
    case api::Verb::create: {
      auto const* given = std::get_if<api::ObjectPtr>(&request.body);
      api::ObjectPtr const& body = given != nullptr ? *given : nothing;
      if (request.subresource == api::Subresource::binding) return answer(bind_pod(call, body));
      if (request.subresource == api::Subresource::eviction) return answer(evict_pod(call, body));
      return answer(create(call, body));
    }
    case api::Verb::update:
    case api::Verb::patch:
      return answer(update(call));
    case api::Verb::delete_:
      return delete_object(call);
    case api::Verb::delete_collection:
      return delete_collection(call);
    case api::Verb::watch:
      break;
  }
  seams::check(false, "a watch is opened with open_watch()");
  return std::unexpected(status::internal_error("unreachable"));
}

Result<std::unique_ptr<WatchCursor>> Server::open_watch(api::Request const& request, RequestContext const& context) {
  auto const served = state_->registry.find(request.resource);
  if (!served) return unknown_resource(*state_, request.resource);
  return fakeapi::open_watch(*state_, *served, request, context);
}

std::optional<api::WatchEvent> Server::next_event(WatchCursor& cursor, Revision up_to) const {
  return fakeapi::next_event(*state_, cursor, up_to);
}

std::optional<api::WatchEvent> Server::bookmark(WatchCursor const& cursor, Revision up_to) const {
  return fakeapi::bookmark(*state_, cursor, up_to);
}

bool Server::watch_ended(WatchCursor const& cursor) const {
  return cursor.finished || state_->registry.since(cursor.resource) != cursor.since;
}

Revision Server::revision() const { return state_->log.revision(); }
void Server::compact(Revision revision) { state_->log.compact(revision); }

std::uint64_t Server::add_observer(std::function<void(Commit const&)> observer) {
  state_->observers.emplace_back(++state_->last_observer, std::move(observer));
  return state_->last_observer;
}

void Server::remove_observer(std::uint64_t id) {
  std::erase_if(state_->observers, [&](auto const& entry) { return entry.first == id; });
}

Log const& Server::log() const { return state_->log; }
Registry const& Server::registry() const { return state_->registry; }
Profile Server::profile() const { return state_->options.profile; }

bool Server::manages_fields() const { return state_->options.field_management; }

std::optional<ResourceIndex> Server::index_of(api::Resource const& resource) const {
  auto const served = state_->registry.find(resource);
  if (!served) return std::nullopt;
  return served->index;
}

api::ObjectPtr Server::find(api::Resource const& resource, api::ObjectKey const& key) const {
  auto const served = state_->registry.find(resource);
  return served ? state_->log.find(served->index, key) : nullptr;
}

void Server::for_each(api::Resource const& resource, std::function<void(api::ObjectPtr const&)> const& visit) const {
  auto const served = state_->registry.find(resource);
  if (!served) return;
  state_->log.visit_at(served->index, state_->log.revision(), {}, [&](api::ObjectPtr const& object) {
    visit(object);
    return true;
  });
}

}  // namespace fakeapi
