// Who is who: tokens, service accounts, impersonation, and what those who may not are told.
#include "fakeapi/authorization/impersonation.hpp"
#include "fakeapi/authorization/tokens.hpp"
#include "tests/fakeapi_authorization/support.hpp"

namespace fakeapi::authorization {
namespace {

using Groups = std::vector<std::string>;

TEST(TokenTable, reads_tokens_users_uids_and_groups) {
  auto const table = TokenTable::parse(
      "t1,alice,u1,\"devs,testers\"\n\n# a comment\nt2,bob,u2\r\n\"t,3\",\"c \"\"x\"\"\",u3,ops\nt4,dave,u4,");
  ASSERT_TRUE(table) << table.error();
  EXPECT_EQ(table->find("t1")->name, "alice");
  EXPECT_EQ(table->find("t1")->uid, "u1");
  EXPECT_EQ(table->find("t1")->groups, (Groups{"devs", "testers", "system:authenticated"}));
  EXPECT_EQ(table->find("t2")->groups, Groups{"system:authenticated"});
  EXPECT_EQ(table->find("t,3")->name, "c \"x\"");
  EXPECT_EQ(table->find("t4")->groups, Groups{"system:authenticated"});
  EXPECT_FALSE(table->find("t"));
  EXPECT_FALSE(table->find("t9"));
  EXPECT_FALSE(table->find(""));
}

TEST(TokenTable, says_in_which_line_something_is_wrong) {
  EXPECT_EQ(TokenTable::parse("a,b,c\na,b\n").error(), "line 2: needs token, user and uid");
  EXPECT_EQ(TokenTable::parse(",b,c").error(), "line 1: an empty token");
  EXPECT_EQ(TokenTable::parse("a,,c").error(), "line 1: an empty user");
  EXPECT_EQ(TokenTable::parse("a,b,c,\"d").error(), "line 1: a quote is not closed");
  EXPECT_TRUE(TokenTable::parse("")->empty());
}

TEST(TokenTable, knows_the_last_of_equal_tokens) {
  auto const table = TokenTable::parse("t,alice,1\nt,bob,2\n");
  EXPECT_EQ(table->find("t")->name, "bob");
}

TEST(BearerToken, is_found_in_its_header) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bearer abc"), "abc");
  EXPECT_EQ(bearer_token(" BEARER abc more "), "abc");
  EXPECT_EQ(bearer_token("Basic abc"), "");
  EXPECT_EQ(bearer_token("Bearer"), "");
  EXPECT_EQ(bearer_token("Bearer  abc"), "");
  EXPECT_EQ(bearer_token(""), "");
}

TEST(ServiceAccount, has_its_namespace_in_its_name) {
  EXPECT_EQ(split_service_account("system:serviceaccount:a:b"), (std::pair<std::string, std::string>("a", "b")));
  for (auto const* name : {"alice", "system:serviceaccount:a", "system:serviceaccount::b",
                           "system:serviceaccount:a:", "system:serviceaccount:a:b:c"}) {
    EXPECT_EQ(split_service_account(name).second, "") << name;
  }
  EXPECT_EQ(service_account("a", "b").groups, (Groups{"system:serviceaccounts", "system:serviceaccounts:a"}));
}

struct Impersonation : Cluster {
  Impersonation() { store_recorded(); }
  User const root = user("root", {"system:masters"});
  User const erin = user("erin", {"system:authenticated"});

  std::optional<User> become(seams::HttpHeaders const& headers) {
    auto made = impersonated(root, headers, authorizer());
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : std::nullopt;
  }
  std::string refusal(User const& who, seams::HttpHeaders const& headers) {
    auto const made = impersonated(who, headers, authorizer());
    return made ? "" : made.error().message;
  }
};

TEST_F(Impersonation, is_not_asked_for_by_usual_requests) { EXPECT_FALSE(become({{"Accept", "x"}})); }

TEST_F(Impersonation, gives_the_groups_that_come_by_themselves) {
  EXPECT_EQ(become({{"Impersonate-User", "x"}})->groups, Groups{"system:authenticated"});
  EXPECT_EQ(become({{"Impersonate-User", "x"}, {"impersonate-group", "a"}, {"Impersonate-Group", "b"}})->groups,
            (Groups{"a", "b", "system:authenticated"}));
  EXPECT_EQ(become({{"Impersonate-User", "x"}, {"Impersonate-Group", "system:unauthenticated"}})->groups,
            Groups{"system:unauthenticated"});
  EXPECT_EQ(become({{"Impersonate-User", "system:anonymous"}})->groups, Groups{"system:unauthenticated"});
  EXPECT_EQ(become({{"Impersonate-User", "system:serviceaccount:ra:robot"}})->groups,
            (Groups{"system:serviceaccounts", "system:serviceaccounts:ra", "system:authenticated"}));
  EXPECT_EQ(become({{"Impersonate-User", "system:serviceaccount:ra:robot"}, {"Impersonate-Group", "a"}})->groups,
            (Groups{"a", "system:authenticated"}));
}

TEST_F(Impersonation, carries_uid_and_extras) {
  auto const made = become({{"Impersonate-User", "x"},
                            {"Impersonate-Uid", "u"},
                            {"Impersonate-Extra-Scopes", "view"},
                            {"Impersonate-Extra-Scopes", "edit"},
                            {"Impersonate-Extra-Example.com%2Fkey", "v"},
                            {"Impersonate-Extra-a%2", "w"}});
  EXPECT_EQ(made->uid, "u");
  EXPECT_EQ(made->extra.at("scopes"), (Groups{"view", "edit"}));
  EXPECT_EQ(made->extra.at("example.com/key"), Groups{"v"});
  EXPECT_EQ(made->extra.at("a%2"), Groups{"w"});
}

TEST_F(Impersonation, needs_the_right_to_each_part) {
  EXPECT_EQ(refusal(erin, {{"Impersonate-User", "carol"}, {"Impersonate-Group", "devs"}}), "");
  EXPECT_EQ(refusal(erin, {{"Impersonate-User", "system:serviceaccount:ra:x"}}), "");
  EXPECT_EQ(refusal(erin, {{"Impersonate-User", "carol"}, {"Impersonate-Extra-scopes", "view"}}), "");
  EXPECT_EQ(refusal(erin, {{"Impersonate-User", "bob"}}),
            "users \"bob\" is forbidden: User \"erin\" cannot impersonate resource \"users\" in API group \"\" at the "
            "cluster scope");
  EXPECT_EQ(
      refusal(erin, {{"Impersonate-User", "carol"}, {"Impersonate-Group", "ops"}}),
      "groups \"ops\" is forbidden: User \"erin\" cannot impersonate resource \"groups\" in API group \"\" at the "
      "cluster scope");
  EXPECT_EQ(refusal(erin, {{"Impersonate-User", "carol"}, {"Impersonate-Extra-scopes", "edit"}}),
            "userextras.authentication.k8s.io \"edit\" is forbidden: User \"erin\" cannot impersonate resource "
            "\"userextras/scopes\" in API group \"authentication.k8s.io\" at the cluster scope");
  EXPECT_EQ(refusal(user("alice", {}), {{"Impersonate-User", "system:serviceaccount:ra:robot"}}),
            "serviceaccounts \"robot\" is forbidden: User \"alice\" cannot impersonate resource \"serviceaccounts\" in "
            "API group \"\" in the namespace \"ra\"");
}

TEST_F(Impersonation, of_groups_alone_is_an_error) {
  auto const made = impersonated(root, {{"Impersonate-Group", "devs"}}, authorizer());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, 500);
  EXPECT_EQ(made.error().message, "requested [{Group  devs    }] without impersonating a user");
}

TEST(Forbidden, escapes_what_looks_like_markup_but_for_the_name) {
  Attributes what;
  what.verb = "get";
  what.resource = "configmaps";
  what.namespace_ = "<b>";
  what.name = "<x>";
  auto const error = forbidden(user("a&b", {}), what, "RBAC: why");
  EXPECT_EQ(error.message,
            "configmaps \"<x>\" is forbidden: User \"a&amp;b\" cannot get resource \"configmaps\" in API group \"\" in "
            "the namespace \"&lt;b&gt;\": RBAC: why");
  EXPECT_EQ(error.code, 403);
  EXPECT_EQ(error.kind, "configmaps");
  EXPECT_EQ(error.name, "<x>");
}

}  // namespace
}  // namespace fakeapi::authorization
