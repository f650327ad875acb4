// Impersonate-User, -Group, -Uid and -Extra-*: acting as somebody else, if one may.
#pragma once
#include <expected>
#include <optional>

#include "fakeapi/authorization/authorization.hpp"
#include "operator/api/error.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::authorization {

/// The user that the request is to be taken for; nothing if it asks for none. The error is the answer: 403 when `user`
/// may not, 500 when groups or extras come without a user.
std::expected<std::optional<User>, api::Error> impersonated(User const& user, seams::HttpHeaders const& headers,
                                                            Authorizer const& authorizer);

}  // namespace fakeapi::authorization
