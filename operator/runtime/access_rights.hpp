// What a program must be allowed to do, how a server is asked whether it is, and what to say if not. Pure.
#pragma once
#include <optional>
#include <string>

#include "operator/api/object.hpp"
#include "operator/api/resource.hpp"

namespace runtime {

struct AccessRight {
  std::string verb;  ///< in RBAC's words
  api::Resource resource;
  std::string subresource{};
  std::string namespace_{};  ///< "": all of them, or the resource has none
  std::string name{};        ///< "": objects of any name
  bool cluster_scoped = false;
};

/// The SelfSubjectAccessReview to create.
api::ObjectPtr review_of(AccessRight const& right);
/// What the answer says; nothing if it says nothing.
std::optional<bool> is_allowed(api::Object const& answer);

/// "patch echoes.example.com/status in the namespace a".
std::string to_string(AccessRight const& right);
/// A sentence with verb, resource and namespace, and what to do about it.
std::string complaint_about(AccessRight const& missing);

}  // namespace runtime
