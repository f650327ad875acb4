// What roles give: rules, and those that hold for one user.
#pragma once
#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/authorization/authorization.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {

inline constexpr std::string_view rbac_group = "rbac.authorization.k8s.io";

/// PolicyRule.
struct Rule {
  std::vector<std::string> verbs;
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> resource_names;
  std::vector<std::string> non_resource_urls;
  friend bool operator==(Rule const&, Rule const&) = default;
};

/// Whether a rule allows this.
bool allows(Rule const& rule, Attributes const& attributes);

/// A role that something refers to.
struct RoleRef {
  std::string kind;  ///< "Role" or "ClusterRole"
  std::string name;
};
RoleRef role_ref_of(api::Object const& binding);

/// The rules written into a Role or ClusterRole.
std::vector<Rule> own_rules(api::Object const& role);
/// The rules of a role; a Role is one of `namespace_`. ClusterRoles that aggregate others have also theirs. Nothing if
/// there is no such role.
std::optional<std::vector<Rule>> find_rules(Server const& server, RoleRef const& ref, std::string_view namespace_);

/// Where a rule that holds for somebody comes from.
struct Source {
  api::Object const& binding;
  boost::json::value const& subject;
  /// `ClusterRoleBinding "b" of ClusterRole "r" to User "u"`.
  std::string to_string() const;
};

/// Visits the rules that hold for `user` in a namespace ("": those of ClusterRoleBindings only) until `visit` returns
/// false. Gives what could not be found on the way: `clusterrole.rbac.authorization.k8s.io "x" not found`.
std::vector<std::string> visit_rules(Server const& server, User const& user, std::string_view namespace_,
                                     std::function<bool(Rule const& rule, Source const& source)> const& visit);

/// Several errors as Go's aggregate prints them: one alone as it is, several in brackets, none twice.
std::string aggregate(std::vector<std::string> const& errors);

}  // namespace fakeapi::authorization
