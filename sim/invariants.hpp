// What must hold: safety at every commit and call, liveness once faults have stopped.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "fakeapi/server.hpp"
#include "sim/faults.hpp"
#include "sim/pacing.hpp"

namespace sim {

/// The class of a failure is the exit code of echo-sim.
enum class FailureClass : std::uint8_t { safety = 10, liveness = 11, quiescence = 12 };

struct Failure {
  std::string invariant;  ///< "O03"
  FailureClass failure_class = FailureClass::safety;
  std::string what;
};

/// Which actors there are.
struct Cast {
  /// All incarnations of the operator: actors first_operator and up.
  static constexpr std::uint32_t first_operator = 100;
  /// The actors of each further place are this much higher.
  static constexpr std::uint32_t places_apart = 1000;
  static constexpr fakeapi::Actor user{1};
  static constexpr fakeapi::Actor stranger{2};
  static constexpr fakeapi::Actor deployment_controller{3};
  static constexpr fakeapi::Actor garbage_collector{4};
  static bool is_operator(fakeapi::Actor actor) { return static_cast<std::uint32_t>(actor) >= first_operator; }
  static fakeapi::Actor operator_of(unsigned place, unsigned incarnation) {
    return fakeapi::Actor{first_operator + place * places_apart + incarnation};
  }
  /// "user", "operator#2", of the second place "operator-b#1", …
  static std::string name(fakeapi::Actor actor);
};

/// The invariants O01 to O38 of the catalogue in sim/README.md, judged against the store itself, never against what
/// the operator believes. Everything is O(1) in the number of objects, save the last look at the end of a run.
/// Knows the resource's contract (design: "The resource") and shares no code with operator/echo on purpose: a mistake
/// there must not hide itself here.
class Invariants final : public CallObserver {
 public:
  explicit Invariants(fakeapi::Server& server);
  ~Invariants() override;
  Invariants(Invariants const&) = delete;
  Invariants& operator=(Invariants const&) = delete;

  /// The operator incarnation of a place that is alive; requests of older ones are zombies.
  void set_living_operator(unsigned place, fakeapi::Actor actor);
  /// Whether the operators elect a leader; their identities are their names. `on_the_wire`: what they ask of their
  /// client is not sent yet.
  void set_election(bool election, bool on_the_wire = false) {
    election_ = election;
    on_the_wire_ = on_the_wire;
  }
  /// Who holds a Lease; "": nobody.
  static std::string_view holder_of(api::ObjectPtr const& lease);
  /// What shows the living operators from outside: for deadlines, and so that their pace is judged (O19, O20, O32).
  /// `names`: how many names of Echoes there are.
  void set_look(Pacing::Look look, std::size_t names);
  /// A living operator begins to reconcile an Echo.
  void reconcile_begins(unsigned place, api::ObjectKey const& key);
  /// From now on, no fault excuses anything.
  void begin_calm();
  /// After this, any write of the operator is one too many (O23).
  void begin_quiescence() { quiescent_ = true; }

  /// The first failure, if any.
  std::optional<Failure> const& failure() const { return failure_; }
  /// An exception left the operator (O16).
  void exception_escaped(std::string const& what) { fail("O16", FailureClass::safety, what); }

  /// Whether every Echo is as its spec wants it, or as far as strangers let it be.
  bool settled() const { return unsettled_.empty(); }
  /// After settling: a key that has come apart again without a cause (O22), or no.
  std::string why_unsettled() const;
  /// The last look, when all is quiet: orphans (O25), strangers' objects (O26).
  void check_end();
  /// Fails O22 if something is not settled (any more).
  void fail_stability();
  /// Report what never came about.
  void fail_liveness(std::string const& where);

  void call_sent(fakeapi::CallInfo const& call) override;
  void call_delivered(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) override;
  void event_delivered(fakeapi::Actor actor, api::WatchEvent const& event) override;
  void write_on_the_wire(fakeapi::Actor actor, std::string_view path, bool once_more) override;
  void call_arrived(fakeapi::CallInfo const& call) override;
  void call_applied(fakeapi::CallInfo const& call, api::Result<api::Response> const& outcome) override;
  /// The judgement of one commit; called by the server, public for tests of the judge.
  void committed(fakeapi::Commit const& commit);

 private:
  enum class EchoState : std::uint8_t { alive, terminating, gone };
  // What is known of one incarnation (uid) of an Echo.
  struct EchoRecord {
    api::ObjectKey key;
    EchoState state = EchoState::alive;
    bool had_our_finalizer = false;
    bool orphaning = false;        // deleted with its dependents to be kept
    std::uint64_t created_at = 0;  // the revision
    fakeapi::Actor claimed_by = fakeapi::Actor::server;
    std::uint64_t claimed_at = 0;  // as of which its Deployment's counts were last told, at the earliest
    std::int64_t generation = 0;
    std::int64_t observed_generation = 0;
    std::int64_t matched_generation = 0;  // the newest generation whose replicas the child has had, all ready
    int living_children = 0;              // not counting those a dead operator's request made
  };

  void fail(std::string_view invariant, FailureClass failure_class, std::string what);
  void expect(bool holds, std::string_view invariant, fakeapi::Commit const& commit, std::string_view what);
  void echo_committed(fakeapi::Commit const& commit, bool by_operator);
  void deployment_committed(fakeapi::Commit const& commit, bool by_operator);
  void echo_written_by_operator(fakeapi::Commit const& commit, EchoRecord& record);
  void deployment_written_by_operator(fakeapi::Commit const& commit);
  void status_written(fakeapi::Commit const& commit, EchoRecord& record);
  void note_match(api::ObjectKey const& key);
  void judge(api::ObjectKey const& key);
  std::string mismatch(api::ObjectKey const& key) const;
  std::uint64_t living_echoes() const;
  /// Whether what this actor does is what an operator that is alive, and leads, does now.
  bool in_office(fakeapi::Actor actor) const;
  /// The place of a living operator.
  std::optional<unsigned> place_of(fakeapi::Actor actor) const;
  void judge_claim(fakeapi::Commit const& commit, EchoRecord& record);
  EchoRecord* record_of(std::string const& uid);
  EchoRecord* owner_of(api::Object const& deployment);

  fakeapi::Server& server_;
  std::uint64_t observer_;
  fakeapi::ResourceIndex echo_index_{};
  fakeapi::ResourceIndex deployment_index_{};
  fakeapi::ResourceIndex lease_index_{};
  std::array<fakeapi::Actor, Profile::most_operators> living_{};
  bool election_ = false;
  bool on_the_wire_ = false;
  std::string holder_;  // of the lease, in truth
  Pacing::Look look_;
  std::optional<Pacing> pacing_;
  bool calm_ = false;
  bool quiescent_ = false;
  std::optional<Failure> failure_;
  std::map<std::string, EchoRecord> records_;
  std::set<std::string> zombie_children_;               // uids of Deployments made by requests of dead operators
  std::map<api::ObjectKey, api::ObjectPtr> strangers_;  // as their own actors last left them
  std::set<api::ObjectKey> unsettled_;
  std::uint64_t call_at_server_ = 0;
  std::uint64_t revision_before_call_ = 0;
  // A retry whose wait began before all was settled may still look, once at each of the two objects, and must not
  // write.
  static constexpr std::uint64_t most_reads_in_quiescence = 2;
  std::uint64_t reads_in_quiescence_ = 0;
};

}  // namespace sim
