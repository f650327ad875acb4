// The work queue of one built-in controller: keys whose turn comes after a delay.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "fakeapi/controllers/delay_source.hpp"
#include "operator/api/resource.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi {

/// What became of a key's turn.
struct SyncOutcome {
  /// Something was refused: another turn follows, after longer and longer, until it has failed too often in a row.
  bool failed = false;
  /// Another turn is wanted after this time even if nothing happens.
  std::optional<seams::Duration> again_after;
};

struct WorkQueueOptions {
  /// How long a key waits for its turn.
  DelayUse use = DelayUse::deployment_sync;
  /// Failures in a row after which a key is forgotten until it is added again; 0: never.
  unsigned most_failures = 0;
  /// The delay after a failure grows from that of `use`, or from the least if this is set.
  bool retries_at_once = false;
  seams::Duration longest_retry = std::chrono::seconds(1000);
};

/// At most one turn is scheduled for a key; turns happen in the order of their times, those of one time in the order in
/// which they were asked for. A key may be added during its own turn: another one follows.
class WorkQueue {
 public:
  using Sync = std::function<SyncOutcome(api::ObjectKey const& key)>;

  WorkQueue(seams::Clock& clock, DelaySource& delays, WorkQueueOptions options, Sync sync);
  ~WorkQueue();
  WorkQueue(WorkQueue const&) = delete;
  WorkQueue& operator=(WorkQueue const&) = delete;

  /// The key has a turn soon: after a delay from the source, unless one is due by then.
  void add(api::ObjectKey const& key);
  /// The key has a turn after this time at the latest.
  void add_after(api::ObjectKey const& key, seams::Duration after);
  /// Forgets a key and how often it has failed.
  void forget(api::ObjectKey const& key);

  /// No turns until resume(); keys are kept.
  void pause();
  void resume();

  /// Keys with a turn to come.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    seams::MonotonicTime due{};
    bool soon = false;  // because something happened, not because it was wanted later
    bool scheduled = false;
    seams::TimerId timer{};
  };
  using Entries = std::map<api::ObjectKey, Entry>;

  void schedule(Entries::value_type& element, seams::MonotonicTime due);
  void cancel(Entry& entry);
  void turn(Entries::value_type& element);

  seams::Clock& clock_;
  DelaySource& delays_;
  WorkQueueOptions options_;
  Sync sync_;
  bool paused_ = false;
  Entries entries_;                              // timers point at the elements
  std::map<api::ObjectKey, unsigned> failures_;  // in a row
};

}  // namespace fakeapi
