#include "fakeapi/authorization/reviews.hpp"

#include <algorithm>
#include <array>

namespace fakeapi::authorization {
namespace {

constexpr std::string_view authorization_group = "authorization.k8s.io";
constexpr std::string_view authentication_group = "authentication.k8s.io";

constexpr std::array table{
    Review{authorization_group, "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true},
    Review{authorization_group, "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false},
    Review{authorization_group, "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false},
    Review{authorization_group, "v1", "subjectaccessreviews", "SubjectAccessReview", false},
    // Since 1.28; 1.20 has nothing of the kind.
    Review{authentication_group, "v1", "selfsubjectreviews", "SelfSubjectReview", false},
    Review{authentication_group, "v1beta1", "selfsubjectreviews", "SelfSubjectReview", false},
};
constexpr std::size_t old_ones = 4;

}  // namespace

std::span<Review const> reviews(Profile profile) {
  return std::span(table).first(profile == Profile::v1_20 ? old_ones : table.size());
}

Review const* find_review(Profile profile, api::Resource const& resource) {
  auto const all = reviews(profile);
  auto const found = std::ranges::find_if(all, [&](Review const& review) {
    return review.plural == resource.plural && review.group == resource.group && review.version == resource.version;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace fakeapi::authorization
