#include "tests/fakeapi/fixture.hpp"

#include <algorithm>

#include "operator/api/watch.hpp"
#include "operator/seams/check.hpp"

namespace fakeapi::testing {

std::string_view tutorial_definition() {
  return R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced",
      "names": {"kind": "Echo", "plural": "echoes", "singular": "echo", "shortNames": ["echo"]},
      "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
        "type": "object", "properties": {"spec": {"type": "object", "required": ["replicas"],
          "properties": {"replicas": {"type": "integer", "format": "int32"}}}}}}}]}})";
}

std::string_view echo_definition() {
  return R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced",
      "names": {"kind": "Echo", "plural": "echoes", "singular": "echo", "shortNames": ["echo"]},
      "versions": [{"name": "v1", "served": true, "storage": true,
        "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
          "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}},
        "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
          "spec": {"type": "object", "required": ["replicas"],
            "properties": {"replicas": {"type": "integer", "format": "int32", "minimum": 0}}},
          "status": {"type": "object", "properties": {
            "observedGeneration": {"type": "integer", "format": "int64"},
            "replicas": {"type": "integer", "format": "int32"},
            "readyReplicas": {"type": "integer", "format": "int32"},
            "selector": {"type": "string"},
            "conditions": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
              "items": {"type": "object", "required": ["type", "status"], "properties": {
                "type": {"type": "string"}, "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
                "reason": {"type": "string", "minLength": 1}, "message": {"type": "string"},
                "observedGeneration": {"type": "integer", "format": "int64"},
                "lastTransitionTime": {"type": "string", "format": "date-time"}}}}}}}}}}]}})";
}

std::string_view demo_definition() {
  return R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.demo.example.com"},
    "spec": {"group": "demo.example.com", "scope": "Namespaced",
      "names": {"plural": "echoes", "singular": "echo", "kind": "Echo", "listKind": "EchoList", "shortNames": ["ec"]},
      "versions": [{"name": "v1", "served": true, "storage": true,
        "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
          "statusReplicasPath": ".status.readyReplicas", "labelSelectorPath": ".status.selector"}},
        "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
          "spec": {"type": "object", "required": ["text"], "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 100},
            "replicas": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 10, "default": 1},
            "mode": {"type": "string", "enum": ["a", "b"]},
            "port": {"x-kubernetes-int-or-string": true},
            "raw": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
              "items": {"type": "object", "required": ["name"],
                "properties": {"name": {"type": "string"}, "v": {"type": "integer", "default": 7}}}}}},
          "status": {"type": "object", "properties": {
            "observedGeneration": {"type": "integer", "format": "int64"},
            "readyReplicas": {"type": "integer", "format": "int32"}, "selector": {"type": "string"},
            "conditions": {"type": "array", "items": {"type": "object", "required": ["type", "status"],
              "properties": {"type": {"type": "string"}, "status": {"type": "string"},
                "lastTransitionTime": {"type": "string", "format": "date-time"}}}}}}}}}}]}})";
}

api::Object object(std::string_view text) {
  auto read = api::object_from_json(json(text));
  seams::check(read.has_value(), "the test's object is one");
  return *std::move(read);
}

boost::json::value shown(api::ObjectPtr const& value) { return api::object_to_json(*value); }

boost::json::value shown(api::ObjectPtr const& value, std::string_view field) {
  auto all = shown(value);
  auto const* found = all.get_object().if_contains(field);
  return found != nullptr ? *found : boost::json::value();
}

api::Object echo(std::string const& name, int replicas) {
  api::Object made = object(R"({"apiVersion": "example.com/v1", "kind": "Echo"})");
  made.metadata.name = name;
  made.metadata.namespace_ = "default";
  made.spec = api::share({{"replicas", replicas}});
  return made;
}

api::Object deployment(std::string const& name, int replicas) {
  api::Object made = object(R"({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
    "selector": {"matchLabels": {"app": "x"}},
    "template": {"metadata": {"labels": {"app": "x"}},
      "spec": {"containers": [{"name": "c", "image": "inanimate/echo-server:latest",
        "ports": [{"containerPort": 8080}]}]}}}})");
  made.metadata.name = name;
  made.metadata.namespace_ = "default";
  auto spec = *made.spec;
  spec.get_object()["replicas"] = replicas;
  made.spec = api::share(std::move(spec));
  return made;
}

api::Patch merge(std::string_view document) { return api::MergePatch{api::share(json(document))}; }

api::Patch json_patch(std::string_view operations) {
  api::JsonPatch patch;
  for (auto const& entry : json(operations).as_array()) {
    auto const op = api::find_string(&entry, {"op"});
    api::JsonPatchOperation operation{};
    using Verb = api::JsonPatchVerb;
    operation.verb = op == "add"       ? Verb::add
                     : op == "remove"  ? Verb::remove
                     : op == "replace" ? Verb::replace
                     : op == "move"    ? Verb::move
                     : op == "copy"    ? Verb::copy
                                       : Verb::test;
    operation.path = std::string(api::find_string(&entry, {"path"}).value_or(""));
    operation.from = std::string(api::find_string(&entry, {"from"}).value_or(""));
    if (auto const* value = api::find_path(&entry, {"value"})) operation.value = api::share(*value);
    patch.operations.push_back(std::move(operation));
  }
  return patch;
}

Scene::Scene(std::string_view definition, ServerOptions options) : server(std::move(options)) {
  if (definition.empty()) return;
  auto const created = create(api::custom_resource_definitions, object(definition));
  seams::check(created.has_value(), "the test's definition is accepted");
}

Result<api::Response> Scene::call(api::Request const& request) {
  now += std::chrono::seconds(1);
  return server.execute(request, context());
}

RequestContext Scene::context() const {
  RequestContext made;
  made.actor = Actor{1};
  made.cause = 7;
  made.now = now;
  made.frontend = frontend;
  return made;
}

std::string Scene::namespace_of(api::Resource const& resource) const {
  bool const cluster = resource == api::namespaces || resource == api::custom_resource_definitions;
  return cluster ? "" : "default";
}

namespace {

Result<api::ObjectPtr> as_object(Result<api::Response> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::get<api::ObjectPtr>(*answer);
}

api::Request make(api::Verb verb, api::Resource const& resource, api::ObjectKey key) {
  api::Request request;
  request.verb = verb;
  request.resource = resource;
  request.key = std::move(key);
  return request;
}

api::ListOptions to_api(Listing options) {
  api::ListOptions list;
  list.label_selector = std::move(options.label_selector);
  list.field_selector = std::move(options.field_selector);
  list.resource_version = options.resource_version;
  list.match = options.match;
  list.limit = options.limit;
  list.continue_token = std::move(options.continue_token);
  list.trim = std::move(options.trim);
  return list;
}

}  // namespace

Result<api::ObjectPtr> Scene::create(api::Resource const& resource, api::Object value, Writing options) {
  auto const namespace_ = value.metadata.namespace_.empty() ? namespace_of(resource) : value.metadata.namespace_;
  auto request = make(api::Verb::create, resource, {namespace_, value.metadata.name});
  request.body = shared(std::move(value));
  api::WriteOptions write;
  write.dry_run = options.dry_run;
  request.options = std::move(write);
  return as_object(call(request));
}

Result<api::ObjectPtr> Scene::update(api::Resource const& resource, api::Object value, api::Subresource subresource) {
  auto request = make(api::Verb::update, resource, {namespace_of(resource), value.metadata.name});
  request.subresource = subresource;
  request.body = shared(std::move(value));
  request.options = api::WriteOptions();
  return as_object(call(request));
}

Result<api::ObjectPtr> Scene::patch(api::Resource const& resource, std::string const& name, api::Patch patch,
                                    api::Subresource subresource, Writing options) {
  auto request = make(api::Verb::patch, resource, {namespace_of(resource), name});
  request.subresource = subresource;
  request.body = std::move(patch);
  api::WriteOptions write;
  write.dry_run = options.dry_run;
  request.options = std::move(write);
  return as_object(call(request));
}

Result<api::ObjectPtr> Scene::get(api::Resource const& resource, std::string const& name,
                                  api::Subresource subresource) {
  auto request = make(api::Verb::get, resource, {namespace_of(resource), name});
  request.subresource = subresource;
  return as_object(call(request));
}

Result<api::ObjectList> Scene::list(api::Resource const& resource, Listing options, std::string const& namespace_) {
  auto request = make(api::Verb::list, resource, {namespace_of(resource).empty() ? "" : namespace_, ""});
  request.options = to_api(std::move(options));
  auto answer = call(request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::get<api::ObjectList>(*std::move(answer));
}

Result<api::ObjectList> Scene::remove_all(api::Resource const& resource, Listing select, api::DeleteOptions each) {
  auto request = make(api::Verb::delete_collection, resource, {namespace_of(resource), ""});
  api::DeleteCollectionOptions options;
  options.each = std::move(each);
  options.select = to_api(std::move(select));
  request.options = std::move(options);
  auto answer = call(request);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::get<api::ObjectList>(*std::move(answer));
}

Result<api::Response> Scene::remove(api::Resource const& resource, std::string const& name,
                                    api::DeleteOptions options) {
  auto request = make(api::Verb::delete_, resource, {namespace_of(resource), name});
  request.options = std::move(options);
  return call(request);
}

Result<std::unique_ptr<WatchCursor>> Scene::open_watch(api::Resource const& resource, Watching options,
                                                       std::string const& namespace_) {
  auto request = make(api::Verb::watch, resource, {namespace_of(resource).empty() ? "" : namespace_, ""});
  api::WatchOptions watch;
  watch.label_selector = std::move(options.label_selector);
  watch.field_selector = std::move(options.field_selector);
  watch.resource_version = options.resource_version;
  watch.trim = std::move(options.trim);
  watch.send_initial_events = options.send_initial_events;
  watch.match = options.match;
  request.options = std::move(watch);
  return server.open_watch(request, context());
}

WatchCursor Scene::watch(api::Resource const& resource, Watching options, std::string const& namespace_) {
  auto opened = open_watch(resource, std::move(options), namespace_);
  seams::check(opened.has_value(), "the test's watch opens");
  return **opened;
}

std::vector<api::WatchEvent> Scene::events(WatchCursor& cursor) {
  std::vector<api::WatchEvent> all;
  while (auto event = server.next_event(cursor, server.revision())) all.push_back(*std::move(event));
  return all;
}

std::vector<std::string> Scene::told(WatchCursor& cursor) {
  std::vector<std::string> texts;
  for (auto const& event : events(cursor)) {
    std::string text(api::to_string(event.type));
    if (event.object) {
      text += " " + event.object->metadata.name + "@" +
              std::to_string(api::to_number(event.object->metadata.resource_version));
    } else {
      text += " " + event.error->message;
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

void expect_error(api::Error const& error, int code, api::Reason reason, std::string_view message) {
  EXPECT_EQ(error.code, code);
  EXPECT_EQ(api::to_string(error.reason), api::to_string(reason));
  EXPECT_EQ(error.message, message);
}

}  // namespace fakeapi::testing
