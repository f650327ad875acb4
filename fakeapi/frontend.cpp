#include "fakeapi/frontend.hpp"

#include <algorithm>

#include "fakeapi/server.hpp"

namespace fakeapi {

Frontend::Frontend(Server& server)
    : server_(server),
      log_(server.log()),
      observer_(server.add_observer([this](Commit const& commit) { committed(commit); })) {}

Frontend::~Frontend() { server_.remove_observer(observer_); }

Revision& Frontend::bound(ResourceIndex resource) {
  auto const place = static_cast<std::size_t>(resource);
  if (place >= bounds_.size()) bounds_.resize(place + 1, beyond_);
  return bounds_[place];
}

Revision Frontend::visible(ResourceIndex resource) const {
  return std::min(log_.last_revision(resource), std::max(bound(resource), log_.forgotten_revision(resource)));
}

Revision Frontend::reached(ResourceIndex resource) const {
  return std::min(log_.revision(), std::max(bound(resource), log_.forgotten_revision(resource)));
}

std::size_t Frontend::behind(ResourceIndex resource) const {
  std::size_t count = 0;
  for (auto at = log_.position_after(resource, visible(resource)); log_.commit_at(resource, at) != nullptr; ++at) {
    ++count;
  }
  return count;
}

void Frontend::hold(ResourceIndex resource) {
  // Where caches are told of progress in other kinds, they have come further than to their last commit.
  bound(resource) = server_.profile() == Profile::modern ? reached(resource) : visible(resource);
}

void Frontend::hold_all() {
  for (std::size_t i = 0; i < log_.resource_count(); ++i) hold(ResourceIndex(i));
  // A kind that comes later is held from its first commit on.
  beyond_ = log_.revision();
}

void Frontend::advance(ResourceIndex resource, Revision revision) {
  if (is_held(resource)) take_in(resource, std::min(revision, log_.revision()));
}

bool Frontend::advance(ResourceIndex resource) {
  if (!is_held(resource)) return false;
  Commit const* const next = log_.commit_at(resource, log_.position_after(resource, visible(resource)));
  if (next == nullptr) return false;
  take_in(resource, next->revision);
  return true;
}

void Frontend::release(ResourceIndex resource) {
  if (!is_held(resource)) return;
  take_in(resource, log_.revision());
  bound(resource) = unbounded;
}

void Frontend::release_all() {
  for (std::size_t i = 0; i < log_.resource_count(); ++i) release(ResourceIndex(i));
  beyond_ = unbounded;
}

void Frontend::take_in(ResourceIndex resource, Revision to) {
  for (auto at = log_.position_after(resource, visible(resource));; ++at) {
    Commit const* const commit = log_.commit_at(resource, at);
    if (commit == nullptr || commit->revision > to) break;
    bound(resource) = commit->revision;
    tell(*commit);
  }
  bound(resource) = std::max(bound(resource), to);
}

void Frontend::committed(Commit const& commit) {
  if (!is_held(commit.resource)) tell(commit);
}

void Frontend::tell(Commit const& commit) const {
  for (auto const& [id, observer] : observers_) observer(commit);
}

std::uint64_t Frontend::add_observer(std::function<void(Commit const&)> observer) {
  observers_.emplace_back(++last_observer_, std::move(observer));
  return last_observer_;
}

void Frontend::remove_observer(std::uint64_t id) {
  std::erase_if(observers_, [&](auto const& entry) { return entry.first == id; });
}

}  // namespace fakeapi
