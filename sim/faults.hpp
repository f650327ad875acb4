// The fault injector: what the hooks of the in-process face decide, drawn from the tape.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fakeapi/face/call_hooks.hpp"
#include "operator/http/pipe.hpp"
#include "sim/fault_kind.hpp"
#include "sim/scheduler.hpp"
#include "sim/tape.hpp"
#include "sim/workload.hpp"

namespace sim {

/// How often each fault was injected in a run, and each crash by hook point and verb.
struct FaultCounts {
  std::array<std::uint32_t, fault_kind_count> injected{};
  std::array<std::array<std::uint32_t, api::verb_count>, fakeapi::hook_point_count> crashes{};
  void count(FaultKind kind) { ++injected[static_cast<std::size_t>(kind)]; }
  std::uint32_t of(FaultKind kind) const { return injected[static_cast<std::size_t>(kind)]; }
};

/// Whether the operator ever makes calls of this verb: it patches where others update, and deletes one by one.
constexpr bool used_by_the_operator(api::Verb verb) {
  return verb != api::Verb::update && verb != api::Verb::delete_collection;
}

class ApiServers;

/// What the injector asks of the world around it.
class FaultTarget {
 public:
  virtual ~FaultTarget() = default;
  /// Kill the operator of this place in the next turn; a new one starts there some time later.
  virtual void crash_operator(unsigned place, std::string_view why) = 0;
  /// The operator's process stops for this long, while the world goes on; false if there is none that runs.
  virtual bool pause_operator(unsigned place, seams::Duration duration) = 0;
  /// Somebody else writes to the object that the request is about, just before it; false if there is none.
  virtual bool touch(api::Request const& request) = 0;
  /// For the trace.
  virtual void note(std::string_view what) = 0;
  virtual bool tracing() const = 0;
};

/// What checks every call as it passes.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void call_sent(fakeapi::CallInfo const& call) = 0;
  /// The caller has been told.
  virtual void call_delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) = 0;
  virtual void event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) = 0;
  /// The bytes of a request that writes are handed over. `once_more`: it is more than was asked of the client.
  virtual void write_on_the_wire(fakeapi::Actor actor, std::string_view path, bool once_more) = 0;
  virtual void call_arrived(fakeapi::CallInfo const& call) = 0;
  virtual void call_applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) = 0;
};

class FaultInjector final : public fakeapi::CallHooks {
 public:
  /// `operators`: how many operator processes there are, each in a place of its own, counted from 0.
  FaultInjector(Scheduler& scheduler, Tape& tape, Swarm const& swarm, FaultTarget& target, CallObserver& observer,
                unsigned operators);

  /// A new incarnation of the operator of this place draws from keys of its own.
  void begin_incarnation(unsigned place, fakeapi::Actor actor, std::uint16_t incarnation);
  /// The API servers that the calls go to: once, before the first call. Null: there is but one.
  void set_api_servers(ApiServers* servers) { servers_ = servers; }
  /// No more faults: only the least latency from now on.
  void calm() { calm_ = true; }

  FaultCounts& counts() { return counts_; }
  std::uint64_t calls() const { return calls_; }

  fakeapi::Verdict before_send(fakeapi::CallInfo const& call) override;
  fakeapi::Frontend* route(fakeapi::CallInfo const& call) override;
  fakeapi::Verdict arrived(fakeapi::CallInfo const& call) override;
  fakeapi::Verdict applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) override;
  fakeapi::Verdict delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) override;
  fakeapi::WatchVerdict news(fakeapi::Actor actor, fakeapi::Commit const& commit) override;
  void event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) override;
  std::optional<api::WatchEvent> repeated(fakeapi::Actor actor, api::WatchEvent const& latest) override;

  /// Where the operators talk HTTP: a call begins and ends at its caller, and what becomes of bytes between.
  void wire_call_begins(fakeapi::CallInfo const& call);
  void wire_call_ends(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome);
  http::PipeHooks::Fate wire_write(fakeapi::Actor actor, bool to_server, std::string_view bytes);
  std::size_t wire_read(fakeapi::Actor actor, std::size_t available);

 private:
  // A limit on crash loops: an operator that is killed over and over never gets anywhere, and teaches nothing new.
  static constexpr std::uint32_t most_crashes = 12;

  /// The operator process of one place, as it is now.
  struct Client {
    unsigned place;
    fakeapi::Actor actor;
    ChoiceSource faults;
    ChoiceSource latency;
    ChoiceSource watch;
    ChoiceSource wire;
    std::vector<api::WatchEvent> recent;  // the last few events, oldest first, if any are to be repeated
    GlobalTime cut_off_until = GlobalTime::min();
    std::uint64_t writes_asked_for = 0;
    std::uint64_t writes_on_the_wire = 0;
    std::uint64_t writes_under_way = 0;
  };
  Client* find(fakeapi::Actor actor) {
    for (auto& client : clients_) {
      if (client.actor == actor) return &client;
    }
    return nullptr;
  }
  /// Whose call it is, if something may happen to it.
  Client* victim(fakeapi::Actor actor) { return calm_ ? nullptr : find(actor); }

  void pause(Client& client, unsigned where);
  bool crash(fakeapi::HookPoint point, fakeapi::CallInfo const& call, Client* client);
  bool wire_crash(Client& client, fakeapi::HookPoint point, api::Verb verb, unsigned site);
  bool cut_off(Client& client);
  bool forgotten(api::Request const& request) const;
  void forget_before(fakeapi::Commit const& commit);
  seams::Duration latency(Client* client);
  void passed(fakeapi::HookPoint point, fakeapi::CallInfo const& call);
  std::uint32_t rate(FaultKind kind, std::uint32_t per_65536_at_full_weight) const;

  Scheduler& scheduler_;
  Swarm const& swarm_;
  Digest& digest_;
  FaultTarget& target_;
  CallObserver& observer_;
  Tape& tape_;
  std::vector<Client> clients_;  // by place
  // The first revision that a watch can go on from: of Echoes, of Deployments.
  std::array<std::uint64_t, 2> oldest_{};
  ApiServers* servers_ = nullptr;
  bool calm_ = false;
  std::uint64_t calls_ = 0;
  std::uint32_t crashes_ = 0;
  FaultCounts counts_;
};

}  // namespace sim
