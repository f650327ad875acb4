// Query parameters, and how a real server of 1.20.2 complained of them.
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

class ParametersTest : public FaceTest {
 protected:
  void SetUp() override { define(); }

  struct Complaint {
    std::string query;
    int status;
    std::string reason;
    std::string message;
  };
  void expect(std::vector<Complaint> const& complaints) {
    for (auto const& [query, status, reason, message] : complaints) {
      auto const answer = get(echoes + "?" + query);
      EXPECT_EQ(answer->status, status) << query;
      auto const body = json(answer->body);
      EXPECT_EQ(body.at("message"), boost::json::value(message)) << query;
      auto const* told = body.as_object().if_contains("reason");
      EXPECT_EQ(told == nullptr ? "" : told->as_string(), reason) << query;
    }
  }
};

TEST_F(ParametersTest, are_refused_in_the_words_of_the_real_server) {
  std::string const invalid = "ListOptions.meta.k8s.io \"\" is invalid: ";
  expect({
      {"resourceVersion=abc", 500, "",
       R"(resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax)"},
      {"watch=true&resourceVersion=abc", 500, "",
       R"(resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax)"},
      {"limit=abc", 400, "BadRequest", R"(strconv.ParseInt: parsing "abc": invalid syntax)"},
      {"timeoutSeconds=abc", 400, "BadRequest", R"(strconv.ParseInt: parsing "abc": invalid syntax)"},
      {"limit=99999999999999999999", 400, "BadRequest",
       R"(strconv.ParseInt: parsing "99999999999999999999": value out of range)"},
      {"labelSelector=a%20b", 400, "BadRequest",
       "unable to parse requirement: found 'b', expected: '=', '!=', '==', 'in', notin'"},
      {"fieldSelector=abc", 400, "BadRequest", "invalid selector: 'abc'; can't understand 'abc'"},
      {"fieldSelector=metadata.name%3Da,spec.x%3Db", 400, "BadRequest", "field label not supported: spec.x"},
      {"resourceVersionMatch=Foo", 422, "Invalid",
       invalid + "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is "
                 "provided, resourceVersionMatch: Unsupported value: \"Foo\": supported values: \"Exact\", "
                 "\"NotOlderThan\", \"\"]"},
      {"watch=true&resourceVersionMatch=Exact&resourceVersion=1", 422, "Invalid",
       invalid + "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch"},
  });
}

TEST_F(ParametersTest, an_empty_first_pair_and_unknown_ones_do_no_harm) {
  create_echo("a");
  create_echo("b");
  auto const page = get(echoes + "?&limit=1&nonsense=1&=&x");
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(json(page->body).at("items").as_array().size(), 1U);
}

TEST_F(ParametersTest, dry_runs_and_field_managers_are_checked) {
  auto const body =
      R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi"}})";
  auto const dry = post(echoes + "?dryRun=Foo", body);
  EXPECT_EQ(dry->status, 422);
  EXPECT_EQ(
      json(dry->body).at("message"),
      "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: []string{\"Foo\"}: supported values: "
      "\"All\"");
  EXPECT_EQ(post(echoes + "?fieldManager=" + std::string(129, 'x'), body)->status, 422);
  EXPECT_EQ(post(echoes + "?dryRun=All", body)->status, 201);
  EXPECT_EQ(get(echoes + "/a")->status, 404);
}

TEST_F(ParametersTest, patches_have_rules_of_their_own) {
  create_echo("a");
  auto const patch = [&](std::string const& query, std::string const& type) {
    return send({"PATCH", echoes + "/a" + query, "{}", {{"Content-Type", type}}});
  };
  auto const forced = patch("?force=true", "application/merge-patch+json");
  EXPECT_EQ(forced->status, 422);
  EXPECT_EQ(json(forced->body).at("message"),
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
  auto const nobody = patch("", "application/apply-patch+yaml");
  EXPECT_EQ(nobody->status, 422);
  EXPECT_EQ(json(nobody->body).at("message"),
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
}

TEST_F(ParametersTest, a_watch_parameter_on_an_objects_path_is_ignored) {
  create_echo("a");
  auto const answer = get(echoes + "/a?watch=true");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(json(answer->body).at("kind"), "Echo");
}

TEST_F(ParametersTest, deletes_take_options_from_the_query_or_the_body) {
  create_echo("a");
  auto const unknown = send({"DELETE", echoes + "/a?propagationPolicy=Foo"});
  EXPECT_EQ(unknown->status, 422);
  EXPECT_EQ(
      json(unknown->body).at("message"),
      "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Foo\": supported values: "
      "\"Foreground\", \"Background\", \"Orphan\", \"nil\"");
  auto const both = send({"DELETE", echoes + "/a", R"({"orphanDependents":true,"propagationPolicy":"Orphan"})"});
  EXPECT_EQ(both->status, 422);
  auto const other = send({"DELETE", echoes + "/a", R"({"kind":"Pod","apiVersion":"v1"})"});
  EXPECT_EQ(other->status, 500);
  auto const stays = send({"DELETE", echoes + "/a?propagationPolicy=Foreground"});
  EXPECT_EQ(stays->status, 200);
  EXPECT_EQ(json(stays->body).at("metadata").at("finalizers").at(0), "foregroundDeletion");
  auto const gone = send({"DELETE", echoes + "/a", R"({"kind":"DeleteOptions","propagationPolicy":"Background"})"});
  EXPECT_EQ(gone->status, 200);
  EXPECT_EQ(json(gone->body).at("status"), "Success");
  EXPECT_EQ(json(gone->body).at("details").at("kind"), "echoes");
}

TEST_F(ParametersTest, orphan_dependents_false_is_accepted_while_the_object_stays) {
  auto const body = R"({"apiVersion":"demo.example.com/v1","kind":"Echo",
                        "metadata":{"name":"a","finalizers":["example.com/f"]},"spec":{"text":"hi"}})";
  ASSERT_EQ(post(echoes, body)->status, 201);
  EXPECT_EQ(send({"DELETE", echoes + "/a?orphanDependents=false"})->status, 202);
}

class ManagerTest : public FaceTest {
 protected:
  void SetUp() override {
    fakeapi::ServerOptions options;
    options.field_management = true;
    serve(std::move(options));
    define();
  }
};

TEST_F(ManagerTest, that_is_no_utf_8_is_stored_as_it_is_shown) {
  auto const made =
      post(echoes + "?fieldManager=a%ffb%C3%A9",
           R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"m"},"spec":{"text":"hi"}})");
  ASSERT_EQ(made->status, 201) << made->body;
  auto const stored = server().find({"demo.example.com", "v1", "echoes"}, {"default", "m"});
  EXPECT_EQ(api::find_path(stored->metadata.rest.get(), {"managedFields"})->at(0).at("manager"),
            "a\xef\xbf\xbd"
            "b\xc3\xa9");
}

}  // namespace
}  // namespace fakeapi_http
