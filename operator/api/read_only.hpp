// An Api through which nothing can be changed: a dry run.
#pragma once
#include <cstdint>

#include "operator/api/api.hpp"

namespace api {

/// Asks what the asker may do.
inline Resource const self_subject_access_reviews{"authorization.k8s.io", "v1", "selfsubjectaccessreviews"};

/// Whether a request asks for something and changes nothing, though its verb is that of a write: a review of access,
/// which servers answer without storing it.
bool is_question(Request const& request);

/// Passes reads, watches and questions on. A write is not sent: its answer is method_not_allowed, and it is counted.
class ReadOnlyApi final : public Api {
 public:
  /// `behind` outlives it.
  explicit ReadOnlyApi(Api& behind) : behind_(behind) {}

  AsyncResult<Response> call(Request request) override;
  AsyncResult<std::unique_ptr<Watch>> open_watch(Request request) override;

  std::uint64_t held_back() const { return held_back_; }

 private:
  Api& behind_;
  std::uint64_t held_back_ = 0;
};

}  // namespace api
