// The API servers that the operator talks to: several over one store, with caches that lag.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/frontend.hpp"
#include "fakeapi/server.hpp"
#include "sim/faults.hpp"
#include "sim/scheduler.hpp"
#include "sim/tape.hpp"
#include "sim/workload.hpp"

namespace sim {

/// Two kinds of faults. *Time travel*: there are three servers, the caches of two of them stop and catch up again and
/// again, and the operator changes from one to another when it starts, when it opens a watch and, its connection
/// broken, at drawn moments; where the next server has taken in less than the operator has seen, it is shown the past.
/// *Kind skew*: the server that the operator talks to stops telling news of one of the two kinds for a while.
///
/// Guarantees: each server's caches keep what fakeapi::Frontend promises; a run in which neither fault is switched on
/// has no frontends at all and costs nothing. When calm begins every cache has caught up and follows the store.
class ApiServers final : private TurnOwner {
 public:
  /// Everything outlives it. The definition of Echo is installed.
  ApiServers(Scheduler& scheduler, fakeapi::Server& server, Tape& tape, Swarm const& swarm, FaultCounts& counts,
             FaultTarget& target, unsigned operators);
  ~ApiServers();
  ApiServers(ApiServers const&) = delete;
  ApiServers& operator=(ApiServers const&) = delete;

  /// Lagging begins.
  void start();
  /// All caches catch up and stay so.
  void calm();
  /// The operator of this place starts: it may come to another server.
  void begin_incarnation(unsigned place, std::uint16_t incarnation);

  /// There is but the store.
  bool none() const { return servers_.empty(); }
  /// The server for the operator's next call; null: there is but the store.
  fakeapi::Frontend* current(unsigned place);
  /// The operator opens a watch: it may come to another server.
  void opens_watch(unsigned place);
  /// Whether the operator's connection breaks now; then it has come to another server, which knows the revision that it
  /// goes on from, or does not.
  enum class Break : std::uint8_t { none, known, unknown };
  Break breaks_away(unsigned place);
  /// The operator has been given an answer, or an event's object.
  void told(unsigned place, api::Resource const& resource, api::Response const& answer);
  void told(unsigned place, api::Object const& object);

  /// "api-1": a server's name in the trace.
  static std::string name_of(unsigned server);

 private:
  static constexpr unsigned most_servers = 3;
  static constexpr unsigned kind_count = 2;
  struct Kind {
    fakeapi::ResourceIndex index;
    api::Resource resource;
    std::string_view kind;
  };
  struct Client {
    unsigned at = 0;                                   // at which server it is
    std::array<fakeapi::Revision, kind_count> told{};  // the newest of each kind that it has heard of
    ChoiceSource hops;
  };
  struct ApiServer {
    std::unique_ptr<fakeapi::Frontend> frontend;
    std::optional<fakeapi::Revision> stopped_at;  // all its caches
    std::array<bool, kind_count> skewed{};        // one of them, for itself
  };

  bool switched_on(FaultKind kind) const { return swarm_.weight_of(static_cast<unsigned>(kind)) != 0; }
  std::uint32_t rate(FaultKind kind, std::uint32_t per_65536) const;
  void hop(unsigned place, std::uint32_t by);
  std::size_t hidden_by(ApiServer const& server, Client const& client, unsigned kind) const;
  std::string lag_of(ApiServer const& server) const;
  void settle(ApiServer& server, unsigned kind);

  void lag_later(unsigned server);
  void lag(unsigned server);
  void skew_later();
  void skew();
  void catch_up(unsigned server, unsigned kind, seams::Duration pace);
  void end_skew(unsigned server, unsigned kind);

  Scheduler& scheduler_;
  fakeapi::Server& server_;
  Tape& tape_;
  Swarm const& swarm_;
  FaultCounts& counts_;
  FaultTarget& target_;
  std::vector<ApiServer> servers_;
  std::array<Kind, kind_count> kinds_;
  std::vector<Client> clients_;  // by place
  bool calm_ = false;
  std::vector<ChoiceSource> lags_;
  ChoiceSource skews_;
};

}  // namespace sim
