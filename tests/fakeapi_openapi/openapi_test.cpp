// OpenAPI v3 of what is served.
#include "fakeapi/openapi/openapi.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>

#include "fakeapi/discovery/discovery.hpp"
#include "fakeapi/openapi/descriptions.hpp"
#include "fakeapi/openapi/swagger.hpp"
#include "fakeapi/protobuf/wire.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::openapi {
namespace {

using fakeapi::testing::Scene;
namespace json = boost::json;

ServerOptions options(Profile profile) {
  ServerOptions made;
  made.profile = profile;
  return made;
}

struct OpenApi : ::testing::Test {
  json::value find(std::string_view path) {
    auto const found = document(scene.server, path);
    if (!found) return "no document";
    json::parse_options deep;
    deep.max_depth = 100;
    return json::parse(found->text, {}, deep);
  }
  json::value schema(std::string_view path, std::string_view name) {
    auto const found = find(path);
    auto const* one = found.at("components").at("schemas").as_object().if_contains(name);
    return one != nullptr ? *one : json::value("no schema");
  }

  Scene scene{fakeapi::testing::demo_definition(), options(Profile::modern)};
};

/// Every "$ref" in a value.
void references(json::value const& value, std::set<std::string>& found) {
  if (value.is_array()) {
    for (auto const& item : value.get_array()) references(item, found);
  } else if (value.is_object()) {
    for (auto const& [name, member] : value.get_object()) {
      // A schema of schemas has a property of that name.
      if (name == "$ref" && member.is_string()) found.emplace(member.get_string());
      references(member, found);
    }
  }
}

TEST_F(OpenApi, has_a_document_for_each_group_and_version_that_is_served) {
  auto const paths = root(scene.server).at("paths").as_object();
  for (auto const* path : {"api/v1", "apis/apps/v1", "apis/demo.example.com/v1", "apis/authorization.k8s.io/v1"}) {
    ASSERT_TRUE(paths.contains(path)) << path;
  }
  for (auto const& [path, where] : paths) {
    auto const found = document(scene.server, path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(where.at("serverRelativeURL"), json::value("/openapi/v3/" + std::string(path) + "?hash=" + found->hash));
  }
  EXPECT_FALSE(document(scene.server, "apis/apps/v9"));
  EXPECT_FALSE(document(scene.server, ""));
}

TEST_F(OpenApi, refers_only_to_what_is_in_the_same_document) {
  for (auto const& [path, where] : root(scene.server).at("paths").as_object()) {
    auto const found = find(path);
    std::set<std::string> wanted;
    references(found, wanted);
    for (auto const& reference : wanted) {
      constexpr std::string_view prefix = "#/components/schemas/";
      ASSERT_TRUE(reference.starts_with(prefix)) << reference;
      EXPECT_TRUE(found.at("components").at("schemas").as_object().contains(reference.substr(prefix.size())))
          << path << " " << reference;
    }
  }
}

TEST_F(OpenApi, changes_its_hash_with_a_definition) {
  auto const before = document(scene.server, "apis/demo.example.com/v1")->hash;
  auto const apps = document(scene.server, "apis/apps/v1")->hash;
  EXPECT_EQ(document(scene.server, "apis/demo.example.com/v1")->hash, before);
  auto const found = scene.get(api::custom_resource_definitions, "echoes.demo.example.com");
  api::Object changed = **found;
  auto spec = *changed.spec;
  spec.at("versions").at(0).at("schema").at("openAPIV3Schema").as_object()["description"] = "another";
  changed.spec = api::share(std::move(spec));
  ASSERT_TRUE(scene.update(api::custom_resource_definitions, changed));
  EXPECT_NE(document(scene.server, "apis/demo.example.com/v1")->hash, before);
  EXPECT_EQ(document(scene.server, "apis/apps/v1")->hash, apps);
}

TEST_F(OpenApi, names_the_kind_on_every_path_as_kubectl_explain_looks_it_up) {
  auto const paths = find("apis/demo.example.com/v1").at("paths");
  auto const kind = json::parse(R"({"group": "demo.example.com", "version": "v1", "kind": "Echo"})");
  EXPECT_EQ(paths.at("/apis/demo.example.com/v1/echoes").at("get").at("x-kubernetes-group-version-kind"), kind);
  auto const& collection = paths.at("/apis/demo.example.com/v1/namespaces/{namespace}/echoes");
  EXPECT_EQ(collection.at("get").at("x-kubernetes-group-version-kind"), kind);
  EXPECT_EQ(collection.at("get").at("x-kubernetes-action"), "list");
  EXPECT_EQ(collection.at("delete").at("x-kubernetes-action"), "deletecollection");
  auto const& scale = paths.at("/apis/demo.example.com/v1/namespaces/{namespace}/echoes/{name}/scale");
  EXPECT_EQ(scale.at("get").at("x-kubernetes-group-version-kind"),
            json::parse(R"({"group": "autoscaling", "version": "v1", "kind": "Scale"})"));
  EXPECT_TRUE(paths.as_object().contains("/apis/demo.example.com/v1/namespaces/{namespace}/echoes/{name}/status"));
  EXPECT_TRUE(find("api/v1").at("paths").as_object().contains("/api/v1/namespaces/{name}"));
}

TEST_F(OpenApi, says_that_writes_take_fieldValidation) {
  auto const takes = [](json::value const& operation) {
    for (auto const& parameter : operation.at("parameters").as_array()) {
      if (parameter.at("name") == "fieldValidation" && parameter.at("in") == "query") return true;
    }
    return false;
  };
  for (auto const* path : {"apis/demo.example.com/v1", "apis/apps/v1"}) {
    std::size_t checked = 0;
    auto const document = find(path);
    for (auto const& [name, item] : document.at("paths").as_object()) {
      for (auto const* method : {"post", "put", "patch"}) {
        auto const* operation = item.as_object().if_contains(method);
        if (operation == nullptr) continue;
        EXPECT_TRUE(takes(*operation)) << name << " " << method;
        ++checked;
      }
    }
    EXPECT_GE(checked, 3U);
  }
}

TEST_F(OpenApi, offers_strategic_merge_patch_for_compiled_in_kinds_only) {
  auto const types = [&](std::string_view document, std::string_view path) {
    return find(document).at("paths").at(path).at("patch").at("requestBody").at("content").as_object();
  };
  auto const deployments = types("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
  auto const echoes =
      types("apis/demo.example.com/v1", "/apis/demo.example.com/v1/namespaces/{namespace}/echoes/{name}");
  EXPECT_TRUE(deployments.contains("application/strategic-merge-patch+json"));
  EXPECT_FALSE(echoes.contains("application/strategic-merge-patch+json"));
  EXPECT_TRUE(echoes.contains("application/apply-patch+yaml"));
}

TEST_F(OpenApi, shows_the_schema_of_a_definition_with_what_every_object_has) {
  auto const echo = schema("apis/demo.example.com/v1", "com.example.demo.v1.Echo");
  EXPECT_EQ(echo.at("x-kubernetes-group-version-kind"),
            json::parse(R"([{"group": "demo.example.com", "version": "v1", "kind": "Echo"}])"));
  auto const& properties = echo.at("properties");
  EXPECT_EQ(properties.at("metadata").at("allOf").at(0).at("$ref"),
            "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  EXPECT_EQ(properties.at("apiVersion").at("type"), "string");
  EXPECT_EQ(properties.at("spec").at("properties").at("replicas").at("maximum"), 10);
  EXPECT_EQ(properties.at("spec").at("properties").at("items").at("x-kubernetes-list-type"), "map");
  auto const list = schema("apis/demo.example.com/v1", "com.example.demo.v1.EchoList");
  EXPECT_EQ(list.at("properties").at("items").at("items").at("$ref"), "#/components/schemas/com.example.demo.v1.Echo");
}

TEST_F(OpenApi, shows_compiled_in_types_with_what_patches_need_to_know) {
  auto const spec = schema("apis/apps/v1", "io.k8s.api.core.v1.PodSpec");
  auto const& containers = spec.at("properties").at("containers");
  EXPECT_EQ(containers.at("x-kubernetes-patch-strategy"), "merge");
  EXPECT_EQ(containers.at("x-kubernetes-patch-merge-key"), "name");
  EXPECT_EQ(containers.at("items").at("$ref"), "#/components/schemas/io.k8s.api.core.v1.Container");
  EXPECT_EQ(spec.at("required"), json::parse(R"(["containers"])"));
  auto const ports = schema("apis/apps/v1", "io.k8s.api.core.v1.Container").at("properties").at("ports");
  EXPECT_EQ(ports.at("x-kubernetes-list-type"), "map");
  EXPECT_EQ(ports.at("x-kubernetes-list-map-keys"), json::parse(R"(["containerPort", "protocol"])"));
  auto const strategy = schema("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec").at("properties").at("strategy");
  EXPECT_EQ(strategy.at("x-kubernetes-patch-strategy"), "retainKeys");
  EXPECT_EQ(strategy.at("allOf").at(0).at("$ref"), "#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy");
  EXPECT_EQ(schema("apis/apps/v1", "io.k8s.apimachinery.pkg.util.intstr.IntOrString"),
            json::parse(R"({"oneOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"})"));
  EXPECT_EQ(schema("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec").at("properties").at("replicas").at("format"),
            "int32");
}

TEST_F(OpenApi, is_reached_through_discovery_with_a_tag) {
  auto const found = discovery::find_document(scene.server, {}, "/openapi/v3/apis/apps/v1", "*/*");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->etag, "\"" + document(scene.server, "apis/apps/v1")->hash + "\"");
  EXPECT_TRUE(discovery::find_document(scene.server, {}, "/openapi/v3", "*/*"));
}

TEST_F(OpenApi, describes_nothing_that_there_is_not) {
  auto const schemas = all_schemas(scene.server);
  for (auto const& description : descriptions()) {
    bool found = description.structure.empty();
    for (auto const& [name, schema] : schemas) {
      if (found || !std::string_view(name).ends_with(description.structure)) continue;
      auto const* properties = schema.as_object().if_contains("properties");
      found =
          description.field.empty() || (properties != nullptr && properties->as_object().contains(description.field));
    }
    EXPECT_TRUE(found) << description.structure << " " << description.field;
    EXPECT_TRUE(description.text.ends_with('.')) << description.text;
  }
}

struct Swagger : ::testing::Test {
  Scene scene{fakeapi::testing::echo_definition()};
  json::object document = swagger(scene.server);
  json::object const& definitions = document.at("definitions").as_object();
};

TEST_F(Swagger, refers_only_to_its_own_definitions) {
  std::set<std::string> wanted;
  references(document, wanted);
  EXPECT_GT(wanted.size(), 50U);
  for (auto const& reference : wanted) {
    constexpr std::string_view prefix = "#/definitions/";
    ASSERT_TRUE(reference.starts_with(prefix)) << reference;
    EXPECT_TRUE(definitions.contains(reference.substr(prefix.size()))) << reference;
  }
}

TEST_F(Swagger, has_what_kubectl_looks_for) {
  auto const& echo = definitions.at("com.example.v1.Echo");
  EXPECT_EQ(echo.at("x-kubernetes-group-version-kind"),
            json::parse(R"([{"group": "example.com", "version": "v1", "kind": "Echo"}])"));
  EXPECT_EQ(echo.at("properties").at("spec").at("properties").at("replicas").at("type"), "integer");
  auto const& strategy = definitions.at("io.k8s.api.apps.v1.DeploymentSpec").at("properties").at("strategy");
  EXPECT_EQ(strategy.at("$ref"), "#/definitions/io.k8s.api.apps.v1.DeploymentStrategy");
  EXPECT_EQ(strategy.at("description"), "How old pods are replaced by new ones.");
  auto const& containers = definitions.at("io.k8s.api.core.v1.PodSpec").at("properties").at("containers");
  EXPECT_EQ(containers.at("x-kubernetes-patch-merge-key"), "name");
  auto const& surge = definitions.at("io.k8s.api.apps.v1.RollingUpdateDeployment").at("properties").at("maxSurge");
  auto const target = std::string(surge.at("$ref").as_string()).substr(std::string("#/definitions/").size());
  EXPECT_EQ(definitions.at(target), json::parse(R"({"type": "string", "format": "int-or-string"})"));
}

// The fields of a message that are bytes, by their numbers.
std::multimap<std::uint32_t, std::string> taken_apart(std::string_view message) {
  protobuf::WireReader reader(message);
  std::multimap<std::uint32_t, std::string> fields;
  while (auto const field = reader.next()) fields.emplace(field->number, field->bytes);
  EXPECT_EQ(reader.error(), "");
  return fields;
}

TEST_F(Swagger, says_the_same_in_protobuf) {
  auto const fields = taken_apart(swagger_protobuf(scene.server));
  EXPECT_EQ(fields.find(1)->second, "2.0");
  std::map<std::string, std::string> schemas;
  for (auto const& [number, entry] : taken_apart(fields.find(9)->second)) {
    auto const pair = taken_apart(entry);
    schemas[pair.find(1)->second] = pair.find(2)->second;
  }
  ASSERT_EQ(schemas.size(), definitions.size());
  auto const echo = taken_apart(schemas.at("com.example.v1.Echo"));
  EXPECT_EQ(taken_apart(echo.find(22)->second).find(1)->second, "object");
  EXPECT_EQ(echo.count(19), 1U);
  EXPECT_EQ(echo.find(19)->second, "spec");
  auto const extension = taken_apart(echo.find(31)->second);
  EXPECT_EQ(extension.find(1)->second, "x-kubernetes-group-version-kind");
  EXPECT_EQ(taken_apart(extension.find(2)->second).find(2)->second,
            R"([{"group":"example.com","version":"v1","kind":"Echo"}])");
  EXPECT_EQ(taken_apart(echo.find(25)->second).size(),
            definitions.at("com.example.v1.Echo").at("properties").as_object().size());
}

}  // namespace
}  // namespace fakeapi::openapi
