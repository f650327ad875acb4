#include "sim/process.hpp"

#include "operator/seams/check.hpp"

namespace sim {

seams::WallTime wall_time_at(GlobalTime time) {
  constexpr seams::WallTime beginning = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  return beginning + (time - Scheduler::start);
}

seams::MonotonicTime ProcessClock::now() const {
  auto const global = scheduler_.now().time_since_epoch().count();
  if (mapping_.rate_numerator == mapping_.rate_denominator) {
    return seams::MonotonicTime(mapping_.offset + seams::Duration(global));
  }
  return seams::MonotonicTime(
      mapping_.offset + seams::Duration(static_cast<std::int64_t>(
                            static_cast<__int128>(global) * mapping_.rate_numerator / mapping_.rate_denominator)));
}

GlobalTime ProcessClock::to_global(seams::MonotonicTime local) const {
  if (local == seams::never) return GlobalTime::max();
  if (mapping_.rate_numerator == mapping_.rate_denominator)
    return GlobalTime(local.time_since_epoch() - mapping_.offset);
  auto const scaled =
      static_cast<__int128>((local.time_since_epoch() - mapping_.offset).count()) * mapping_.rate_denominator;
  // Rounded up, so that the clock never shows less than `local` when the timer fires.
  auto const rounded = (scaled + mapping_.rate_numerator - 1) / mapping_.rate_numerator;
  return GlobalTime(seams::Duration(static_cast<std::int64_t>(rounded)));
}

seams::TimerId ProcessClock::schedule_at(seams::MonotonicTime at, seams::TimerCallback callback) {
  return static_cast<seams::TimerId>(scheduler_.schedule_at(process_, to_global(at), std::move(callback)));
}

Process::Process(Scheduler& scheduler, std::string name, ClockMapping mapping)
    : scheduler_(scheduler), name_(std::move(name)), clock_(scheduler, *this, mapping) {}

Process::~Process() { kill(); }

void Process::kill() noexcept {
  if (!alive_) return;
  alive_ = false;
  scheduler_.drop_all(*this);
  shutdown();  // services give up the handlers they hold, which may post
  scheduler_.drop_all(*this);
  while (!objects_.empty()) objects_.pop_back();
  scheduler_.drop_all(*this);
  destroy();
}

void Process::kill_soon(TurnOwner& world, std::function<void()> then) {
  if (!alive_ || kill_pending_) return;
  kill_pending_ = true;
  scheduler_.post_front(world, [this, then = std::move(then)] {
    kill();
    if (then) then();
  });
}

}  // namespace sim
