#include "fakeapi/store/log.hpp"

#include <algorithm>

#include "operator/seams/check.hpp"

namespace fakeapi {

bool KeyOrder::namespace_before(std::string const& a, std::string const& b) {
  auto const common = std::min(a.size(), b.size());
  if (int const order = a.compare(0, common, b, 0, common); order != 0) return order < 0;
  // One begins with the other: the shorter one goes on with the '/' before the name.
  if (a.size() < b.size()) return static_cast<unsigned char>('/') < static_cast<unsigned char>(b[common]);
  return static_cast<unsigned char>(a[common]) < static_cast<unsigned char>('/');
}

ResourceIndex Log::add_resource() {
  tables_.emplace_back();
  return ResourceIndex(tables_.size() - 1);
}

void Log::add_resources(std::size_t count) {
  constexpr std::size_t usual_more = 4;
  tables_.reserve(tables_.size() + count + usual_more);
  tables_.resize(tables_.size() + count);
}

Commit const& Log::append(ResourceIndex resource, api::ObjectKey key, api::ObjectPtr after, Actor actor,
                          std::uint64_t cause) {
  Revision const revision = next_revision();
  Table& in = table(resource);
  seams::check(!after || api::to_number(after->metadata.resource_version) == revision,
               "a committed object carries the revision of its commit");
  auto const [at, fresh] = in.heads.try_emplace(key);
  Head& head = at->second;
  seams::check(head.object || after, "only an object that is there can be deleted");
  if (after && !head.object) ++in.live;
  if (!after) --in.live;
  commits_.push_back({revision, resource, std::move(key), std::move(head.object), after, actor, cause, head.revision});
  head.revision = revision;
  head.object = std::move(after);
  in.sequence.push_back(revision);
  in.last = revision;
  while (retained_entries_ != 0 && commits_.size() > retained_entries_) forget_oldest();
  return commits_.back();
}

void Log::compact(Revision revision) {
  seams::check(revision <= this->revision(), "only the past can be compacted");
  while (first_ <= revision) forget_oldest();
}

void Log::forget_oldest() {
  Commit const& oldest = commits_.front();
  Table& in = table(oldest.resource);
  if (!oldest.after) {
    auto const at = in.heads.find(oldest.key);
    if (at != in.heads.end() && at->second.revision == oldest.revision) in.heads.erase(at);
  }
  in.last_forgotten = oldest.revision;
  ++in.forgotten;
  ++in.first;
  // Shift only when at least half of the elements are dead: amortised O(1).
  if (in.forgotten * 2 >= in.sequence.size()) {
    in.sequence.erase(in.sequence.begin(), in.sequence.begin() + static_cast<std::ptrdiff_t>(in.forgotten));
    in.forgotten = 0;
  }
  commits_.pop_front();
  ++first_;
}

Commit const& Log::at(Revision revision) const {
  seams::check(revision >= first_ && revision <= this->revision(), "the commit is held");
  return commits_[revision - first_];
}

api::ObjectPtr const& Log::find(ResourceIndex resource, api::ObjectKey const& key) const {
  static api::ObjectPtr const nothing;
  auto const& heads = table(resource).heads;
  auto const at = heads.find(key);
  return at == heads.end() ? nothing : at->second.object;
}

api::ObjectPtr Log::version_at(Head const& head, Revision revision) const {
  if (head.revision <= revision) return head.object;
  Commit const* later = &at(head.revision);
  while (later->previous > revision) later = &at(later->previous);
  return later->before;
}

api::ObjectPtr Log::find_at(ResourceIndex resource, api::ObjectKey const& key, Revision revision) const {
  seams::check(revision >= forgotten_revision(resource) && revision <= this->revision(), "the revision is readable");
  auto const& heads = table(resource).heads;
  auto const at = heads.find(key);
  return at == heads.end() ? nullptr : version_at(at->second, revision);
}

Position Log::position_after(ResourceIndex resource, Revision revision) const {
  Table const& in = table(resource);
  auto const begin = in.sequence.begin() + static_cast<std::ptrdiff_t>(in.forgotten);
  auto const at = std::upper_bound(begin, in.sequence.end(), revision);
  return in.first + static_cast<Position>(at - begin);
}

Commit const* Log::commit_at(ResourceIndex resource, Position position) const {
  Table const& in = table(resource);
  seams::check(position >= in.first, "the commit is held");
  auto const index = in.forgotten + static_cast<std::size_t>(position - in.first);
  return index < in.sequence.size() ? &at(in.sequence[index]) : nullptr;
}

}  // namespace fakeapi
