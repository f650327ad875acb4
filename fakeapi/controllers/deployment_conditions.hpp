// The conditions of a Deployment's status, as the deployment controller keeps them.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"

namespace fakeapi {

/// One apps/v1 DeploymentCondition without its times. The views are of constants.
struct Condition {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string message;
};

/// The conditions of a status, and changes to them. A changed condition goes to the end, as in Kubernetes.
class Conditions {
 public:
  /// `status` may be null or have no conditions; it must outlive this.
  Conditions(boost::json::value const* status, api::Timestamp now);

  /// Sets the condition of this type. One that already has this status and reason stays as it is, unless `renew`:
  /// then its lastUpdateTime moves. lastTransitionTime moves only with the status.
  void set(Condition condition, bool renew = false);
  /// Of the Progressing condition; "" if there is none.
  std::string_view progressing_reason() const;
  boost::json::array to_json() const;

 private:
  struct Entry {
    boost::json::value const* unchanged;  // null: `changed` it is
    Condition changed;
    std::string_view last_transition_time;
  };
  std::vector<Entry> entries_;
  std::string now_;
};

/// Whether the status has a condition of this type.
bool has_condition(boost::json::value const* status, std::string_view type);

/// Whether the conditions say that the rollout is done and all pods are available.
bool conditions_say_complete(boost::json::value const* status);

}  // namespace fakeapi
