// A place where one coroutine waits until somebody lets it go on.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "operator/seams/clock.hpp"

namespace seams {

/// Why a wait at a gate has ended.
enum class Woken : std::uint8_t { opened, deadline, cancelled };

/// One coroutine waits, anybody opens. The waiting coroutine belongs to a timer of the clock, if need be one for the
/// end of time: so a kill, which drops a process's timers, destroys it as it does every other coroutine. The coroutine
/// goes on in a turn of its own, never inside open(). The gate outlives the wait, the clock outlives the gate's waits.
class Gate {
 public:
  explicit Gate(Clock& clock) : clock_(&clock) {}
  Gate(Gate const&) = delete;
  Gate& operator=(Gate const&) = delete;

  /// Lets the waiting coroutine go on; if none waits, the next one will not have to.
  void open();
  bool waiting() const;

  /// Waits until open(), at most until `deadline`. One coroutine at a time.
  boost::asio::awaitable<Woken> wait(MonotonicTime deadline = never);

 private:
  using Handler = std::move_only_function<void(Woken)>;

  bool complete(Woken woken);

  Clock* clock_;
  boost::asio::any_io_executor executor_;
  std::weak_ptr<Handler> waiter_;
  TimerId timer_{};
  bool opened_ = false;
};

/// Gives the other turns of this executor their chance: goes on behind all that are ready now.
boost::asio::awaitable<void> yield_turn();

}  // namespace seams
