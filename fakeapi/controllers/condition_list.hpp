// The conditions of a status as JSON, and the rules by which controllers change them.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"

namespace fakeapi {

/// What a condition says, without its times.
struct ConditionText {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string message;
};

/// An ordered list, at most one of each type. A condition that changes goes to the end, as in Kubernetes.
class ConditionList {
 public:
  /// `status` may be null or have no conditions.
  explicit ConditionList(boost::json::value const* status);

  /// The condition of this type, or null. Valid until the next change.
  boost::json::value const* find(std::string_view type) const;
  /// A field of it, or "".
  std::string_view text(std::string_view type, std::string_view field) const;

  /// A DeploymentCondition: one that already has this status and reason stays as it is; lastTransitionTime moves only
  /// with the status.
  void set(ConditionText const& condition, api::Timestamp now);
  /// The same, but a condition that has this status and reason is written anew: lastUpdateTime moves.
  void renew(ConditionText const& condition, api::Timestamp now);
  /// Puts a whole condition in the place of one of its type, unless that has the same status and reason.
  void put(boost::json::object condition);
  void remove(std::string_view type);

  boost::json::array const& items() const { return items_; }
  friend bool operator==(ConditionList const&, ConditionList const&) = default;

 private:
  void append(ConditionText const& condition, api::Timestamp now);
  boost::json::array items_;
};

}  // namespace fakeapi
