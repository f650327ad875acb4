#include "sim/faults.hpp"

#include <algorithm>
#include <string>

#include "operator/api/kinds.hpp"
#include "sim/api_servers.hpp"

namespace sim {

namespace {

using fakeapi::HookPoint;
using fakeapi::Verdict;
using std::chrono::milliseconds;

constexpr std::uint32_t lease_calls_are_frequent = 16;

// Sites. Crashes have one for each (hook point, verb), so that each has a history of its own.
constexpr unsigned crash_site(HookPoint point, api::Verb verb) {
  return static_cast<unsigned>(point) * api::verb_count + static_cast<unsigned>(verb);
}
constexpr unsigned first_free_site = fakeapi::hook_point_count * api::verb_count;
constexpr unsigned error_before_site = first_free_site;
constexpr unsigned error_after_site = first_free_site + 1;
constexpr unsigned conflict_site = first_free_site + 2;
constexpr unsigned zombie_site = first_free_site + 3;
constexpr unsigned pause_site = first_free_site + 4;  // one for each hook point, and one for the news of watches
constexpr unsigned news_place = fakeapi::hook_point_count;
constexpr unsigned cut_off_site = pause_site + news_place + 1;
constexpr unsigned again_site = cut_off_site + 1;
enum LatencySite : unsigned { latency_slow, latency_amount };
enum WatchSite : unsigned {
  watch_fate,
  watch_slow,
  watch_amount,
  watch_expired_at_opening,
  watch_silence,
  watch_repeated
};

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

FaultInjector::FaultInjector(Scheduler& scheduler, Tape& tape, Swarm const& swarm, FaultTarget& target,
                             CallObserver& observer, unsigned operators)
    : scheduler_(scheduler),
      swarm_(swarm),
      digest_(scheduler.digest()),
      target_(target),
      observer_(observer),
      tape_(tape) {
  for (unsigned place = 0; place < operators; ++place) {
    auto const actor = static_cast<std::uint16_t>(place);
    clients_.push_back({place,
                        fakeapi::Actor::server,
                        {tape, Stream::faults, actor, 0},
                        {tape, Stream::latency, actor, 0},
                        {tape, Stream::watch, actor, 0},
                        {tape, Stream::wire, actor, 0},
                        {}});
  }
}

void FaultInjector::begin_incarnation(unsigned place, fakeapi::Actor actor, std::uint16_t incarnation) {
  auto const key = static_cast<std::uint16_t>(place);
  Client& client = clients_.at(place);
  client.actor = actor;
  client.faults = ChoiceSource(tape_, Stream::faults, key, incarnation);
  client.latency = ChoiceSource(tape_, Stream::latency, key, incarnation);
  client.watch = ChoiceSource(tape_, Stream::watch, key, incarnation);
  client.wire = ChoiceSource(tape_, Stream::wire, key, incarnation);
  client.recent.clear();
  client.writes_asked_for = client.writes_on_the_wire = client.writes_under_way = 0;
  client.cut_off_until = GlobalTime::min();
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

// Long pauses are rare: most of them are about as long as a few calls. Where there are several operators the longest
// outlasts any lease.
void FaultInjector::pause(Client& client, unsigned where) {
  if (swarm_.weight_of(static_cast<unsigned>(FaultKind::pause)) == 0) return;
  static constexpr std::array<std::int64_t, 8> alone{0, 5, 20, 60, 200, 700, 2500, 9000};
  static constexpr std::array<std::int64_t, 8> of_several{0, 5, 20, 200, 2500, 4000, 9000, 25000};
  auto const which = client.faults.rare(pause_site + where, rate(FaultKind::pause, 1500), alone.size());
  if (which == 0) return;
  auto const duration = milliseconds((clients_.size() == 1 ? alone : of_several).at(which));
  if (target_.pause_operator(client.place, duration)) counts_.count(FaultKind::pause);
}

bool FaultInjector::crash(HookPoint point, fakeapi::CallInfo const& call, Client* client) {
  if (client == nullptr || crashes_ >= most_crashes) return false;
  auto const kind =
      static_cast<FaultKind>(static_cast<unsigned>(FaultKind::crash_before_send) + static_cast<unsigned>(point));
  // Rare verbs crash more often, so that every (hook point, verb) is seen.
  static constexpr std::array<std::uint32_t, api::verb_count> per_verb{16000, 3000, 2600, 5000, 5000, 1600, 6500, 0};
  auto chances = rate(kind, per_verb[static_cast<std::size_t>(call.request.verb)]);
  if (call.request.resource == api::leases) chances /= lease_calls_are_frequent;
  if (client->faults.rare(crash_site(point, call.request.verb), chances, 2) == 0) {
    return false;
  }
  ++crashes_;
  counts_.count(kind);
  ++counts_.crashes[static_cast<std::size_t>(point)][static_cast<std::size_t>(call.request.verb)];
  target_.crash_operator(client->place, to_string(kind));
  return true;
}

// Only where there are several: alone, an operator that nothing reaches merely waits.
bool FaultInjector::cut_off(Client& client) {
  if (clients_.size() == 1 || swarm_.weight_of(static_cast<unsigned>(FaultKind::cut_off)) == 0) return false;
  if (scheduler_.now() < client.cut_off_until) return true;
  static constexpr std::array<std::int64_t, 5> lengths{0, 500, 2000, 6000, 20000};
  auto const which = client.faults.rare(cut_off_site, rate(FaultKind::cut_off, 1200), lengths.size());
  if (which == 0) return false;
  counts_.count(FaultKind::cut_off);
  if (target_.tracing()) {
    target_.note("FAULT cut_off: no request of this operator arrives for " + std::to_string(lengths.at(which)) + " ms");
  }
  client.cut_off_until = scheduler_.now() + milliseconds(lengths.at(which));
  return true;
}

// A server that has said so does not know the revision later on either. Lists go to the store, and so get past it.
bool FaultInjector::forgotten(api::Request const& request) const {
  auto const& version = std::get<api::WatchOptions>(request.options).resource_version;
  return version && api::to_number(*version) < oldest_[request.resource == api::deployments ? 1 : 0];
}

void FaultInjector::forget_before(fakeapi::Commit const& commit) {
  auto const& object = commit.after ? commit.after : commit.before;
  auto& oldest = oldest_[object->kind == "Deployment" ? 1 : 0];
  oldest = std::max(oldest, commit.revision);
}

seams::Duration FaultInjector::latency(Client* client) {
  constexpr seams::Duration least = std::chrono::microseconds(500);
  if (client == nullptr) return least;
  if (client->latency.rare(latency_slow, rate(FaultKind::latency, 12000), 2) == 0) return least;
  counts_.count(FaultKind::latency);
  // Nearly always little, rarely very long: heavy tails find the races that even delays do not.
  auto const amount = client->latency.uniform(latency_amount, 64);
  return least + milliseconds(1 + static_cast<std::int64_t>(amount) * amount * amount / 64);
}

Verdict FaultInjector::before_send(fakeapi::CallInfo const& call) {
  ++calls_;
  passed(HookPoint::before_send, call);
  Client* const client = victim(call.actor);
  if (client != nullptr) pause(*client, static_cast<unsigned>(HookPoint::before_send));
  Verdict verdict;
  if (crash(HookPoint::before_send, call, client)) {
    verdict.kind = Verdict::Kind::hold;
    return verdict;
  }
  observer_.call_sent(call);
  verdict.delay = latency(client);
  return verdict;
}

fakeapi::Frontend* FaultInjector::route(fakeapi::CallInfo const& call) {
  if (servers_ == nullptr || servers_->none()) return nullptr;
  // A request that outlives its sender goes where that had sent it: to the store, as all its kind do.
  Client const* const client = find(call.actor);
  if (client == nullptr) return nullptr;
  if (!calm_ && call.request.verb == api::Verb::watch) servers_->opens_watch(client->place);
  return servers_->current(client->place);
}

Verdict FaultInjector::arrived(fakeapi::CallInfo const& call) {
  passed(HookPoint::arrived, call);
  Client* const client = victim(call.actor);
  Verdict verdict;
  if (call.request.verb == api::Verb::watch && forgotten(call.request)) {
    verdict.kind = Verdict::Kind::expire;
    return verdict;
  }
  if (client != nullptr) {
    pause(*client, static_cast<unsigned>(HookPoint::arrived));
    if (cut_off(*client)) {
      verdict.kind = Verdict::Kind::lose;
      return verdict;
    }
    if (crash(HookPoint::arrived, call, client)) {
      // The caller dies; its request is lost, or lands later, perhaps after its successor has read.
      auto const fate = client->faults.uniform(zombie_site, 4);
      if (fate == 0) {
        verdict.kind = Verdict::Kind::lose;
        return verdict;
      }
      verdict.delay = milliseconds(static_cast<std::int64_t>(fate) * fate * 150);
      observer_.call_arrived(call);
      return verdict;
    }
    if (auto const which = client->faults.rare(error_before_site, rate(FaultKind::error_before_apply, 3500), 6);
        which != 0) {
      counts_.count(FaultKind::error_before_apply);
      if (target_.tracing()) target_.note("  FAULT error_before_apply");
      return failed_call(which, call.request.verb, false);
    }
    auto const expired = call.request.verb != api::Verb::watch
                             ? 0
                             : client->watch.rare(watch_expired_at_opening, rate(FaultKind::watch_expired, 6000), 3);
    if (expired != 0) {
      counts_.count(FaultKind::watch_expired);
      if (target_.tracing()) target_.note("  FAULT watch_expired_410 at opening");
      if (expired == 2) {
        verdict.kind = Verdict::Kind::expire;
        return verdict;
      }
      verdict.kind = Verdict::Kind::fail;
      verdict.delay = milliseconds(1);
      verdict.error = make_error(api::Reason::expired, 410, "too old resource version (injected)", false);
      return verdict;
    }
    if (call.request.verb >= api::Verb::update &&
        client->faults.rare(conflict_site, rate(FaultKind::conflict, 6000), 2) != 0 && target_.touch(call.request)) {
      counts_.count(FaultKind::conflict);
    }
  }
  observer_.call_arrived(call);
  return verdict;
}

Verdict FaultInjector::applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  passed(HookPoint::applied, call);
  Client* const client = victim(call.actor);
  if (client != nullptr) pause(*client, static_cast<unsigned>(HookPoint::applied));
  observer_.call_applied(call, outcome);
  digest_.add(outcome ? 0U : static_cast<std::uint64_t>(outcome.error().reason) + 1);
  if (target_.tracing() && !outcome) target_.note("  refused: " + outcome.error().to_string());
  Verdict verdict;
  if (crash(HookPoint::applied, call, client)) {
    verdict.kind = Verdict::Kind::lose;
    return verdict;
  }
  if (client != nullptr && outcome) {
    if (auto const which = client->faults.rare(error_after_site, rate(FaultKind::error_after_apply, 3500), 6);
        which != 0) {
      counts_.count(FaultKind::error_after_apply);
      if (target_.tracing()) target_.note("  FAULT error_after_apply");
      return failed_call(which, call.request.verb, true);
    }
    // As a proxy does that has heard nothing, or a client that makes no difference between reads and writes.
    if (api::is_write(call.request.verb) && swarm_.weight_of(static_cast<unsigned>(FaultKind::sent_twice)) != 0) {
      static constexpr std::array<std::int64_t, 5> later{0, 1, 30, 200, 1500};
      auto const after = client->faults.rare(again_site, rate(FaultKind::sent_twice, 4000), later.size());
      if (after != 0) {
        counts_.count(FaultKind::sent_twice);
        if (target_.tracing()) target_.note("  FAULT sent_twice: its answer is lost, and it arrives once more");
        verdict.kind = Verdict::Kind::again;
        verdict.delay = milliseconds(later.at(after));
        return verdict;
      }
    }
  }
  verdict.delay = latency(client);
  return verdict;
}

Verdict FaultInjector::delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) {
  passed(HookPoint::delivered, call);
  Client* const client = find(call.actor);
  if (client != nullptr && !calm_) pause(*client, static_cast<unsigned>(HookPoint::delivered));
  Verdict verdict;
  if (crash(HookPoint::delivered, call, calm_ ? nullptr : client)) verdict.kind = Verdict::Kind::hold;
  if (verdict.kind == Verdict::Kind::proceed) observer_.call_delivered(call, outcome);
  if (servers_ != nullptr && client != nullptr && outcome) {
    servers_->told(client->place, call.request.resource, *outcome);
  }
  return verdict;
}

fakeapi::WatchVerdict FaultInjector::news(fakeapi::Actor actor, fakeapi::Commit const& commit) {
  fakeapi::WatchVerdict verdict;
  verdict.delay = std::chrono::microseconds(700);
  Client* const client = victim(actor);
  if (client == nullptr) return verdict;
  pause(*client, news_place);
  if (swarm_.weight_of(static_cast<unsigned>(FaultKind::watch_silent)) != 0 &&
      client->watch.rare(watch_silence, rate(FaultKind::watch_silent, 900), 2) != 0) {
    counts_.count(FaultKind::watch_silent);
    verdict.kind = fakeapi::WatchVerdict::Kind::silence;
    if (target_.tracing()) target_.note("FAULT watch_silent: a watch hears nothing more, and nobody tells it");
    return verdict;
  }
  auto const drop = rate(FaultKind::watch_drop, 2500);
  auto const expire = rate(FaultKind::watch_expired, 1800);
  auto const fate = client->watch.rare(watch_fate, drop + expire, 2 + 2 * (drop + expire));
  if (fate != 0) {
    if (fate > 2 * drop) {
      counts_.count(FaultKind::watch_expired);
      verdict.kind = fakeapi::WatchVerdict::Kind::expire;
      forget_before(commit);
      if (target_.tracing()) target_.note("  FAULT watch_expired_410 in the stream");
    } else {
      counts_.count(FaultKind::watch_drop);
      verdict.kind = fate % 2 == 0 ? fakeapi::WatchVerdict::Kind::reset : fakeapi::WatchVerdict::Kind::end;
      if (target_.tracing()) target_.note("  FAULT watch_drop");
    }
    return verdict;
  }
  if (servers_ != nullptr) {
    auto const broken = servers_->breaks_away(client->place);
    if (broken == ApiServers::Break::known) verdict.kind = fakeapi::WatchVerdict::Kind::reset;
    if (broken == ApiServers::Break::unknown) verdict.kind = fakeapi::WatchVerdict::Kind::expire;
    if (broken != ApiServers::Break::none) return verdict;
  }
  if (client->watch.rare(watch_slow, rate(FaultKind::latency, 8000), 2) != 0) {
    counts_.count(FaultKind::latency);
    auto const amount = client->watch.uniform(watch_amount, 64);
    verdict.delay += milliseconds(1 + static_cast<std::int64_t>(amount) * amount * amount / 64);
  }
  return verdict;
}

void FaultInjector::event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) {
  digest_.add((static_cast<std::uint64_t>(actor) << 32) | static_cast<std::uint64_t>(event.type));
  if (event.object) digest_.add(api::to_number(event.object->metadata.resource_version));
  observer_.event_delivered(actor, event);
  if (servers_ == nullptr || servers_->none() || !event.object) return;
  if (Client const* const client = find(actor); client != nullptr) servers_->told(client->place, *event.object);
}

std::optional<api::WatchEvent> FaultInjector::repeated(fakeapi::Actor actor, api::WatchEvent const& latest) {
  Client* const client = victim(actor);
  if (client == nullptr || swarm_.weight_of(static_cast<unsigned>(FaultKind::watch_repeat)) == 0) return {};
  if (!latest.object || latest.type == api::WatchEventType::bookmark) return {};
  // The newest of them is the most boring one.
  auto& recent = client->recent;
  constexpr std::size_t most = 6;
  if (recent.size() == most) recent.erase(recent.begin());
  recent.push_back(latest);
  auto const which = client->watch.rare(watch_repeated, rate(FaultKind::watch_repeat, 14000), most + 1);
  if (which == 0 || which > recent.size()) return {};
  auto const& again = recent[recent.size() - which];
  if (again.object->kind != latest.object->kind) return {};  // of another watch
  counts_.count(FaultKind::watch_repeat);
  if (target_.tracing()) {
    target_.note("FAULT watch_repeat: the event of revision " +
                 std::to_string(api::to_number(again.object->metadata.resource_version)) + " comes once more");
  }
  return again;
}

}  // namespace sim
