// RBAC, held against what a real kube-apiserver 1.20.2 decided.
#include <algorithm>
#include <set>

#include "fakeapi/authorization/rules.hpp"
#include "tests/fakeapi_authorization/support.hpp"

namespace fakeapi::authorization {
namespace {

std::vector<std::string> texts(json::value const& list) {
  std::vector<std::string> made;
  for (auto const& text : list.as_array()) made.emplace_back(std::string_view(text.as_string()));
  return made;
}

struct Rbac : Cluster {
  Decision ask(User const& who, std::string_view spec) { return authorize(server, who, attributes(json::parse(spec))); }
  User const alice = user("alice", {"system:authenticated"});
};

TEST_F(Rbac, decides_as_the_real_server_did) {
  store_recorded();
  std::size_t compared = 0;
  for (auto const& who : recorded().at("answers").as_array()) {
    auto const person = user(std::string(who.at("user").as_string()), texts(who.at("groups")));
    auto const& answers = who.at("allowed").as_array();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      auto const& ask = recorded().at("asks").at(i);
      auto const decision = authorize(server, person, attributes(ask));
      std::string ours = (decision.allowed ? "+" : "-") + decision.reason;
      std::string theirs(answers[i].as_string());
      // Where several bindings would do, or are broken, the real server takes them in any order.
      auto const sort_missing = [](std::string& text) {
        if (text.contains("[")) std::ranges::sort(text);
      };
      sort_missing(ours);
      sort_missing(theirs);
      auto const several = ours.starts_with("+RBAC") && theirs.starts_with("+RBAC") && !attributes(ask).is_resource;
      if (several) {
        EXPECT_EQ(ours.substr(0, 17), theirs.substr(0, 17));
      } else {
        EXPECT_EQ(ours, theirs) << person.name << " " << ask;
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 440U);
}

TEST_F(Rbac, lets_the_masters_do_everything_without_any_role) {
  auto const root = user("root", {"system:masters"});
  EXPECT_TRUE(ask(root, R"({"resourceAttributes": {"verb": "x", "resource": "y"}})").allowed);
  EXPECT_TRUE(ask(root, R"({"nonResourceAttributes": {"verb": "x", "path": "/y"}})").allowed);
  EXPECT_EQ(ask(root, R"({"nonResourceAttributes": {"verb": "x", "path": "/y"}})").reason, "");
}

TEST_F(Rbac, follows_changes_of_roles_at_once) {
  constexpr std::string_view pods = R"({"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "a"}})";
  create_namespace("a");
  store(R"({"kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "b", "namespace": "a"}, "subjects": [{"kind": "User", "name": "alice",
    "apiGroup": "rbac.authorization.k8s.io"}],
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}})");
  EXPECT_EQ(ask(alice, pods).reason, "RBAC: role.rbac.authorization.k8s.io \"r\" not found");
  store(R"({"kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "r", "namespace": "a"},
    "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]})");
  EXPECT_TRUE(ask(alice, pods).allowed);
  EXPECT_FALSE(ask(alice, R"({"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "b"}})").allowed);
  EXPECT_FALSE(ask(alice, R"({"resourceAttributes": {"verb": "get", "resource": "pods"}})").allowed);
}

TEST_F(Rbac, takes_rules_of_other_roles_in_where_a_role_aggregates_them) {
  install_bootstrap_roles(server, context());
  create_namespace("a");
  auto const bind = [&](std::string const& name, std::string const& role) {
    store(R"({"kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1",
      "metadata": {"name": ")" +
          name + R"(", "namespace": "a"}, "subjects": [{"kind": "User", "name": ")" + name +
          R"(", "apiGroup": "rbac.authorization.k8s.io"}],
      "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": ")" +
          role + R"("}})");
  };
  bind("v", "view");
  bind("e", "edit");
  bind("a", "admin");
  auto const may = [&](std::string const& who, std::string const& verb, std::string const& group,
                       std::string const& resource) {
    Attributes what;
    what.verb = verb;
    what.group = group;
    what.resource = resource;
    what.namespace_ = "a";
    return authorize(server, user(who, {}), what).allowed;
  };
  EXPECT_TRUE(may("v", "get", "apps", "deployments"));
  EXPECT_FALSE(may("v", "get", "", "secrets"));
  EXPECT_FALSE(may("v", "create", "apps", "deployments"));
  EXPECT_TRUE(may("e", "get", "apps", "deployments"));
  EXPECT_TRUE(may("e", "create", "apps", "deployments"));
  EXPECT_TRUE(may("e", "get", "", "secrets"));
  EXPECT_FALSE(may("e", "create", "rbac.authorization.k8s.io", "roles"));
  EXPECT_TRUE(may("a", "create", "rbac.authorization.k8s.io", "roles"));
  EXPECT_TRUE(may("a", "get", "apps", "deployments"));
  // A role of one's own joins by its label.
  EXPECT_FALSE(may("v", "get", "example.com", "echoes"));
  store(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "echo-view",
    "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}},
    "rules": [{"verbs": ["get"], "apiGroups": ["example.com"], "resources": ["echoes"]}]})");
  EXPECT_TRUE(may("v", "get", "example.com", "echoes"));
  EXPECT_TRUE(may("a", "get", "example.com", "echoes"));
}

TEST_F(Rbac, survives_roles_that_aggregate_each_other) {
  for (auto const* name : {"x", "y"}) {
    store(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": ")" +
          std::string(name) + R"(", "labels": {"a": "b"}}, "rules": [],
      "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}})");
  }
  EXPECT_TRUE(find_rules(server, {"ClusterRole", "x"}, ""));
}

struct Bootstrap : Cluster {};

TEST_F(Bootstrap, has_the_roles_of_the_real_server) {
  install_bootstrap_roles(server, context());
  for (auto const& expected : recorded().at("bootstrap").as_array()) {
    bool const role = expected.at("kind") == "ClusterRole";
    auto const stored = server.find({std::string(rbac_group), "v1", role ? "clusterroles" : "clusterrolebindings"},
                                    {"", std::string(expected.at("metadata").at("name").as_string())});
    ASSERT_TRUE(stored) << expected.at("metadata").at("name");
    api::Object shown = *stored;
    shown.metadata.uid.clear();
    shown.metadata.resource_version = api::ResourceVersion::none;
    shown.metadata.creation_timestamp.reset();
    shown.metadata.generation = 0;
    EXPECT_EQ(api::object_to_json(shown), expected);
  }
}

TEST_F(Bootstrap, leaves_alone_what_is_there) {
  store(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "view"},
    "rules": [{"verbs": ["get"], "apiGroups": ["a"], "resources": ["b"]}]})");
  install_bootstrap_roles(server, context());
  install_bootstrap_roles(server, context());
  EXPECT_EQ(find_rules(server, {"ClusterRole", "view"}, "")->size(), 1U);
}

TEST(Rule, matches_resources_verbs_groups_and_names) {
  Rule const rule{{"get", "list"}, {"apps"}, {"deployments", "*/scale", "pods/log"}, {}, {}};
  auto const allowed = [&](std::string const& verb, std::string const& group, std::string const& resource,
                           std::string const& subresource = "") {
    Attributes what;
    what.verb = verb;
    what.group = group;
    what.resource = resource;
    what.subresource = subresource;
    return allows(rule, what);
  };
  EXPECT_TRUE(allowed("get", "apps", "deployments"));
  EXPECT_FALSE(allowed("get", "", "deployments"));
  EXPECT_FALSE(allowed("watch", "apps", "deployments"));
  EXPECT_FALSE(allowed("get", "apps", "deployments", "status"));
  EXPECT_TRUE(allowed("get", "apps", "anything", "scale"));
  EXPECT_FALSE(allowed("get", "apps", "anything", "rescale"));
  EXPECT_TRUE(allowed("get", "apps", "pods", "log"));
  EXPECT_FALSE(allowed("get", "apps", "pods"));
}

TEST(Rule, matches_paths_with_stars_at_their_end) {
  Rule const rule{{"get"}, {}, {}, {}, {"/healthz", "/logs/*"}};
  auto const allowed = [&](std::string const& path) {
    Attributes what;
    what.is_resource = false;
    what.verb = "get";
    what.path = path;
    return allows(rule, what);
  };
  EXPECT_TRUE(allowed("/healthz"));
  EXPECT_FALSE(allowed("/healthz/ping"));
  EXPECT_TRUE(allowed("/logs/"));
  EXPECT_TRUE(allowed("/logs/a/b"));
  EXPECT_FALSE(allowed("/logs"));
  Attributes resource;
  resource.verb = "get";
  resource.path = "/healthz";
  EXPECT_FALSE(allows(rule, resource));
}

}  // namespace
}  // namespace fakeapi::authorization
