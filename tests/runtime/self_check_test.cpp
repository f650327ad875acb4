// The look at what a program needs: what is asked, what is said, and when it ends.
#include "operator/runtime/self_check.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "operator/api/kinds.hpp"
#include "operator/api/read_only.hpp"
#include "tests/runtime/support/world.hpp"

namespace {

using namespace runtime_tests;
using namespace std::chrono_literals;
using runtime::AccessRight;

AccessRight const patch_status{"patch", {"example.com", "v1", "echoes"}, "status", "team-a"};
AccessRight const list_everywhere{"list", api::deployments};
AccessRight const one_lease{"update", api::leases, "", "system", "lease"};
AccessRight const definition{"get", api::custom_resource_definitions, "", "", "echoes.example.com", true};

TEST(AccessRight, is_asked_for_with_all_that_it_names_and_nothing_else) {
  auto const text = [](AccessRight const& right) { return boost::json::serialize(*runtime::review_of(right)->spec); };
  EXPECT_EQ(text(patch_status),
            R"({"resourceAttributes":{"verb":"patch","group":"example.com","resource":"echoes","subresource":"status",)"
            R"("namespace":"team-a"}})");
  EXPECT_EQ(text(list_everywhere), R"({"resourceAttributes":{"verb":"list","group":"apps","resource":"deployments"}})");
  EXPECT_EQ(text(one_lease),
            R"({"resourceAttributes":{"verb":"update","group":"coordination.k8s.io","resource":"leases",)"
            R"("namespace":"system","name":"lease"}})");
}

TEST(AccessRight, is_complained_of_with_verb_resource_namespace_and_remedy) {
  EXPECT_EQ(runtime::complaint_about(patch_status),
            "the operator is not allowed to patch echoes.example.com/status in the namespace team-a; give its account "
            "the verb patch on echoes/status in the API group example.com, by a role bound in the namespace team-a");
  EXPECT_EQ(runtime::complaint_about(list_everywhere),
            "the operator is not allowed to list deployments.apps in all namespaces; give its account the verb list on "
            "deployments in the API group apps, by a ClusterRole and a ClusterRoleBinding");
  EXPECT_EQ(runtime::complaint_about({"create", api::events}),
            "the operator is not allowed to create events in all namespaces; give its account the verb create on "
            "events in the core API group, by a ClusterRole and a ClusterRoleBinding");
  EXPECT_EQ(runtime::to_string(definition), "get customresourcedefinitions.apiextensions.k8s.io echoes.example.com");
}

TEST(AccessRight, is_known_only_from_an_answer_that_says_so) {
  api::Object answer;
  EXPECT_FALSE(runtime::is_allowed(answer));
  answer.status = api::share(boost::json::object{{"allowed", false}, {"reason", "no"}});
  EXPECT_EQ(runtime::is_allowed(answer), false);
  answer.status = api::share(boost::json::object{{"allowed", true}});
  EXPECT_EQ(runtime::is_allowed(answer), true);
  answer.status = api::share(boost::json::object{{"allowed", "yes"}});
  EXPECT_FALSE(runtime::is_allowed(answer));
}

/// Allows what it is told to, and has a definition or none.
class Judge final : public api::Api {
 public:
  std::set<std::string> denied;  ///< verbs
  bool has_definition = true;
  std::optional<api::Error> fails;            ///< every call
  std::optional<api::Error> refuses_reviews;  ///< and only those
  std::optional<api::Error> refuses_definition;
  std::uint64_t reviews = 0;
  std::uint64_t reads = 0;

  api::AsyncResult<api::Response> call(api::Request request) override {
    bool const is_read = request.verb == api::Verb::get;
    ++(is_read ? reads : reviews);
    if (fails) co_return std::unexpected(*fails);
    if (is_read) {
      if (refuses_definition) co_return std::unexpected(*refuses_definition);
      api::Error missing;
      missing.reason = api::Reason::not_found;
      if (!has_definition) co_return std::unexpected(missing);
      co_return api::Response(std::make_shared<api::Object const>());
    }
    EXPECT_TRUE(api::is_question(request));
    if (refuses_reviews) co_return std::unexpected(*refuses_reviews);
    auto answer = std::make_shared<api::Object>(*std::get<api::ObjectPtr>(request.body));
    auto const verb = api::find_string(answer->spec.get(), {"resourceAttributes", "verb"});
    answer->status = api::share(boost::json::object{{"allowed", !denied.contains(std::string(*verb))}});
    co_return api::Response(api::ObjectPtr(std::move(answer)));
  }
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request) override {
    throw std::logic_error("no watch");
  }
};

api::Error failure(api::Reason reason, int code = 0) {
  api::Error error;
  error.reason = reason;
  error.code = code;
  return error;
}

struct SelfCheckTest : testing::Test {
  World world;
  Judge& api = world.process.own<Judge>();
  runtime::SelfCheck* check = nullptr;

  void start() {
    runtime::SelfCheckOptions options;
    options.rights = {patch_status, list_everywhere, definition};
    options.definition = "echoes.example.com";
    options.judge = [](api::Object const* found) { return std::string(found == nullptr ? "not there" : ""); };
    check = &world.process.own<runtime::SelfCheck>(world.environment(), api, std::move(options));
    check->start();
    world.settle();
  }
  std::size_t warnings(std::string_view text) { return world.log.count(seams::LogLevel::warning, text); }
  std::size_t infos(std::string_view text) { return world.log.count(seams::LogLevel::info, text); }
  std::uint64_t calls() const { return api.reviews + api.reads; }
};

TEST_F(SelfCheckTest, where_everything_is_there_asks_once_and_never_again) {
  start();
  EXPECT_TRUE(check->done());
  EXPECT_EQ(calls(), 4U);
  world.run_for(24h);
  EXPECT_EQ(calls(), 4U);
  EXPECT_EQ(check->missing_rights(), "");
  EXPECT_EQ(check->trouble_with_definition(), "");
  EXPECT_EQ(world.log.lines.size(), 0U);
}

TEST_F(SelfCheckTest, says_each_missing_right_once_asks_for_it_alone_and_says_when_it_has_been_given) {
  api.denied = {"list", "patch"};
  start();
  EXPECT_EQ(check->missing_rights(),
            runtime::complaint_about(patch_status) + "; " + runtime::complaint_about(list_everywhere));
  EXPECT_EQ(warnings(runtime::complaint_about(patch_status)), 1U);
  EXPECT_EQ(warnings(runtime::complaint_about(list_everywhere)), 1U);
  world.run_for(10min);
  EXPECT_EQ(warnings("a right is missing"), 2U);
  api.denied = {"list"};
  world.run_for(30s);
  EXPECT_EQ(check->missing_rights(), runtime::complaint_about(list_everywhere));
  EXPECT_EQ(infos("given right=patch echoes.example.com/status"), 1U);
  auto const before = calls();
  world.run_for(30s);
  EXPECT_EQ(calls(), before + 1) << "only what is missing is asked for";
  EXPECT_FALSE(check->done());
  api.denied.clear();
  world.run_for(30s);
  EXPECT_TRUE(check->done());
  EXPECT_EQ(check->missing_rights(), "");
}

TEST_F(SelfCheckTest, says_that_the_definition_is_missing_until_it_is_there) {
  api.has_definition = false;
  start();
  EXPECT_EQ(check->trouble_with_definition(), "not there");
  world.run_for(10min);
  EXPECT_EQ(warnings("the definition is not as it should be definition=echoes.example.com why=not there"), 1U);
  api.has_definition = true;
  world.run_for(30s);
  EXPECT_EQ(check->trouble_with_definition(), "");
  EXPECT_EQ(infos("the definition is as it should be now"), 1U);
  EXPECT_TRUE(check->done());
}

TEST_F(SelfCheckTest, takes_a_server_out_of_reach_for_no_answer_and_asks_again) {
  api.fails = failure(api::Reason::connection_failed);
  start();
  EXPECT_EQ(calls(), 2U) << "not one attempt for each right";
  EXPECT_EQ(check->missing_rights(), "");
  EXPECT_EQ(check->trouble_with_definition(), "");
  EXPECT_FALSE(check->done());
  api.fails.reset();
  world.run_for(30s);
  EXPECT_TRUE(check->done());
  EXPECT_EQ(world.log.lines.size(), 0U) << "that the server is out of reach others say";
}

TEST_F(SelfCheckTest, complains_of_nothing_where_the_server_does_not_say) {
  api.refuses_reviews = failure(api::Reason::not_found, 404);
  api.refuses_definition = failure(api::Reason::forbidden, 403);
  start();
  world.run_for(10min);
  EXPECT_TRUE(check->done());
  EXPECT_EQ(check->missing_rights(), "");
  EXPECT_EQ(check->trouble_with_definition(), "");
  EXPECT_EQ(infos("the server does not say what is allowed"), 1U);
  EXPECT_EQ(api.reviews, 1U);
}

TEST_F(SelfCheckTest, that_may_not_look_at_the_definition_says_so_and_looks_when_it_may) {
  api.denied = {"get"};
  api.refuses_definition = failure(api::Reason::forbidden, 403);
  api.has_definition = false;
  start();
  EXPECT_EQ(check->missing_rights(), runtime::complaint_about(definition));
  api.denied.clear();
  api.refuses_definition.reset();
  world.run_for(60s);
  EXPECT_EQ(check->missing_rights(), "");
  EXPECT_EQ(check->trouble_with_definition(), "not there");
}

TEST_F(SelfCheckTest, stops_at_once_whether_it_waits_or_has_ended) {
  for (bool const ended : {false, true}) {
    api.denied = ended ? std::set<std::string>() : std::set<std::string>{"list"};
    start();
    EXPECT_EQ(check->done(), ended);
    bool stopped = false;
    check->stop([&] { stopped = true; });
    world.settle();
    EXPECT_TRUE(stopped);
    auto const before = calls();
    world.run_for(10min);
    EXPECT_EQ(calls(), before);
  }
}

}  // namespace
