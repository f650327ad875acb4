#include "fakeapi/controllers/work_queue.hpp"

#include <algorithm>
#include <utility>

#include "fakeapi/controllers/retry_delay.hpp"

namespace fakeapi {

WorkQueue::WorkQueue(seams::Clock& clock, DelaySource& delays, WorkQueueOptions options, Sync sync)
    : clock_(clock), delays_(delays), options_(options), sync_(std::move(sync)) {}

WorkQueue::~WorkQueue() {
  for (auto& [key, entry] : entries_) cancel(entry);
}

void WorkQueue::add(api::ObjectKey const& key) {
  auto const [at, is_new] = entries_.try_emplace(key);
  if (std::exchange(at->second.soon, true)) return;
  seams::MonotonicTime const due = clock_.now() + (paused_ ? seams::Duration(0) : delays_.delay(options_.use));
  if (!is_new && at->second.due <= due) return;
  cancel(at->second);
  schedule(*at, due);
}

void WorkQueue::add_after(api::ObjectKey const& key, seams::Duration after) {
  seams::MonotonicTime const due = clock_.now() + std::max(after, seams::Duration(0));
  auto const [at, is_new] = entries_.try_emplace(key);
  if (!is_new && at->second.due <= due) return;
  cancel(at->second);
  schedule(*at, due);
}

void WorkQueue::forget(api::ObjectKey const& key) {
  failures_.erase(key);
  auto const at = entries_.find(key);
  if (at == entries_.end()) return;
  cancel(at->second);
  entries_.erase(at);
}

void WorkQueue::pause() {
  paused_ = true;
  for (auto& [key, entry] : entries_) cancel(entry);
}

void WorkQueue::resume() {
  if (!paused_) return;
  paused_ = false;
  for (auto& element : entries_)
    schedule(element, std::max(element.second.due, clock_.now() + delays_.delay(options_.use)));
}

void WorkQueue::schedule(Entries::value_type& element, seams::MonotonicTime due) {
  element.second.due = due;
  if (paused_) return;
  element.second.scheduled = true;
  element.second.timer = clock_.schedule_at(due, [this, at = &element] { turn(*at); });
}

void WorkQueue::cancel(Entry& entry) {
  if (!std::exchange(entry.scheduled, false)) return;
  clock_.cancel(entry.timer);
}

void WorkQueue::turn(Entries::value_type& element) {
  api::ObjectKey const key = element.first;
  // Out of the queue during its turn: what happens meanwhile puts it in again.
  entries_.erase(key);
  SyncOutcome const outcome = sync_(key);
  if (outcome.failed) {
    unsigned const failures = ++failures_[key];
    if (options_.most_failures == 0 || failures <= options_.most_failures) {
      seams::Duration const base = options_.retries_at_once ? seams::Duration(0) : delays_.delay(options_.use);
      add_after(key, retry_delay(base, failures, options_.longest_retry));
      return;
    }
  }
  failures_.erase(key);
  if (outcome.again_after) add_after(key, *outcome.again_after);
}

}  // namespace fakeapi
