#include "fakeapi/controllers/garbage_collector.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/controllers/retry_delay.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi {
namespace json = boost::json;
namespace {

constexpr std::string_view foreground_finalizer = "foregroundDeletion";
constexpr std::string_view orphan_finalizer = "orphan";

bool waits_for_dependents(api::Object const& object) {
  return object.metadata.terminating() && object.metadata.has_finalizer(foreground_finalizer);
}

bool is_to_orphan(api::Object const& object) {
  return object.metadata.terminating() && object.metadata.has_finalizer(orphan_finalizer);
}

bool is_definition(api::Object const& object) {
  return object.kind == "CustomResourceDefinition" && object.api_version == "apiextensions.k8s.io/v1";
}

}  // namespace

/// What has become of an object's owners; uids of the references.
struct GarbageCollector::Owners {
  bool unknown = false;  // one of them cannot be looked up
  std::size_t solid = 0;
  std::vector<std::string> dangling;
  std::vector<std::string> waiting;
};

GarbageCollector::GarbageCollector(Server& server, seams::Clock& clock, DelaySource& delays, Actor actor)
    : server_(server), clock_(clock), delays_(delays), actor_(actor) {
  server_.for_each(api::custom_resource_definitions, [this](api::ObjectPtr const& each) { kinds_.learn(*each); });
  for (auto const& kind : kinds_.kinds()) {
    server_.for_each(kind.resource, [this](api::ObjectPtr const& each) { index(*each); });
  }
  scan();
  observer_ = server_.add_observer([this](Commit const& commit) { observe(commit); });
}

GarbageCollector::~GarbageCollector() {
  server_.remove_observer(observer_);
  for (auto& [item, entry] : queue_) {
    if (entry.scheduled) clock_.cancel(entry.timer);
  }
}

void GarbageCollector::pause() {
  paused_ = true;
  for (auto& [item, entry] : queue_) {
    if (entry.scheduled) clock_.cancel(entry.timer);
    entry.scheduled = false;
  }
}

void GarbageCollector::resume() {
  if (!paused_) return;
  paused_ = false;
  for (auto& element : queue_) schedule(element);
}

void GarbageCollector::scan() {
  for (auto const& kind : kinds_.kinds()) {
    server_.for_each(kind.resource, [this](api::ObjectPtr const& each) { consider(*each); });
  }
}

void GarbageCollector::observe(Commit const& commit) {
  api::Object const* const before = commit.before.get();
  api::Object const* const after = commit.after.get();
  if (after != nullptr) {
    bool const same_owners = before != nullptr && before->metadata.owner_references == after->metadata.owner_references;
    if (!same_owners) {
      if (before != nullptr) {
        unindex(*before);
        enqueue_waiting_owners(*before);
      }
      index(*after);
    }
    if (!same_owners || after->metadata.terminating()) consider(*after);
    if (is_definition(*after) && kinds_.learn(*after)) scan();
    return;
  }
  unindex(*before);
  enqueue_waiting_owners(*before);
  enqueue_dependents(before->metadata.uid);
  if (is_definition(*before)) kinds_.forget(*before);
}

void GarbageCollector::index(api::Object const& object) {
  for (auto const& owner : *object.metadata.owner_references) {
    dependents_[owner.uid].insert({object.api_version, object.kind, object.key()});
  }
}

void GarbageCollector::unindex(api::Object const& object) {
  for (auto const& owner : *object.metadata.owner_references) {
    auto const at = dependents_.find(owner.uid);
    if (at == dependents_.end()) continue;
    at->second.erase({object.api_version, object.kind, object.key()});
    if (at->second.empty()) dependents_.erase(at);
  }
}

void GarbageCollector::consider(api::Object const& object) {
  bool due = waits_for_dependents(object) || is_to_orphan(object);
  if (!due && !object.metadata.terminating() && !object.metadata.owner_references.empty()) {
    Owners const owners = owners_of(object);
    due = !owners.unknown && (!owners.dangling.empty() || !owners.waiting.empty());
  }
  if (!due) return;
  enqueue({object.api_version, object.kind, object.key()});
  // An owner that begins to wait has its dependents deleted.
  if (waits_for_dependents(object)) enqueue_dependents(object.metadata.uid);
}

void GarbageCollector::enqueue(Item item) {
  auto const [at, is_new] = queue_.try_emplace(std::move(item));
  if (is_new && !paused_) schedule(*at);
}

void GarbageCollector::schedule(Queue::value_type& element) {
  auto const delay = retry_delay(delays_.delay(DelayUse::garbage_collection), element.second.refusals);
  element.second.scheduled = true;
  element.second.timer = clock_.schedule_at(clock_.now() + delay, [this, at = &element] { process(*at); });
}

void GarbageCollector::enqueue_dependents(std::string const& uid) {
  auto const at = dependents_.find(uid);
  if (at == dependents_.end()) return;
  for (auto const& item : at->second) enqueue(item);
}

void GarbageCollector::enqueue_waiting_owners(api::Object const& object) {
  for (auto const& reference : *object.metadata.owner_references) {
    auto const* const kind = kinds_.find(reference.api_version, reference.kind);
    if (kind == nullptr) continue;
    Item item{reference.api_version,
              reference.kind,
              {kind->namespaced ? object.metadata.namespace_ : std::string(), reference.name}};
    api::ObjectPtr const owner = server_.find(kind->resource, item.key);
    if (owner && owner->metadata.uid == reference.uid && waits_for_dependents(*owner)) enqueue(std::move(item));
  }
}

api::ObjectPtr GarbageCollector::find(Item const& item) const {
  auto const* const kind = kinds_.find(item.api_version, item.kind);
  return kind == nullptr ? nullptr : server_.find(kind->resource, item.key);
}

GarbageCollector::Owners GarbageCollector::owners_of(api::Object const& object) const {
  Owners owners;
  for (auto const& reference : *object.metadata.owner_references) {
    auto const* const kind = kinds_.find(reference.api_version, reference.kind);
    if (kind == nullptr || (kind->namespaced && object.metadata.namespace_.empty())) {
      owners.unknown = true;
      continue;
    }
    api::ObjectKey const key{kind->namespaced ? object.metadata.namespace_ : std::string(), reference.name};
    api::ObjectPtr const owner = server_.find(kind->resource, key);
    if (!owner || owner->metadata.uid != reference.uid) {
      owners.dangling.push_back(reference.uid);
    } else if (waits_for_dependents(*owner)) {
      owners.waiting.push_back(reference.uid);
    } else {
      ++owners.solid;
    }
  }
  return owners;
}

void GarbageCollector::process(Queue::value_type& element) {
  element.second.scheduled = false;
  Item const item = element.first;
  // Out of the queue while it is worked on: what happens meanwhile puts it in again.
  unsigned const refusals = element.second.refusals;
  queue_.erase(item);
  api::ObjectPtr const object = find(item);
  if (!object || process(*object)) return;
  auto const [at, is_new] = queue_.try_emplace(item);
  at->second.refusals = refusals + 1;
  if (is_new && !paused_) schedule(*at);
}

bool GarbageCollector::process(api::Object const& object) {
  if (is_to_orphan(object)) return orphan_dependents(object);
  if (waits_for_dependents(object)) return finish_foreground(object);
  if (object.metadata.terminating()) return true;
  return process_owners(object);
}

bool GarbageCollector::process_owners(api::Object const& object) {
  Owners owners = owners_of(object);
  if (owners.unknown || (owners.dangling.empty() && owners.waiting.empty())) return true;
  if (owners.solid > 0) {
    owners.dangling.insert(owners.dangling.end(), owners.waiting.begin(), owners.waiting.end());
    return drop_references(object, owners.dangling);
  }
  // An owner that waits waits for the whole tree below it.
  bool const has_dependents = dependents_.contains(object.metadata.uid);
  if (!owners.waiting.empty() && has_dependents) return remove(object, api::PropagationPolicy::foreground);
  if (object.metadata.has_finalizer(orphan_finalizer)) return remove(object, api::PropagationPolicy::orphan);
  if (object.metadata.has_finalizer(foreground_finalizer)) return remove(object, api::PropagationPolicy::foreground);
  return remove(object, api::PropagationPolicy::background);
}

bool GarbageCollector::finish_foreground(api::Object const& owner) {
  auto const at = dependents_.find(owner.metadata.uid);
  if (at != dependents_.end()) {
    bool blocked = false;
    for (auto const& item : at->second) {
      api::ObjectPtr const dependent = find(item);
      if (!dependent) continue;
      auto const& references = *dependent->metadata.owner_references;
      bool const blocks = std::ranges::any_of(references, [&](api::OwnerReference const& reference) {
        return reference.uid == owner.metadata.uid && reference.block_owner_deletion.value_or(false);
      });
      if (!blocks) continue;
      blocked = true;
      if (!dependent->metadata.terminating()) enqueue(item);
    }
    // Its last dependent's deletion brings it back.
    if (blocked) return true;
  }
  return drop_finalizer(owner, foreground_finalizer);
}

bool GarbageCollector::orphan_dependents(api::Object const& owner) {
  if (auto const at = dependents_.find(owner.metadata.uid); at != dependents_.end()) {
    std::set<Item> const dependents = at->second;  // each write changes the index
    for (auto const& item : dependents) {
      api::ObjectPtr const dependent = find(item);
      if (dependent && !drop_references(*dependent, {owner.metadata.uid})) return false;
    }
  }
  return drop_finalizer(owner, orphan_finalizer);
}

namespace {

api::Request patch_metadata(api::Object const& object, std::string_view field, json::array items) {
  json::object metadata(3);
  metadata.emplace("uid", object.metadata.uid);
  metadata.emplace("resourceVersion", std::to_string(api::to_number(object.metadata.resource_version)));
  metadata.emplace(field, std::move(items));
  json::object document(1);
  document.emplace("metadata", std::move(metadata));
  api::Request request;
  request.verb = api::Verb::patch;
  request.body = api::Patch(api::MergePatch{api::share(json::value(std::move(document)))});
  request.options = api::WriteOptions();
  return request;
}

json::object to_json(api::OwnerReference const& reference) {
  json::object item(6);
  item.emplace("apiVersion", reference.api_version);
  item.emplace("kind", reference.kind);
  item.emplace("name", reference.name);
  item.emplace("uid", reference.uid);
  if (reference.controller) item.emplace("controller", *reference.controller);
  if (reference.block_owner_deletion) item.emplace("blockOwnerDeletion", *reference.block_owner_deletion);
  return item;
}

}  // namespace

bool GarbageCollector::drop_references(api::Object const& object, std::vector<std::string> const& owner_uids) {
  json::array kept;
  for (auto const& reference : *object.metadata.owner_references) {
    if (std::ranges::find(owner_uids, reference.uid) == owner_uids.end()) kept.push_back(to_json(reference));
  }
  return execute(object, patch_metadata(object, "ownerReferences", std::move(kept)));
}

bool GarbageCollector::drop_finalizer(api::Object const& object, std::string_view finalizer) {
  json::array kept;
  for (auto const& each : *object.metadata.finalizers) {
    if (each != finalizer) kept.emplace_back(each);
  }
  return execute(object, patch_metadata(object, "finalizers", std::move(kept)));
}

bool GarbageCollector::remove(api::Object const& object, api::PropagationPolicy policy) {
  api::DeleteOptions options;
  options.preconditions.uid = object.metadata.uid;
  options.propagation = policy;
  api::Request request;
  request.verb = api::Verb::delete_;
  request.options = std::move(options);
  return execute(object, std::move(request));
}

bool GarbageCollector::execute(api::Object const& object, api::Request request) {
  auto const* const kind = kinds_.find(object.api_version, object.kind);
  if (kind == nullptr) return true;
  request.resource = kind->resource;
  request.key = object.key();
  RequestContext const context{actor_, 0, clock_.wall_now()};
  auto const answer = server_.execute(request, context);
  if (answer || answer.error().is(api::Reason::not_found)) return true;
  ++refused_writes_;
  return false;
}

}  // namespace fakeapi
