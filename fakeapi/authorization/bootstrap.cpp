#include "fakeapi/authorization/bootstrap.hpp"

#include <boost/json/parse.hpp>
#include <string>
#include <utility>

#include "fakeapi/authorization/rules.hpp"
#include "fakeapi/authorization/user_roles.hpp"
#include "operator/api/object.hpp"

namespace fakeapi::authorization {
namespace {

namespace json = boost::json;

/// A ClusterRole and whom it is bound to.
struct Entry {
  char const* name;
  char const* rules;              ///< JSON; "": those that it aggregates, or of a role that is aggregated
  char const* groups;             ///< JSON; "": nobody
  char const* aggregate_to = "";  ///< the role that takes its rules in
  char const* aggregates = "";    ///< the roles that it takes in are labelled with this
};

// The roles that people meet; those of the server's parts are left out.
constexpr Entry entries[] = {
    {"cluster-admin",
     R"([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}, {"verbs": ["*"], "nonResourceURLs": ["*"]}])",
     R"(["system:masters"])"},
    {"system:discovery",
     R"([{"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi",
       "/openapi/*", "/readyz", "/version", "/version/"]}])",
     R"(["system:authenticated"])"},
    {"system:basic-user",
     R"([{"verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
       "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]}])",
     R"(["system:authenticated"])"},
    {"system:public-info-viewer",
     R"([{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version", "/version/"]}])",
     R"(["system:authenticated", "system:unauthenticated"])"},
    {"admin", "", "", "", "admin"},
    {"edit", "", "", "admin", "edit"},
    {"view", "", "", "edit", "view"},
    {"system:aggregate-to-admin", "", "", "admin"},
    {"system:aggregate-to-edit", "", "", "edit"},
    {"system:aggregate-to-view", "", "", "view"},
};

std::string aggregation_label(std::string_view role) {
  return std::string(rbac_group) + "/aggregate-to-" + std::string(role);
}

api::Object make(std::string_view kind, std::string_view name) {
  api::Object object;
  object.api_version = std::string(rbac_group) + "/v1";
  object.kind = kind;
  object.metadata.name = name;
  object.metadata.labels = api::StringMap{{"kubernetes.io/bootstrapping", "rbac-defaults"}};
  object.metadata.annotations = api::StringMap{{"rbac.authorization.kubernetes.io/autoupdate", "true"}};
  return object;
}

api::Object role_of(Entry const& entry, bool modern) {
  api::Object role = make("ClusterRole", entry.name);
  json::object fields;
  if (std::string_view const aggregates = entry.aggregates; !aggregates.empty()) {
    json::object labels{{aggregation_label(aggregates), "true"}};
    json::object selector{{"matchLabels", std::move(labels)}};
    json::array selectors;
    selectors.emplace_back(std::move(selector));
    json::object rule{{"clusterRoleSelectors", std::move(selectors)}};
    fields["aggregationRule"] = std::move(rule);
    // What a controller fills in; whoever evaluates the role looks at the others by himself.
    fields["rules"] = json::array();
  } else if (*entry.rules == '\0') {
    fields["rules"] = user_role_rules(entry.aggregate_to, modern ? Profile::modern : Profile::v1_20);
  } else {
    fields["rules"] = json::parse(entry.rules);
  }
  if (modern && std::string_view(entry.name) == "system:basic-user") {
    fields["rules"].as_array().push_back(json::parse(
        R"({"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]})"));
  }
  if (std::string_view const to = entry.aggregate_to; !to.empty()) {
    auto labels = *role.metadata.labels;
    labels.set(aggregation_label(to), "true");
    role.metadata.labels = std::move(labels);
  }
  role.rest = api::share(std::move(fields));
  return role;
}

api::Object binding_of(Entry const& entry) {
  api::Object binding = make("ClusterRoleBinding", entry.name);
  json::array subjects;
  for (auto const& group : json::parse(entry.groups).as_array()) {
    subjects.push_back(json::object{{"kind", "Group"}, {"apiGroup", rbac_group}, {"name", group}});
  }
  json::object ref{{"apiGroup", rbac_group}, {"kind", "ClusterRole"}, {"name", entry.name}};
  binding.rest = api::share(json::object{{"subjects", std::move(subjects)}, {"roleRef", std::move(ref)}});
  return binding;
}

void create(Server& server, std::string_view plural, api::Object object, RequestContext const& context) {
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = {std::string(rbac_group), "v1", std::string(plural)};
  request.key = object.key();
  request.body = std::make_shared<api::Object const>(std::move(object));
  request.options = api::WriteOptions();
  // One that is there already stays.
  (void)server.execute(request, context);
}

}  // namespace

void install_bootstrap_roles(Server& server, RequestContext context) {
  context.default_manager = "kube-apiserver";
  bool const modern = server.profile() != Profile::v1_20;
  for (auto const& entry : entries) {
    create(server, "clusterroles", role_of(entry, modern), context);
    if (std::string_view const groups = entry.groups; !groups.empty()) {
      create(server, "clusterrolebindings", binding_of(entry), context);
    }
  }
}

}  // namespace fakeapi::authorization
