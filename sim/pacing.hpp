// How the operator paces itself: what it may ask again, and when; that it does one thing at a time for an Echo, and
// that it comes to it at all.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/face/call_hooks.hpp"
#include "sim/workload.hpp"

namespace sim {

/// What is to be seen of an operator's process from outside.
struct OperatorGlance {
  seams::MonotonicTime now{};                     ///< on its clock
  std::size_t known_keys = 0;                     ///< that its work queue knows anything about
  seams::MonotonicTime not_after = seams::never;  ///< the end of its lead
  std::uint64_t term = 0;                         ///< how often it has begun to lead
  bool works = false;                             ///< it leads, and its caches are in sync
};

/// Judges, call by call, each operator process for itself and on its own clock:
///
/// O19: a call that has failed k times in a row for the same reason is not made again before the k-th wait of the
/// shortest backoff there is (5 ms, doubled each time, at most 640 ms), unless something has happened to the Echo
/// meanwhile; nor before the time that a 429 has told. A list or a watch that fails again and again is not asked for
/// without any wait.
/// O20: for one Echo there is one call at a time, and the work queue knows no more keys than there are names.
/// O32: an Echo of which a watch has told news is looked at within `patience`, if the process leads and goes on
/// leading.
///
/// O(Echoes) at each call, and there are few.
class Pacing {
 public:
  /// More than a reconcile may take (60 s), own writes may stay unseen (30 s) and a process may stand still (25 s).
  static constexpr seams::Duration patience = std::chrono::seconds(150);

  using Fail = std::function<void(std::string_view invariant, std::string what)>;
  using Look = std::function<OperatorGlance(unsigned place)>;
  /// `names`: how many Echoes there are, under how many names there may be news.
  Pacing(Fail fail, Look look, std::size_t names);

  void begin_incarnation(unsigned place);
  void sent(unsigned place, fakeapi::CallInfo const& call);
  void answered(unsigned place, fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome);
  void heard(unsigned place, api::WatchEvent const& event);
  void reconciles(unsigned place, api::ObjectKey const& key);
  /// Whether an Echo is being let wait for too long, now that all should have been done.
  void check(unsigned place);

 private:
  /// The calls that are told apart: by verb, kind and subresource.
  struct Ask {
    api::Verb verb{};
    api::Subresource subresource{};
    bool echo = false;
    friend bool operator==(Ask const&, Ask const&) = default;
  };
  struct Failures {
    Ask ask;
    unsigned in_a_row = 0;
    api::Reason reason{};
    bool outcome_unknown = false;
    seams::MonotonicTime last{};
  };
  struct Key {
    api::ObjectKey key;
    std::uint64_t call = 0;  // under way; 0: none
    seams::MonotonicTime call_ends{};
    Failures failures;
    seams::MonotonicTime throttled_until = seams::MonotonicTime::min();
    bool news = false;         // since its last reconcile began
    bool news_before = false;  // when that began
    bool failed = false;       // a call since its last reconcile began
    bool excused = false;      // the call under way has come of news
    bool due = false;
    seams::MonotonicTime due_since{};
    std::uint64_t due_term = 0;
  };
  struct Client {
    std::vector<Key> keys;
    std::array<Failures, 4> streams;  // lists and watches, of Echoes and of Deployments
    std::uint64_t seen = 0;           // the newest revision that it has been told of Echoes
  };

  static Ask ask_of(api::Request const& request);
  Key& key_of(Client& client, api::ObjectKey const& key);
  void count(Failures& failures, Ask const& ask, api::Error const& error, seams::MonotonicTime now);
  void check(Client& client, OperatorGlance const& glance);

  Fail fail_;
  Look look_;
  std::size_t names_;
  std::array<Client, Profile::most_operators> clients_;
};

}  // namespace sim
