// Leader election by a Lease (coordination.k8s.io/v1), as client-go has it (tools/leaderelection), as a state machine
// that is told what happened and says what to do next. Pure.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "operator/api/error.hpp"
#include "operator/api/object.hpp"
#include "operator/seams/random.hpp"
#include "operator/seams/time.hpp"

namespace runtime {

struct LeaderElectionOptions {
  api::ObjectKey lease{};                    ///< the Lease's namespace and name
  std::string identity{};                    ///< of this process alone: "host_uuid"
  std::int64_t lease_duration_seconds = 15;  ///< for which others wait after they have seen the lease change
  /// A leader that has not renewed for this long leads no more. Counted from when the last successful renewal was
  /// *sent*, so it ends before anybody else's wait does.
  seams::Duration renew_deadline = std::chrono::seconds(10);
  seams::Duration retry_period = std::chrono::seconds(2);
  seams::Duration request_timeout = std::chrono::seconds(5);
};

/// What is wrong with the options, or nothing: lease duration > renew deadline > 1.2 · retry period > 0.
std::optional<std::string> check_options(LeaderElectionOptions const& options);

/// The spec of a Lease, as far as elections go.
struct LeaseSpec {
  std::string holder{};
  std::int64_t duration_seconds = 0;
  std::string acquire_time{};
  std::string renew_time{};
  std::int64_t transitions = 0;
  friend bool operator==(LeaseSpec const&, LeaseSpec const&) = default;
};
LeaseSpec lease_spec(api::Object const& lease);

/// metav1.MicroTime: "2026-11-23T17:24:10.123456Z".
std::string format_micro_time(seams::WallTime time);

/// Whose turn it is to lead, as this process sees it.
///
/// Guarantees: clocks of other machines are never compared with ours: a lease counts as held for its duration from when
/// we saw it change. leading() is true only before not_after(). Of any number of processes whose clocks run at rates
/// that differ by less than lease duration / renew deadline, at most one is before its not_after() at any time.
class LeaderElection {
 public:
  explicit LeaderElection(LeaderElectionOptions options);

  struct Step {
    enum class Kind : std::uint8_t { read, create, update, wait };
    Kind kind = Kind::wait;
    api::ObjectPtr lease{};                     ///< to create or to update (with its resourceVersion)
    seams::MonotonicTime until = seams::never;  ///< of wait: when to ask again
  };

  /// What to do now. The answer to a read goes to read(), that of a write to wrote().
  Step next(seams::MonotonicTime now, seams::WallTime wall, seams::Random& random);
  void read(std::expected<api::ObjectPtr, api::Error> const& answer, seams::MonotonicTime now, seams::Random& random);
  /// `sent`: before the request was handed over.
  void wrote(std::expected<api::ObjectPtr, api::Error> const& answer, seams::MonotonicTime sent,
             seams::MonotonicTime now, seams::Random& random);

  /// The lease given back, for the last write of a process that leads; null if it does not.
  api::ObjectPtr released(seams::MonotonicTime now, seams::WallTime wall);

  bool leading(seams::MonotonicTime now) const { return leading_ && now < not_after(); }
  /// Until when what a leader decides may be sent; long past for who does not lead.
  seams::MonotonicTime not_after() const;
  /// Who holds the lease, as last seen; "": nobody.
  std::string const& holder() const { return spec_.holder; }

 private:
  api::ObjectPtr lease_with(LeaseSpec const& spec) const;
  void give_up_lead();
  seams::Duration candidates_pause(seams::Random& random) const;

  LeaderElectionOptions options_;
  bool known_ = false;                 ///< it has been read or written since something went wrong
  api::ObjectPtr lease_{};             ///< as last seen; null: there is none
  LeaseSpec spec_{};                   ///< of it
  bool observed_ = false;              ///< spec_ and changed_at_ mean something
  seams::MonotonicTime changed_at_{};  ///< when we saw spec_ become what it is
  bool leading_ = false;
  seams::MonotonicTime renewed_at_{};  ///< when the last renewal that succeeded was sent
  seams::MonotonicTime next_try_ = seams::MonotonicTime::min();
};

}  // namespace runtime
