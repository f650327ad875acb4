#include "tests/fakeapi_authorization/support.hpp"

#include <fstream>
#include <iterator>

#include "fakeapi/authorization/rules.hpp"
#include "operator/api/kinds.hpp"

namespace fakeapi::authorization {
namespace {

ServerOptions options(Profile profile) {
  ServerOptions made;
  made.profile = profile;
  return made;
}

std::string plural_of(std::string_view kind) {
  std::string plural(kind);
  for (char& c : plural) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return plural + "s";
}

}  // namespace

json::object const& recorded() {
  static json::value const document = [] {
    std::ifstream file(SOURCE_FOLDER "/tests/data/fakeapi/rbac-1.20.json");
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return document.get_object();
}

User user(std::string name, std::vector<std::string> groups) {
  User made;
  made.name = std::move(name);
  made.groups = std::move(groups);
  return made;
}

Cluster::Cluster(Profile profile) : server(options(profile)) {}

RequestContext Cluster::context() const {
  RequestContext made;
  made.now = seams::WallTime(std::chrono::seconds(1795454649));
  return made;
}

void Cluster::store_value(json::value const& object) {
  auto made = api::object_from_json(object);
  ASSERT_TRUE(made) << made.error();
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = {std::string(rbac_group), "v1", plural_of(made->kind)};
  request.key = made->key();
  request.body = std::make_shared<api::Object const>(*std::move(made));
  request.options = api::WriteOptions();
  auto const stored = server.execute(request, context());
  ASSERT_TRUE(stored) << stored.error().to_string();
}

void Cluster::create_namespace(std::string const& name) {
  api::Object object;
  object.api_version = "v1";
  object.kind = "Namespace";
  object.metadata.name = name;
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = api::namespaces;
  request.key = {"", name};
  request.body = std::make_shared<api::Object const>(std::move(object));
  request.options = api::WriteOptions();
  ASSERT_TRUE(server.execute(request, context()));
}

void Cluster::store_recorded() {
  create_namespace("ra");
  create_namespace("rb");
  install_bootstrap_roles(server, context());
  for (auto const& object : recorded().at("objects").as_array()) store_value(object);
}

Attributes attributes(json::value const& spec) {
  Attributes made;
  auto const text = [](json::value const& from, std::string_view name) {
    return std::string(api::find_string(&from, {name}).value_or(""));
  };
  if (auto const* resource = spec.as_object().if_contains("resourceAttributes")) {
    made.verb = text(*resource, "verb");
    made.group = text(*resource, "group");
    made.resource = text(*resource, "resource");
    made.subresource = text(*resource, "subresource");
    made.namespace_ = text(*resource, "namespace");
    made.name = text(*resource, "name");
  } else {
    made.is_resource = false;
    made.verb = text(spec.at("nonResourceAttributes"), "verb");
    made.path = text(spec.at("nonResourceAttributes"), "path");
  }
  return made;
}

}  // namespace fakeapi::authorization
