#include "fakeapi/semantics/state.hpp"

#include <algorithm>

#include "fakeapi/frontend.hpp"
#include "fakeapi/semantics/operations.hpp"
#include "fakeapi/semantics/strategies.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi {

State::State(ServerOptions given)
    : options(std::move(given)),
      log(options.retained_entries),
      registry(log, options.profile),
      identities(options.uid_seed),
      definitions(options.definitions ? options.definitions : make_definition_cache()) {
  RequestContext context;
  context.now = options.started;
  for (char const* const name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    api::Object object;
    Kind const& kind = *registry.namespaces().kind;
    object.api_version = kind.api_version;
    object.kind = kind.kind;
    object.metadata.name = name;
    object.metadata.uid = identities.next_uid();
    object.metadata.creation_timestamp = to_timestamp(context.now);
    kind.strategy->prepare_create(kind, object);
    put(registry.namespaces(), std::move(object), context);
  }
}

Revision State::cache_revision(Served const& served, Frontend const* frontend) const {
  // A cache begins with a list of the store, whose revision is never 0: that would mean "any" to the server when the
  // client comes back with it.
  constexpr Revision least = 1;
  if (options.profile == Profile::modern) {
    return frontend != nullptr ? std::max({frontend->reached(served.index), served.since, least}) : log.revision();
  }
  // A cache of 1.20 only moves on with the commits of its own kind.
  Revision const seen = frontend != nullptr ? frontend->visible(served.index) : log.last_revision(served.index);
  return std::max({seen, served.since, least});
}

api::ObjectPtr State::put(Served const& served, api::Object object, RequestContext const& context) {
  object.metadata.resource_version = api::ResourceVersion(log.next_revision());
  auto const stored = std::make_shared<api::Object const>(std::move(object));
  committed(log.append(served.index, stored->key(), stored, context.actor, context.cause), context);
  return stored;
}

void State::erase(Served const& served, api::ObjectKey const& key, RequestContext const& context) {
  committed(log.append(served.index, key, nullptr, context.actor, context.cause), context);
}

void State::note_age(Revision revision, seams::WallTime now) {
  constexpr int stretches = 64;  // within the retained age
  if (!ages_.empty() && now - ages_.back().first < options.retained_age / stretches) {
    ages_.back().last = now;
    ages_.back().revision = revision;
    return;
  }
  ages_.push_back({now, now, revision});
  compact_before(now - options.retained_age);
}

void State::compact_before(seams::WallTime time) {
  Revision before = 0;
  while (!ages_.empty() && ages_.front().last < time) {
    before = ages_.front().revision;
    ages_.pop_front();
  }
  if (before > log.compacted()) log.compact(before);
}

void State::committed(Commit const& commit, RequestContext const& context) {
  for (auto const& [id, observer] : observers) observer(commit);
  if (options.retained_age > seams::Duration::zero()) note_age(commit.revision, context.now);
  follow_definition(*this, commit, context);
}

}  // namespace fakeapi
