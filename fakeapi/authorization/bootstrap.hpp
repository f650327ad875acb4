// The roles and bindings that a cluster has from the start.
#pragma once
#include "fakeapi/server.hpp"

namespace fakeapi::authorization {

/// Stores the default ClusterRoles and ClusterRoleBindings that clients count on: cluster-admin, admin, edit, view,
/// system:discovery, system:basic-user, system:public-info-viewer. What is there stays as it is.
void install_bootstrap_roles(Server& server, RequestContext context);

}  // namespace fakeapi::authorization
