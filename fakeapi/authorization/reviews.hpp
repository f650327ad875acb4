// The resources that are only ever created, to ask who may do what: SubjectAccessReview and its like. Nothing of them
// is stored.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "fakeapi/authorization/authorizer.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {

/// One version of one kind of review.
struct Review {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = false;
};

/// What the profile's server answers, in the order of discovery.
std::span<Review const> reviews(Profile profile);
/// Null if it is none.
Review const* find_review(Profile profile, api::Resource const& resource);

/// Answers a review that `user` posted (in `namespace_`, where it is namespaced): the object with its status filled in
/// (201). The error is the 400 or 422 of a bad body.
Result<api::Object> evaluate(Review const& review, api::Object object, std::string_view namespace_, User const& user,
                             Authorizer const& authorizer);

}  // namespace fakeapi::authorization
