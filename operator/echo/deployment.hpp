// The Deployment that an Echo wants, how one that exists differs from it, and what its status says.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/api/patch.hpp"
#include "operator/echo/echo.hpp"

namespace echo {

/// Who has the Deployment name of an Echo. Decided by the uids of owner references, never by labels.
enum class Owner : std::uint8_t {
  none,        ///< there is no Deployment of this name
  ours,        ///< a reference to this Echo, and no other controller
  older_echo,  ///< a reference to an earlier Echo of this name; the garbage collector will delete it
  tutorial,    ///< nobody's, and exactly as the tutorial's operator makes them
  stranger,    ///< everything else
};

/// Whose this Deployment (null: none) of the Echo's name is.
///
/// A Deployment that names this Echo among its owners but somebody else as its controller is a stranger's: there is one
/// controller at most, it alone manages the object, and when this Echo goes the garbage collector takes our reference
/// off and leaves the rest, which is what its controller expects.
Owner owner_of(Echo const& echo, api::Object const* deployment);

/// What the container of this Echo is to run: `fallback` where the Echo does not say.
inline std::string_view wanted_image(Echo const& echo, std::string_view fallback) {
  return echo.image().value_or(fallback);
}

/// The Deployment to create. The Echo must have valid replicas. Everything not given is the server's to fill in.
api::ObjectPtr wanted_deployment(Echo const& echo, std::string_view fallback_image = default_image);

/// What has to be done to a Deployment of ours so that our part of it is as wanted: the label app, our owner reference,
/// spec.replicas, the template's label, and the image and port of our container, found by name. Empty if it is; then
/// nothing was allocated. Never looks at anything else, so defaults of the server and other people's additions are no
/// drift. The Echo must have valid replicas.
std::vector<api::JsonPatchOperation> drift(Echo const& echo, api::Object const& deployment,
                                           std::string_view fallback_image = default_image);

/// What makes a Deployment without owners this Echo's.
api::JsonPatchOperation adoption(Echo const& echo);
/// The command with which a person does the same, to this very Deployment.
std::string adoption_command(Echo const& echo, api::Object const& deployment);

/// The counts in a Deployment's status; absent ones are 0.
struct Rollout {
  explicit Rollout(api::Object const& deployment);

  std::int64_t spec_replicas;
  std::int64_t replicas;
  std::int64_t updated;
  std::int64_t ready;
  std::int64_t available;
  /// The Deployment's controller has seen the newest spec. The counts may still be those of before.
  bool observed;

  /// All of `wanted`, and nothing but them, is there and answers.
  bool complete(std::int64_t wanted) const {
    return observed && spec_replicas == wanted && updated == wanted && replicas == wanted && ready == wanted &&
           available == wanted;
  }
  /// The controller has made all the replicas that the spec wants, ready or not.
  bool caught_up() const { return observed && updated >= spec_replicas; }
};

/// A Deployment's condition that a person has to look at, if its controller has one to tell of for the newest spec.
struct Trouble {
  std::string_view reason;   ///< "ProgressDeadlineExceeded", "ReplicaFailure", or empty: none
  std::string_view message;  ///< the controller's; valid as long as the Deployment
};
Trouble trouble_of(api::Object const& deployment);

}  // namespace echo
