// Where faults enter: the four moments of a call, and the events of a watch.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "fakeapi/store/log.hpp"
#include "operator/api/api.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi {

class Frontend;

/// The moments of one call at which something can go wrong.
enum class HookPoint : std::uint8_t {
  before_send,  ///< the caller has decided; nothing has left it
  arrived,      ///< sent, not applied: the request belongs to the network now
  applied,      ///< applied, response not delivered: the server knows, the caller does not
  delivered,    ///< the caller has the response, and has not acted on it
};
inline constexpr unsigned hook_point_count = 4;

/// One call as the hooks see it.
struct CallInfo {
  std::uint64_t id;  ///< counts the calls of one front; the `cause` of the commits it makes
  Actor actor;
  api::Request const& request;
};

/// What becomes of a call at a hook point.
struct Verdict {
  enum class Kind : std::uint8_t {
    proceed,  ///< go on, after `delay`
    fail,     ///< the caller gets `error` after `delay`; at `arrived` the request is not applied
    lose,     ///< no answer ever comes (the caller's deadline ends the call); at `arrived`: nor is it applied
    hold,     ///< the caller stays where it is: it is about to be killed
    again,    ///< only at `applied`: the answer is lost, and after `delay` the request arrives once more
    expire,   ///< only at `arrived`, of a watch: it opens, and all it says is an ERROR event: 410 Expired
  };
  Kind kind = Kind::proceed;
  seams::Duration delay{0};
  std::unique_ptr<api::Error> error;
};

/// What becomes of the news of a commit on its way to one watch.
struct WatchVerdict {
  enum class Kind : std::uint8_t {
    deliver,  ///< visible to the watch after `delay`, never before what was committed earlier
    reset,    ///< the connection breaks
    end,      ///< the server ends the stream in good order
    expire,   ///< an ERROR event: 410 Expired
    silence,  ///< nothing comes any more, not even the end: a connection that is dead without a word
  };
  Kind kind = Kind::deliver;
  seams::Duration delay{0};
};

/// Decides what happens to each call of each client of one front. Called in the order of events.
class CallHooks {
 public:
  virtual ~CallHooks() = default;
  virtual Verdict before_send(CallInfo const& call) = 0;
  /// The API server that takes the call, asked when it arrives there; null: that of the front. A watch stays with its
  /// own until it ends, so a client hops when it opens the next one.
  virtual Frontend* route(CallInfo const& /*call*/) { return nullptr; }
  virtual Verdict arrived(CallInfo const& call) = 0;
  virtual Verdict applied(CallInfo const& call, api::Result<api::Response> const& outcome) = 0;
  virtual Verdict delivered(CallInfo const& call, api::Result<api::Response> const& outcome) = 0;
  /// News of a commit is about to travel to an open watch of `actor`.
  virtual WatchVerdict news(Actor actor, Commit const& commit) = 0;
  /// A watch of `actor` has handed over an event.
  virtual void event_delivered(Actor actor, api::WatchEvent const& event) = 0;
  /// An event that the same watch is to hand over next, although it has handed it over before; or nothing.
  virtual std::optional<api::WatchEvent> repeated(Actor /*actor*/, api::WatchEvent const& /*latest*/) {
    return std::nullopt;
  }
};

}  // namespace fakeapi
