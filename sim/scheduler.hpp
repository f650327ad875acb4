// Virtual time: one queue of turns and one of timers for all processes of a simulation.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "operator/seams/time.hpp"
#include "sim/digest.hpp"

namespace sim {

/// The simulation's own time line, to which each process's clock is mapped.
using GlobalTime = seams::MonotonicTime;

/// What a turn runs.
using Turn = std::move_only_function<void()>;

/// Whoever owns turns and timers, so that all of them can be dropped at once. Compared by address, never ordered.
class TurnOwner {
 protected:
  TurnOwner() = default;
  ~TurnOwner() = default;
  TurnOwner(TurnOwner const&) = delete;
  TurnOwner& operator=(TurnOwner const&) = delete;
};

/// Runs turns one after the other; when none is ready, time jumps to the next timer. Turns are first in first out,
/// timers go by (time, order of scheduling), so a run is determined by what is put in. Single-threaded, no system
/// calls.
class Scheduler {
 public:
  /// Where global time begins: not zero, which some code takes for "unset".
  static constexpr GlobalTime start = GlobalTime(std::chrono::seconds(1000));

  Scheduler() = default;
  Scheduler(Scheduler const&) = delete;
  Scheduler& operator=(Scheduler const&) = delete;

  GlobalTime now() const { return now_; }

  /// Adds a turn behind all that are ready.
  void post(TurnOwner& owner, Turn turn);
  /// Adds a turn before all that are ready: for kills, which must come before anything else of the process.
  void post_front(TurnOwner& owner, Turn turn);

  enum class TimerId : std::uint64_t {};
  /// Runs `turn` when time has come to `at` (a time that has passed counts as now).
  TimerId schedule_at(TurnOwner& owner, GlobalTime at, Turn turn);
  /// Forgets a timer. One that has run or was cancelled is no error.
  void cancel(TimerId id) noexcept;

  /// Stops `owner`, which is not stopped yet: its turns and timers wait, in the order in which they would have run,
  /// until resume().
  void pause(TurnOwner& owner);
  /// What has waited runs now, before any other turn. Does nothing if `owner` is not stopped.
  void resume(TurnOwner& owner) noexcept;

  /// Destroys every turn and timer of `owner`, and what their destruction adds, until none is left.
  void drop_all(TurnOwner& owner) noexcept;

  /// Runs one turn. False when there is nothing left to run.
  bool step();
  /// Runs turns until `done()` says so, nothing is left, or the next turn would be later than `until`; then time is
  /// `until`, unless done() or the limit ended it. At most `turn_limit` turns.
  enum class Stop : std::uint8_t { done, idle, time, turn_limit };
  template <class Done>
  Stop run_until(GlobalTime until, std::uint64_t turn_limit, Done&& done) {
    for (std::uint64_t turn = 0; turn < turn_limit; ++turn) {
      if (done()) return Stop::done;
      if (ready_.empty()) {
        forget_cancelled_timers();
        if (timers_.empty() || timers_.front().at > until) {
          bool const idle = timers_.empty();
          if (now_ < until) now_ = until;
          return idle ? Stop::idle : Stop::time;
        }
      }
      step();
    }
    return Stop::turn_limit;
  }

  std::uint64_t turns() const { return turns_; }
  /// Covers every timer that fired, and whatever else is folded in by others (hooks, commits, events, kills).
  Digest& digest() { return digest_; }

  /// Back to the beginning, memory kept. Nothing may be ready or scheduled.
  void reset();

 private:
  struct Ready {
    TurnOwner* owner;
    Turn turn;
  };
  struct Slot {
    TurnOwner* owner = nullptr;  // null: free
    std::uint32_t generation = 0;
    Turn turn;
  };
  struct Due {
    GlobalTime at;
    std::uint64_t sequence;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  static bool later(Due const& a, Due const& b) { return a.at != b.at ? a.at > b.at : a.sequence > b.sequence; }
  struct Held {
    TurnOwner* owner;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  std::uint32_t occupy(TurnOwner& owner, Turn turn);
  void hold(std::uint32_t slot) { held_.push_back({slots_[slot].owner, slot, slots_[slot].generation}); }
  bool is_paused(TurnOwner const* owner) const {
    return !paused_.empty() && std::find(paused_.begin(), paused_.end(), owner) != paused_.end();
  }
  void forget_cancelled_timers();
  Turn take(std::uint32_t slot) noexcept;

  GlobalTime now_ = start;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t turns_ = 0;
  std::deque<Ready> ready_;
  std::vector<Due> timers_;  // a heap, the earliest in front; may hold cancelled ones
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<TurnOwner*> paused_;
  std::vector<Held> held_;  // what the paused owners would have done; may hold cancelled ones
  Digest digest_;
};

}  // namespace sim
