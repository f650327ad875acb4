// Nobody gives what they do not have: the answers of a real kube-apiserver 1.20.2.
#include "fakeapi/authorization/escalation.hpp"

#include "fakeapi/authorization/rules.hpp"
#include "tests/fakeapi_authorization/support.hpp"

namespace fakeapi::authorization {
namespace {

api::Object object(std::string_view text) { return *api::object_from_json(json::parse(text)); }

struct Escalation : Cluster {
  Escalation() {
    store_recorded();
    // What bob got in the recording besides: to write roles and bindings, but neither to escalate nor to bind.
    store(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "t-bindable"},
      "rules": [{"verbs": ["list"], "apiGroups": [""], "resources": ["secrets"]}]})");
    store(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "t-roles"},
      "rules": [{"verbs": ["get", "create", "update", "patch"], "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["roles", "rolebindings", "clusterroles", "clusterrolebindings"]}]})");
    store(R"({"kind": "ClusterRoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "t-b9"},
      "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "t-roles"},
      "subjects": [{"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"}]})");
  }

  std::optional<api::Error> check(std::string const& plural, api::Object const& body,
                                  api::Object const* stored = nullptr) {
    return check_escalation(server, bob, {std::string(rbac_group), "v1", plural}, body, stored);
  }

  User const bob = user("bob", {"system:authenticated"});
};

TEST_F(Escalation, is_refused_as_by_the_real_server) {
  std::size_t compared = 0;
  for (auto const& request : recorded().at("requests").as_array()) {
    std::string const name(request.at("name").as_string());
    if (!name.starts_with("esc ") || request.at("call").at(0) != "POST") continue;
    std::string path(request.at("call").at(1).as_string());
    auto const error = check(path.substr(path.rfind('/') + 1), *api::object_from_json(request.at("body")));
    ++compared;
    if (request.at("code") == 201) {
      EXPECT_FALSE(error) << name << ": " << error->message;
      continue;
    }
    ASSERT_TRUE(error) << name;
    auto const& expected = request.at("answer");
    EXPECT_EQ(error->code, request.at("code").as_int64()) << name;
    EXPECT_EQ(error->message, std::string_view(expected.at("message").as_string())) << name;
    EXPECT_EQ(to_string(error->reason), std::string_view(expected.at("reason").as_string()));
    EXPECT_EQ(error->kind, std::string_view(expected.at("details").at("kind").as_string()));
    EXPECT_EQ(error->name, std::string_view(expected.at("details").at("name").as_string()));
  }
  EXPECT_GE(compared, 8U);
}

TEST_F(Escalation, counts_on_updates_too_but_not_where_the_role_stays_the_same) {
  auto const stored = object(R"({"kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "r", "namespace": "ra", "finalizers": ["a.b/c"]},
    "rules": [{"verbs": ["*"], "apiGroups": [""], "resources": ["*"]}]})");
  auto changed = stored;
  EXPECT_FALSE(check("roles", changed, &stored));
  changed.metadata.finalizers = std::vector<std::string>{};
  EXPECT_FALSE(check("roles", changed, &stored)) << "the garbage collector may do its work";
  changed.metadata.labels = api::StringMap{{"a", "b"}};
  auto const error = check("roles", changed, &stored);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message,
            "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"bob\" (groups=[\"system:authenticated\"]) is "
            "attempting to grant RBAC permissions not currently held:\n"
            "{APIGroups:[\"\"], Resources:[\"*\"], Verbs:[\"*\"]}");
}

TEST_F(Escalation, is_for_those_who_may_escalate_or_bind) {
  auto const role = object(R"({"kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "r", "namespace": "ra"}, "rules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]})");
  auto const binding = object(R"({"kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "b", "namespace": "ra"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "t-bindable"}})");
  EXPECT_TRUE(check("roles", role));
  EXPECT_TRUE(check("rolebindings", binding));
  store(
      R"({"kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "may", "namespace": "ra"},
    "rules": [{"verbs": ["escalate"], "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"]},
      {"verbs": ["bind"], "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"],
       "resourceNames": ["t-bindable"]}]})");
  store(R"({"kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "may", "namespace": "ra"},
    "subjects": [{"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"}],
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "may"}})");
  EXPECT_FALSE(check("roles", role));
  EXPECT_FALSE(check("rolebindings", binding));
  EXPECT_FALSE(check_escalation(server, user("root", {"system:masters"}), {std::string(rbac_group), "v1", "roles"},
                                role, nullptr));
  EXPECT_FALSE(check_escalation(server, bob, {"", "v1", "configmaps"}, role, nullptr));
}

TEST_F(Escalation, to_a_role_that_aggregates_needs_everything) {
  auto const role = object(R"({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1",
    "metadata": {"name": "r"}, "rules": [], "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}})");
  auto const error = check("clusterroles", role);
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->message.ends_with("must have cluster-admin privileges to use the aggregationRule"));
}

}  // namespace
}  // namespace fakeapi::authorization
