#include "operator/runtime/access_rights.hpp"

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <memory>

namespace runtime {

namespace json = boost::json;

namespace {

std::string with_subresource(std::string text, AccessRight const& right) {
  if (!right.subresource.empty()) text += "/" + right.subresource;
  return text;
}

}  // namespace

api::ObjectPtr review_of(AccessRight const& right) {
  json::object attributes;
  auto const set = [&](std::string_view key, std::string const& value) {
    if (!value.empty()) attributes.emplace(key, json::string(value));
  };
  set("verb", right.verb);
  set("group", right.resource.group);
  set("resource", right.resource.plural);
  set("subresource", right.subresource);
  set("namespace", right.namespace_);
  set("name", right.name);
  auto review = std::make_shared<api::Object>();
  review->api_version = "authorization.k8s.io/v1";
  review->kind = "SelfSubjectAccessReview";
  review->spec = api::share(json::object{{"resourceAttributes", std::move(attributes)}});
  return review;
}

std::optional<bool> is_allowed(api::Object const& answer) {
  auto const* const allowed = api::find_path(answer.status.get(), {"allowed"});
  if (allowed == nullptr || !allowed->is_bool()) return std::nullopt;
  return allowed->get_bool();
}

std::string to_string(AccessRight const& right) {
  std::string text = right.verb + " " + with_subresource(right.resource.qualified(), right);
  if (!right.name.empty()) text += " " + right.name;
  if (right.cluster_scoped) return text;
  return text + (right.namespace_.empty() ? " in all namespaces" : " in the namespace " + right.namespace_);
}

std::string complaint_about(AccessRight const& missing) {
  std::string text = "the operator is not allowed to " + to_string(missing) + "; give its account the verb " +
                     missing.verb + " on " + with_subresource(missing.resource.plural, missing);
  text += missing.resource.group.empty() ? " in the core API group" : " in the API group " + missing.resource.group;
  if (!missing.name.empty()) text += " for the name " + missing.name;
  text += missing.namespace_.empty() ? ", by a ClusterRole and a ClusterRoleBinding"
                                     : ", by a role bound in the namespace " + missing.namespace_;
  return text;
}

}  // namespace runtime
