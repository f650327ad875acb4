#include "fakeapi/controllers/cluster_cache.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/controllers/resources.hpp"

namespace fakeapi {
namespace {

std::array<std::optional<api::Resource>, cached_kind_count> cached_resources(Server const& server) {
  return {api::deployments, replica_sets, pods, find_disruption_budgets(server)};
}

std::string controller_uid(api::Object const& object) {
  auto const* const controller = object.metadata.controller();
  return controller == nullptr ? std::string() : controller->uid;
}

}  // namespace

ClusterCache::ClusterCache(Server& server, seams::Clock& clock, DelaySource& delays)
    : server_(server), clock_(clock), delays_(delays) {
  auto const resources = cached_resources(server);
  for (std::size_t kind = 0; kind < cached_kind_count; ++kind) {
    if (!resources[kind]) continue;
    tables_[kind].resource = server_.index_of(*resources[kind]);
    server_.for_each(*resources[kind],
                     [&](api::ObjectPtr const& object) { store(tables_[kind], object->key(), object); });
  }
  observer_ = server_.add_observer([this](Commit const& commit) { observe(commit); });
}

ClusterCache::~ClusterCache() {
  server_.remove_observer(observer_);
  for (auto& table : tables_) {
    if (table.scheduled) clock_.cancel(table.timer);
  }
}

void ClusterCache::subscribe(CachedKind kind, Handler handler) { table(kind).handlers.push_back(std::move(handler)); }

api::ObjectPtr ClusterCache::find(CachedKind kind, api::ObjectKey const& key) const {
  auto const& objects = table(kind).objects;
  auto const at = objects.find(key);
  return at == objects.end() ? nullptr : at->second;
}

void ClusterCache::for_each(CachedKind kind, Visit const& visit) const {
  for (auto const& [key, object] : table(kind).objects) visit(object);
}

void ClusterCache::for_each_in(CachedKind kind, std::string const& namespace_, Visit const& visit) const {
  auto const& objects = table(kind).objects;
  for (auto at = objects.lower_bound({namespace_, ""}); at != objects.end() && at->first.namespace_ == namespace_;
       ++at) {
    visit(at->second);
  }
}

void ClusterCache::for_each_controlled(CachedKind kind, std::string const& namespace_, std::string const& uid,
                                       Visit const& visit) const {
  auto const& by_controller = table(kind).by_controller;
  auto const at = by_controller.find({namespace_, uid});
  if (at == by_controller.end()) return;
  for (auto const& key : at->second) visit(find(kind, key));
}

std::size_t ClusterCache::pending() const {
  std::size_t sum = 0;
  for (auto const& table : tables_) sum += table.stream.size();
  return sum;
}

void ClusterCache::observe(Commit const& commit) {
  auto const at = std::ranges::find_if(tables_, [&](Table const& table) { return table.resource == commit.resource; });
  if (at == tables_.end()) return;
  seams::Duration const delay = delays_.delay(DelayUse::watch);
  seams::MonotonicTime due = clock_.now() + delay;
  if (!at->stream.empty()) due = std::max(due, at->stream.back().due);
  at->stream.push_back({due, commit.key, commit.after});
  if (delay == seams::Duration(0) && at->stream.size() == 1) {
    deliver_due(*at);
  } else {
    schedule(*at);
  }
}

void ClusterCache::schedule(Table& table) {
  if (table.scheduled || table.stream.empty()) return;
  table.scheduled = true;
  table.timer = clock_.schedule_at(table.stream.front().due, [this, at = &table] {
    at->scheduled = false;
    deliver_due(*at);
  });
}

void ClusterCache::deliver_due(Table& table) {
  while (!table.stream.empty() && table.stream.front().due <= clock_.now()) {
    Change change = std::move(table.stream.front());
    table.stream.pop_front();
    api::ObjectPtr const before = store(table, change.key, change.after);
    for (auto const& handler : table.handlers) handler(before, change.after);
  }
  schedule(table);
}

api::ObjectPtr ClusterCache::store(Table& table, api::ObjectKey const& key, api::ObjectPtr after) {
  auto const at = table.objects.find(key);
  api::ObjectPtr before = at == table.objects.end() ? nullptr : at->second;
  std::string const old_uid = before ? controller_uid(*before) : std::string();
  std::string const new_uid = after ? controller_uid(*after) : std::string();
  if (before && (!after || old_uid != new_uid)) {
    auto const owned = table.by_controller.find({key.namespace_, old_uid});
    owned->second.erase(key);
    if (owned->second.empty()) table.by_controller.erase(owned);
  }
  if (after && (!before || old_uid != new_uid)) table.by_controller[{key.namespace_, new_uid}].insert(key);
  if (!after) {
    if (before) table.objects.erase(at);
  } else if (before) {
    at->second = std::move(after);
  } else {
    table.objects.emplace(key, std::move(after));
  }
  return before;
}

void for_each_candidate(ClusterCache const& cache, CachedKind kind, api::Object const& controller,
                        ClusterCache::Visit const& visit) {
  cache.for_each_controlled(kind, controller.metadata.namespace_, controller.metadata.uid, visit);
  cache.for_each_controlled(kind, controller.metadata.namespace_, "", visit);
}

}  // namespace fakeapi
