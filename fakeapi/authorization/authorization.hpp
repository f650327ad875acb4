// Who may do what: the stored Roles and Bindings (RBAC).
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fakeapi {
class Server;
}

namespace fakeapi::authorization {

/// Who asks, as authentication found out.
struct User {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;
  friend bool operator==(User const&, User const&) = default;
};

/// What is asked for: something of a resource, or a path.
struct Attributes {
  std::string verb;  ///< "get", "list", …; of a path the HTTP method in lower case
  bool is_resource = true;
  std::string group;
  std::string version;
  std::string resource;  ///< the plural
  std::string subresource;
  std::string namespace_;
  std::string name;
  std::string path;  ///< of what is no resource: "/healthz"
};

struct Decision {
  bool allowed = false;
  std::string reason;  ///< as the server tells it in an access review; often ""
};

/// What RBAC says. Members of system:masters may do everything.
Decision authorize(Server const& server, User const& user, Attributes const& attributes);

/// Any way of deciding: RBAC over a server, or everything to everybody.
using Authorizer = std::function<Decision(User const&, Attributes const&)>;

}  // namespace fakeapi::authorization
