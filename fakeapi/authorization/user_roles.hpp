// What the roles admin, edit and view allow: to run everything in a namespace, its applications, or to look at them.
#pragma once
#include <boost/json/array.hpp>
#include <string_view>

#include "fakeapi/server.hpp"

namespace fakeapi::authorization {

/// The rules of the ClusterRole that is taken into "admin", "edit" or "view", as the profile's server has them; also of
/// resources that this server does not serve.
boost::json::array user_role_rules(std::string_view role, Profile profile);

}  // namespace fakeapi::authorization
