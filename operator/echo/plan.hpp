// What to do about one Echo, decided from what is seen and nothing else.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/refusal.hpp"
#include "operator/echo/status.hpp"
#include "operator/seams/time.hpp"

namespace echo {

/// What an Echo's conditions come down to; a change of it is worth an Event where no status can be stored.
struct Standing {
  bool ready = false;
  bool degraded = false;
  std::string_view reason;  ///< of Degraded if it holds, else of Ready; a constant
  friend bool operator==(Standing const&, Standing const&) = default;
};

/// All that plan() looks at.
struct Observation {
  api::ObjectPtr echo;        ///< null: there is none (any more)
  api::ObjectPtr deployment;  ///< the Deployment of the Echo's name; null: none
  /// The server has answered that our finalizer is off, though `echo` may still show it.
  bool finalizer_removed = false;
  /// What the server has refused for exactly this Echo and Deployment, so that trying again is no use; null: nothing.
  Refusal const* refusal = nullptr;
  /// False: a write has just failed. Then nothing is tried any more, but a Ready that no longer holds is taken back.
  bool act = true;
  /// False where the definition of Echo has no status.
  bool status_storable = true;
  /// Where no status can be stored: what was last told of this Echo, if anything.
  std::optional<Standing> announced;
  /// For how long a status has been held back already.
  seams::Duration status_held_for{0};
  /// What the containers of an Echo without spec.image run; outlives the observation.
  std::string_view fallback_image = default_image;
  /// A Deployment that the tutorial's operator made is to be taken over.
  bool adopt_tutorial = false;
};

struct AddFinalizer {};
struct CreateDeployment {};
struct PatchDeployment {
  std::vector<api::JsonPatchOperation> operations;  ///< without the lock
};
/// This very Deployment, unchanged since it was seen.
struct DeleteDeployment {};
struct RemoveFinalizer {};
struct WriteStatus {
  EchoStatus status;
};
/// A core/v1 Event about the Echo.
struct RecordEvent {
  bool warning = false;
  Text reason;
  Text message;
};
using Action = std::variant<AddFinalizer, CreateDeployment, PatchDeployment, DeleteDeployment, RemoveFinalizer,
                            WriteStatus, RecordEvent>;

/// How things are with an Echo.
enum class Situation : std::uint8_t {
  gone,
  cluster_scoped,                  ///< the definition has scope: Cluster
  invalid_spec,                    ///< no Deployment can be made of it
  refused,                         ///< the server does not take what the Echo wants
  paused,                          ///< spec.paused: the Deployment is left as it is
  name_taken,                      ///< a stranger's Deployment has the name
  adoptable,                       ///< the tutorial's operator made the Deployment, and it is to be taken over
  waiting_for_garbage_collection,  ///< an older Echo's Deployment has the name
  missing,                         ///< there is no Deployment
  drifted,                         ///< our part of the Deployment is not as wanted
  child_terminating,               ///< the Echo lives, its Deployment is being deleted
  rolling_out,
  ready,
  terminating,  ///< the Echo is being deleted and there is something to do, or to wait for
  released,     ///< the Echo is being deleted and nothing of it is ours any more
};

/// Actions in their order. Each presumes that the ones before it have been carried out and have come out well; what
/// follows from a server's answer can be seen by planning again with it.
struct Plan {
  Situation situation = Situation::gone;
  std::vector<Action> actions;
  /// A status write is held back, since what it would say is about to change: until `requeue_after`.
  bool status_held = false;
  std::optional<Standing> standing;  ///< while the Echo lives
  std::optional<seams::Duration> requeue_after;
};

/// For how long a status that tells of nothing but progress is held back at most.
inline constexpr seams::Duration status_hold_limit = std::chrono::seconds(1);

/// Pure. Never touches a Deployment that is not this Echo's (or the tutorial's, where those are to be taken over), adds
/// the finalizer before anything else and never to an Echo that is being deleted, and removes it only when no
/// Deployment of this Echo is left or it is to stay.
Plan plan(Observation const& observation);

/// "waiting_for_garbage_collection".
std::string_view to_string(Situation situation);
/// One line for people: "missing: add finalizer; create Deployment".
std::string to_string(Plan const& plan);

}  // namespace echo
