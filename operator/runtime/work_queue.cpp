#include "operator/runtime/work_queue.hpp"

#include <algorithm>
#include <utility>

#include "operator/runtime/backoff.hpp"
#include "operator/seams/check.hpp"

namespace runtime {

void WorkQueue::add_at(api::ObjectKey const& key, Cause cause, Time at, Priority priority) {
  want(*items_.try_emplace(key).first, cause, at, priority);
}

void WorkQueue::want(Items::value_type& entry, Cause cause, Time at, Priority priority) {
  Item& item = entry.second;
  item.causes.add(cause);
  at = std::max(at, item.not_before);
  bool const sooner = !item.wanted || at < item.ready_at;
  bool const higher = !item.wanted || priority > item.priority;
  if (!sooner && !higher) return;  // keeps its place
  if (item.place == Place::queued) order_of(item).erase({item.ready_at, item.sequence, &entry});
  if (!item.wanted) ++adds_;
  item.wanted = true;
  if (higher) item.priority = priority;
  if (sooner) {
    item.ready_at = at;
    item.sequence = next_sequence_++;
  }
  if (item.place == Place::nowhere || item.place == Place::queued) enqueue(entry);
}

void WorkQueue::enqueue(Items::value_type& entry) {
  entry.second.place = Place::queued;
  order_of(entry.second).insert({entry.second.ready_at, entry.second.sequence, &entry});
  max_length_ = std::max(max_length_, length());
}

WorkQueue::Time WorkQueue::next_ready_at() const {
  Time next = seams::never;
  for (Order const& order : orders_) {
    if (!order.empty()) next = std::min(next, order.begin()->ready_at);
  }
  return next;
}

std::optional<WorkQueue::Taken> WorkQueue::take(Time now) {
  Order* from = nullptr;
  Time best = seams::never;
  for (Priority const priority : {Priority::normal, Priority::low}) {
    Order& order = orders_[static_cast<std::size_t>(priority)];
    if (order.empty() || order.begin()->ready_at > now) continue;
    Time const counts_as = order.begin()->ready_at + (priority == Priority::low ? aging : seams::Duration::zero());
    if (from != nullptr && counts_as >= best) continue;
    from = &order;
    best = counts_as;
  }
  if (from == nullptr) return std::nullopt;
  auto& [key, item] = *from->begin()->entry;
  from->erase(from->begin());
  item.place = Place::in_flight;
  item.wanted = false;
  item.waited = item.retry_at <= now;
  item.not_before = Time::min();
  item.taken_causes = std::exchange(item.causes, {});
  item.taken_priority = std::exchange(item.priority, Priority::low);
  return Taken{key, item.taken_causes, item.ready_at};
}

WorkQueue::Items::iterator WorkQueue::in_flight(api::ObjectKey const& key) {
  auto const at = items_.find(key);
  seams::check(at != items_.end() && at->second.place == Place::in_flight, "only a key that was taken comes back");
  return at;
}

void WorkQueue::settle(Items::iterator entry) {
  Item& item = entry->second;
  item.place = Place::nowhere;
  if (item.wanted) {
    enqueue(*entry);
  } else if (item.failures == 0) {
    items_.erase(entry);
  }
}

void WorkQueue::succeeded(api::ObjectKey const& key) {
  auto const entry = in_flight(key);
  entry->second.failures = 0;
  entry->second.retry_at = Time::min();
  settle(entry);
}

void WorkQueue::released(api::ObjectKey const& key) { settle(in_flight(key)); }

void WorkQueue::failed(api::ObjectKey const& key, Time now) {
  auto const entry = in_flight(key);
  Item& item = entry->second;
  if (item.waited) ++item.failures;
  if (item.retry_at <= now) {
    seams::Duration const wait = exponential(backoff_.base, backoff_.cap, item.failures - 1);
    seams::Duration const jitter =
        random_duration(random_, wait * backoff_.jitter_percent / 100, seams::RandomUse::retry_backoff);
    item.retry_at = now + std::min(wait + jitter, backoff_.cap);
  }
  ++retries_;
  want(*entry, Cause::retried, item.retry_at, item.taken_priority);
  settle(entry);
}

void WorkQueue::throttled(api::ObjectKey const& key, Time until) {
  auto const entry = in_flight(key);
  Item& item = entry->second;
  item.not_before = until;
  item.wanted = false;  // asked again for an earlier time, the key waits with the rest
  want(*entry, Cause::throttled, until, item.taken_priority);
  settle(entry);
}

void WorkQueue::park(api::ObjectKey const& key) {
  auto const entry = in_flight(key);
  Item& item = entry->second;
  seams::check(!item.wanted, "a key is parked before anything else happens to it");
  item.place = Place::parked;
  item.wanted = true;  // ready_at and sequence are still those it was taken with
  item.causes = item.taken_causes;
  item.priority = item.taken_priority;
}

void WorkQueue::unpark(api::ObjectKey const& key) {
  auto const at = items_.find(key);
  if (at != items_.end() && at->second.place == Place::parked) settle(at);
}

unsigned WorkQueue::failures(api::ObjectKey const& key) const {
  auto const at = items_.find(key);
  return at == items_.end() ? 0 : at->second.failures;
}

}  // namespace runtime
