#include "fakeapi/authorization/reviews.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "fakeapi/authorization/rules.hpp"
#include "fakeapi/printing/values.hpp"
#include "fakeapi/semantics/field_errors.hpp"
#include "fakeapi/semantics/fields.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/types/codec.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {
namespace {

namespace json = boost::json;
using printing::text_at;

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

std::string api_version(Review const& review) { return std::string(review.group) + "/" + std::string(review.version); }

std::string cannot_be_handled(Review const& review, std::string_view kind) {
  return std::string(kind) + " in version \"" + std::string(review.version) + "\" cannot be handled as a " +
         std::string(review.kind);
}

/// What was posted, decoded.
struct Posted {
  api::ObjectMeta metadata;
  json::value spec;
};

Result<Posted> decode(Review const& review, json::value const& body, bool modern) {
  auto object = api::object_from_json(body);
  if (!object)
    return std::unexpected(status::bad_request(cannot_be_handled(review, review.kind) + ": " + object.error()));
  if (!object->api_version.empty() && object->api_version != api_version(review)) {
    return std::unexpected(status::bad_request("the API version in the data (" + object->api_version +
                                               ") does not match the expected API version (" + api_version(review) +
                                               ")"));
  }
  if (!object->kind.empty() && object->kind != review.kind) {
    return std::unexpected(status::bad_request(cannot_be_handled(review, object->kind) + ": converting (v1." +
                                               object->kind + ") to (authorization." + std::string(review.kind) +
                                               "): unknown conversion"));
  }
  Posted posted{std::move(object->metadata), object->spec ? *object->spec : json::value(json::object())};
  auto const* type = types::find_kind(review.group, review.version, review.kind);
  auto const* field = type != nullptr ? type->field("spec") : nullptr;
  if (field == nullptr) return posted;  // who one is, asks for nothing
  types::Decoding decoding;
  decoding.modern = modern;
  if (auto const error = types::canonicalize_member(*type, *field, posted.spec, decoding)) {
    return std::unexpected(status::bad_request(cannot_be_handled(review, review.kind) + ": " + types::to_text(*error)));
  }
  return posted;
}

std::string printed(json::value const& non_resource) {
  return "authorization.NonResourceAttributes{Path:" + go_value::text(text_at(&non_resource, {"path"})) +
         ", Verb:" + go_value::text(text_at(&non_resource, {"verb"})) + "}";
}

// Go prints all of the metadata; this much tells what is too much in it.
void check_metadata(Posted const& posted, bool in_namespace, FieldErrors& errors) {
  api::ObjectMeta metadata = posted.metadata;
  metadata.rest = nullptr;  // managedFields, mostly
  if (in_namespace) metadata.namespace_.clear();
  metadata.resource_version = api::ResourceVersion::none;
  bool const empty = metadata.name.empty() && metadata.generate_name.empty() && metadata.namespace_.empty() &&
                     metadata.uid.empty() && metadata.generation == 0 && metadata.labels.empty() &&
                     metadata.annotations.empty() && metadata.finalizers.empty() && metadata.owner_references.empty();
  if (empty) return;
  std::string const value = "v1.ObjectMeta{Name:" + go_value::text(posted.metadata.name) + "}";
  errors.invalid("metadata", value, in_namespace ? "must be empty except for namespace" : "must be empty");
}

void check(Review const& review, Posted const& posted, FieldErrors& errors) {
  auto const* resource = api::find_path(&posted.spec, {"resourceAttributes"});
  auto const* path = api::find_path(&posted.spec, {"nonResourceAttributes"});
  if (resource != nullptr && path != nullptr) {
    errors.invalid("spec.nonResourceAttributes", printed(*path),
                   "cannot be specified in combination with resourceAttributes");
  }
  if (resource == nullptr && path == nullptr) {
    errors.invalid("spec.resourceAttributes", "\"null\"",
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  }
  bool const names_a_user = review.kind != "SelfSubjectAccessReview";
  if (names_a_user && text_at(&posted.spec, {"user"}).empty() && printing::list_at(&posted.spec, {"groups"}).empty()) {
    errors.invalid("spec.user", "\"\"", "at least one of user or group must be specified");
  }
  check_metadata(posted, review.namespaced, errors);
  if (!review.namespaced) return;
  if (resource != nullptr && text_at(resource, {"namespace"}) != posted.metadata.namespace_) {
    errors.invalid("spec.resourceAttributes.namespace", go_value::text(text_at(resource, {"namespace"})),
                   "must match metadata.namespace");
  }
  if (path != nullptr) {
    errors.invalid("spec.nonResourceAttributes", printed(*path), "disallowed on this kind of request");
  }
}

Attributes asked_for(json::value const& spec) {
  Attributes attributes;
  auto const text = [&](json::value const* from, std::string_view name) { return std::string(text_at(from, {name})); };
  if (auto const* resource = api::find_path(&spec, {"resourceAttributes"})) {
    attributes.verb = text(resource, "verb");
    attributes.group = text(resource, "group");
    attributes.version = text(resource, "version");
    attributes.resource = text(resource, "resource");
    attributes.subresource = text(resource, "subresource");
    attributes.namespace_ = text(resource, "namespace");
    attributes.name = text(resource, "name");
  } else {
    auto const* path = api::find_path(&spec, {"nonResourceAttributes"});
    attributes.is_resource = false;
    attributes.verb = text(path, "verb");
    attributes.path = text(path, "path");
  }
  return attributes;
}

std::vector<std::string> texts(json::array const& list) {
  std::vector<std::string> made;
  for (auto const& text : list) {
    if (text.is_string()) made.emplace_back(std::string_view(text.get_string()));
  }
  return made;
}

json::array to_json(std::vector<std::string> const& list) {
  json::array made;
  for (auto const& text : list) made.emplace_back(text);
  return made;
}

User asked_about(json::value const& spec) {
  User user;
  user.name = text_at(&spec, {"user"});
  user.uid = text_at(&spec, {"uid"});
  user.groups = texts(printing::list_at(&spec, {"groups"}));
  if (auto const* extra = api::find_path(&spec, {"extra"}); extra != nullptr && extra->is_object()) {
    for (auto const& [key, values] : extra->get_object()) {
      if (values.is_array()) user.extra[key] = texts(values.get_array());
    }
  }
  return user;
}

json::object answer(Review const& review, json::value spec, json::object status) {
  json::object metadata;
  metadata["creationTimestamp"] = nullptr;
  json::object made{{"kind", review.kind}, {"apiVersion", api_version(review)}, {"metadata", std::move(metadata)}};
  if (!spec.is_null()) made["spec"] = std::move(spec);
  made["status"] = std::move(status);
  return made;
}

// Accounted for like an object that is stored.
json::value owners_of(Review const& review, json::value const& body, Poster const& poster, Server const& server) {
  if (!server.manages_fields()) return nullptr;
  auto const* type = types::find_kind(review.group, review.version, review.kind);
  json::value document(body);
  auto& members = document.get_object();
  members["apiVersion"] = api_version(review);
  members["kind"] = review.kind;
  if (auto* metadata = members.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
    metadata->get_object().erase("managedFields");
  }
  return owners_of_new(*type, std::move(document), server.profile(), poster.manager, poster.now);
}

Result<json::value> access(Review const& review, Posted posted, std::string_view namespace_, User const& user,
                           Authorizer const& authorizer, json::value owners) {
  FieldErrors errors;
  check(review, posted, errors);
  // The real server forgets the kind by then.
  if (!errors.empty()) return std::unexpected(errors.to_error("." + std::string(review.group), review.group, "", ""));
  if (review.namespaced && posted.metadata.namespace_ != namespace_) {
    return std::unexpected(
        status::bad_request("spec.resourceAttributes.namespace must match namespace: " + std::string(namespace_)));
  }
  bool const self = review.kind == "SelfSubjectAccessReview";
  auto const decision = authorizer(self ? user : asked_about(posted.spec), asked_for(posted.spec));
  json::object status{{"allowed", decision.allowed}};
  if (!decision.reason.empty()) status["reason"] = decision.reason;
  auto made = answer(review, std::move(posted.spec), std::move(status));
  if (review.namespaced) made["metadata"] = {{"namespace", namespace_}, {"creationTimestamp", nullptr}};
  if (!owners.is_null()) made["metadata"].get_object()["managedFields"] = std::move(owners);
  return made;
}

Result<json::value> rules(Review const& review, Posted const& posted, User const& user, Authorizer const& authorizer,
                          Server const& server) {
  auto const namespace_ = text_at(&posted.spec, {"namespace"});
  if (namespace_.empty()) return std::unexpected(status::bad_request("no namespace on request"));
  json::array resource_rules;
  json::array path_rules;
  auto const add = [&](Rule const& rule) {
    if (!rule.resources.empty()) {
      json::object made{{"verbs", to_json(rule.verbs)},
                        {"apiGroups", to_json(rule.api_groups)},
                        {"resources", to_json(rule.resources)}};
      if (!rule.resource_names.empty()) made["resourceNames"] = to_json(rule.resource_names);
      resource_rules.push_back(std::move(made));
    }
    if (!rule.non_resource_urls.empty()) {
      path_rules.push_back(
          json::object{{"verbs", to_json(rule.verbs)}, {"nonResourceURLs", to_json(rule.non_resource_urls)}});
    }
  };
  Attributes anything;
  anything.verb = anything.group = anything.resource = "*";
  bool by_role = false;
  auto const errors = visit_rules(server, user, namespace_, [&](Rule const& rule, Source const& /*source*/) {
    add(rule);
    by_role = by_role || allows(rule, anything);
    return true;
  });
  // Whoever may do everything without a role that says so is told it all the same.
  if (!by_role && authorizer(user, anything).allowed) add({{"*"}, {"*"}, {"*"}, {}, {"*"}});
  json::object status{
      {"resourceRules", std::move(resource_rules)}, {"nonResourceRules", std::move(path_rules)}, {"incomplete", false}};
  if (!errors.empty()) status["evaluationError"] = aggregate(errors);
  return answer(review, json::object(), std::move(status));
}

json::value who_one_is(Review const& review, User const& user) {
  json::object info{{"username", user.name}};
  if (!user.uid.empty()) info["uid"] = user.uid;
  if (!user.groups.empty()) info["groups"] = to_json(user.groups);
  if (!user.extra.empty()) {
    json::object extra;
    for (auto const& [key, values] : user.extra) extra[key] = to_json(values);
    info["extra"] = std::move(extra);
  }
  return answer(review, nullptr, {{"userInfo", std::move(info)}});
}

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

Result<json::value> evaluate(Review const& review, json::value const& body, std::string_view namespace_,
                             Poster const& poster, Authorizer const& authorizer, Server const& server) {
  User const& user = poster.user;
  auto posted = decode(review, body, server.profile() != Profile::v1_20);
  if (!posted) return std::unexpected(std::move(posted.error()));
  if (review.kind == "SelfSubjectReview") return who_one_is(review, user);
  if (review.kind == "SelfSubjectRulesReview") return rules(review, *posted, user, authorizer, server);
  return access(review, *std::move(posted), namespace_, user, authorizer, owners_of(review, body, poster, server));
}

}  // namespace fakeapi::authorization
