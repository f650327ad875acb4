#include "sim/faults.hpp"

#include <algorithm>
#include <string>

#include "sim/api_servers.hpp"

namespace sim {

namespace {

using fakeapi::HookPoint;
using fakeapi::Verdict;
using std::chrono::milliseconds;

// A limit on crash loops: an operator that is killed over and over never gets anywhere, and teaches nothing new.
constexpr std::uint32_t most_crashes = 12;

// Sites. Crashes have one for each (hook point, verb), so that each has a history of its own.
constexpr unsigned crash_site(HookPoint point, api::Verb verb) {
  return static_cast<unsigned>(point) * api::verb_count + static_cast<unsigned>(verb);
}
constexpr unsigned first_free_site = fakeapi::hook_point_count * api::verb_count;
constexpr unsigned error_before_site = first_free_site;
constexpr unsigned error_after_site = first_free_site + 1;
constexpr unsigned conflict_site = first_free_site + 2;
constexpr unsigned zombie_site = first_free_site + 3;
enum LatencySite : unsigned { latency_slow, latency_amount };
enum WatchSite : unsigned { watch_fate, watch_slow, watch_amount, watch_expired_at_opening };

std::unique_ptr<api::Error> make_error(api::Reason reason, int code, std::string message, bool outcome_unknown) {
  auto error = std::make_unique<api::Error>();
  error->reason = reason;
  error->code = code;
  error->message = std::move(message);
  error->outcome_unknown = outcome_unknown;
  return error;
}

// What goes wrong around a call, in the order of its nastiness. Whatever the server says with a 5xx, a timeout or a
// reset leaves a write in doubt; 429 and 503 are promises that nothing was done only when they come before it.
Verdict failed_call(std::uint32_t which, api::Verb verb, bool applied) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::fail;
  verdict.delay = milliseconds(1);
  bool const write = api::is_write(verb);
  switch (which) {
    case 1:
      verdict.error = make_error(api::Reason::internal_error, 500, "Internal error occurred: injected", write);
      break;
    case 2:
      verdict.error = make_error(api::Reason::connection_failed, 0, "connection reset by peer (injected)", write);
      break;
    case 3:
      verdict.error = make_error(api::Reason::timeout, 504, "request timed out (injected)", write);
      break;
    case 4:
      if (!applied) {
        verdict.error = make_error(api::Reason::too_many_requests, 429,
                                   "too many requests, please try again later (injected)", false);
        verdict.error->retry_after = std::chrono::seconds(1);
        break;
      }
      [[fallthrough]];
    default:
      verdict.kind = Verdict::Kind::lose;  // the caller's deadline tells
      break;
  }
  return verdict;
}

}  // namespace

FaultInjector::FaultInjector(Tape& tape, Swarm const& swarm, Digest& digest, FaultTarget& target,
                             CallObserver& observer)
    : swarm_(swarm),
      digest_(digest),
      target_(target),
      observer_(observer),
      tape_(tape),
      faults_(tape, Stream::faults, 0, 0),
      latency_(tape, Stream::latency, 0, 0),
      watch_(tape, Stream::watch, 0, 0) {}

void FaultInjector::begin_incarnation(fakeapi::Actor actor, std::uint16_t incarnation) {
  operator_ = actor;
  faults_ = ChoiceSource(tape_, Stream::faults, 0, incarnation);
  latency_ = ChoiceSource(tape_, Stream::latency, 0, incarnation);
  watch_ = ChoiceSource(tape_, Stream::watch, 0, incarnation);
}

std::uint32_t FaultInjector::rate(FaultKind kind, std::uint32_t per_65536_at_full_weight) const {
  return per_65536_at_full_weight * swarm_.weight_of(static_cast<unsigned>(kind)) / 100;
}

void FaultInjector::passed(HookPoint point, fakeapi::CallInfo const& call) {
  digest_.add((call.id << 16) | (static_cast<std::uint64_t>(point) << 8) |
              (static_cast<std::uint64_t>(call.request.verb) << 4) |
              static_cast<std::uint64_t>(call.request.subresource));
  digest_.add(call.request.resource.plural);
  digest_.add(call.request.key.name);
  if (target_.tracing()) {
    static constexpr std::array<std::string_view, fakeapi::hook_point_count> names{"send", "arrives", "applied",
                                                                                   "answer"};
    target_.note("call " + std::to_string(call.id) + ' ' + std::string(names[static_cast<std::size_t>(point)]) + ": " +
                 call.request.to_string());
  }
}

bool FaultInjector::crash(HookPoint point, fakeapi::CallInfo const& call) {
  if (!active(call) || crashes_ >= most_crashes) return false;
  auto const kind =
      static_cast<FaultKind>(static_cast<unsigned>(FaultKind::crash_before_send) + static_cast<unsigned>(point));
  // Rare verbs crash more often, so that every (hook point, verb) is seen.
  static constexpr std::array<std::uint32_t, api::verb_count> per_verb{16000, 3000, 2600, 5000, 5000, 1600, 6500, 0};
  if (faults_.rare(crash_site(point, call.request.verb),
                   rate(kind, per_verb[static_cast<std::size_t>(call.request.verb)]), 2) == 0) {
    return false;
  }
  ++crashes_;
  counts_.count(kind);
  ++counts_.crashes[static_cast<std::size_t>(point)][static_cast<std::size_t>(call.request.verb)];
  target_.crash_operator(to_string(kind));
  return true;
}

seams::Duration FaultInjector::latency(fakeapi::CallInfo const& call) {
  constexpr seams::Duration least = std::chrono::microseconds(500);
  if (!active(call)) return least;
  if (latency_.rare(latency_slow, rate(FaultKind::latency, 12000), 2) == 0) return least;
  counts_.count(FaultKind::latency);
  // Nearly always little, rarely very long: heavy tails find the races that even delays do not.
  auto const amount = latency_.uniform(latency_amount, 64);
  return least + milliseconds(1 + static_cast<std::int64_t>(amount) * amount * amount / 64);
}

Verdict FaultInjector::before_send(fakeapi::CallInfo const& call) {
  ++calls_;
  passed(HookPoint::before_send, call);
  Verdict verdict;
  if (crash(HookPoint::before_send, call)) {
    verdict.kind = Verdict::Kind::hold;
    return verdict;
  }
  verdict.delay = latency(call);
  return verdict;
}

fakeapi::Frontend* FaultInjector::route(fakeapi::CallInfo const& call) {
  if (servers_ == nullptr) return nullptr;
  if (active(call) && call.request.verb == api::Verb::watch) servers_->opens_watch();
  return servers_->current();
}

Verdict FaultInjector::arrived(fakeapi::CallInfo const& call) {
  passed(HookPoint::arrived, call);
  Verdict verdict;
  if (active(call)) {
    if (crash(HookPoint::arrived, call)) {
      // The caller dies; its request is lost, or lands later, perhaps after its successor has read.
      auto const fate = faults_.uniform(zombie_site, 4);
      if (fate == 0) {
        verdict.kind = Verdict::Kind::lose;
        return verdict;
      }
      verdict.delay = milliseconds(static_cast<std::int64_t>(fate) * fate * 150);
      observer_.call_arrived(call);
      return verdict;
    }
    if (auto const which = faults_.rare(error_before_site, rate(FaultKind::error_before_apply, 3500), 6); which != 0) {
      counts_.count(FaultKind::error_before_apply);
      if (target_.tracing()) target_.note("  FAULT error_before_apply");
      return failed_call(which, call.request.verb, false);
    }
    if (call.request.verb == api::Verb::watch &&
        watch_.rare(watch_expired_at_opening, rate(FaultKind::watch_expired, 6000), 2) != 0) {
      counts_.count(FaultKind::watch_expired);
      if (target_.tracing()) target_.note("  FAULT watch_expired_410 at opening");
      verdict.kind = Verdict::Kind::fail;
      verdict.delay = milliseconds(1);
      verdict.error = make_error(api::Reason::expired, 410, "too old resource version (injected)", false);
      return verdict;
    }
    if (call.request.verb >= api::Verb::update &&
        faults_.rare(conflict_site, rate(FaultKind::conflict, 6000), 2) != 0 && target_.touch(call.request)) {
      counts_.count(FaultKind::conflict);
    }
  }
  observer_.call_arrived(call);
  return verdict;
}

Verdict FaultInjector::applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  passed(HookPoint::applied, call);
  observer_.call_applied(call, outcome);
  digest_.add(outcome ? 0U : static_cast<std::uint64_t>(outcome.error().reason) + 1);
  if (target_.tracing() && !outcome) target_.note("  refused: " + outcome.error().to_string());
  Verdict verdict;
  if (crash(HookPoint::applied, call)) {
    verdict.kind = Verdict::Kind::lose;
    return verdict;
  }
  if (active(call) && outcome) {
    if (auto const which = faults_.rare(error_after_site, rate(FaultKind::error_after_apply, 3500), 6); which != 0) {
      counts_.count(FaultKind::error_after_apply);
      if (target_.tracing()) target_.note("  FAULT error_after_apply");
      return failed_call(which, call.request.verb, true);
    }
  }
  verdict.delay = latency(call);
  return verdict;
}

Verdict FaultInjector::delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  passed(HookPoint::delivered, call);
  Verdict verdict;
  if (crash(HookPoint::delivered, call)) verdict.kind = Verdict::Kind::hold;
  if (servers_ != nullptr && outcome) servers_->told(call.request.resource, *outcome);
  return verdict;
}

fakeapi::WatchVerdict FaultInjector::news(fakeapi::Actor actor, fakeapi::Commit const& /*commit*/) {
  fakeapi::WatchVerdict verdict;
  verdict.delay = std::chrono::microseconds(700);
  if (calm_ || actor != operator_) return verdict;
  auto const drop = rate(FaultKind::watch_drop, 2500);
  auto const expire = rate(FaultKind::watch_expired, 1800);
  auto const fate = watch_.rare(watch_fate, drop + expire, 2 + 2 * (drop + expire));
  if (fate != 0) {
    if (fate > 2 * drop) {
      counts_.count(FaultKind::watch_expired);
      verdict.kind = fakeapi::WatchVerdict::Kind::expire;
      if (target_.tracing()) target_.note("  FAULT watch_expired_410 in the stream");
    } else {
      counts_.count(FaultKind::watch_drop);
      verdict.kind = fate % 2 == 0 ? fakeapi::WatchVerdict::Kind::reset : fakeapi::WatchVerdict::Kind::end;
      if (target_.tracing()) target_.note("  FAULT watch_drop");
    }
    return verdict;
  }
  if (servers_ != nullptr) {
    auto const broken = servers_->breaks_away();
    if (broken == ApiServers::Break::known) verdict.kind = fakeapi::WatchVerdict::Kind::reset;
    if (broken == ApiServers::Break::unknown) verdict.kind = fakeapi::WatchVerdict::Kind::expire;
    if (broken != ApiServers::Break::none) return verdict;
  }
  if (watch_.rare(watch_slow, rate(FaultKind::latency, 8000), 2) != 0) {
    counts_.count(FaultKind::latency);
    auto const amount = watch_.uniform(watch_amount, 64);
    verdict.delay += milliseconds(1 + static_cast<std::int64_t>(amount) * amount * amount / 64);
  }
  return verdict;
}

void FaultInjector::event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) {
  digest_.add((static_cast<std::uint64_t>(actor) << 32) | static_cast<std::uint64_t>(event.type));
  if (event.object) digest_.add(api::to_number(event.object->metadata.resource_version));
  if (servers_ != nullptr && actor == operator_ && event.object) servers_->told(*event.object);
}

}  // namespace sim
