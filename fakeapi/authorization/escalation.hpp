// Nobody gives more rights than they have: what creating and changing roles and bindings is held against.
#pragma once
#include <optional>

#include "fakeapi/authorization/authorizer.hpp"
#include "operator/api/error.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {

/// The 403 of a Role, ClusterRole, RoleBinding or ClusterRoleBinding that would give `user` rights they lack; nothing
/// for other resources, in other modes than rbac, and for who may escalate (or bind). `body` is what would be stored,
/// `stored` what it replaces or null.
std::optional<api::Error> check_escalation(User const& user, api::Resource const& resource, api::Object const& body,
                                           api::Object const* stored, Authorizer const& authorizer);

}  // namespace fakeapi::authorization
