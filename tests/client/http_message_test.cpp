#include "operator/client/http_message.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "operator/api/kinds.hpp"

namespace {

using api::Verb;

api::Resource const echoes{"example.com", "v1", "echoes"};

api::Request request(Verb verb, api::Resource resource, api::ObjectKey key) {
  api::Request made;
  made.verb = verb;
  made.resource = std::move(resource);
  made.key = std::move(key);
  return made;
}

std::string line(api::Request const& made) {
  auto const message = client::to_http(made, "tester/1");
  return message.method + " " + message.target;
}

api::SharedJson json(std::string_view text) { return api::share(boost::json::parse(text)); }

TEST(HttpMessage, names_one_object_by_group_version_namespace_and_name) {
  EXPECT_EQ(line(request(Verb::get, echoes, {"default", "a"})), "GET /apis/example.com/v1/namespaces/default/echoes/a");
  EXPECT_EQ(line(request(Verb::get, api::namespaces, {"", "kube-system"})), "GET /api/v1/namespaces/kube-system");
  auto made = request(Verb::patch, api::deployments, {"ns", "b"});
  made.subresource = api::Subresource::status;
  made.body = api::Patch(api::MergePatch{json(R"({"status":{}})")});
  EXPECT_EQ(line(made), "PATCH /apis/apps/v1/namespaces/ns/deployments/b/status");
}

TEST(HttpMessage, names_a_collection_without_a_name) {
  EXPECT_EQ(line(request(Verb::list, echoes, {"", ""})), "GET /apis/example.com/v1/echoes");
  EXPECT_EQ(line(request(Verb::create, api::leases, {"kube-system", "x"})),
            "POST /apis/coordination.k8s.io/v1/namespaces/kube-system/leases");
  auto binding = request(Verb::create, {"", "v1", "pods"}, {"default", "p"});
  binding.subresource = api::Subresource::binding;
  EXPECT_EQ(line(binding), "POST /api/v1/namespaces/default/pods/p/binding");
}

TEST(HttpMessage, escapes_what_would_mean_something_else_in_a_url) {
  EXPECT_EQ(line(request(Verb::get, echoes, {"a/b", "ü?&"})),
            "GET /apis/example.com/v1/namespaces/a%2Fb/echoes/%C3%BC%3F%26");
  auto made = request(Verb::list, echoes, {"", ""});
  api::ListOptions options;
  options.label_selector = "app in (a,b)";
  options.field_selector = "metadata.name=x";
  made.options = options;
  EXPECT_EQ(line(made),
            "GET /apis/example.com/v1/echoes?labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=metadata.name%3Dx");
}

TEST(HttpMessage, says_what_a_list_is_to_be) {
  auto made = request(Verb::list, echoes, {"default", ""});
  api::ListOptions options;
  options.resource_version = api::ResourceVersion(7);
  options.match = api::ResourceVersionMatch::exact;
  options.limit = 50;
  options.continue_token = "abc";
  made.options = options;
  EXPECT_EQ(line(made),
            "GET /apis/example.com/v1/namespaces/default/echoes?resourceVersion=7&resourceVersionMatch=Exact&limit=50"
            "&continue=abc");
}

TEST(HttpMessage, says_what_a_watch_is_to_be) {
  auto made = request(Verb::watch, echoes, {"default", "a"});
  api::WatchOptions options;
  options.resource_version = api::ResourceVersion(0);
  options.timeout = std::chrono::seconds(30);
  made.options = options;
  EXPECT_EQ(line(made),
            "GET /apis/example.com/v1/namespaces/default/echoes?watch=true&fieldSelector=metadata.name%3Da"
            "&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=30");
  made.key.name.clear();
  options = {};
  options.send_initial_events = true;
  options.match = api::ResourceVersionMatch::not_older_than;
  options.allow_bookmarks = false;
  made.options = options;
  EXPECT_EQ(line(made),
            "GET /apis/example.com/v1/namespaces/default/echoes?watch=true&sendInitialEvents=true"
            "&resourceVersionMatch=NotOlderThan");
}

TEST(HttpMessage, says_what_a_write_is_to_be) {
  auto made = request(Verb::patch, echoes, {"default", "a"});
  made.body = api::Patch(api::ApplyPatch{json(R"({"spec":{}})"), true});
  made.options =
      api::WriteOptions{.field_manager = "me", .dry_run = true, .field_validation = api::FieldValidation::strict};
  auto const message = client::to_http(made, "tester/1");
  EXPECT_EQ(message.target,
            "/apis/example.com/v1/namespaces/default/echoes/a?fieldManager=me&dryRun=All&fieldValidation=Strict"
            "&force=true");
  EXPECT_EQ(message.headers.get("Content-Type"), "application/apply-patch+yaml");
  EXPECT_EQ(message.headers.get("User-Agent"), "tester/1");
  EXPECT_EQ(message.body, R"({"spec":{}})");
}

TEST(HttpMessage, has_the_options_of_a_delete_in_its_body) {
  auto made = request(Verb::delete_, echoes, {"default", "a"});
  api::DeleteOptions options;
  options.preconditions = {"u-1", api::ResourceVersion(9)};
  options.propagation = api::PropagationPolicy::foreground;
  options.grace_period_seconds = 0;
  made.options = options;
  auto const message = client::to_http(made, "tester/1");
  EXPECT_EQ(message.method, "DELETE");
  EXPECT_EQ(message.body, R"({"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,)"
                          R"("preconditions":{"uid":"u-1","resourceVersion":"9"},"propagationPolicy":"Foreground"})");
}

TEST(HttpMessage, writes_the_operations_of_a_json_patch) {
  auto made = request(Verb::patch, echoes, {"default", "a"});
  made.body = api::Patch(api::JsonPatch{{{api::JsonPatchVerb::test, "/a", json("1"), ""},
                                         {api::JsonPatchVerb::remove, "/a", nullptr, ""},
                                         {api::JsonPatchVerb::move, "/b", nullptr, "/c"}}});
  EXPECT_EQ(
      client::to_http(made, "tester/1").body,
      R"([{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"},{"op":"move","path":"/b","from":"/c"}])");
}

}  // namespace
