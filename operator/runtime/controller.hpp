// The controller: turns changes in caches into reconciles, a few at a time, each key one at a time.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "operator/runtime/informer.hpp"
#include "operator/runtime/mapping.hpp"
#include "operator/runtime/parked_keys.hpp"
#include "operator/runtime/reconciler.hpp"
#include "operator/runtime/work_queue.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/metrics.hpp"

namespace runtime {

struct ControllerOptions {
  std::string name{};  ///< for figures and log lines
  std::string kind{};  ///< of the objects, for log lines
  unsigned max_concurrent = 4;
  seams::Duration reconcile_timeout = std::chrono::seconds(60);
  /// Every object is reconciled once in this time ± 10 %, even if nothing happens; zero: never.
  seams::Duration resync_period = std::chrono::hours(10);
  BackoffOptions backoff{};
  seams::Duration conflict_base = std::chrono::milliseconds(10);  ///< doubled with each conflict in a row
  /// Once the wait has come to this, the reconciles read from the server until one succeeds: the cache must be far
  /// behind.
  seams::Duration conflict_cap = std::chrono::seconds(1);
  seams::Duration forbidden_retry = std::chrono::seconds(30);
  seams::Duration throttle_default = std::chrono::seconds(1);  ///< for a 429 that names no time
  seams::Duration throttle_cap = std::chrono::seconds(300);
  /// How long a key waits for the caches to show its own writes.
  seams::Duration own_writes_limit = std::chrono::seconds(30);
  /// On stop(), reconciles are left alone this long, then cancelled …
  seams::Duration drain_grace = std::chrono::seconds(20);
  /// … and after this, counted from stop(), no longer waited for.
  seams::Duration drain_limit = std::chrono::seconds(30);
  /// Told of each reconcile as it begins, for who watches from outside. Unset: nobody does.
  std::function<void(api::ObjectKey const&)> on_reconcile{};
};

struct ControllerStats {
  std::uint64_t reconciles = 0;  ///< started
  std::uint64_t successes = 0;
  std::uint64_t requeued_after = 0;  ///< successes that asked to be looked at again
  std::uint64_t errors = 0;          ///< an Error of any kind but conflict and 429
  std::uint64_t conflicts = 0;
  std::uint64_t throttled = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t parked = 0;             ///< reconciles that had to wait for the cache to show an own write
  std::uint64_t own_writes_unseen = 0;  ///< of these, how many waited in vain
  std::uint64_t resyncs = 0;            ///< rounds
  std::uint64_t held_back = 0;          ///< reconciles that ended at a write that was too late to be sent
  std::size_t max_queue_length = 0;
};

/// Guarantees: a key is reconciled by one coroutine at a time, at most max_concurrent run, none before every informer
/// has synced. Each reconcile is a coroutine root of its own: an exception in one is logged and counted, its key is
/// retried, and nobody else notices. A reconcile that outlives its timeout is cancelled, and its key stays busy until
/// it has really ended, since a write may be in flight. A key whose own writes the caches do not show yet waits in the
/// queue. Errors are treated as reconciler.hpp says.
/// Lifetime: environment, reconciler and informers outlive it. It is destroyed after stop() has reported a full drain,
/// or after its coroutines' frames; it cancels its timer itself.
class Controller {
 public:
  /// A controller for the objects of `primary`.
  Controller(seams::Environment const& environment, Reconciler& reconciler, Informer& primary,
             ControllerOptions options);
  Controller(Controller const&) = delete;
  Controller& operator=(Controller const&) = delete;

  /// … and for those of further informers, of other namespaces, that keep them in the same store. Before start().
  void adds(Informer& more);

  /// Changes of these objects cause a reconcile of their owner: an object of `primary` of this kind. Before start().
  void owns(Informer& informer, OwnerKind owner) { owns(informer, map_to_owner(primary_.store(), std::move(owner))); }
  /// Changes of these objects cause a reconcile of whatever `mapping` names. Before start().
  void owns(Informer& informer, Mapping mapping);

  /// Starts the informers, and reconciles as soon as all of them have synced.
  void start();
  /// Starts no reconcile any more and stops the informers. `stopped` is called in a turn of its own, with true when all
  /// reconciles and informers have ended, with false when the drain limit came first: then coroutines are left that
  /// must be destroyed before this object. Once.
  void stop(std::function<void(bool drained)> stopped);

  /// No reconcile starts any more, while the caches are kept up and what changes is noted: for who does not lead. What
  /// runs goes on; its writes have a deadline of their own.
  void pause() { paused_ = true; }
  /// Reconciles what has been noted meanwhile.
  void resume();

  /// Reconciles this key, whatever the caches say.
  void enqueue(api::ObjectKey const& key);

  bool synced() const { return synced_; }
  /// Every informer is healthy.
  bool healthy() const;
  /// Reconciles that run now.
  unsigned active() const { return active_; }
  /// Keys that wait or are ready, without those parked.
  std::size_t queue_length() const { return queue_.length(); }
  /// When the next waiting key becomes ready; `never` if none waits.
  seams::MonotonicTime next_ready_at() const { return queue_.next_ready_at(); }
  std::size_t parked() const { return parked_.size(); }
  ControllerStats stats() const;
  ControllerOptions const& options() const { return options_; }
  WorkQueue const& queue() const { return queue_; }
  /// How long reconciles took, and how long keys that were ready waited for theirs.
  seams::Histogram const& reconcile_time() const { return reconcile_time_; }
  seams::Histogram const& queue_time() const { return queue_time_; }
  /// How long the reconciles that run now have run, all together and the longest.
  struct Running {
    seams::Duration together{0};
    seams::Duration longest{0};
  };
  Running running(seams::MonotonicTime now) const;

 private:
  using Outcome = std::expected<ReconcileResult, api::Error>;

  /// One worker's place. Used again and again, since a cancellation signal must outlive what listens to it.
  struct Run {
    std::optional<ReconcileContext> context;  ///< set: busy
    seams::MonotonicTime deadline;
    seams::MonotonicTime started;
    bool begun = false;  ///< has had its first turn: before, a cancellation would break it
    bool cancelled = false;
    boost::asio::cancellation_signal cancel;
  };
  struct Floor {
    std::size_t cache;
    api::ResourceVersion version;
  };
  /// What is remembered of a key between reconciles, if there is anything.
  struct KeyState {
    std::vector<Floor> floors;
    seams::MonotonicTime floor_deadline = seams::never;  ///< set while it has been parked
    bool read_live = false;
    unsigned conflicts = 0;  ///< in a row
  };
  using KeyStates = std::unordered_map<api::ObjectKey, KeyState, ObjectKeyHash>;

  void watch_primary(Informer& informer);
  void primary_changed(Informer const& informer, api::ObjectPtr const& before, api::ObjectPtr const& after);
  void cache_progressed(std::size_t cache, api::ResourceVersion version);

  /// Starts what is ready as long as there are workers.
  void pump();
  /// Starts the reconcile, or parks the key.
  void begin(WorkQueue::Taken const& taken, seams::MonotonicTime now);
  bool must_wait(api::ObjectKey const& key, KeyState& state, seams::MonotonicTime now);
  boost::asio::awaitable<Outcome> reconcile(Run& run);
  void finished(Run& run, std::exception_ptr const& exception, Outcome const& outcome);
  void settle(Run& run, KeyState& state, std::exception_ptr const& exception, Outcome const& outcome,
              seams::MonotonicTime now);
  void settle_error(Run& run, KeyState& state, api::Error const& error, seams::MonotonicTime now);
  static void log_end(Run& run, Outcome const& outcome, seams::MonotonicTime now);
  seams::Duration patience_asked_for(api::Error const& error) const;
  void remember_writes(ReconcileContext const& context, KeyState& state);
  void cancel(Run& run);

  /// Sees to it that tick() runs when something is due.
  void arm();
  void tick();
  void cancel_overdue(seams::MonotonicTime now);
  void release_expired(seams::MonotonicTime now);
  void resync(seams::MonotonicTime now);
  void drain(seams::MonotonicTime now);
  void check_stopped();

  seams::Environment environment_;
  Reconciler& reconciler_;
  Informer& primary_;  ///< of several the first; its store is that of all of them
  ControllerOptions options_;
  std::vector<Informer*> caches_;  ///< the primary first
  AddKey add_owned_;
  WorkQueue queue_;
  ParkedKeys parked_;
  KeyStates states_;
  std::vector<std::unique_ptr<Run>> runs_;
  unsigned active_ = 0;
  bool started_ = false;
  bool synced_ = false;
  bool stopping_ = false;
  bool paused_ = false;
  bool cancelling_ = false;  ///< within emit(): a worker's place must not be used again before it returns
  std::size_t informers_running_ = 0;
  seams::MonotonicTime resync_at_ = seams::never;
  seams::MonotonicTime drain_at_ = seams::never;
  seams::MonotonicTime give_up_at_ = seams::never;
  std::function<void(bool)> stopped_;
  ControllerStats stats_;
  seams::Histogram reconcile_time_;
  seams::Histogram queue_time_;
  seams::MonotonicTime timer_at_ = seams::never;
  seams::ScopedTimer timer_;  ///< last: goes first
};

}  // namespace runtime
