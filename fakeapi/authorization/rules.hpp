// What roles give: rules, and those that hold for one user.
#pragma once
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/authorization/authorization.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {

/// PolicyRule.
struct Rule {
  std::vector<std::string> verbs;
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> resource_names;
  std::vector<std::string> non_resource_urls;
  friend bool operator==(Rule const&, Rule const&) = default;
};

/// The rules of a Role or ClusterRole.
std::vector<Rule> rules_of(api::Object const& role);

/// Whether a rule allows this.
bool allows(Rule const& rule, Attributes const& attributes);

/// Visits the rules that hold for `user` in a namespace ("": those of ClusterRoleBindings only), each with the words
/// for where it comes from (`ClusterRoleBinding "b" of ClusterRole "r" to User "u"`), until `visit` returns false.
/// Gives what could not be found on the way (`clusterrole.rbac.authorization.k8s.io "x" not found`).
std::vector<std::string> visit_rules(
    Server const& server, User const& user, std::string_view namespace_,
    std::function<bool(Rule const& rule, std::function<std::string()> const& from)> const& visit);

/// The rules of the role that a roleRef in `namespace_` names, or what says that there is none.
std::expected<std::vector<Rule>, std::string> referenced_rules(Server const& server, std::string_view namespace_,
                                                               std::string_view kind, std::string_view name);

}  // namespace fakeapi::authorization
