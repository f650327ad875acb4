// Stores notes about objects as Events, without ever holding up who has something to say.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <string>

#include "operator/api/api.hpp"
#include "operator/runtime/event_correlator.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/metrics.hpp"

namespace runtime {

struct EventRecorderOptions {
  std::string component;  ///< who reports: "echo-operator"
  EventLimits limits{};
  std::size_t most_queued = 1000;
  /// How often an Event is tried to be stored while the server cannot be reached or is busy, and how long in between.
  unsigned tries = 12;
  seams::Duration retry_after = std::chrono::seconds(10);
  seams::Duration call_timeout = std::chrono::seconds(10);
  seams::Duration drain_limit = std::chrono::seconds(5);
};

struct EventRecorderStats {
  std::uint64_t noted = 0;
  std::uint64_t combined = 0;  ///< told as one of several similar ones
  std::uint64_t created = 0;
  std::uint64_t counted = 0;  ///< in an Event that was there
  // Those of which nobody hears:
  std::uint64_t spam = 0;
  std::uint64_t queue_full = 0;
  std::uint64_t refused = 0;      ///< by the server
  std::uint64_t unreachable = 0;  ///< it was tried as often as it is tried
  std::uint64_t too_late = 0;     ///< the lead was over, or the operator ended
};

/// record() decides at once and puts what is to be sent into a queue; one coroutine, which runs only while there is
/// something to send, sends one after the other. Sending twice does no harm: an Event's name and count are decided
/// before. An Event is not worth more than that: what is lost is counted, and said in the log at most once a minute.
/// Lifetime: environment and Api outlive it; it is destroyed after stop() has reported, or after its coroutine's frame.
class EventRecorder {
 public:
  EventRecorder(seams::Environment const& environment, api::Api& api, EventRecorderOptions options);
  EventRecorder(EventRecorder const&) = delete;
  EventRecorder& operator=(EventRecorder const&) = delete;

  void record(EventNote note);
  /// Sends what is queued, each once, for as long as the drain limit. `stopped` is called in a turn of its own. Once.
  void stop(std::function<void()> stopped);

  std::size_t queued() const { return queue_.size(); }
  EventRecorderStats const& stats() const { return stats_; }
  void collect(seams::Metrics& metrics) const;

 private:
  struct Item {
    EventNote note;
    EventCorrelator::Decision decision;
  };

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> send(Item item);
  boost::asio::awaitable<api::Result<api::ObjectPtr>> store(Item const& item);
  void start();
  void ended(std::exception_ptr const& bug);
  void lost(std::uint64_t& count, Item const& item, std::string const& why);

  seams::Environment environment_;
  api::Api& api_;
  EventRecorderOptions options_;
  EventCorrelator correlator_;
  std::deque<Item> queue_;
  EventRecorderStats stats_;
  seams::MonotonicTime quiet_until_{};  ///< before this, losses are not said
  seams::MonotonicTime drain_until_ = seams::never;
  bool running_ = false;
  bool begun_ = false;  ///< the coroutine has had its first turn: before, a cancellation would break it
  bool stopping_ = false;
  boost::asio::cancellation_signal cancel_;
  std::function<void()> stopped_;
};

/// The core/v1 Event to create. In the object's namespace, or in default for one without.
api::ObjectPtr new_event(EventNote const& note, EventCorrelator::Decision const& decision,
                         std::string const& component);
/// What changes of one that is there.
api::MergePatch counted_event(EventCorrelator::Decision const& decision);

}  // namespace runtime
