#include "sim/scheduler.hpp"

#include <algorithm>
#include <utility>

#include "operator/seams/check.hpp"

namespace sim {

void Scheduler::post(TurnOwner& owner, Turn turn) { ready_.push_back({&owner, std::move(turn)}); }

void Scheduler::post_front(TurnOwner& owner, Turn turn) { ready_.push_front({&owner, std::move(turn)}); }

std::uint32_t Scheduler::occupy(TurnOwner& owner, Turn turn) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot].owner = &owner;
  slots_[slot].turn = std::move(turn);
  return slot;
}

Scheduler::TimerId Scheduler::schedule_at(TurnOwner& owner, GlobalTime at, Turn turn) {
  std::uint32_t const slot = occupy(owner, std::move(turn));
  timers_.push_back({std::max(at, now_), next_sequence_++, slot, slots_[slot].generation});
  std::push_heap(timers_.begin(), timers_.end(), later);
  return TimerId{(static_cast<std::uint64_t>(slots_[slot].generation) << 32) | slot};
}

Turn Scheduler::take(std::uint32_t slot) noexcept {
  Turn turn = std::move(slots_[slot].turn);
  slots_[slot].turn = nullptr;
  slots_[slot].owner = nullptr;
  ++slots_[slot].generation;
  free_slots_.push_back(slot);
  return turn;
}

void Scheduler::cancel(TimerId id) noexcept {
  auto const slot = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id));
  auto const generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
  if (slot >= slots_.size() || slots_[slot].owner == nullptr || slots_[slot].generation != generation) return;
  Turn const dropped = take(slot);  // destroyed last: its destruction may schedule
}

void Scheduler::forget_cancelled_timers() {
  while (!timers_.empty() && slots_[timers_.front().slot].generation != timers_.front().generation) {
    std::pop_heap(timers_.begin(), timers_.end(), later);
    timers_.pop_back();
  }
}

void Scheduler::pause(TurnOwner& owner) {
  seams::check(!is_paused(&owner), "an owner is stopped once");
  paused_.push_back(&owner);
}

void Scheduler::resume(TurnOwner& owner) noexcept {
  if (std::erase(paused_, &owner) == 0) return;
  for (auto held = held_.rbegin(); held != held_.rend(); ++held) {
    if (held->owner != &owner || slots_[held->slot].generation != held->generation) continue;
    // It stays in its slot until its turn has come, so that a timer can be cancelled up to then.
    ready_.push_front({&owner, [this, slot = held->slot, generation = held->generation] {
                         if (slots_[slot].generation != generation) return;
                         Turn turn = take(slot);
                         turn();
                       }});
  }
  std::erase_if(held_, [&](Held const& held) { return held.owner == &owner; });
}

void Scheduler::drop_all(TurnOwner& owner) noexcept {
  // What is held is dropped with its slots.
  if (std::erase(paused_, &owner) != 0) {
    std::erase_if(held_, [&](Held const& held) { return held.owner == &owner; });
  }
  // Destroying a suspended coroutine posts its frame back to its executor, so go on until nothing is added any more.
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = 0; i < ready_.size();) {
      if (ready_[i].owner == &owner) {
        Turn const dropped = std::move(ready_[i].turn);
        ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(i));
        found = true;
      } else {
        ++i;
      }
    }
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot].owner == &owner) {
        Turn const dropped = take(slot);
        found = true;
      }
    }
  }
}

bool Scheduler::step() {
  if (ready_.empty()) {
    forget_cancelled_timers();
    if (timers_.empty()) return false;
    Due const due = timers_.front();
    std::pop_heap(timers_.begin(), timers_.end(), later);
    timers_.pop_back();
    seams::check(due.at >= now_, "virtual time never goes back");
    now_ = due.at;
    digest_.add(static_cast<std::uint64_t>(due.at.time_since_epoch().count()));
    if (is_paused(slots_[due.slot].owner)) {
      hold(due.slot);
      return true;
    }
    Turn turn = take(due.slot);
    ++turns_;
    turn();
    return true;
  }
  TurnOwner* const owner = ready_.front().owner;
  Turn turn = std::move(ready_.front().turn);
  ready_.pop_front();
  if (is_paused(owner)) {
    hold(occupy(*owner, std::move(turn)));
    return true;
  }
  ++turns_;
  turn();
  return true;
}

void Scheduler::reset() {
  forget_cancelled_timers();
  seams::check(ready_.empty() && timers_.empty() && held_.empty(), "a simulation leaves no turn and no timer behind");
  now_ = start;
  next_sequence_ = 0;
  turns_ = 0;
  digest_ = {};
}

}  // namespace sim
