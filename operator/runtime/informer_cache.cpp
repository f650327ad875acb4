// What lists and events do to the informer's cache, and what is announced of it.
#include <utility>

#include "operator/runtime/informer.hpp"

namespace runtime {

std::vector<Informer::Change> Informer::replace(std::vector<api::ObjectPtr> const& items) {
  // What the list shows, by key; of two with one key the later.
  std::unordered_map<api::ObjectKey, api::ObjectPtr, ObjectKeyHash> listed;
  listed.reserve(items.size());
  for (auto const& item : items) listed.insert_or_assign(item->key(), item);

  std::vector<Change> changes;
  // Before the first list nothing of what a shared store holds is this one's.
  auto const gone_from_list = [&](api::ObjectPtr const& cached) {
    if (!options_.namespace_.empty() && cached->metadata.namespace_ != options_.namespace_) return;
    auto const at = listed.find(cached->key());
    if (at == listed.end() || at->second->metadata.uid != cached->metadata.uid) changes.push_back({cached, nullptr});
  };
  if (size_ > 0) store_.for_each(gone_from_list);
  for (Change const& gone : changes) erase(gone.before->key());

  for (auto const& item : items) {
    if (listed.find(item->key())->second != item) continue;
    api::ObjectPtr const cached = store_.find(item->key());
    // The same revision is the same object: keep the one that others share.
    if (cached && cached->metadata.resource_version == item->metadata.resource_version) continue;
    put(item);
    changes.push_back({cached, item});
  }
  return changes;
}

bool Informer::apply(api::WatchEvent const& event) {
  if (!event.object || event.object->metadata.resource_version == api::ResourceVersion::none) return false;
  stats_.last_event = environment_.clock.now();
  switch (event.type) {
    case api::WatchEventType::added:
    case api::WatchEventType::modified:
      apply_upsert(event.object);
      return true;
    case api::WatchEventType::deleted:
      apply_deletion(event.object);
      return true;
    case api::WatchEventType::bookmark:
      reached(event.object->metadata.resource_version);
      notify_progress();
      return true;
    case api::WatchEventType::error:
      break;
  }
  return false;
}

void Informer::apply_upsert(api::ObjectPtr const& object) {
  // Events come in the order of revisions, so one that is not newer than the cache is a repetition.
  if (object->metadata.resource_version <= version_) {
    ++stats_.ignored;
    return;
  }
  api::ObjectPtr const before = put(object);
  reached(object->metadata.resource_version);
  if (before && before->metadata.uid != object->metadata.uid) {
    notify(before, nullptr);
    notify(nullptr, object);
  } else {
    notify(before, object);
  }
  notify_progress();
}

void Informer::apply_deletion(api::ObjectPtr const& object) {
  // An older event than what is cached is a repetition, be it of the same object or of a predecessor of that name. A
  // newer one of another uid means that the cached one went, and its successor too, before we heard of either.
  api::ObjectKey const key = object->key();
  api::ObjectPtr const cached = store_.find(key);
  bool const gone = cached && object->metadata.resource_version >= cached->metadata.resource_version;
  if (!gone && object->metadata.resource_version <= version_) {
    ++stats_.ignored;
    return;
  }
  if (gone) erase(key);
  reached(object->metadata.resource_version);
  if (gone) notify(cached, nullptr);
  notify_progress();
}

api::ObjectPtr Informer::put(api::ObjectPtr object) {
  api::ObjectPtr before = store_.put(std::move(object));
  if (!before) ++size_;
  return before;
}

void Informer::erase(api::ObjectKey const& key) {
  if (store_.erase(key)) --size_;
}

void Informer::reached(api::ResourceVersion version) {
  ++stats_.events;
  if (version <= version_) return;
  version_ = version;
  watch_failures_ = 0;
  trouble_.clear();
}

void Informer::notify(api::ObjectPtr const& before, api::ObjectPtr const& after) {
  for (auto const& handlers : handlers_) {
    if (!handlers.on_change) continue;
    // One subscriber's bug must not keep a change from the others: it would never be announced again.
    try {
      handlers.on_change(before, after);
    } catch (std::exception const& bug) {
      report_bug(bug);
    }
  }
}

void Informer::notify_progress() {
  for (auto const& handlers : handlers_) {
    if (!handlers.on_progress) continue;
    try {
      handlers.on_progress(version_);
    } catch (std::exception const& bug) {
      report_bug(bug);
    }
  }
}

void Informer::report_bug(std::exception const& bug) {
  ++stats_.exceptions;
  environment_.log.error("exception in an informer",
                         {{"resource", options_.resource.qualified()}, {"what", bug.what()}});
}

}  // namespace runtime
