// What the server does not let the operator do, in words that go into a condition.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "operator/api/error.hpp"
#include "operator/api/request.hpp"
#include "operator/seams/time.hpp"

namespace echo {

struct Refusal {
  /// "InvalidName", "InvalidSpec", "Forbidden" or "NamespaceTerminating".
  std::string_view reason;
  std::string message;
  /// A person has to do something about it.
  bool degraded = true;
  /// When trying again makes sense although nothing has changed; nothing: never.
  std::optional<seams::Duration> retry_in;
};

/// How long after the namespace went, or began to go, a Deployment is tried again.
inline constexpr seams::Duration namespace_retry = std::chrono::seconds(30);

/// What was tried.
struct Attempt {
  api::Verb verb;
  api::Resource const& resource;
  std::string_view namespace_;
};

/// A refusal that the server's answer means for an attempt; nothing for every other error.
std::optional<Refusal> refusal_from(api::Error const& error, Attempt const& attempt);

/// The namespace is being deleted and takes nothing new.
bool is_namespace_terminating(api::Error const& error);

/// A JSON patch that did not fit the object as it is by now (a test failed, an index is gone). The server has a reason
/// but no cause for it, since it tells nothing else apart either. The object has changed: the same as a conflict.
bool is_misfit_of_a_patch(api::Error const& error);

}  // namespace echo
