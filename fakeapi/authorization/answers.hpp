// Users as the server makes them, and the answers to who may not.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "fakeapi/authorization/authorization.hpp"
#include "operator/api/error.hpp"

namespace fakeapi::authorization {

inline constexpr std::string_view anonymous_user = "system:anonymous";
inline constexpr std::string_view unauthenticated_group = "system:unauthenticated";
inline constexpr std::string_view authenticated_group = "system:authenticated";
inline constexpr std::string_view masters_group = "system:masters";

bool in_group(User const& user, std::string_view group);
/// The user of a request without credentials.
User anonymous();
/// A service account with its groups.
User service_account(std::string_view namespace_, std::string_view name);
/// With the group system:authenticated, which every user but the anonymous one is in.
User authenticated(User user);
/// Namespace and name in "system:serviceaccount:NAMESPACE:NAME"; empty if it is no such name.
std::pair<std::string, std::string> split_service_account(std::string_view user_name);

/// The 403 of a refused request.
api::Error forbidden(User const& user, Attributes const& attributes, std::string_view reason);
/// The 401 of a request with credentials that nobody has.
api::Error unauthorized();

}  // namespace fakeapi::authorization
