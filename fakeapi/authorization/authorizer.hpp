// May this user do this? RBAC over the roles and bindings that are stored, or one answer for everybody.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/authorization/user.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/error.hpp"
#include "operator/api/request.hpp"

namespace fakeapi::authorization {

/// What is to be done, as RBAC sees it.
struct Attributes {
  std::string verb;  ///< "get" … "deletecollection", "impersonate", …; of a path the method in lower case
  /// False: about `path`, and of the rest only `verb` counts.
  bool resource_request = true;
  std::string group;
  std::string version;
  std::string resource;     ///< plural
  std::string subresource;  ///< "": the object itself
  std::string namespace_;   ///< "": all of them, or a cluster-scoped resource
  std::string name;         ///< "": a collection
  std::string path;         ///< "/healthz"

  /// "deployments/scale".
  std::string qualified_resource() const { return subresource.empty() ? resource : resource + "/" + subresource; }
};

/// The attributes of a typed request.
Attributes attributes_of(api::Request const& request);
/// Those of a path that is no resource: "GET" -> "get".
Attributes attributes_of_path(std::string_view method, std::string_view path);

struct Decision {
  bool allowed = false;
  std::string reason;  ///< why; may be empty
};

/// --authorization of the served fake.
enum class Mode : std::uint8_t {
  allow,           ///< everybody everything
  deny_anonymous,  ///< everything to those who showed who they are
  rbac,
};

/// One rule of a role, in the order of its fields in the API.
struct Rule {
  std::vector<std::string> verbs;
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;
  std::vector<std::string> resource_names;
  std::vector<std::string> non_resource_urls;
  friend bool operator==(Rule const&, Rule const&) = default;
};

/// The rules that hold for a user in one namespace (those of ClusterRoleBindings in any), and what could not be found
/// on the way.
struct Rules {
  std::vector<Rule> rules;
  std::vector<std::string> errors;  ///< `clusterroles.rbac.authorization.k8s.io "x" not found`
};

class Authorizer {
 public:
  /// The server must outlive it. Its roles and bindings are read anew for every question.
  Authorizer(Server const& server, Mode mode) : server_(&server), mode_(mode) {}

  Decision authorize(User const& user, Attributes const& attributes) const;
  /// What the roles give a user in a namespace; `namespace_` "" leaves out RoleBindings.
  Rules rules_for(User const& user, std::string_view namespace_) const;
  Mode mode() const { return mode_; }

 private:
  Decision authorize_by_roles(User const& user, Attributes const& attributes) const;
  Server const* server_;
  Mode mode_;
};

/// The 403 of a refused request.
api::Error forbidden(User const& user, Attributes const& attributes, std::string_view reason);
/// The 401 of a request with credentials that nobody has.
api::Error unauthorized();

}  // namespace fakeapi::authorization
