// The only source of time and timers of a process.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <utility>

#include "operator/seams/time.hpp"

namespace seams {

/// What a timer does when it is due. Must not throw.
using TimerCallback = std::move_only_function<void()>;

/// Names one scheduled timer of one clock; never used twice by that clock.
enum class TimerId : std::uint64_t {};

/// One process's clock. Two implementations: the real one (operator/real) and virtual time (sim).
///
/// Guarantees: now() is constant within a turn of the executor and never goes back. A callback runs as a turn of its
/// own on the process's executor, never inside schedule_at() or cancel(), and never before its time; callbacks of
/// equal time run in the order of their scheduling.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The present moment on this process's monotonic time line.
  virtual MonotonicTime now() const = 0;

  /// The same, read anew: within a turn it goes on. For what must not happen after a moment that others count on, the
  /// end of a lease: a process may be stopped in the middle of a turn and go on much later.
  virtual MonotonicTime exact_now() const { return now(); }

  /// The present moment on the calendar. For timestamps that people read.
  virtual WallTime wall_now() const = 0;

  /// Runs `callback` once at `at` (at once, in a later turn, if `at` has passed). Whatever the callback refers to
  /// must outlive it, or the timer must be cancelled first.
  virtual TimerId schedule_at(MonotonicTime at, TimerCallback callback) = 0;

  /// Forgets a timer: its callback will not run. A timer that has run, or was cancelled, is no error.
  virtual void cancel(TimerId timer) noexcept = 0;
};

/// A timer that is cancelled when it goes out of scope. The clock must outlive it.
class ScopedTimer {
 public:
  ScopedTimer() = default;
  ScopedTimer(Clock& clock, MonotonicTime at, TimerCallback callback)
      : clock_(&clock), id_(clock.schedule_at(at, std::move(callback))) {}
  ScopedTimer(ScopedTimer&& other) noexcept : clock_(std::exchange(other.clock_, nullptr)), id_(other.id_) {}
  ScopedTimer& operator=(ScopedTimer&& other) noexcept {
    if (this != &other) {
      reset();
      clock_ = std::exchange(other.clock_, nullptr);
      id_ = other.id_;
    }
    return *this;
  }
  ScopedTimer(ScopedTimer const&) = delete;
  ScopedTimer& operator=(ScopedTimer const&) = delete;
  ~ScopedTimer() { reset(); }

  /// Cancels the timer; harmless if it has run.
  void reset() noexcept {
    if (clock_ != nullptr) std::exchange(clock_, nullptr)->cancel(id_);
  }

 private:
  Clock* clock_ = nullptr;
  TimerId id_{};
};

/// Waits until `at`. True when the time has come, false when the wait was cancelled (any cancellation type that the
/// coroutine lets through). The clock must outlive the wait.
boost::asio::awaitable<bool> sleep_until(Clock& clock, MonotonicTime at);

}  // namespace seams
