// The resources that are only ever created, to ask who may do what: SubjectAccessReview and its like. Nothing of them
// is stored.
#pragma once
#include <boost/json/value.hpp>
#include <span>
#include <string_view>

#include "fakeapi/authorization/authorization.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/object.hpp"
#include "operator/api/resource.hpp"

namespace fakeapi::authorization {

/// One version of one kind of review.
struct Review {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = false;
};

/// What the profile's server answers, by group and version, in the order of discovery. TokenReviews are not among them.
std::span<Review const> reviews(Profile profile);
/// Null if it is none.
Review const* find_review(Profile profile, api::Resource const& resource);

/// Who posted a review, when, and by which program.
struct Poster {
  User const& user;
  std::string_view manager;
  api::Timestamp now;
};

/// Answers a review that was posted (in `namespace_`, where it is namespaced): the object with its status filled in
/// (201). `server` is asked for the rules of a SelfSubjectRulesReview. The error is the 400 or 422 of a bad body.
Result<boost::json::value> evaluate(Review const& review, boost::json::value const& body, std::string_view namespace_,
                                    Poster const& poster, Authorizer const& authorizer, Server const& server);

}  // namespace fakeapi::authorization
