// Reviews, held against the answers of a real kube-apiserver 1.20.2.
#include "fakeapi/authorization/reviews.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <stdexcept>

#include "tests/fakeapi_authorization/support.hpp"

namespace fakeapi::authorization {
namespace {

struct Reviews : Cluster {
  Reviews() : Reviews(Profile::v1_20) {}
  explicit Reviews(Profile profile) : Cluster(profile) { store_recorded(); }

  /// The users of the recording, by their tokens.
  static User whose(std::string_view token) {
    if (token == "alicetoken") return user("alice", {"devs", "testers", "system:authenticated"});
    if (token == "bobtoken") return user("bob", {"system:authenticated"});
    return user("admin", {"system:masters", "system:authenticated"});
  }
  Review const& kind(std::string_view plural) {
    for (auto const& review : reviews(server.profile())) {
      if (review.plural == plural) return review;
    }
    throw std::invalid_argument(std::string(plural));
  }
};

/// Valid as long as the user is.
Poster posted_by(User const& user) { return {user, "kubectl", api::Timestamp(std::chrono::seconds(0))}; }

/// The last part of a path, and the namespace in it.
std::pair<std::string, std::string> place(std::string_view path) {
  auto const plural = path.substr(path.rfind('/') + 1);
  constexpr std::string_view in = "/namespaces/";
  auto const at = path.find(in);
  if (at == std::string_view::npos) return {std::string(plural), ""};
  auto const rest = path.substr(at + in.size());
  return {std::string(plural), std::string(rest.substr(0, rest.find('/')))};
}

/// Rules come in any order.
json::value sorted(json::value value) {
  for (auto const* name : {"resourceRules", "nonResourceRules"}) {
    auto* rules = value.at("status").as_object().if_contains(name);
    if (rules == nullptr) continue;
    std::ranges::sort(rules->as_array(), {}, [](json::value const& rule) { return json::serialize(rule); });
  }
  return value;
}

TEST_F(Reviews, are_answered_as_by_the_real_server) {
  // These print all metadata in Go, or a place in the text of the request.
  std::map<std::string, std::string> const in_other_words{
      {"ssar named", "must be empty"}, {"ssar labels", "must be empty"}, {"ssar wrong type", "cannot be handled as a"}};
  std::size_t compared = 0;
  for (auto const& request : recorded().at("requests").as_array()) {
    std::string const name(request.at("name").as_string());
    std::string const path(request.at("call").at(1).as_string());
    bool const review = path.contains("reviews") && request.at("call").at(0) == "POST" && request.at("code") != 403;
    if (!review) continue;
    auto const [plural, namespace_] = place(path);
    auto const answer = evaluate(kind(plural), request.at("body"), namespace_,
                                 posted_by(whose(request.at("token").as_string())), authorizer(), server);
    auto const& expected = request.at("answer");
    ++compared;
    if (request.at("code") == 201) {
      ASSERT_TRUE(answer) << name << ": " << answer.error().message;
      EXPECT_EQ(sorted(*answer), sorted(expected)) << name;
      continue;
    }
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, request.at("code").as_int64()) << name;
    EXPECT_EQ(to_string(answer.error().reason), std::string_view(expected.at("reason").as_string())) << name;
    if (auto const found = in_other_words.find(name); found != in_other_words.end()) {
      EXPECT_TRUE(answer.error().message.contains(found->second)) << answer.error().message;
    } else {
      EXPECT_EQ(answer.error().message, std::string_view(expected.at("message").as_string())) << name;
    }
  }
  EXPECT_GE(compared, 23U);
}

TEST_F(Reviews, are_told_that_everything_is_allowed_where_it_is_without_roles) {
  auto const anybody = [](User const&, Attributes const&) { return Decision{true, ""}; };
  auto const body = json::parse(R"({"spec": {"namespace": "ra"}})");
  auto const answer =
      evaluate(kind("selfsubjectrulesreviews"), body, "", posted_by(user("alice", {})), anybody, server).value();
  auto const& rules = answer.at("status").at("resourceRules").as_array();
  EXPECT_EQ(rules.back(), json::parse(R"({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})"));
}

TEST_F(Reviews, of_broken_bindings_say_so) {
  auto const body = json::parse(R"({"spec": {"namespace": "ra"}})");
  auto const answer =
      evaluate(kind("selfsubjectrulesreviews"), body, "", posted_by(user("dave", {})), authorizer(), server).value();
  EXPECT_EQ(answer.at("status").at("evaluationError"),
            "[clusterrole.rbac.authorization.k8s.io \"t-missing\" not found, "
            "clusterrole.rbac.authorization.k8s.io \"t-gone\" not found]");
}

TEST_F(Reviews, of_a_wrong_version_are_refused) {
  auto const body = json::parse(R"({"apiVersion": "authorization.k8s.io/v9", "kind": "SelfSubjectAccessReview"})");
  auto const answer =
      evaluate(kind("selfsubjectaccessreviews"), body, "", posted_by(user("a", {})), authorizer(), server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message,
            "the API version in the data (authorization.k8s.io/v9) does not match the expected API version "
            "(authorization.k8s.io/v1)");
  EXPECT_EQ(
      evaluate(kind("selfsubjectaccessreviews"), json::value("x"), "", posted_by(user("a", {})), authorizer(), server)
          .error()
          .code,
      400);
}

TEST_F(Reviews, do_not_tell_in_1_20_who_one_is) {
  EXPECT_EQ(find_review(Profile::v1_20, {"authentication.k8s.io", "v1", "selfsubjectreviews"}), nullptr);
  EXPECT_NE(find_review(Profile::modern, {"authentication.k8s.io", "v1", "selfsubjectreviews"}), nullptr);
  EXPECT_EQ(find_review(Profile::modern, {"authorization.k8s.io", "v9", "selfsubjectaccessreviews"}), nullptr);
}

TEST(Review, is_accounted_for_where_the_server_does_that) {
  ServerOptions options;
  options.field_management = true;
  Server server(std::move(options));
  auto const body = json::parse(R"({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
    "metadata": {"managedFields": [{"manager": "x"}]}, "spec": {"nonResourceAttributes": {"path": "/x", "verb": "get"}}})");
  auto const nobody = [](User const&, Attributes const&) { return Decision{false, ""}; };
  auto const& review = *find_review(Profile::v1_20, {"authorization.k8s.io", "v1", "selfsubjectaccessreviews"});
  User const user;
  auto const answer = evaluate(review, body, "", posted_by(user), nobody, server);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->at("metadata").at("managedFields"), json::parse(R"([{"manager": "kubectl", "operation": "Update",
    "apiVersion": "authorization.k8s.io/v1", "time": "1970-01-01T00:00:00Z", "fieldsType": "FieldsV1",
    "fieldsV1": {"f:spec": {"f:nonResourceAttributes": {".": {}, "f:path": {}, "f:verb": {}}}}}])"));
}

struct ModernReviews : Reviews {
  ModernReviews() : Reviews(Profile::modern) {}
};

TEST_F(ModernReviews, tell_who_one_is) {
  User who = user("alice", {"devs", "system:authenticated"});
  who.uid = "u";
  who.extra["a"] = {"b", "c"};
  auto const body = json::parse(R"({"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1",
    "metadata": {"creationTimestamp": null}, "status": {"userInfo": {}}})");
  auto const answer = evaluate(kind("selfsubjectreviews"), body, "", posted_by(who), authorizer(), server);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, json::parse(R"({"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1",
    "metadata": {"creationTimestamp": null}, "status": {"userInfo": {"username": "alice", "uid": "u",
    "groups": ["devs", "system:authenticated"], "extra": {"a": ["b", "c"]}}}})"));
}

}  // namespace
}  // namespace fakeapi::authorization
