// The audit log: who asked for what, and what came of it.
#include "fakeapi/authorization/tokens.hpp"
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

class AuditLog : public FaceTest {
 protected:
  void SetUp() override {
    fakeapi::http::FaceOptions options;
    options.authorization = fakeapi::http::AuthorizationMode::deny_anonymous;
    options.tokens = fakeapi::authorization::TokenTable::parse("secret-of-bob,bob,2,\"team\"\n").value();
    options.audit = [this](std::string const& line) { lines_.push_back(line); };
    serve({}, std::move(options));
    define();
    lines_.clear();
  }
  boost::json::value only_line() const {
    EXPECT_EQ(lines_.size(), 1U);
    return json(lines_.at(0));
  }
  std::vector<std::string> lines_;
};

seams::HttpHeaders bob() { return {{"Authorization", "Bearer secret-of-bob"}, {"User-Agent", "test/1"}}; }

TEST_F(AuditLog, has_a_line_for_a_request_with_who_what_when_and_the_answers_code) {
  send({"GET", "/apis/apps/v1/namespaces/default/deployments/none?x=y", {}, bob(), {}});
  auto const line = only_line();
  EXPECT_EQ(line.at("kind"), "Event");
  EXPECT_EQ(line.at("apiVersion"), "audit.k8s.io/v1");
  EXPECT_EQ(line.at("stage"), "ResponseComplete");
  EXPECT_EQ(line.at("requestURI"), "/apis/apps/v1/namespaces/default/deployments/none?x=y");
  EXPECT_EQ(line.at("verb"), "get");
  EXPECT_EQ(line.at("user"), json(R"({"username":"bob","groups":["team","system:authenticated"]})"));
  EXPECT_EQ(line.at("userAgent"), "test/1");
  EXPECT_EQ(
      line.at("objectRef"),
      json(R"({"resource":"deployments","namespace":"default","name":"none","apiGroup":"apps","apiVersion":"v1"})"));
  EXPECT_EQ(line.at("responseStatus").at("code"), 404);
  EXPECT_EQ(line.at("requestReceivedTimestamp").as_string().size(), std::string("2026-01-01T00:00:00.000000Z").size());
}

TEST_F(AuditLog, holds_no_credentials_and_no_bodies) {
  auto headers = bob();
  headers.add("Content-Type", "application/json");
  send({"POST",
        "/api/v1/namespaces/default/configmaps",
        R"({"metadata":{"name":"a"},"data":{"k":"confidential"}})",
        headers,
        {}});
  EXPECT_EQ(only_line().at("responseStatus").at("code"), 201);
  EXPECT_FALSE(lines_[0].contains("secret-of-bob"));
  EXPECT_FALSE(lines_[0].contains("confidential"));
}

TEST_F(AuditLog, tells_of_who_is_refused) {
  get("/apis");
  EXPECT_EQ(only_line().at("responseStatus").at("code"), 403);
  EXPECT_EQ(only_line().at("user").at("username"), "system:anonymous");
}

TEST_F(AuditLog, has_a_line_when_a_watch_opens_and_one_when_it_ends) {
  auto const watch = begin({"GET", "/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=30", {}, bob(), {}});
  pass(std::chrono::seconds(1));
  EXPECT_EQ(only_line().at("stage"), "ResponseStarted");
  EXPECT_EQ(only_line().at("verb"), "watch");
  pass(std::chrono::seconds(60));
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(json(lines_[1]).at("stage"), "ResponseComplete");
  EXPECT_EQ(json(lines_[1]).at("auditID"), json(lines_[0]).at("auditID"));
  EXPECT_GT(json(lines_[1]).at("stageTimestamp").as_string(), json(lines_[0]).at("stageTimestamp").as_string());
}

}  // namespace
}  // namespace fakeapi_http
