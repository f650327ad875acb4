// Carries out a leader election against the API.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "operator/api/api.hpp"
#include "operator/runtime/leader_election.hpp"
#include "operator/seams/environment.hpp"

namespace runtime {

struct LeaderCallbacks {
  std::function<void()> on_started_leading;
  /// Also when the deadline passes while a renewal hangs.
  std::function<void()> on_stopped_leading;
};

struct LeaderElectorStats {
  std::uint64_t terms = 0;     ///< times it began to lead
  std::uint64_t renewals = 0;  ///< successful ones
  std::uint64_t failures = 0;  ///< reads and writes that failed, but for conflicts
};

/// Takes part in an election from start() to stop(). A process that has lost the lead goes on as a candidate.
///
/// Guarantees: on_stopped_leading runs no later than the first turn after not_after(), before any further
/// on_started_leading. Callbacks run in turns of this process and must not destroy the elector.
/// Lifetime: environment and Api outlive it; it is destroyed after stop() has reported or after its coroutine's frame.
class LeaderElector {
 public:
  LeaderElector(seams::Environment const& environment, api::Api& api, LeaderElectionOptions options,
                LeaderCallbacks callbacks);
  LeaderElector(LeaderElector const&) = delete;
  LeaderElector& operator=(LeaderElector const&) = delete;

  void start();
  /// Ends. With `release` the lease is given back if it is held: that is for when the last write's answer is there.
  /// `stopped` is called in a turn of its own, at the latest after two requests' timeouts. Once.
  void stop(bool release, std::function<void()> stopped);

  bool leading() const;
  /// The deadline of every write made as leader; long past while it does not lead.
  seams::MonotonicTime not_after() const { return election_.not_after(); }
  std::string const& holder() const { return election_.holder(); }
  std::string const& identity() const { return options_.identity; }
  std::string const& lease_name() const { return options_.lease.name; }
  /// Why the lease cannot be read or written, as of the last attempt; "": it can.
  std::string const& trouble() const { return trouble_; }
  LeaderElectorStats const& stats() const { return stats_; }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> take(LeaderElection::Step step);
  boost::asio::awaitable<void> release();
  void failed(char const* verb, api::Error const& error);
  /// Tells of a change of the lead, and sees to it that its end is told in time.
  void settle();
  void ended(std::exception_ptr const& bug);

  seams::Environment environment_;
  api::Api& api_;
  LeaderElectionOptions options_;
  LeaderCallbacks callbacks_;
  LeaderElection election_;
  LeaderElectorStats stats_;
  std::string trouble_;
  std::string told_holder_;
  bool told_leading_ = false;
  bool running_ = false;
  bool begun_ = false;  ///< the coroutine has had its first turn: before, a cancellation would break it
  bool stopping_ = false;
  bool release_ = false;
  boost::asio::cancellation_signal cancel_;
  std::function<void()> stopped_;
  seams::MonotonicTime timer_at_ = seams::never;
  seams::ScopedTimer timer_;  ///< last: goes first
};

}  // namespace runtime
