// The discovery documents, held against those of a real kube-apiserver 1.20.2.
#include "fakeapi/discovery/discovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "fakeapi/discovery/version_order.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::discovery {
namespace {

using fakeapi::testing::Scene;
namespace json = boost::json;

json::object const& recorded() {
  static json::value const document = [] {
    std::ifstream file(SOURCE_FOLDER "/tests/data/fakeapi/discovery-1.20.json");
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return document.get_object();
}

/// The fixture's definition with the categories that the recorded one has.
std::string demo_definition() {
  std::string text(fakeapi::testing::demo_definition());
  constexpr std::string_view names = R"("shortNames": ["ec"])";
  text.replace(text.find(names), names.size(), R"("shortNames": ["ec"], "categories": ["all"])");
  return text;
}

/// A definition with versions in this order.
api::Object many(std::string const& plural, std::string const& kind, std::vector<std::string> const& versions,
                 std::string const& scope) {
  json::array list;
  for (auto const& name : versions) {
    list.push_back({{"name", name},
                    {"served", true},
                    {"storage", list.empty()},
                    {"schema", {{"openAPIV3Schema", {{"type", "object"}}}}}});
  }
  auto made = fakeapi::testing::object(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {}, "spec": {}})");
  made.metadata.name = plural + ".many.example.com";
  made.spec = api::share(json::object{{"group", "many.example.com"},
                                      {"scope", scope},
                                      {"names", {{"plural", plural}, {"kind", kind}}},
                                      {"versions", std::move(list)}});
  return made;
}

struct Discovery : ::testing::Test {
  Discovery() : Discovery(Profile::v1_20) {}
  explicit Discovery(Profile profile) : scene(demo_definition(), options(profile)) {}

  static ServerOptions options(Profile profile) {
    ServerOptions made;
    made.profile = profile;
    return made;
  }

  std::optional<Document> find(std::string_view path, std::string_view accept = "application/json") {
    return find_document(scene.server, {"127.0.0.1:6443"}, path, accept);
  }
  json::value body(std::string_view path, std::string_view accept = "application/json") {
    auto const document = find(path, accept);
    return document ? json::parse(*document->body) : json::value("no document");
  }
  /// Names in a list of named things.
  static std::vector<std::string> names(json::value const& list, std::string_view name = "name") {
    std::vector<std::string> made;
    for (auto const& item : list.as_array()) made.emplace_back(item.at(name).as_string());
    return made;
  }
  void define_many() {
    ASSERT_TRUE(scene.create(api::custom_resource_definitions,
                             many("alphas", "Alpha", {"v1alpha1", "v2", "v1", "v10", "v1beta2", "foo"}, "Cluster")));
    ASSERT_TRUE(scene.create(api::custom_resource_definitions, many("betas", "Beta", {"v2", "v3beta1"}, "Namespaced")));
  }

  Scene scene;
};

struct ModernDiscovery : Discovery {
  ModernDiscovery() : Discovery(Profile::modern) {}
};

TEST_F(Discovery, of_compiled_in_resources_is_that_of_the_real_server) {
  std::size_t compared = 0;
  for (auto const& [path, document] : recorded()) {
    auto const* theirs = document.get_object().if_contains("resources");
    if (theirs == nullptr || std::string_view(path).contains("example.com")) continue;
    auto const ours = body(path);
    if (!ours.is_object()) continue;  // nothing of that group is served
    EXPECT_EQ(ours.at("groupVersion"), document.at("groupVersion"));
    EXPECT_EQ(ours.get_object().contains("apiVersion"), document.get_object().contains("apiVersion")) << path;
    // Everything that we serve is there, the same and in the same order.
    auto at = theirs->get_array().begin();
    for (auto const& resource : ours.at("resources").get_array()) {
      at = std::find(at, theirs->get_array().end(), resource);
      ASSERT_NE(at, theirs->get_array().end()) << path << " " << resource;
      ++compared;
    }
  }
  EXPECT_GE(compared, 10U);
}

TEST_F(Discovery, tells_apart_how_resources_are_stored_and_says_nothing_of_subresources) {
  auto const document = find("/apis/demo.example.com/v1");
  ASSERT_TRUE(document);
  auto const resources = json::parse(*document->body).at("resources");
  EXPECT_EQ(resources.at(0).at("storageVersionHash").as_string().size(), 12U);
  EXPECT_FALSE(resources.at(1).as_object().contains("storageVersionHash"));
  auto const other = json::parse(*find("/apis/apps/v1")->body).at("resources");
  EXPECT_NE(resources.at(0).at("storageVersionHash"), other.at(0).at("storageVersionHash"));
}

TEST_F(Discovery, of_a_definition_is_that_of_the_real_server) {
  EXPECT_EQ(body("/apis/demo.example.com/v1"), recorded().at("/apis/demo.example.com/v1"));
  EXPECT_EQ(body("/apis/demo.example.com"), recorded().at("/apis/demo.example.com"));
}

TEST_F(Discovery, puts_the_versions_of_definitions_in_the_order_of_preference) {
  define_many();
  EXPECT_EQ(body("/apis/many.example.com"), recorded().at("/apis/many.example.com"));
  // The real server leaves the order of one group's definitions to chance.
  EXPECT_EQ(names(body("/apis/many.example.com/v2").at("resources")), (std::vector<std::string>{"alphas", "betas"}));
  EXPECT_EQ(body("/apis/many.example.com/v1"), recorded().at("/apis/many.example.com/v1"));
}

TEST_F(Discovery, lists_groups_in_the_order_of_the_real_server) {
  define_many();
  auto const ours = names(body("/apis").at("groups"));
  auto const theirs = names(recorded().at("/apis").at("groups"));
  auto at = theirs.begin();
  for (auto const& group : ours) {
    at = std::find(at, theirs.end(), group);
    ASSERT_NE(at, theirs.end()) << group;
  }
  EXPECT_TRUE(std::ranges::find(ours, "many.example.com") < std::ranges::find(ours, "demo.example.com"));
  EXPECT_EQ(std::ranges::find(ours, ""), ours.end()) << "the core group is not among them";
}

TEST_F(Discovery, tells_the_versions_of_the_core_group_and_where_the_server_is) {
  EXPECT_EQ(body("/api"), json::parse(R"({"kind": "APIVersions", "versions": ["v1"],
    "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}]})"));
}

TEST_F(Discovery, tells_the_version_with_every_field_of_the_real_server) {
  auto const ours = body("/version").as_object();
  auto const& theirs = recorded().at("/version").as_object();
  ASSERT_EQ(ours.size(), theirs.size());
  for (auto const& [name, value] : theirs) EXPECT_TRUE(ours.contains(name)) << name;
  EXPECT_EQ(ours.at("gitVersion"), theirs.at("gitVersion"));
}

TEST_F(Discovery, has_no_document_for_what_is_not_served) {
  for (auto const* path : {"/apis/nope", "/apis/apps/v9", "/api/v9", "/foo", "/apis/apps/v1/deployments", "",
                           "/openapi/v3", "/openapi/v3/api/v1"}) {
    EXPECT_FALSE(find(path)) << path;
  }
  EXPECT_TRUE(find("/apis/"));
}

TEST_F(Discovery, offers_fewer_verbs_on_what_is_being_deleted) {
  auto sent = fakeapi::testing::object(R"({"apiVersion": "demo.example.com/v1", "kind": "Echo",
    "metadata": {"name": "a", "namespace": "default", "finalizers": ["example.com/x"]}, "spec": {"text": "x"}})");
  ASSERT_TRUE(scene.create(fakeapi::testing::demos, sent));
  ASSERT_TRUE(scene.remove(api::custom_resource_definitions, "echoes.demo.example.com"));
  EXPECT_EQ(body("/apis/demo.example.com/v1").at("resources").at(0).at("verbs"),
            json::parse(R"(["delete", "deletecollection", "get", "list", "watch"])"));
}

TEST_F(Discovery, has_no_aggregated_form_in_1_20) {
  auto const document = find("/apis",
                             "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                             "application/json");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->content_type, "application/json");
}

TEST_F(Discovery, has_an_openapi_v2_document_as_json_and_as_protobuf) {
  auto const text = find("/openapi/v2");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->content_type, "application/json");
  EXPECT_EQ(json::parse(*text->body).at("swagger"), "2.0");
  auto const bytes = find("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->content_type, "application/octet-stream");
  EXPECT_TRUE(
      bytes->body->starts_with("\n\x03"
                               "2.0"));
  EXPECT_NE(bytes->etag, text->etag);
}

TEST_F(Discovery, lists_the_paths_that_can_be_asked_for) {
  auto const paths = body("/").at("paths").as_array();
  auto const has = [&](std::string_view path) { return std::ranges::find(paths, json::value(path)) != paths.end(); };
  EXPECT_TRUE(has("/api/v1") && has("/apis/apps") && has("/apis/apps/v1") && has("/healthz") && has("/version"));
  EXPECT_FALSE(has("/openapi/v3"));
}

TEST_F(ModernDiscovery, answers_in_the_first_form_that_the_client_takes) {
  constexpr std::string_view v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  constexpr std::string_view v2beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
  auto const type = [&](std::string const& accept) { return find("/apis", accept)->content_type; };
  EXPECT_EQ(type(std::string(v2) + "," + std::string(v2beta1) + ",application/json"), v2);
  EXPECT_EQ(type(std::string(v2beta1) + "," + std::string(v2) + ",application/json"), v2beta1);
  EXPECT_EQ(type("application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, " +
                 std::string(v2)),
            v2);
  EXPECT_EQ(type("application/json, " + std::string(v2)), "application/json");
  EXPECT_EQ(type("*/*"), "application/json");
  EXPECT_EQ(type(""), "application/json");
  EXPECT_EQ(type("application/json;as=Other;g=apidiscovery.k8s.io;v=v2, */*"), "application/json");
}

TEST_F(ModernDiscovery, aggregates_all_groups_in_one_document) {
  constexpr std::string_view accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  auto const groups = body("/apis", accept);
  EXPECT_EQ(groups.at("kind"), "APIGroupDiscoveryList");
  EXPECT_EQ(groups.at("apiVersion"), "apidiscovery.k8s.io/v2");
  json::value const* demo = nullptr;
  for (auto const& group : groups.at("items").as_array()) {
    if (group.at("metadata").at("name") == "demo.example.com") demo = &group;
    EXPECT_NE(group.at("metadata").at("name"), "") << "the core group is at /api";
  }
  ASSERT_NE(demo, nullptr);
  EXPECT_EQ(*demo, json::parse(R"({"metadata": {"name": "demo.example.com", "creationTimestamp": null}, "versions": [
    {"version": "v1", "freshness": "Current", "resources": [
      {"resource": "echoes", "responseKind": {"group": "demo.example.com", "version": "v1", "kind": "Echo"},
       "scope": "Namespaced", "singularResource": "echo",
       "verbs": ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
       "shortNames": ["ec"], "categories": ["all"],
       "subresources": [
         {"subresource": "status", "responseKind": {"group": "demo.example.com", "version": "v1", "kind": "Echo"},
          "verbs": ["get", "patch", "update"]},
         {"subresource": "scale", "responseKind": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
          "verbs": ["get", "patch", "update"]}]}]}]})"));

  auto const core = body("/api", accept);
  ASSERT_EQ(core.at("items").as_array().size(), 1U);
  EXPECT_EQ(core.at("items").at(0).at("metadata").at("name"), "");
  EXPECT_EQ(core.at("items").at(0).at("versions").at(0).at("version"), "v1");
}

TEST_F(ModernDiscovery, changes_its_tag_with_what_is_served) {
  constexpr std::string_view accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  auto const before = find("/apis", accept)->etag;
  EXPECT_EQ(find("/apis", accept)->etag, before);
  EXPECT_EQ(before.size(), 34U);
  define_many();
  EXPECT_NE(find("/apis", accept)->etag, before);
}

TEST_F(ModernDiscovery, tells_singular_names_of_compiled_in_kinds) {
  for (auto const& resource : body("/apis/apps/v1").at("resources").as_array()) {
    if (resource.at("name") == "deployments") EXPECT_EQ(resource.at("singularName"), "deployment");
    if (resource.at("name") == "deployments/scale") EXPECT_EQ(resource.at("singularName"), "");
  }
  EXPECT_EQ(body("/apis/authentication.k8s.io/v1").at("resources").at(0).at("singularName"), "selfsubjectreview");
  EXPECT_EQ(body("/version").at("minor"), "32");
}

TEST(VersionOrder, is_that_of_kubernetes) {
  std::vector<std::string_view> const sorted{"v10",     "v2",        "v1",        "v11beta2", "v10beta3",
                                             "v3beta1", "v12alpha1", "v11alpha2", "foo1",     "foo10",
                                             "v0",      "v01",       "v1beta",    "v1beta0",  "v1gamma1"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      EXPECT_EQ(version_before(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
    }
  }
}

}  // namespace
}  // namespace fakeapi::discovery
