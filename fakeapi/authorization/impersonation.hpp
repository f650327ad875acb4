// Impersonate-User, -Group, -Uid and -Extra-*: acting as somebody else, if one may.
#pragma once
#include <expected>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeapi/authorization/authorizer.hpp"
#include "operator/api/error.hpp"

namespace fakeapi::authorization {

/// Header fields as they came; names compare without regard to case.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

/// The user that the request is to be taken for: nothing if it asks for none. The error is the answer (403 when
/// `user` may not, 500 when groups or extras are asked for without a user).
std::expected<std::optional<User>, api::Error> impersonated(User const& user, HeaderFields const& fields,
                                                            Authorizer const& authorizer);

}  // namespace fakeapi::authorization
