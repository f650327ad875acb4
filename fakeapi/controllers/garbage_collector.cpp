#include "fakeapi/controllers/garbage_collector.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/controllers/ownership.hpp"
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

std::string identity(std::string_view api_version, std::string_view kind, api::ObjectKey const& key,
                     std::string_view uid) {
  std::string text(api_version);
  for (std::string_view const part : {kind, std::string_view(key.namespace_), std::string_view(key.name), uid}) {
    text += '\n';
    text += part;
  }
  return text;
}

bool is_definition(api::Object const& object) {
  return object.kind == "CustomResourceDefinition" && object.api_version == "apiextensions.k8s.io/v1";
}

}  // namespace

/// What has become of an object's owners; uids of the references.
struct GarbageCollector::Owners {
  bool unknown = false;     // one of them cannot be looked up
  bool namespaced = false;  // because it is namespaced, and the object is not
  std::size_t solid = 0;
  std::vector<std::string> dangling;
  std::vector<std::string> waiting;
};

GarbageCollector::GarbageCollector(Server& server, seams::Clock& clock, DelaySource& delays, Actor actor)
    : server_(server),
      clock_(clock),
      delays_(delays),
      client_(server, clock, actor, "kube-controller-manager"),
      events_(client_, "garbage-collector-controller"),
      kinds_(server.registry()) {
  server_.for_each(api::custom_resource_definitions, [this](api::ObjectPtr const& each) { kinds_.learn(*each); });
  for (auto const& kind : kinds_.kinds()) {
    if (kind.ignored) continue;
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
    if (kind.ignored) continue;
    server_.for_each(kind.resource, [this](api::ObjectPtr const& each) { consider(*each, true); });
  }
}

void GarbageCollector::observe(Commit const& commit) {
  api::Object const* const before = commit.before.get();
  api::Object const* const after = commit.after.get();
  if ((after != nullptr ? after : before)->kind == "Event") return;
  if (after != nullptr) {
    bool const same_owners = before != nullptr && before->metadata.owner_references == after->metadata.owner_references;
    if (!same_owners) {
      if (before != nullptr) {
        unindex(*before);
        enqueue_waiting_owners(*before);
      }
      index(*after);
    }
    if (!same_owners || after->metadata.terminating()) consider(*after, !same_owners);
    if (is_definition(*after) && kinds_.learn(*after)) scan();
    return;
  }
  unindex(*before);
  enqueue_waiting_owners(*before);
  if (dependents_.contains(before->metadata.uid)) {
    absent_[identity(before->api_version, before->kind, before->key(), before->metadata.uid)] = true;
    enqueue_dependents(before->metadata.uid);
  }
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

void GarbageCollector::consider(api::Object const& object, bool has_new_references) {
  bool due = waits_for_dependents(object) || is_to_orphan(object);
  bool astray = false;
  if (!due && !object.metadata.terminating() && !object.metadata.owner_references.empty()) {
    Owners const owners = owners_of(object);
    due = !owners.unknown && (!owners.dangling.empty() || !owners.waiting.empty());
    astray = has_new_references && (owners.namespaced || !owners.dangling.empty());
  }
  if (!due && !astray) return;
  enqueue({object.api_version, object.kind, object.key()}, astray);
  // An owner that begins to wait has its dependents deleted.
  if (waits_for_dependents(object)) enqueue_dependents(object.metadata.uid);
}

void GarbageCollector::enqueue(Item item, bool has_new_references) {
  auto const [at, is_new] = queue_.try_emplace(std::move(item));
  at->second.has_new_references = at->second.has_new_references || has_new_references;
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

bool GarbageCollector::is_absent(api::OwnerReference const& reference, std::string const& namespace_) {
  auto const is_gone = [&](std::string const& in) {
    return absent_.contains(identity(reference.api_version, reference.kind, {in, reference.name}, reference.uid));
  };
  return is_gone(namespace_) || is_gone("");
}

GarbageCollector::Owners GarbageCollector::owners_of(api::Object const& object) {
  Owners owners;
  for (auto const& reference : *object.metadata.owner_references) {
    auto const* const kind = kinds_.find(reference.api_version, reference.kind);
    if (kind == nullptr && is_absent(reference, object.metadata.namespace_)) {
      owners.dangling.push_back(reference.uid);
      continue;
    }
    if (kind == nullptr || (kind->namespaced && object.metadata.namespace_.empty())) {
      owners.unknown = true;
      owners.namespaced = owners.namespaced || kind != nullptr;
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
  bool const has_new_references = element.second.has_new_references;
  queue_.erase(item);
  api::ObjectPtr const object = find(item);
  if (!object) return;
  if (has_new_references) report_other_namespace(*object);
  if (process(*object)) return;
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
  if (!owners.waiting.empty() && has_dependents) {
    if (may_be_in_circle(object) && !stop_blocking(object)) return false;
    return remove(object, api::PropagationPolicy::foreground);
  }
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

// Only as long as it is the object that was looked at, as it was then.
bool GarbageCollector::patch_metadata(api::Object const& object, std::string_view field, json::array items) {
  auto const* const kind = kinds_.find(object.api_version, object.kind);
  if (kind == nullptr) return true;
  json::object metadata(3);
  metadata.emplace("uid", object.metadata.uid);
  metadata.emplace("resourceVersion", std::to_string(api::to_number(object.metadata.resource_version)));
  metadata.emplace(field, std::move(items));
  json::object document(1);
  document.emplace("metadata", std::move(metadata));
  auto const answer = client_.merge_patch(kind->resource, object.key(), json::value(std::move(document)));
  return answer || answer.error().is(api::Reason::not_found);
}

bool GarbageCollector::drop_references(api::Object const& object, std::vector<std::string> const& owner_uids) {
  json::array kept;
  for (auto const& reference : *object.metadata.owner_references) {
    if (std::ranges::find(owner_uids, reference.uid) == owner_uids.end()) kept.push_back(to_json(reference));
  }
  return patch_metadata(object, "ownerReferences", std::move(kept));
}

bool GarbageCollector::drop_finalizer(api::Object const& object, std::string_view finalizer) {
  json::array kept;
  for (auto const& each : *object.metadata.finalizers) {
    if (each != finalizer) kept.emplace_back(each);
  }
  return patch_metadata(object, "finalizers", std::move(kept));
}

bool GarbageCollector::remove(api::Object const& object, api::PropagationPolicy policy) {
  auto const* const kind = kinds_.find(object.api_version, object.kind);
  if (kind == nullptr) return true;
  api::DeleteOptions options;
  options.preconditions.uid = object.metadata.uid;
  options.propagation = policy;
  return client_.remove(kind->resource, object.key(), std::move(options)).has_value();
}

bool GarbageCollector::may_be_in_circle(api::Object const& object) const {
  auto const at = dependents_.find(object.metadata.uid);
  if (at == dependents_.end()) return false;
  return std::ranges::any_of(at->second, [&](Item const& item) {
    api::ObjectPtr const dependent = find(item);
    return dependent && waits_for_dependents(*dependent);
  });
}

bool GarbageCollector::stop_blocking(api::Object const& object) {
  json::array references;
  for (auto reference : *object.metadata.owner_references) {
    if (reference.block_owner_deletion == true) reference.block_owner_deletion = false;
    references.push_back(to_json(reference));
  }
  return patch_metadata(object, "ownerReferences", std::move(references));
}

void GarbageCollector::report_other_namespace(api::Object const& object) {
  std::string const& namespace_ = object.metadata.namespace_;
  for (auto const& reference : *object.metadata.owner_references) {
    auto const* const kind = kinds_.find(reference.api_version, reference.kind);
    if (kind == nullptr || !kind->namespaced) continue;
    bool elsewhere = false;
    server_.for_each(kind->resource, [&](api::ObjectPtr const& each) {
      elsewhere = elsewhere || (each->metadata.uid == reference.uid && each->metadata.namespace_ != namespace_);
    });
    if (!elsewhere) continue;
    EventSubject const subject{object.api_version, object.kind, object.key(), object.metadata.uid, ""};
    events_.warning(subject, "OwnerRefInvalidNamespace",
                    "ownerRef [" + reference.api_version + "/" + reference.kind + ", namespace: " + namespace_ +
                        ", name: " + reference.name + ", uid: " + reference.uid + "] does not exist in namespace \"" +
                        namespace_ + "\"");
    return;
  }
}

}  // namespace fakeapi
