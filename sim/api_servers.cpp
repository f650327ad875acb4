#include "sim/api_servers.hpp"

#include <algorithm>

#include "operator/api/kinds.hpp"
#include "operator/seams/check.hpp"
#include "sim/contract.hpp"

namespace sim {

namespace {

using std::chrono::milliseconds;

// The choices of the stream; each part of it has an actor of its own.
constexpr std::uint16_t hop_actor = 0;
constexpr std::uint16_t skew_actor = 1;
constexpr std::uint16_t first_lag_actor = 2;
constexpr std::uint16_t second_hop_actor = 8;  // of the operators after the first
enum HopSite : unsigned { hop_at_start, hop_at_watch, hop_anyhow, hop_to_stranger };
enum LagSite : unsigned { lag_gap, lag_move, lag_part };
enum SkewSite : unsigned { skew_gap, skew_which, skew_amount, skew_pace, skew_whose };

constexpr std::uint16_t hop_actor_of(unsigned place) {
  return static_cast<std::uint16_t>(place == 0 ? hop_actor : second_hop_actor + place - 1);
}

}  // namespace

std::string ApiServers::name_of(unsigned server) { return "api-" + std::to_string(server + 1); }

ApiServers::ApiServers(Scheduler& scheduler, fakeapi::Server& server, Tape& tape, Swarm const& swarm,
                       FaultCounts& counts, FaultTarget& target, unsigned operators)
    : scheduler_(scheduler),
      server_(server),
      tape_(tape),
      swarm_(swarm),
      counts_(counts),
      target_(target),
      skews_(tape, Stream::frontends, skew_actor, 0) {
  auto const echoes = server.index_of(contract::echoes);
  auto const deployments = server.index_of(api::deployments);
  seams::check(echoes.has_value() && deployments.has_value(), "the definitions are installed before the API servers");
  kinds_ = {Kind{*echoes, contract::echoes, "Echo"}, Kind{*deployments, api::deployments, "Deployment"}};
  for (unsigned place = 0; place < operators; ++place) {
    clients_.push_back({0, {}, {tape, Stream::frontends, hop_actor_of(place), 0}});
  }
  unsigned const count = switched_on(FaultKind::time_travel) ? most_servers : switched_on(FaultKind::kind_skew) ? 1 : 0;
  servers_.resize(count);
  for (unsigned i = 0; i < count; ++i) {
    servers_[i].frontend = std::make_unique<fakeapi::Frontend>(server);
    lags_.emplace_back(tape, Stream::frontends, static_cast<std::uint16_t>(first_lag_actor + i), std::uint16_t{0});
  }
}

ApiServers::~ApiServers() { scheduler_.drop_all(*this); }

std::uint32_t ApiServers::rate(FaultKind kind, std::uint32_t per_65536) const {
  return per_65536 * swarm_.weight_of(static_cast<unsigned>(kind)) / 100;
}

void ApiServers::start() {
  for (unsigned i = 1; i < servers_.size(); ++i) lag_later(i);
  if (switched_on(FaultKind::kind_skew)) skew_later();
}

void ApiServers::calm() {
  calm_ = true;
  scheduler_.drop_all(*this);
  for (unsigned i = 0; i < servers_.size(); ++i) {
    for (unsigned kind = 0; kind < kind_count; ++kind) end_skew(i, kind);
    servers_[i].stopped_at.reset();
    servers_[i].frontend->release_all();
  }
}

// --- Where the operator is
// --------------------------------------------------------------------------------------------

fakeapi::Frontend* ApiServers::current(unsigned place) {
  return servers_.empty() ? nullptr : servers_[clients_[place].at].frontend.get();
}

void ApiServers::begin_incarnation(unsigned place, std::uint16_t incarnation) {
  auto& hops = clients_[place].hops;
  hops = ChoiceSource(tape_, Stream::frontends, hop_actor_of(place), incarnation);
  if (calm_ || servers_.size() < 2) return;
  hop(place, hops.rare(hop_at_start, rate(FaultKind::time_travel, 60000), most_servers));
}

void ApiServers::opens_watch(unsigned place) {
  if (calm_ || servers_.size() < 2) return;
  hop(place, clients_[place].hops.rare(hop_at_watch, rate(FaultKind::time_travel, 40000), most_servers));
}

ApiServers::Break ApiServers::breaks_away(unsigned place) {
  if (calm_ || servers_.size() < 2) return Break::none;
  auto& hops = clients_[place].hops;
  auto const by = hops.rare(hop_anyhow, rate(FaultKind::time_travel, 6000), most_servers);
  if (by == 0) return Break::none;
  hop(place, by);
  return hops.uniform(hop_to_stranger, 2) == 0 ? Break::known : Break::unknown;
}

void ApiServers::hop(unsigned place, std::uint32_t by) {
  if (by == 0) return;
  auto& client = clients_[place];
  client.at = static_cast<unsigned>((client.at + by) % servers_.size());
  scheduler_.digest().add(client.at);
  auto const& server = servers_[client.at];
  bool past = false;
  for (unsigned kind = 0; kind < kind_count; ++kind) past = past || hidden_by(server, client, kind) != 0;
  if (past) counts_.count(FaultKind::time_travel);
  if (!target_.tracing()) return;
  if (!past) return target_.note("the operator talks to " + name_of(client.at) + " from now on");
  std::string text =
      "FAULT time_travel: the operator talks to " + name_of(client.at) + " from now on, which has yet to hear of";
  char const* separator = " ";
  for (unsigned kind = 0; kind < kind_count; ++kind) {
    auto const hidden = hidden_by(server, client, kind);
    if (hidden == 0) continue;
    text += separator + std::to_string(hidden) + (hidden == 1 ? " change of " : " changes of ") +
            kinds_[kind].resource.plural;
    separator = " and ";
  }
  target_.note(text + " that the operator has seen");
}

void ApiServers::told(unsigned place, api::Object const& object) {
  if (servers_.size() < 2) return;
  for (unsigned kind = 0; kind < kind_count; ++kind) {
    if (kinds_[kind].kind != object.kind) continue;
    auto& told = clients_[place].told[kind];
    told = std::max<fakeapi::Revision>(told, api::to_number(object.metadata.resource_version));
  }
}

void ApiServers::told(unsigned place, api::Resource const& resource, api::Response const& answer) {
  if (servers_.size() < 2) return;
  for (unsigned kind = 0; kind < kind_count; ++kind) {
    if (kinds_[kind].resource != resource) continue;
    auto version = api::ResourceVersion::none;
    if (auto const* const list = std::get_if<api::ObjectList>(&answer)) version = list->resource_version;
    auto const* const object = std::get_if<api::ObjectPtr>(&answer);
    if (object != nullptr && *object) version = (*object)->metadata.resource_version;
    auto& told = clients_[place].told[kind];
    told = std::max<fakeapi::Revision>(told, api::to_number(version));
  }
}

// How many commits of this kind the operator knows of and the server does not.
std::size_t ApiServers::hidden_by(ApiServer const& server, Client const& client, unsigned kind) const {
  auto const& log = server_.log();
  auto const index = kinds_[kind].index;
  auto const shown = log.position_after(index, server.frontend->visible(index));
  auto const told = log.position_after(index, client.told[kind]);
  return told > shown ? told - shown : 0;
}

// --- How far the caches are
// -------------------------------------------------------------------------------------------

std::string ApiServers::lag_of(ApiServer const& server) const {
  std::string text;
  for (Kind const& kind : kinds_) {
    auto const behind = server.frontend->behind(kind.index);
    if (behind == 0) continue;
    if (!text.empty()) text += " and ";
    text += std::to_string(behind) + (behind == 1 ? " change" : " changes") + " behind in " + kind.resource.plural;
  }
  return text.empty() ? "up to date" : text;
}

// What applies to a cache: its own stop, its server's, or none.
void ApiServers::settle(ApiServer& server, unsigned kind) {
  auto& frontend = *server.frontend;
  auto const index = kinds_[kind].index;
  if (server.skewed[kind]) {
    frontend.hold(index);
  } else if (server.stopped_at) {
    frontend.hold(index);
    frontend.advance(index, *server.stopped_at);
  } else {
    frontend.release(index);
  }
}

void ApiServers::lag_later(unsigned server) {
  auto const gap = milliseconds(100) + milliseconds(150) * lags_[server].uniform(lag_gap, 16);
  scheduler_.schedule_at(*this, scheduler_.now() + gap, [this, server] {
    lag(server);
    lag_later(server);
  });
}

void ApiServers::lag(unsigned index) {
  auto& server = servers_[index];
  auto const now = server_.revision();
  switch (lags_[index].uniform(lag_move, 4)) {
    case 0:  // catches up and follows
      server.stopped_at.reset();
      break;
    case 1:  // stops, or stays where it is
      if (!server.stopped_at) server.stopped_at = now;
      break;
    case 2: {  // takes in a part of what it misses
      auto const part = 1 + lags_[index].uniform(lag_part, 3);
      server.stopped_at = server.stopped_at ? *server.stopped_at + (now - *server.stopped_at) * part / 4 : now;
      break;
    }
    default:  // catches up and stops there
      server.stopped_at = now;
      break;
  }
  for (unsigned kind = 0; kind < kind_count; ++kind) settle(server, kind);
  scheduler_.digest().add(server.stopped_at ? *server.stopped_at : 0);
  if (target_.tracing()) {
    target_.note(name_of(index) + (server.stopped_at ? " stands still, " : " follows the store, ") + lag_of(server));
  }
}

void ApiServers::skew_later() {
  auto const gap = milliseconds(150) + milliseconds(150) * skews_.uniform(skew_gap, 12);
  scheduler_.schedule_at(*this, scheduler_.now() + gap, [this] { skew(); });
}

void ApiServers::skew() {
  auto const which = skews_.rare(skew_which, rate(FaultKind::kind_skew, 55000), kind_count + 1);
  if (which == 0) return skew_later();
  unsigned const kind = which - 1;
  auto const operators = static_cast<std::uint32_t>(clients_.size());
  unsigned const server = clients_[operators == 1 ? 0 : skews_.uniform(skew_whose, operators)].at;
  servers_[server].skewed[kind] = true;
  settle(servers_[server], kind);
  scheduler_.digest().add(which);
  if (target_.tracing()) {
    target_.note("FAULT kind_skew: " + name_of(server) + " hears nothing new of " + kinds_[kind].resource.plural +
                 " for a while");
  }
  // Mostly short, rarely about as long as the script.
  auto const amount = static_cast<std::int64_t>(skews_.uniform(skew_amount, 64));
  static constexpr std::array<std::int64_t, 3> paces{0, 25, 150};
  auto const pace = milliseconds(paces.at(skews_.uniform(skew_pace, paces.size())));
  scheduler_.schedule_at(*this, scheduler_.now() + milliseconds(20 + amount * amount * amount / 32),
                         [this, server, kind, pace] { catch_up(server, kind, pace); });
}

// All at once, or change by change.
void ApiServers::catch_up(unsigned server, unsigned kind, seams::Duration pace) {
  auto const index = kinds_[kind].index;
  auto& frontend = *servers_[server].frontend;
  if (pace > seams::Duration::zero() && frontend.behind(index) > 1) {
    frontend.advance(index);
    if (target_.tracing()) target_.note(name_of(server) + " is " + lag_of(servers_[server]));
    scheduler_.schedule_at(*this, scheduler_.now() + pace,
                           [this, server, kind, pace] { catch_up(server, kind, pace); });
    return;
  }
  end_skew(server, kind);
  skew_later();
}

void ApiServers::end_skew(unsigned index, unsigned kind) {
  auto& server = servers_[index];
  if (!server.skewed[kind]) return;
  // Where nothing happened meanwhile there was nothing to be behind in.
  if (server.frontend->behind(kinds_[kind].index) != 0) counts_.count(FaultKind::kind_skew);
  if (target_.tracing()) {
    target_.note(name_of(index) + " is " + lag_of(server) + "; it hears of " + kinds_[kind].resource.plural + " again");
  }
  server.skewed[kind] = false;
  settle(server, kind);
}

}  // namespace sim
