// Which objects belong to a controller object: label selectors as they stand in a spec, and controller references.
#pragma once
#include <boost/json/value.hpp>
#include <string_view>
#include <vector>

#include "fakeapi/controllers/controller_client.hpp"
#include "operator/api/object.hpp"

namespace fakeapi {

/// Whether a metav1.LabelSelector (matchLabels, matchExpressions) selects these labels. One without requirements
/// selects everything, a missing (null) or malformed one nothing.
bool selects(boost::json::value const* selector, api::StringMap const& labels);
/// A selector that is there but has no requirements.
bool selects_everything(boost::json::value const* selector);

/// What becomes of the objects that a controller might own.
struct Claims {
  std::vector<api::ObjectPtr> owned;
  std::vector<api::ObjectPtr> to_adopt;    ///< nobody's, and selected
  std::vector<api::ObjectPtr> to_release;  ///< its own, but no longer selected
};

/// Decides; objects of other controllers are left out. A controller that is being deleted neither adopts nor releases.
Claims claim(api::Object const& controller, boost::json::value const* selector,
             std::vector<api::ObjectPtr> const& candidates);

/// A reference to `controller` with controller and blockOwnerDeletion set.
api::OwnerReference controller_reference(api::Object const& controller);

/// Carries claims out and gives the objects that are owned afterwards, as they were before; nothing when the server
/// has refused any of it. `owner_resource` is the controller object's: adoption looks first whether it is still there
/// and not being deleted.
std::optional<std::vector<api::ObjectPtr>> settle_claims(ControllerClient& client, api::Object const& controller,
                                                         api::Resource const& owner_resource,
                                                         api::Resource const& resource, Claims claims);

/// An owner reference as JSON.
boost::json::object to_json(api::OwnerReference const& reference);

}  // namespace fakeapi
