// Who asks, and who may.
#include "fakeapi/authorization/bootstrap.hpp"
#include "fakeapi/authorization/tokens.hpp"
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

using fakeapi::http::AuthorizationMode;

class AuthenticationTest : public FaceTest {
 protected:
  void start(AuthorizationMode mode, fakeapi::ServerOptions server_options = {}) {
    fakeapi::http::FaceOptions options;
    options.authorization = mode;
    options.tokens =
        fakeapi::authorization::TokenTable::parse("admin-token,admin,1,\"system:masters\"\nbob-token,bob,2\n").value();
    serve(std::move(server_options), std::move(options));
    fakeapi::RequestContext context;
    context.now = process.clock().wall_now();
    fakeapi::authorization::install_bootstrap_roles(server(), context);
    define();
  }
  std::shared_ptr<Writer> as(std::string const& token, Call call) {
    if (!token.empty()) call.headers.add("Authorization", "Bearer " + token);
    return send(std::move(call));
  }
  static std::string message(Writer const& answer) { return std::string(json(answer.body).at("message").as_string()); }
};

TEST_F(AuthenticationTest, a_token_that_nobody_has_is_a_401_in_every_mode) {
  for (auto const mode : {AuthorizationMode::allow, AuthorizationMode::deny_anonymous, AuthorizationMode::rbac}) {
    start(mode);
    auto const answer = as("wrong", {"GET", echoes});
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(
        answer->body,
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401})"
        "\n");
  }
}

TEST_F(AuthenticationTest, whoever_shows_nothing_is_anonymous) {
  start(AuthorizationMode::deny_anonymous);
  auto const answer = get(echoes);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(message(*answer),
            "echoes.demo.example.com is forbidden: User \"system:anonymous\" cannot list resource \"echoes\" in API "
            "group \"demo.example.com\" in the namespace \"default\"");
  EXPECT_EQ(get("/healthz")->status, 200);
  EXPECT_EQ(get("/version")->status, 200);
  EXPECT_EQ(get("/apis")->status, 403);
  EXPECT_EQ(as("bob-token", {"GET", echoes})->status, 200);
}

TEST_F(AuthenticationTest, everybody_may_do_everything_where_it_is_allowed) {
  start(AuthorizationMode::allow);
  EXPECT_EQ(get(echoes)->status, 200);
}

TEST_F(AuthenticationTest, a_certificate_names_the_user_and_his_groups) {
  start(AuthorizationMode::rbac);
  seams::Peer admin;
  admin.certificate_name = "alice";
  admin.certificate_organisations = {"system:masters"};
  seams::Peer nobody;
  nobody.certificate_name = "carol";
  EXPECT_EQ(send({"GET", echoes, {}, {}, admin})->status, 200);
  auto const answer = send({"GET", echoes, {}, {}, nobody});
  EXPECT_EQ(answer->status, 403);
  EXPECT_NE(message(*answer).find("User \"carol\" cannot list"), std::string::npos);
}

TEST_F(AuthenticationTest, a_certificate_that_is_no_good_counts_for_less_than_none) {
  start(AuthorizationMode::allow);
  seams::Peer bad;
  bad.certificate_error = "certificate has expired";
  EXPECT_EQ(send({"GET", echoes, {}, {}, bad})->status, 401);
  EXPECT_EQ(send({"GET", echoes, {}, {{"Authorization", "Bearer bob-token"}}, bad})->status, 200);
}

TEST_F(AuthenticationTest, roles_decide_where_they_are_to) {
  start(AuthorizationMode::rbac);
  auto const listed = as("bob-token", {"GET", echoes});
  EXPECT_EQ(listed->status, 403);
  EXPECT_EQ(message(*listed),
            "echoes.demo.example.com is forbidden: User \"bob\" cannot list resource \"echoes\" in API group "
            "\"demo.example.com\" in the namespace \"default\"");
  auto const one = as("bob-token", {"GET", echoes + "/a"});
  EXPECT_EQ(message(*one),
            "echoes.demo.example.com \"a\" is forbidden: User \"bob\" cannot get resource \"echoes\" in API group "
            "\"demo.example.com\" in the namespace \"default\"");
  EXPECT_EQ(as("admin-token", {"GET", echoes})->status, 200);
  EXPECT_EQ(as("bob-token", {"GET", "/apis"})->status, 200);
}

TEST_F(AuthenticationTest, acting_as_somebody_else_needs_permission) {
  start(AuthorizationMode::rbac);
  auto const acted = as("admin-token", {"GET", echoes, {}, {{"Impersonate-User", "bob"}}, {}});
  EXPECT_EQ(acted->status, 403);
  EXPECT_NE(message(*acted).find("User \"bob\" cannot list"), std::string::npos);
  auto const refused = as("bob-token", {"GET", echoes, {}, {{"Impersonate-User", "admin"}}, {}});
  EXPECT_EQ(refused->status, 403);
  EXPECT_NE(message(*refused).find("User \"bob\" cannot impersonate resource \"users\""), std::string::npos)
      << message(*refused);
}

TEST_F(AuthenticationTest, nobody_gives_rights_that_he_does_not_have) {
  start(AuthorizationMode::rbac);
  std::string const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
  std::string const all = R"("rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]})";
  std::string const bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
  std::string const writer = R"({"metadata":{"name":"writer"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],)"
                             R"("resources":["roles"],"verbs":["create","patch"]}]})";
  ASSERT_EQ(as("admin-token", {"POST", roles, writer})->status, 201);
  ASSERT_EQ(as("admin-token", {"POST", bindings,
                               R"({"metadata":{"name":"bob"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io",)"
                               R"("kind":"Role","name":"writer"},"subjects":[{"kind":"User","name":"bob",)"
                               R"("apiGroup":"rbac.authorization.k8s.io"}]})"})
                ->status,
            201);
  EXPECT_EQ(as("bob-token", {"POST", roles, R"({"metadata":{"name":"all"},)" + all})->status, 403);
  EXPECT_EQ(as("bob-token", {"PATCH", roles + "/writer", "{" + all, {{"Content-Type", "application/merge-patch+json"}}})
                ->status,
            403);
  EXPECT_EQ(as("admin-token", {"POST", roles, R"({"metadata":{"name":"all"},)" + all})->status, 201);
}

TEST_F(AuthenticationTest, access_reviews_are_answered) {
  start(AuthorizationMode::rbac);
  std::string const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  std::string const body =
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":)"
      R"({"namespace":"default","verb":"list","group":"demo.example.com","resource":"echoes"}}})";
  auto const admin = as("admin-token", {"POST", path, body});
  EXPECT_EQ(admin->status, 201) << admin->body;
  EXPECT_EQ(json(admin->body).at("status").at("allowed"), true);
  auto const bob = as("bob-token", {"POST", path, body});
  EXPECT_EQ(json(bob->body).at("status").at("allowed"), false);
  EXPECT_EQ(as("admin-token", {"GET", path})->status, 405);
}

TEST_F(AuthenticationTest, who_asks_who_he_is_is_told) {
  fakeapi::ServerOptions modern;
  modern.profile = fakeapi::Profile::modern;
  start(AuthorizationMode::rbac, modern);
  auto const answer = as("bob-token", {"POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                                       R"({"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"})"});
  EXPECT_EQ(answer->status, 201) << answer->body;
  EXPECT_EQ(json(answer->body).at("status").at("userInfo").at("username"), "bob");
}

}  // namespace
}  // namespace fakeapi_http
