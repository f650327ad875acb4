// Paths and methods, answered as a real server of 1.20.2 answered them.
#include "tests/fakeapi_http/fixture.hpp"

namespace fakeapi_http {
namespace {

constexpr std::string_view no_such_resource =
    R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404})"
    "\n";
constexpr std::string_view no_such_method =
    R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405})"
    "\n";
constexpr std::string_view no_such_page = "404 page not found\n";

using RoutesTest = FaceTest;

TEST_F(RoutesTest, a_path_that_a_built_in_group_does_not_have_is_a_status_404) {
  for (std::string const path :
       {"/apis/apps/v9", "/apis/apps/v9/foo", "/api/v2", "/api/v1/nope",
        "/apis/apps/v1/namespaces/default/deployments/x/nope",
        "/apis/apps/v1/namespaces/default/deployments/x/status/nope", "/apis/apps/v1/deployments/x"}) {
    auto const answer = get(path);
    EXPECT_EQ(answer->status, 404) << path;
    EXPECT_EQ(answer->body, no_such_resource) << path;
    EXPECT_EQ(answer->headers.get("Content-Type"), "application/json");
    EXPECT_EQ(answer->headers.get("Cache-Control"), "no-cache, private");
  }
}

TEST_F(RoutesTest, a_method_that_a_built_in_path_does_not_have_is_a_status_405) {
  std::vector<Call> const calls{
      {"POST", "/apis/apps/v1/deployments", "{}"},
      {"PUT", "/apis/apps/v1/namespaces/default/deployments", "{}"},
      {"PATCH", "/apis/apps/v1/namespaces/default/deployments", "{}"},
      {"POST", "/apis/apps/v1/namespaces/default/deployments/x", "{}"},
      {"DELETE", "/api/v1/namespaces"},
      {"OPTIONS", "/api/v1/namespaces/default"},
      {"POST", "/version", "{}"},
  };
  for (auto const& call : calls) {
    auto const answer = send(call);
    EXPECT_EQ(answer->status, 405) << call.method << " " << call.target;
    EXPECT_EQ(answer->body, no_such_method) << call.method << " " << call.target;
  }
  EXPECT_EQ(send({"HEAD", "/api/v1/namespaces/default"})->status, 405);
}

TEST_F(RoutesTest, what_no_definition_defines_is_a_page_that_is_not_found) {
  define();
  for (std::string const path : {"/apis/nope", "/apis/nope.example.com/v1/foos", "/apis/demo.example.com/v9",
                                 "/apis/demo.example.com/v9/echoes", "/apis/demo.example.com/v1/nopes"}) {
    auto const answer = get(path);
    EXPECT_EQ(answer->status, 404) << path;
    EXPECT_EQ(answer->body, no_such_page) << path;
    EXPECT_EQ(answer->headers.get("Content-Type"), "text/plain; charset=utf-8");
  }
  // A namespaced object is created below a namespace.
  EXPECT_EQ(post("/apis/demo.example.com/v1/echoes", "{}")->body, no_such_page);
}

TEST_F(RoutesTest, custom_resources_say_what_they_lack) {
  define();
  create_echo("a");
  auto const subresource = get(echoes + "/a/nope");
  EXPECT_EQ(subresource->status, 404);
  EXPECT_EQ(json(subresource->body).at("message"), "echoes.demo.example.com \"a\" not found");
  auto const options = send({"OPTIONS", echoes});
  EXPECT_EQ(options->status, 405);
  EXPECT_EQ(json(options->body).at("message"), " is not supported on resources of kind \"echoes.demo.example.com\"");
  for (std::string const method : {"PUT", "PATCH"}) {
    auto const nameless =
        send({method,
              echoes,
              "{}",
              {{"Content-Type", method == "PUT" ? "application/json" : "application/merge-patch+json"}}});
    EXPECT_EQ(nameless->status, 400) << method;
    EXPECT_EQ(json(nameless->body).at("message"), "name must be provided") << method;
  }
  EXPECT_EQ(send({"HEAD", echoes + "/a"})->status, 200);
}

TEST_F(RoutesTest, posting_to_an_objects_path_creates) {
  define();
  auto const body =
      R"({"apiVersion":"demo.example.com/v1","kind":"Echo","metadata":{"name":"a"},"spec":{"text":"hi"}})";
  EXPECT_EQ(post(echoes + "/a", body)->status, 201);
  auto const again = post(echoes + "/a", body);
  EXPECT_EQ(again->status, 409);
  EXPECT_EQ(json(again->body).at("reason"), "AlreadyExists");
}

TEST_F(RoutesTest, the_root_lists_the_paths_and_so_does_a_path_that_is_none) {
  define();
  auto const root = get("/");
  EXPECT_EQ(root->status, 200);
  auto const nowhere = get("/nope");
  EXPECT_EQ(nowhere->status, 404);
  EXPECT_EQ(nowhere->headers.get("Content-Type"), "application/json");
  EXPECT_EQ(json(root->body), json(nowhere->body));
  EXPECT_TRUE(root->body.starts_with("{\n  \"paths\": [\n    \"/api\",\n    \"/api/v1\",\n")) << root->body;
  EXPECT_NE(root->body.find("\"/apis/demo.example.com/v1\""), std::string::npos);
}

TEST_F(RoutesTest, tells_its_health) {
  for (std::string const name : {"healthz", "livez", "readyz"}) {
    auto const answer = get("/" + name);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->headers.get("Content-Type"), "text/plain; charset=utf-8");
  }
  EXPECT_EQ(get("/healthz?verbose")->body, "[+]ping ok\n[+]log ok\n[+]etcd ok\nhealthz check passed\n");
  EXPECT_EQ(get("/livez?verbose&exclude=etcd&exclude=x")->body,
            "[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n"
            "warn: some health checks cannot be excluded: no matches for \"x\"\nlivez check passed\n");
  EXPECT_EQ(get("/healthz/ping")->body, "ok");
  EXPECT_EQ(get("/healthz/nope")->status, 404);
}

TEST_F(RoutesTest, serves_the_documents_of_discovery_with_and_without_a_slash_at_the_end) {
  define();
  for (std::string const path : {"/version", "/api", "/apis", "/api/v1", "/apis/demo.example.com/v1"}) {
    auto const answer = get(path);
    EXPECT_EQ(answer->status, 200) << path;
    EXPECT_EQ(get(path + "/")->body, answer->body) << path;
  }
}

TEST_F(RoutesTest, a_path_that_cannot_be_decoded_is_refused) {
  auto const answer = get("/api/%zz");
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->body, "400 Bad Request\n");
}

}  // namespace
}  // namespace fakeapi_http
