// The clock of a real process: CLOCK_BOOTTIME for time that passes, the system's calendar for people.
//
// One timerfd serves all timers, so a machine that was suspended wakes up to timers that are due. now() is read from
// the system once per burst of turns: the first call keeps the value and queues its expiry as a turn of its own. So
// now() never changes within a turn, and is older than the turn by at most the turns that were already queued before
// it.
//
// One thread, the one that runs the io_context. The io_context outlives the clock, unless the clock was closed before;
// the clock may go before its pending turns do. (EventLoop keeps the order.)
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "operator/seams/clock.hpp"

namespace real {

class RealClock final : public seams::Clock {
 public:
  /// Throws std::system_error if the system gives no timer (no file descriptor is left).
  explicit RealClock(boost::asio::io_context& context);
  /// Pending callbacks are destroyed, not run.
  ~RealClock() override;

  /// The end of all timers: pending callbacks are destroyed, and none can be scheduled any more. Afterwards the clock
  /// needs its io_context no more; timers may still be cancelled.
  void close() noexcept;

  seams::MonotonicTime now() const override;
  seams::MonotonicTime exact_now() const override;
  seams::WallTime wall_now() const override;
  seams::TimerId schedule_at(seams::MonotonicTime at, seams::TimerCallback callback) override;
  void cancel(seams::TimerId timer) noexcept override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace real
