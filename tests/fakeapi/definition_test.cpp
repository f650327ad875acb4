// CustomResourceDefinitions and what they make of their objects (fakeapi.md: CRD).
#include "fakeapi/semantics/definition.hpp"

#include "fakeapi/semantics/schema.hpp"
#include "tests/fakeapi/fixture.hpp"

namespace fakeapi::testing {
namespace {

using api::Reason;

api::Object demo(std::string_view spec) {
  auto made = object(R"({"apiVersion": "demo.example.com/v1", "kind": "Echo",
    "metadata": {"name": "v1", "namespace": "default"}})");
  made.spec = api::share(json(spec));
  return made;
}

struct Definition : ::testing::Test {
  Scene scene;
};
struct Schema : ::testing::Test {
  Result<api::ObjectPtr> create(std::string_view spec) { return scene.create(demos, demo(spec)); }
  Scene scene{demo_definition()};
};

TEST_F(Definition, is_established_with_its_names_accepted) {
  auto const found = scene.get(api::custom_resource_definitions, "echoes.example.com");
  ASSERT_TRUE(found);
  auto const time = api::format_timestamp(*(*found)->metadata.creation_timestamp);
  EXPECT_EQ(shown(*found, "status"), json(R"({"conditions": [
      {"type": "NamesAccepted", "status": "True", "lastTransitionTime": ")" +
                                          time + R"(", "reason": "NoConflicts",
        "message": "no conflicts found"},
      {"type": "Established", "status": "True", "lastTransitionTime": ")" +
                                          time + R"(",
        "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"}],
    "acceptedNames": {"kind": "Echo", "plural": "echoes", "singular": "echo", "shortNames": ["echo"],
      "listKind": "EchoList"},
    "storedVersions": ["v1"]})"));
  EXPECT_EQ(api::find_path((*found)->spec.get(), {"conversion"})->at("strategy"), "None");
  EXPECT_EQ((*found)->metadata.generation, 1);
}

TEST_F(Definition, is_created_first_and_then_accepted_and_established_each_by_a_write_of_its_own) {
  auto watch = scene.watch(api::custom_resource_definitions);
  scene.told(watch);
  auto const created = scene.create(api::custom_resource_definitions, object(demo_definition()));
  EXPECT_EQ(shown(*created, "status"),
            json(R"({"conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": ["v1"]})"));
  auto const events = scene.events(watch);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].type, api::WatchEventType::added);
  EXPECT_EQ(events[1].object->status->at("conditions").at(1).at("reason"), "Installing");
  EXPECT_EQ(events[2].object->status->at("conditions").at(1).at("reason"), "InitialNamesAccepted");
}

TEST_F(Definition, waits_for_names_that_another_one_has) {
  auto text = std::string(tutorial_definition());
  text.replace(text.find("echoes.example.com"), 18, "others.example.com");
  text.replace(text.find("\"plural\": \"echoes\""), 18, "\"plural\": \"others\"");
  ASSERT_TRUE(scene.create(api::custom_resource_definitions, object(text)));
  api::Resource const others{"example.com", "v1", "others"};
  auto const waiting = *scene.get(api::custom_resource_definitions, "others.example.com");
  auto const& conditions = waiting->status->at("conditions").as_array();
  EXPECT_EQ(conditions[0].at("reason"), "ListKindConflict");
  EXPECT_EQ(conditions[0].at("message"), "\"EchoList\" is already in use");
  EXPECT_EQ(conditions[1].at("reason"), "NotAccepted");
  EXPECT_EQ(waiting->status->at("acceptedNames"), json(R"({"plural": "others", "kind": ""})"));
  EXPECT_EQ(scene.list(others).error().message, "404 page not found");
  ASSERT_TRUE(scene.remove(api::custom_resource_definitions, "echoes.example.com"));
  EXPECT_TRUE(scene.list(others));
}

TEST_F(Definition, that_was_never_established_goes_at_once) {
  auto text = std::string(tutorial_definition());
  text.replace(text.find("echoes.example.com"), 18, "others.example.com");
  text.replace(text.find("\"plural\": \"echoes\""), 18, "\"plural\": \"others\"");
  ASSERT_TRUE(scene.create(api::custom_resource_definitions, object(text)));
  ASSERT_TRUE(scene.remove(api::custom_resource_definitions, "others.example.com"));
  EXPECT_FALSE(scene.get(api::custom_resource_definitions, "others.example.com"));
  EXPECT_TRUE(scene.list(echoes));
}

TEST_F(Definition, gives_old_objects_its_new_defaults_when_they_are_read) {
  Scene tutorial(tutorial_definition());
  auto const old = *tutorial.create(echoes, echo("a", 1));
  ASSERT_TRUE(tutorial.patch(api::custom_resource_definitions, "echoes.example.com", json_patch(R"([{"op": "add",
        "value": {"type": "string", "default": "d"},
        "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/text"}])")));
  auto const now = *tutorial.get(echoes, "a");
  EXPECT_EQ(shown(now, "spec"), json(R"({"replicas": 1, "text": "d"})"));
  EXPECT_EQ(now->metadata.resource_version, old->metadata.resource_version);
  EXPECT_EQ(shown(tutorial.list(echoes)->items.front(), "spec"), json(R"({"replicas": 1, "text": "d"})"));
  // A write of what was read stores them, though nothing else changes.
  auto const written = tutorial.update(echoes, *now);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_NE((*written)->metadata.resource_version, old->metadata.resource_version);
}

TEST_F(Definition, shows_an_object_in_another_version_without_what_that_has_no_place_for) {
  Scene two(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Echo", "plural": "echoes"},
      "versions": [
        {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object",
          "properties": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"}}}}}}},
        {"name": "v2", "served": true, "storage": false, "schema": {"openAPIV3Schema": {"type": "object",
          "properties": {"spec": {"type": "object", "properties": {"replicas": {"type": "integer"},
            "b": {"type": "integer", "default": 3}}}}}}}]}})");
  api::Resource const v2{"example.com", "v2", "echoes"};
  auto sent = echo("a");
  sent.api_version = "example.com/v2";
  sent.spec = api::share(json(R"({"replicas": 1, "b": 5})"));
  // What the version in which objects are kept has no place for is lost.
  EXPECT_EQ(shown(*two.create(v2, sent), "spec"), json(R"({"replicas": 1})"));
  EXPECT_EQ(shown(*two.get(v2, "a"), "spec"), json(R"({"replicas": 1})"));
}

TEST_F(Definition, may_not_drop_a_version_in_which_objects_may_be_kept) {
  expect_causes(scene.patch(api::custom_resource_definitions, "echoes.example.com",
                            json_patch(R"([{"op": "replace", "path": "/spec/versions/0/name", "value": "v2"}])")),
                {"status.storedVersions[0]: Invalid value: \"v1\": must appear in spec.versions"});
}

TEST_F(Definition, has_a_name_made_of_plural_and_group) {
  auto sent = object(tutorial_definition());
  sent.metadata.name = "wrong.example.com";
  expect_error(scene.create(api::custom_resource_definitions, sent), 422, Reason::invalid,
               "CustomResourceDefinition.apiextensions.k8s.io \"wrong.example.com\" is invalid: metadata.name: Invalid "
               "value: \"wrong.example.com\": must be spec.names.plural+\".\"+spec.group");
}

TEST_F(Definition, must_have_a_structural_schema) {
  auto sent = object(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "foos.demo.example.com"},
    "spec": {"group": "demo.example.com", "scope": "Namespaced", "names": {"kind": "Foo", "plural": "foos"},
      "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
        "type": "object", "properties": {"spec": {"properties": {"x": {"type": "string"}}}}}}}]}})");
  expect_error(scene.create(api::custom_resource_definitions, sent), 422, Reason::invalid,
               "CustomResourceDefinition.apiextensions.k8s.io \"foos.demo.example.com\" is invalid: "
               "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified "
               "object fields");
}

TEST_F(Definition, must_have_names_a_scope_and_one_storage_version) {
  auto const sent = object(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "foos.demo.example.com"},
    "spec": {"group": "demo.example.com", "scope": "Elsewhere", "names": {"plural": "foos", "kind": ""},
      "versions": [{"name": "v1", "served": true, "storage": false,
        "schema": {"openAPIV3Schema": {"type": "object"}}}]}})");
  expect_causes(
      scene.create(api::custom_resource_definitions, sent),
      {"spec.scope: Unsupported value: \"Elsewhere\": supported values: \"Cluster\", \"Namespaced\"",
       "spec.versions: Invalid value: []apiextensions.CustomResourceDefinitionVersion{apiextensions."
       "CustomResourceDefinitionVersion{Name:\"v1\", Served:true, Storage:false, Deprecated:false, "
       "DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), "
       "Subresources:(*apiextensions.CustomResourceSubresources)(nil), "
       "AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil)}}: must have exactly one version "
       "marked as storage version",
       "spec.names.singular: Required value", "spec.names.kind: Required value", "spec.names.listKind: Required value",
       "status.storedVersions: Invalid value: []string(nil): must have at least one stored version"});
}

TEST_F(Definition, keeps_its_scope_group_and_kind) {
  auto const refused =
      scene.patch(api::custom_resource_definitions, "echoes.example.com", merge(R"({"spec": {"scope": "Cluster"}})"));
  expect_causes(refused, {"spec.scope: Invalid value: \"Cluster\": field is immutable"});
}

TEST_F(Definition, of_cluster_scope_takes_objects_outside_namespaces_only) {
  std::string text(tutorial_definition());
  text.replace(text.find("Namespaced"), 10, "Cluster");
  Scene cluster(text);
  api::Request request;
  request.verb = api::Verb::create;
  request.resource = echoes;
  auto sent = echo("a");
  sent.metadata.namespace_ = "";
  request.body = shared(sent);
  request.options = api::WriteOptions();
  EXPECT_TRUE(cluster.call(request));
  request.key = {"default", "a"};
  expect_error(cluster.call(request), 404, Reason::not_found, "404 page not found");
}

TEST_F(Definition, deleted_takes_its_objects_along_and_its_path) {
  ASSERT_TRUE(scene.create(echoes, echo("a")));
  ASSERT_TRUE(scene.create(echoes, echo("b")));
  auto watch = scene.watch(echoes, {.resource_version = api::ResourceVersion(scene.server.revision())});
  auto const answer = scene.remove(api::custom_resource_definitions, "echoes.example.com");
  ASSERT_TRUE(answer);
  auto const marked = std::get<api::ObjectPtr>(*answer);
  EXPECT_TRUE(marked->metadata.terminating());
  EXPECT_TRUE(marked->metadata.has_finalizer("customresourcecleanup.apiextensions.k8s.io"));
  EXPECT_EQ(scene.get(echoes, "a").error().message, "404 page not found");
  EXPECT_FALSE(scene.get(api::custom_resource_definitions, "echoes.example.com"));
  auto const told = scene.told(watch);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[0].starts_with("DELETED a"));
  EXPECT_TRUE(scene.server.watch_ended(watch));
}

TEST_F(Definition, deleted_waits_for_objects_with_finalizers) {
  auto held = echo("a");
  held.metadata.finalizers = std::vector<std::string>{"x.io/f"};
  ASSERT_TRUE(scene.create(echoes, held));
  auto const index = scene.server.index_of(echoes);
  ASSERT_TRUE(scene.remove(api::custom_resource_definitions, "echoes.example.com"));
  auto const definition = scene.get(api::custom_resource_definitions, "echoes.example.com");
  ASSERT_TRUE(definition);
  EXPECT_EQ((*definition)->status->at("conditions").as_array().back().at("type"), "Terminating");
  EXPECT_TRUE((*scene.get(echoes, "a"))->metadata.terminating());
  auto const refused = scene.create(echoes, echo("b"));
  EXPECT_EQ(refused.error().code, 405);
  EXPECT_EQ(refused.error().reason, Reason::method_not_allowed);
  EXPECT_EQ(refused.error().message, "create not allowed while custom resource definition is terminating");
  ASSERT_TRUE(scene.patch(echoes, "a", merge(R"({"metadata": {"finalizers": null}})")));
  EXPECT_FALSE(scene.get(api::custom_resource_definitions, "echoes.example.com"));
  // It can come again; its objects have the same place in the log.
  ASSERT_TRUE(scene.create(api::custom_resource_definitions, object(tutorial_definition())));
  EXPECT_EQ(scene.server.index_of(echoes), index);
  EXPECT_TRUE(scene.list(echoes)->items.empty());
}

TEST_F(Definition, replaced_by_a_stricter_one_holds_for_old_objects_at_their_next_write) {
  Scene tutorial(tutorial_definition());
  ASSERT_TRUE(tutorial.create(echoes, echo("a", -1)));
  ASSERT_TRUE(
      tutorial.patch(api::custom_resource_definitions, "echoes.example.com", json_patch(R"([{"op": "add", "value": 0,
        "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/replicas/minimum"}])")));
  expect_causes(tutorial.patch(echoes, "a", merge(R"({"metadata": {"labels": {"l": "1"}}})")),
                {"spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0"});
  EXPECT_TRUE(tutorial.patch(echoes, "a", merge(R"({"spec": {"replicas": 0}})")));
}

TEST_F(Definition, with_two_versions_shows_every_object_in_both) {
  Scene two(R"({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "echoes.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Echo", "plural": "echoes"},
      "versions": [
        {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
          "type": "object", "x-kubernetes-preserve-unknown-fields": true}}},
        {"name": "v2", "served": true, "storage": false, "schema": {"openAPIV3Schema": {
          "type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})");
  api::Resource const v2{"example.com", "v2", "echoes"};
  ASSERT_TRUE(two.create(echoes, echo("a")));
  EXPECT_EQ((*two.get(v2, "a"))->api_version, "example.com/v2");
  auto const before = two.server.revision();
  auto const patched = two.patch(v2, "a", merge(R"({"spec": {"replicas": 1}})"));
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ(two.server.revision(), before);
  ASSERT_TRUE(two.patch(v2, "a", merge(R"({"spec": {"replicas": 2}})")));
  EXPECT_EQ((*two.get(echoes, "a"))->api_version, "example.com/v1");
  EXPECT_EQ(shown(*two.get(echoes, "a"), "spec"), json(R"({"replicas": 2})"));
}

TEST_F(Definition, is_compiled_once_for_servers_that_share_a_cache) {
  auto const cache = make_definition_cache();
  auto const spec = object(echo_definition()).spec;
  auto const compiled = cache->compile(spec);
  EXPECT_EQ(cache->compile(spec), compiled);
  EXPECT_EQ(cache->compile(compiled->spec), compiled);
  EXPECT_NE(cache->compile(api::share(*spec)), compiled);
}

TEST_F(Schema, prunes_what_it_has_no_place_for) {
  auto sent = demo(R"({"text": "a", "replicas": 1, "nosuch": 1, "raw": {"x": {"y": 1}}})");
  sent.rest = api::share({{"data", "x"}});
  sent.metadata.rest = api::share({{"nosuch", 1}});
  auto const created = scene.create(demos, sent);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(shown(*created, "spec"), json(R"({"text": "a", "replicas": 1, "raw": {"x": {"y": 1}}})"));
  EXPECT_EQ((*created)->rest, nullptr);
  EXPECT_EQ((*created)->metadata.rest, nullptr);
}

TEST_F(Schema, fills_in_defaults_in_list_items_too) {
  auto const created = create(R"({"text": "a", "items": [{"name": "x"}]})");
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(shown(*created, "spec"), json(R"({"text": "a", "items": [{"name": "x", "v": 7}], "replicas": 1})"));
}

TEST_F(Schema, drops_nulls_that_may_not_be_or_puts_the_default) {
  auto const created = create(R"({"text": "a", "replicas": null, "mode": null})");
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(shown(*created, "spec"), json(R"({"text": "a", "replicas": 1})"));
}

TEST_F(Schema, leaves_alone_what_is_as_it_should_be) {
  auto const sent = demo(R"({"text": "a", "replicas": 1})");
  EXPECT_EQ((*scene.create(demos, sent))->spec, sent.spec);
}

TEST_F(Schema, requires_what_is_required) {
  expect_error(create(R"({"replicas": 1})"), 422, Reason::invalid,
               "Echo.demo.example.com \"v1\" is invalid: spec.text: Required value");
  auto sent = demo("{}");
  sent.spec = nullptr;
  expect_causes(scene.create(demos, sent), {"spec: Required value"});
  expect_causes(create(R"({"text": "a", "items": [{"v": 1}]})"), {"spec.items.name: Required value"});
}

TEST_F(Schema, holds_texts_to_their_lengths) {
  std::string const text(101, 'a');
  expect_causes(create(R"({"text": ")" + text + "\"}"),
                {"spec.text: Invalid value: \"" + text + "\": spec.text in body should be at most 100 chars long"});
  expect_causes(create(R"({"text": ""})"),
                {"spec.text: Invalid value: \"null\": spec.text in body must be of type string: \"null\"",
                 "spec.text: Invalid value: \"\": spec.text in body should be at least 1 chars long"});
  EXPECT_TRUE(create("{\"text\": \"\u00e4\u00f6\"}"));
}

TEST_F(Schema, holds_numbers_to_their_bounds) {
  expect_causes(create(R"({"text": "a", "replicas": 11})"),
                {"spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10"});
  expect_causes(create(R"({"text": "a", "replicas": 3000000000})"),
                {"spec.replicas: Invalid value: 3000000000: spec.replicas in body should be less than or equal to 10",
                 ".spec.replicas: Invalid value: 3000000000: should be less than or equal to 2147483647"});
}

TEST_F(Schema, knows_the_types) {
  expect_causes(create(R"({"text": "a", "replicas": "1"})"),
                {"spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\"",
                 ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1 is of the type string, expected "
                 "int64"});
  expect_causes(
      create(R"({"text": "a", "replicas": 1.5})"),
      {"spec.replicas: Invalid value: \"number\": spec.replicas in body must be of type integer: \"number\"",
       ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1.5 is of the type float64, expected "
       "int64"});
  expect_causes(create(R"({"text": "a", "replicas": 1.0})"),
                {".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1 is of the type float64, expected "
                 "int64"});
  expect_causes(create(R"("x")"),
                {"spec: Invalid value: \"string\": spec in body must be of type object: \"string\"",
                 ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected "
                 "map[string]interface{}"});
  EXPECT_TRUE(create(R"({"text": "a", "port": "http"})"));
  expect_causes(create(R"({"text": "a", "port": 1.5})"),
                {"spec.port: Invalid value: \"number\": spec.port in body must be of type integer,string: \"number\""});
}

TEST_F(Schema, holds_values_to_their_enumeration) {
  expect_causes(create(R"({"text": "a", "mode": "c"})"),
                {"spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\""});
}

TEST_F(Schema, finds_list_items_with_the_same_key) {
  expect_causes(create(R"({"text": "a", "items": [{"name": "x"}, {"name": "x", "v": 1}]})"),
                {"spec.items[1]: Duplicate value: map[string]interface {}{\"name\":\"x\"}"});
}

TEST_F(Schema, tells_everything_that_is_wrong_at_once) {
  expect_error(
      create(R"({"text": "", "replicas": 99, "mode": "z"})"), 422, Reason::invalid,
      "Echo.demo.example.com \"v1\" is invalid: [spec.text: Invalid value: \"null\": spec.text in body must be "
      "of type string: \"null\", spec.text: Invalid value: \"\": spec.text in body should be at least 1 chars "
      "long, spec.replicas: Invalid value: 99: spec.replicas in body should be less than or equal to 10, "
      "spec.mode: Unsupported value: \"z\": supported values: \"a\", \"b\"]");
}

std::vector<std::string> problems(std::string_view schema, std::string_view value) {
  auto const compiled = fakeapi::Schema::compile(json(schema));
  FieldErrors errors;
  FieldPath const root;
  (*compiled)->validate(json(value), {&root, "x"}, errors);
  (*compiled)->validate_lists(json(value), "x", errors);
  std::vector<std::string> texts;
  if (errors.empty()) return texts;
  for (auto const& cause : errors.to_error("K", "", "K", "n").causes)
    texts.push_back(cause.field + ": " + cause.message);
  return texts;
}

TEST(SchemaNode, holds_lists_and_objects_to_their_sizes) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(problems(R"({"type": "array", "minItems": 1})", "[]"),
            (Texts{"x: Invalid value: 0: x in body should have at least 1 items"}));
  EXPECT_EQ(problems(R"({"type": "array", "maxItems": 1})", "[1, 2]"),
            (Texts{"x: Invalid value: 2: x in body should have at most 1 items"}));
  EXPECT_EQ(
      problems(R"({"type": "object", "maxProperties": 0, "additionalProperties": {"type": "string"}})", R"({"a": 1})"),
      (Texts{"x: Invalid value: 0: x in body should have at most 0 properties"}));
  EXPECT_EQ(problems(R"({"type": "number", "minimum": 0.5, "exclusiveMinimum": true})", "0.5"),
            (Texts{"x: Invalid value: 0.5: x in body should be greater than 0.5"}));
  EXPECT_EQ(problems(R"({"type": "number", "maximum": 2, "exclusiveMaximum": true})", "2"),
            (Texts{"x: Invalid value: 2: x in body should be less than 2"}));
  EXPECT_EQ(problems(R"({"type": "string", "nullable": true})", "null"), Texts());
  EXPECT_EQ(problems(R"({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}})", "[1, 1]"),
            (Texts{"x[1]: Duplicate value: 1"}));
}

TEST(SchemaNode, keeps_what_additional_properties_allow) {
  auto const compiled = fakeapi::Schema::compile(json(R"({"type": "object", "additionalProperties": {
    "type": "object", "properties": {"a": {"type": "string", "default": "b"}}}})"));
  api::SharedJson value = api::share(json(R"({"one": {}, "two": {"a": "c", "z": 1}})"));
  (*compiled)->conform(value);
  EXPECT_EQ(*value, json(R"({"one": {"a": "b"}, "two": {"a": "c"}})"));
  auto const again = value;
  (*compiled)->conform(value);
  EXPECT_EQ(value, again);
}

}  // namespace
}  // namespace fakeapi::testing
