// What the real server's controllers of definitions do some milliseconds later.
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

RequestContext by_server(RequestContext const& context) { return {Actor::server, context.cause, context.now}; }

// Takes the definition's own finalizer off once it has no objects left.
void release_definition(State& state, api::ObjectKey const& key, RequestContext const& context) {
  Served const& definitions = state.registry.definitions();
  api::ObjectPtr const stored = state.log.find(definitions.index, key);
  if (!stored || !stored->metadata.has_finalizer(definition_finalizer)) return;
  api::Object next = *stored;
  auto finalizers = *next.metadata.finalizers;
  std::erase(finalizers, definition_finalizer);
  next.metadata.finalizers = std::move(finalizers);
  if (next.metadata.finalizers.empty()) {
    state.erase(definitions, key, by_server(context));
  } else {
    state.put(definitions, std::move(next), by_server(context));
  }
}

void delete_objects(State& state, std::shared_ptr<Served const> const& served, RequestContext const& context) {
  std::vector<api::ObjectKey> keys;
  state.log.visit_at(served->index, state.log.revision(), {}, [&](api::ObjectPtr const& object) {
    keys.push_back(object->key());
    return true;
  });
  auto const own_context = by_server(context);
  for (auto& key : keys) {
    api::Request request;
    request.verb = api::Verb::delete_;
    request.resource = served->kind->resource;
    request.key = std::move(key);
    request.options = api::DeleteOptions();
    auto const deleted = delete_object({state, served, request, own_context});
    seams::check(deleted.has_value(), "an object of a definition can be deleted");
  }
}

void follow(State& state, api::ObjectPtr const& before, api::ObjectPtr const& after, Revision revision,
            RequestContext const& context) {
  if (!after) {
    auto const gone = state.definitions->compile(before->spec);
    state.registry.remove(gone->group, gone->plural);
    return;
  }
  auto const definition = state.definitions->compile(after->spec);
  bool const same = before && before->spec == after->spec;
  bool const begins_to_go = after->metadata.terminating() && !(before && before->metadata.terminating());
  if (same && !begins_to_go) return;
  auto served = definition->served.empty() ? nullptr : state.registry.find(definition->served.front()->resource);
  state.registry.serve(*definition, same && served ? served->since : revision, after->metadata.terminating());
  if (!begins_to_go) return;
  if (!definition->served.empty()) served = state.registry.find(definition->served.front()->resource);
  if (served) delete_objects(state, served, context);
  if (!served || state.log.size(served->index) == 0) release_definition(state, after->key(), context);
}

}  // namespace

void follow_definition(State& state, Commit const& commit, RequestContext const& context) {
  if (commit.resource == state.registry.definitions().index) {
    // Copies: what follows appends commits of its own.
    follow(state, api::ObjectPtr(commit.before), api::ObjectPtr(commit.after), commit.revision, context);
    return;
  }
  if (commit.after) return;
  auto const served = state.registry.find(commit.resource);
  if (!served || !served->terminating || state.log.size(served->index) != 0) return;
  release_definition(state, {"", served->kind->qualified}, context);
}

}  // namespace fakeapi
