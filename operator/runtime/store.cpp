#include "operator/runtime/store.hpp"

#include <algorithm>

#include "operator/seams/check.hpp"

namespace runtime {

api::ObjectPtr Store::find(api::ObjectKey const& key) const {
  auto const at = objects_.find(key);
  return at == objects_.end() ? nullptr : at->second;
}

std::vector<api::ObjectPtr> Store::owned_by(std::string const& uid) const {
  std::vector<api::ObjectPtr> owned;
  auto const at = by_owner_.find(uid);
  if (at == by_owner_.end()) return owned;
  owned.reserve(at->second.size());
  for (Entry const* entry : at->second) owned.push_back(entry->second);
  return owned;
}

void Store::for_each(std::function<void(api::ObjectPtr const&)> const& visit) const {
  std::vector<Entry const*> entries;
  entries.reserve(objects_.size());
  for (Entry const& entry : objects_) entries.push_back(&entry);  // sorted next: the hashes' order shows nowhere
  std::sort(entries.begin(), entries.end(), ByKey());
  for (Entry const* entry : entries) visit(entry->second);
}

api::ObjectPtr Store::put(api::ObjectPtr object) {
  seams::check(object != nullptr, "a store holds objects, not null");
  auto const [at, inserted] = objects_.try_emplace(object->key(), object);
  if (inserted) {
    index(*at);
    return nullptr;
  }
  // The index points at the entry, not at the object: it changes only when the owners do.
  if (at->second->metadata.owner_references == object->metadata.owner_references) {
    return std::exchange(at->second, std::move(object));
  }
  unindex(*at);
  api::ObjectPtr before = std::exchange(at->second, std::move(object));
  index(*at);
  return before;
}

api::ObjectPtr Store::erase(api::ObjectKey const& key) {
  auto const at = objects_.find(key);
  if (at == objects_.end()) return nullptr;
  unindex(*at);
  api::ObjectPtr before = std::move(at->second);
  objects_.erase(at);
  return before;
}

void Store::index(Entry const& entry) {
  for (auto const& owner : *entry.second->metadata.owner_references) by_owner_[owner.uid].insert(&entry);
}

void Store::unindex(Entry const& entry) {
  for (auto const& owner : *entry.second->metadata.owner_references) {
    auto const at = by_owner_.find(owner.uid);
    if (at == by_owner_.end()) continue;  // a second reference to the same owner
    at->second.erase(&entry);
    if (at->second.empty()) by_owner_.erase(at);
  }
}

}  // namespace runtime
