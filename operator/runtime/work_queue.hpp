// The work queue: which key to reconcile next, and when.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>

#include "operator/api/resource.hpp"
#include "operator/runtime/causes.hpp"
#include "operator/runtime/key_hash.hpp"
#include "operator/seams/random.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

struct BackoffOptions {
  seams::Duration base = std::chrono::milliseconds(5);
  seams::Duration cap = std::chrono::seconds(300);
  unsigned jitter_percent = 20;  ///< at most this much is added to a wait
};

/// How long a key of low priority lets others go first.
inline constexpr seams::Duration aging = std::chrono::seconds(60);

/// How urgent a key is. A low one is what nobody waits for: the slow round, the first look at all objects.
enum class Priority : std::uint8_t { low, normal };

/// Keys that wait, are ready, are being reconciled or are parked. Pure: no clock, no coroutines; `now` is an argument
/// and never goes back.
///
/// Guarantees: a key is in the queue at most once and handed out to at most one worker at a time; added again while in
/// flight it is handed out exactly once more. Keys leave in the order in which they became ready; keys ready at the
/// same moment in the order of their adding. Among keys that are ready a low one counts as if it had become ready
/// `aging` later, so that it lets the others go first and never waits for ever. The earliest time and the highest
/// priority asked for win. Nothing is ever dropped.
/// Limit: one small entry per distinct key, so its size is bounded by the number of objects in the caches.
class WorkQueue {
 public:
  using Time = seams::MonotonicTime;

  WorkQueue(seams::Random& random, BackoffOptions backoff) : random_(random), backoff_(backoff) {}
  WorkQueue(WorkQueue const&) = delete;
  WorkQueue& operator=(WorkQueue const&) = delete;

  /// Asks for a reconcile at once; pre-empts any later time already asked for.
  void add(api::ObjectKey const& key, Cause cause, Time now, Priority priority = Priority::normal) {
    add_at(key, cause, now, priority);
  }
  /// Asks for a reconcile at a later time; an earlier time already asked for stands.
  void add_at(api::ObjectKey const& key, Cause cause, Time at, Priority priority = Priority::normal);

  struct Taken {
    api::ObjectKey key;
    Causes causes;
    Time ready_at;  ///< since when it could have been taken
  };
  /// The key whose turn it is, which is in flight from then on; nothing if no key is ready.
  std::optional<Taken> take(Time now);

  /// Each key that was taken comes back by exactly one of these.
  /// The reconcile succeeded: failures are forgotten.
  void succeeded(api::ObjectKey const& key);
  /// The reconcile ended neither well nor badly: failures stay as they are. Nothing is retried by itself.
  void released(api::ObjectKey const& key);
  /// The reconcile failed: the key is tried again after its backoff. A failure counts, and lengthens the wait, only if
  /// the wait of the one before was over when the key was taken; woken early by an event, a key that fails again is
  /// tried when it would have been anyway.
  void failed(api::ObjectKey const& key, Time now);
  /// The server asked for patience: the key is ready again at `until`, and nothing, not even an event, makes it ready
  /// before. Failures stay as they are.
  void throttled(api::ObjectKey const& key, Time until);
  /// The key, just taken, must not run yet: held, where it was in the order, until unpark().
  void park(api::ObjectKey const& key);

  /// Lets a parked key go on; not an error if it is not parked.
  void unpark(api::ObjectKey const& key);

  /// When the next key becomes ready (a moment in the past if one is); `never` if none waits.
  Time next_ready_at() const;
  /// Keys that wait or are ready.
  std::size_t length() const { return orders_[0].size() + orders_[1].size(); }
  /// Reconciles asked for, those that were asked for already not counted again.
  std::uint64_t adds() const { return adds_; }
  /// … of these because of a failure.
  std::uint64_t retries() const { return retries_; }
  /// Keys that the queue knows anything about: also those in flight and parked.
  std::size_t known() const { return items_.size(); }
  std::size_t max_length() const { return max_length_; }
  /// Failures counted in a row.
  unsigned failures(api::ObjectKey const& key) const;

 private:
  enum class Place : std::uint8_t { nowhere, queued, in_flight, parked };
  struct Item {
    Place place = Place::nowhere;
    bool wanted = false;  ///< a reconcile is asked for, at ready_at
    bool waited = true;   ///< when last taken, the wait of the failure before was over
    unsigned failures = 0;
    Causes causes;
    Causes taken_causes;  ///< of the reconcile in flight
    Priority priority = Priority::low;
    Priority taken_priority = Priority::low;
    Time ready_at = seams::never;
    std::uint64_t sequence = 0;
    Time retry_at = Time::min();    ///< end of the last failure's wait
    Time not_before = Time::min();  ///< of throttled()
  };
  using Items = std::unordered_map<api::ObjectKey, Item, ObjectKeyHash>;
  struct Position {
    Time ready_at;
    std::uint64_t sequence;
    Items::value_type* entry;
    bool operator<(Position const& other) const {
      return ready_at != other.ready_at ? ready_at < other.ready_at : sequence < other.sequence;
    }
  };

  Items::iterator in_flight(api::ObjectKey const& key);
  using Order = std::set<Position>;
  Order& order_of(Item const& item) { return orders_[static_cast<std::size_t>(item.priority)]; }
  void want(Items::value_type& entry, Cause cause, Time at, Priority priority);
  void enqueue(Items::value_type& entry);
  /// The key has left flight or parking: into the order if it is wanted, away if nothing is left to remember.
  void settle(Items::iterator entry);

  seams::Random& random_;
  BackoffOptions backoff_;
  Items items_;
  std::array<Order, 2> orders_;  ///< by priority
  std::uint64_t next_sequence_ = 0;
  std::size_t max_length_ = 0;
  std::uint64_t adds_ = 0;
  std::uint64_t retries_ = 0;
};

}  // namespace runtime
