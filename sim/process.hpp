// A simulated process: an execution context of its own over the shared virtual time, which can be killed at any turn.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "operator/seams/clock.hpp"
#include "sim/scheduler.hpp"

namespace sim {

/// How a process's clock relates to global time: local = offset + global · rate_numerator / rate_denominator.
struct ClockMapping {
  seams::Duration offset{0};
  std::int64_t rate_numerator = 1;
  std::int64_t rate_denominator = 1;
};

/// Global time's calendar: 2026-01-01T00:00:00Z at Scheduler::start.
seams::WallTime wall_time_at(GlobalTime time);

class Process;

/// The clock of one process; its timers belong to the process and die with it.
class ProcessClock final : public seams::Clock {
 public:
  ProcessClock(Scheduler& scheduler, Process& process, ClockMapping mapping)
      : scheduler_(scheduler), process_(process), mapping_(mapping) {}

  seams::MonotonicTime now() const override;
  seams::WallTime wall_now() const override { return wall_time_at(scheduler_.now()) + mapping_.offset; }
  seams::TimerId schedule_at(seams::MonotonicTime at, seams::TimerCallback callback) override;
  void cancel(seams::TimerId timer) noexcept override { scheduler_.cancel(static_cast<Scheduler::TimerId>(timer)); }

  /// The first global time at which this clock shows `local` or later.
  GlobalTime to_global(seams::MonotonicTime local) const;

 private:
  Scheduler& scheduler_;
  Process& process_;
  ClockMapping mapping_;
};

/// One incarnation of one process. Coroutines spawned on executor() run as turns of the scheduler.
///
/// Guarantees: after kill() no coroutine of the process resumes and no timer of it fires. Destruction runs in the order
/// that suspended coroutines need: turns and timers to a fixed point, the context's services, again turns and timers,
/// then the objects in reverse order of their making.
class Process : public boost::asio::execution_context, public TurnOwner {
 public:
  class Executor {
   public:
    explicit Executor(Process& process) noexcept : process_(&process) {}
    Process& query(boost::asio::execution::context_t) const noexcept { return *process_; }
    static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
      return boost::asio::execution::blocking_t(boost::asio::execution::blocking.never);
    }
    Executor require(boost::asio::execution::blocking_t::never_t) const noexcept { return *this; }
    template <class F>
    void execute(F&& f) const {
      process_->scheduler_.post(*process_, Turn(std::forward<F>(f)));
    }
    bool operator==(Executor const&) const noexcept = default;

   private:
    Process* process_;
  };
  using executor_type = Executor;  // the name Asio looks for

  Process(Scheduler& scheduler, std::string name, ClockMapping mapping = {});
  ~Process();

  Executor get_executor() noexcept { return Executor(*this); }
  boost::asio::any_io_executor executor() noexcept { return get_executor(); }
  ProcessClock& clock() { return clock_; }
  Scheduler& scheduler() { return scheduler_; }
  std::string const& name() const { return name_; }
  bool alive() const { return alive_; }

  /// Makes an object that lives until the process has been killed, after its coroutines.
  template <class T, class... Args>
  T& own(Args&&... args) {
    auto object = std::make_shared<T>(std::forward<Args>(args)...);
    T& reference = *object;
    objects_.push_back(std::move(object));
    return reference;
  }

  /// Ends the process now. Must not be called from one of its own turns: see kill_soon().
  void kill() noexcept;
  /// Kills the process in a turn of `world` that comes before every other; then calls `then`.
  void kill_soon(TurnOwner& world, std::function<void()> then = {});

 private:
  Scheduler& scheduler_;
  std::string name_;
  ProcessClock clock_;
  bool alive_ = true;
  bool kill_pending_ = false;
  std::vector<std::shared_ptr<void>> objects_;
};

}  // namespace sim
