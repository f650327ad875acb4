// Nobody gives more rights than they have: what writing roles and bindings is held against.
#pragma once
#include <optional>

#include "fakeapi/authorization/authorization.hpp"
#include "operator/api/error.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {

/// The 403 of a Role, ClusterRole, RoleBinding or ClusterRoleBinding that would give somebody rights which `user`
/// lacks; nothing for other resources and for who may escalate (or bind). `body` is what would be stored, `stored` what
/// it replaces or null. For servers that decide by RBAC.
std::optional<api::Error> check_escalation(Server const& server, User const& user, api::Resource const& resource,
                                           api::Object const& body, api::Object const* stored);

}  // namespace fakeapi::authorization
