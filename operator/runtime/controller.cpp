// The controller's wiring, its pump and its timer. What a reconcile's end means is in controller_outcome.cpp.
#include "operator/runtime/controller.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "operator/runtime/backoff.hpp"
#include "operator/runtime/root.hpp"
#include "operator/seams/check.hpp"

namespace runtime {
namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;
/// controller_runtime_reconcile_time_seconds has these bounds.
constexpr auto reconcile_bounds = std::to_array<seams::Duration>(
    {5ms,   10ms,  25ms,  50ms, 100ms,  150ms,  200ms,  250ms, 300ms,  350ms, 400ms,  450ms, 500ms,  600ms,
     700ms, 800ms, 900ms, 1s,   1250ms, 1500ms, 1750ms, 2s,    2500ms, 3s,    3500ms, 4s,    4500ms, 5s,
     6s,    7s,    8s,    9s,   10s,    15s,    20s,    25s,   30s,    40s,   50s,    60s});
/// … and workqueue_queue_duration_seconds: powers of ten from 10 ns on.
constexpr auto queue_bounds =
    std::to_array<seams::Duration>({10ns, 100ns, 1us, 10us, 100us, 1ms, 10ms, 100ms, 1s, 10s, 100s, 1000s});

}  // namespace

Controller::Controller(seams::Environment const& environment, Reconciler& reconciler, Informer& primary,
                       ControllerOptions options)
    : environment_(environment),
      reconciler_(reconciler),
      primary_(primary),
      options_(std::move(options)),
      add_owned_([this](api::ObjectKey const& key) { queue_.add(key, Cause::owned, environment_.clock.now()); }),
      queue_(environment.random, options_.backoff),
      reconcile_time_(reconcile_bounds),
      queue_time_(queue_bounds) {
  seams::check(options_.max_concurrent > 0, "a controller needs a worker");
  for (unsigned i = 0; i < options_.max_concurrent; ++i) runs_.push_back(std::make_unique<Run>());
  watch_primary(primary_);
}

void Controller::adds(Informer& more) {
  seams::check(!started_, "what a controller is for is said before the start");
  seams::check(&more.store() == &primary_.store(), "the objects of a controller are in one store");
  watch_primary(more);
}

void Controller::watch_primary(Informer& informer) {
  std::size_t const cache = caches_.size();
  caches_.push_back(&informer);
  informer.subscribe({[this, &informer](api::ObjectPtr const& before, api::ObjectPtr const& after) {
                        primary_changed(informer, before, after);
                      },
                      [this, cache](api::ResourceVersion version) { cache_progressed(cache, version); }});
}

void Controller::owns(Informer& informer, Mapping mapping) {
  seams::check(!started_, "what a controller owns is said before the start");
  std::size_t const cache = caches_.size();
  caches_.push_back(&informer);
  auto on_change = [this, mapping = std::move(mapping)](api::ObjectPtr const& before, api::ObjectPtr const& after) {
    if (before) mapping(*before, add_owned_);
    if (after) mapping(*after, add_owned_);
  };
  informer.subscribe(
      {std::move(on_change), [this, cache](api::ResourceVersion version) { cache_progressed(cache, version); }});
}

void Controller::start() {
  seams::check(!started_ && !stopping_, "a controller is started once");
  started_ = true;
  for (Informer* informer : caches_) {
    if (!informer->running()) informer->start();
  }
}

bool Controller::healthy() const {
  return std::all_of(caches_.begin(), caches_.end(), [](Informer const* informer) { return informer->healthy(); });
}

Controller::Running Controller::running(seams::MonotonicTime now) const {
  Running running;
  for (auto const& run : runs_) {
    if (!run->context) continue;
    running.together += now - run->started;
    running.longest = std::max(running.longest, now - run->started);
  }
  return running;
}

ControllerStats Controller::stats() const {
  ControllerStats stats = stats_;
  stats.max_queue_length = queue_.max_length();
  return stats;
}

void Controller::resume() {
  paused_ = false;
  pump();
}

void Controller::enqueue(api::ObjectKey const& key) {
  queue_.add(key, Cause::asked, environment_.clock.now());
  pump();
}

void Controller::primary_changed(Informer const& informer, api::ObjectPtr const& before, api::ObjectPtr const& after) {
  Cause const cause = !before ? Cause::created : !after ? Cause::deleted : Cause::updated;
  // What a first list shows has been there for a while, and there may be much of it.
  Priority const priority = informer.synced() ? Priority::normal : Priority::low;
  queue_.add((after ? after : before)->key(), cause, environment_.clock.now(), priority);
}

// Only here are the keys handed out that a change added: an event may add several times, and a reconcile that starts
// between two of them would run once more for nothing.
void Controller::cache_progressed(std::size_t cache, api::ResourceVersion version) {
  for (api::ObjectKey const& key : parked_.reached(cache, version)) queue_.unpark(key);
  if (!synced_ || queue_.length() > 0) pump();
}

void Controller::pump() {
  if (!started_ || stopping_ || cancelling_) return;
  seams::MonotonicTime const now = environment_.clock.now();
  if (!synced_) {
    if (!std::all_of(caches_.begin(), caches_.end(), [](Informer const* informer) { return informer->synced(); }))
      return;
    synced_ = true;
    // The period's last tenth and the next one's first are for spreading the keys.
    if (options_.resync_period > seams::Duration::zero()) resync_at_ = now + options_.resync_period / 10 * 9;
    environment_.log.info("caches are in sync", {{"controller", options_.name}, {"objects", primary_.store().size()}});
  }
  while (!paused_ && active_ < options_.max_concurrent) {
    auto const taken = queue_.take(now);
    if (!taken) break;
    begin(*taken, now);
  }
  arm();
}

void Controller::begin(WorkQueue::Taken const& taken, seams::MonotonicTime now) {
  bool read_live = false;
  if (auto const state = states_.find(taken.key); state != states_.end()) {
    if (must_wait(taken.key, state->second, now)) {
      queue_.park(taken.key);
      return;
    }
    read_live = state->second.read_live;
  }
  auto const free = std::find_if(runs_.begin(), runs_.end(), [](auto const& run) { return !run->context; });
  seams::check(free != runs_.end(), "as many places as workers");
  Run& run = **free;
  run.deadline = now + options_.reconcile_timeout;
  run.started = now;
  queue_time_.observe(now - std::min(now, taken.ready_at));
  run.begun = run.cancelled = false;
  ++active_;
  ++stats_.reconciles;
  run.context.emplace(taken.key, read_live, run.deadline, &environment_.log,
                      ReconcileIdentity{stats_.reconciles, options_.kind, taken.causes});
  run.context->log().debug("reconciling");
  if (options_.on_reconcile) options_.on_reconcile(taken.key);
  spawn_root(
      environment_.executor, reconcile(run), run.cancel.slot(),
      [this, &run](std::exception_ptr const& exception, Outcome const& outcome) { finished(run, exception, outcome); });
}

bool Controller::must_wait(api::ObjectKey const& key, KeyState& state, seams::MonotonicTime now) {
  for (Floor const& floor : state.floors) {
    if (caches_[floor.cache]->observed_version() >= floor.version) continue;
    if (state.floor_deadline == seams::never) {
      ++stats_.parked;
      state.floor_deadline = now + options_.own_writes_limit;
    }
    parked_.park(key, floor.cache, floor.version, state.floor_deadline);
    return true;
  }
  state.floors.clear();
  state.floor_deadline = seams::never;
  return false;
}

boost::asio::awaitable<Controller::Outcome> Controller::reconcile(Run& run) {
  co_await asio::this_coro::throw_if_cancelled(false);
  run.begun = true;
  if (run.cancelled) {
    api::Error error;
    error.reason = api::Reason::cancelled;
    co_return std::unexpected(std::move(error));
  }
  co_return co_await reconciler_.reconcile(*run.context);
}

void Controller::cancel(Run& run) {
  run.cancelled = true;
  if (!run.begun) return;  // it will see
  cancelling_ = true;
  run.cancel.emit(asio::cancellation_type::terminal);
  cancelling_ = false;
}

void Controller::arm() {
  seams::MonotonicTime next = std::min({parked_.next_deadline(), resync_at_, drain_at_, give_up_at_});
  if (active_ < options_.max_concurrent && synced_ && !stopping_ && !paused_)
    next = std::min(next, queue_.next_ready_at());
  if (active_ > 0) {
    for (auto const& run : runs_) {
      if (run->context && !run->cancelled) next = std::min(next, run->deadline);
    }
  }
  // A timer that is early is left alone: it looks again when it fires. So the usual reconcile touches no timer.
  if (next >= timer_at_) return;
  timer_at_ = next;
  timer_ = seams::ScopedTimer(environment_.clock, next, [this] { tick(); });
}

void Controller::tick() {
  timer_at_ = seams::never;
  seams::MonotonicTime const now = environment_.clock.now();
  cancel_overdue(now);
  if (stopping_) {
    drain(now);
  } else {
    release_expired(now);
    if (resync_at_ <= now) resync(now);
    pump();
  }
  arm();
}

void Controller::cancel_overdue(seams::MonotonicTime now) {
  for (auto const& run : runs_) {
    if (!run->context || run->cancelled || run->deadline > now) continue;
    ++stats_.timeouts;
    run->context->log().warning("a reconcile has taken too long and is cancelled");
    cancel(*run);
  }
}

void Controller::release_expired(seams::MonotonicTime now) {
  for (api::ObjectKey const& key : parked_.expired(now)) {
    ++stats_.own_writes_unseen;
    environment_.log.warning("the cache does not show a write of ours, reading from the server instead",
                             {{"kind", options_.kind}, {"namespace", key.namespace_}, {"name", key.name}});
    KeyState& state = states_[key];
    state.floors.clear();
    state.floor_deadline = seams::never;
    state.read_live = true;
    queue_.unpark(key);
  }
}

void Controller::resync(seams::MonotonicTime now) {
  ++stats_.resyncs;
  seams::Duration const tenth = options_.resync_period / 10;
  resync_at_ = now + options_.resync_period;
  primary_.store().for_each([&](api::ObjectPtr const& object) {
    // Without jitter in the middle; with it, evenly over the tenths around it.
    seams::Duration const draw = random_duration(environment_.random, 2 * tenth, seams::RandomUse::resync);
    seams::Duration const offset = draw < tenth ? draw : tenth - draw - seams::Duration(1);
    queue_.add_at(object->key(), Cause::resync, now + tenth + offset, Priority::low);
  });
}

void Controller::stop(std::function<void(bool)> stopped) {
  seams::check(!stopping_, "a controller is stopped once");
  stopping_ = true;
  stopped_ = std::move(stopped);
  resync_at_ = seams::never;
  seams::MonotonicTime const now = environment_.clock.now();
  drain_at_ = now + options_.drain_grace;
  give_up_at_ = now + options_.drain_limit;
  informers_running_ = caches_.size();
  for (Informer* informer : caches_) {
    informer->stop([this] {
      --informers_running_;
      check_stopped();
    });
  }
  arm();
}

void Controller::drain(seams::MonotonicTime now) {
  if (drain_at_ <= now) {
    drain_at_ = seams::never;
    for (auto const& run : runs_) {
      if (run->context && !run->cancelled) cancel(*run);
    }
  }
  if (give_up_at_ > now) return;
  give_up_at_ = seams::never;
  for (auto const& run : runs_) {
    if (!run->context) continue;
    run->context->log().error("a reconcile has not ended within the time for shutting down");
  }
  if (stopped_) asio::post(environment_.executor, [stopped = std::exchange(stopped_, {})] { stopped(false); });
}

void Controller::check_stopped() {
  if (!stopping_ || active_ > 0 || informers_running_ > 0) return;
  drain_at_ = give_up_at_ = seams::never;
  timer_.reset();
  timer_at_ = seams::never;
  // In a turn of its own: it may destroy this.
  if (stopped_) asio::post(environment_.executor, [stopped = std::exchange(stopped_, {})] { stopped(true); });
}

}  // namespace runtime
