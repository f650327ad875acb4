// Values under a schema: a definition's, with every way that a list or an object can be owned.
#include "fakeapi/patch/typed.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

Schema const& thing_schema() {
  static auto const schema = Schema::compile(json::parse(R"({"type": "object", "properties": {"spec": {"type": "object",
    "properties": {
      "text": {"type": "string"}, "number": {"type": "integer"},
      "atomic": {"type": "array", "items": {"type": "string"}},
      "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
      "map": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"],
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "v": {"type": "string"},
          "port": {"type": "integer", "default": 80}}}},
      "whole": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}},
      "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
      "nested": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "boolean"}}}}}}})"));
  return **schema;
}

MergeSchema thing(Rules rules = {}) {
  return MergeSchema::of_custom(&thing_schema(), types::find_type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
                                rules);
}

std::string fields(std::string_view value, MergeSchema const& schema) {
  return json::serialize(fields_of(json::parse(value), schema).to_json());
}

struct Differences {
  std::string added, modified, removed;
};
Differences differences(std::string_view before, std::string_view after, MergeSchema const& schema) {
  json::value const a = json::parse(before), b = json::parse(after);
  auto const found = compare(&a, &b, schema);
  return {json::serialize(found.added.to_json()), json::serialize(found.modified.to_json()),
          json::serialize(found.removed.to_json())};
}

std::string overlaid(std::string_view live, std::string_view config, MergeSchema const& schema) {
  json::value const a = json::parse(live), b = json::parse(config);
  auto const result = overlay(&a, &b, schema);
  return result ? json::serialize(*result) : "nothing";
}

TEST(Fields, AreTheLeavesAndTheItemsOfAValue) {
  EXPECT_EQ(fields(R"({"spec":{"text":"a","atomic":["x"],"set":["b","a"],"whole":{"k":"v"},"labels":{"l":"v"},
                      "map":[{"name":"n","v":"1"}],"nested":{"a":"1"}}})",
                   thing()),
            R"({"f:spec":{"f:atomic":{},"f:labels":{"f:l":{}},"f:map":{"k:{\"name\":\"n\",\"port\":80}":)"
            R"({".":{},"f:name":{},"f:v":{}}},"f:nested":{"f:a":{}},"f:set":{"v:\"a\"":{},"v:\"b\"":{}},)"
            R"("f:text":{},"f:whole":{}}})");
}

TEST(Fields, OfAGuessedSchemaAreAllMembers) {
  EXPECT_EQ(fields(R"({"spec":{"a":{"b":1},"c":[1,{"d":2}]}})", MergeSchema::deduced()),
            R"({"f:spec":{".":{},"f:a":{".":{},"f:b":{}},"f:c":{}}})");
}

TEST(Fields, OfEmptyObjectsAreOwnedByModernServersOnly) {
  EXPECT_EQ(fields(R"({"spec":{"nested":{},"text":null}})", thing()), R"({"f:spec":{"f:text":{}}})");
  EXPECT_EQ(fields(R"({"spec":{"nested":{},"text":null}})", thing({.modern = true})),
            R"({"f:spec":{"f:nested":{},"f:text":{}}})");
}

TEST(Fields, OfFreeFormObjectsAreFinerOnModernServers) {
  EXPECT_EQ(fields(R"({"spec":{"free":{"a":{"b":1}}}})", thing()), R"({"f:spec":{"f:free":{"f:a":{}}}})");
  EXPECT_EQ(fields(R"({"spec":{"free":{"a":{"b":1}}}})", thing({.modern = true})),
            R"({"f:spec":{"f:free":{"f:a":{".":{},"f:b":{}}}}})");
}

TEST(Schema, WithAnIntOrStringIsGuessedByServersOf120) {
  auto const schema = Schema::compile(json::parse(
      R"({"type":"object","properties":{"spec":{"type":"object","properties":{
          "p":{"x-kubernetes-int-or-string":true},
          "s":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}}}})"));
  EXPECT_TRUE(MergeSchema::of_custom(schema->get(), nullptr, {}).is_deduced());
  auto const modern = MergeSchema::of_custom(schema->get(), nullptr, {.modern = true});
  EXPECT_EQ(fields(R"({"spec":{"p":"x","s":["a"]}})", modern), R"({"f:spec":{"f:p":{},"f:s":{"v:\"a\"":{}}}})");
}

TEST(Comparison, TellsAddedModifiedAndRemovedFields) {
  auto const found =
      differences(R"({"spec":{"text":"a","set":["x","y"],"map":[{"name":"n","v":"1"}],"nested":{"a":"1"}}})",
                  R"({"spec":{"text":"b","set":["y","z"],"map":[{"name":"n","port":80,"v":"2"},
                                     {"name":"n","port":81}],"labels":{"l":"1"}}})",
                  thing());
  EXPECT_EQ(found.added,
            R"({"f:spec":{"f:labels":{".":{},"f:l":{}},"f:map":{"k:{\"name\":\"n\",\"port\":80}":{"f:port":{}},)"
            R"("k:{\"name\":\"n\",\"port\":81}":{".":{},"f:name":{},"f:port":{}}},"f:set":{"v:\"z\"":{}}}})");
  EXPECT_EQ(found.modified, R"({"f:spec":{"f:map":{"k:{\"name\":\"n\",\"port\":80}":{"f:v":{}}},"f:text":{}}})");
  EXPECT_EQ(found.removed, R"({"f:spec":{"f:nested":{".":{},"f:a":{}},"f:set":{"v:\"x\"":{}}}})");
}

TEST(Comparison, OfAtomicValuesIsOneField) {
  auto const found = differences(R"({"spec":{"atomic":["a"],"whole":{"k":"1"}}})",
                                 R"({"spec":{"atomic":["a","b"],"whole":{"k":"2"}}})", thing());
  EXPECT_EQ(found.modified, R"({"f:spec":{"f:atomic":{},"f:whole":{}}})");
  EXPECT_EQ(found.added + found.removed, "{}{}");
}

TEST(Comparison, OfValuesOfDifferentNatureCountsBoth) {
  auto const found = differences(R"({"a":{"b":1},"c":2})", R"({"a":3,"c":{"d":4}})", MergeSchema::deduced());
  EXPECT_EQ(found.removed, R"({"f:a":{"f:b":{}}})");
  EXPECT_EQ(found.modified, R"({"f:a":{},"f:c":{}})");
  EXPECT_EQ(found.added, R"({"f:c":{"f:d":{}}})");
}

TEST(Overlay, MergesItemsByKeyAndKeepsTheOrder) {
  EXPECT_EQ(overlaid(R"({"spec":{"map":[{"name":"a","v":"1"},{"name":"b"}],"set":["x","y"]}})",
                     R"({"spec":{"map":[{"name":"c"},{"name":"a","port":80,"v":"2"}],"set":["z","x"]}})", thing()),
            R"({"spec":{"map":[{"name":"a","v":"2","port":80},{"name":"b"},{"name":"c"}],"set":["x","y","z"]}})");
  EXPECT_EQ(overlaid(R"({"spec":{"atomic":["a","b"]}})", R"({"spec":{"atomic":["c"]}})", thing()),
            R"({"spec":{"atomic":["c"]}})");
}

TEST(Overlay, CannotRemoveButCanEmpty) {
  EXPECT_EQ(overlaid(R"({"spec":{"nested":{"a":"1"}}})", R"({"spec":{"nested":null}})", thing()),
            R"({"spec":{"nested":{"a":"1"}}})");
  EXPECT_EQ(overlaid(R"({"spec":{"text":"1"}})", R"({"spec":{"text":null}})", thing()), R"({"spec":{"text":null}})");
}

TEST(Removal, TakesItemsAndFieldsAndLeavesNullWhereNothingIsLeft) {
  auto const left = [](std::string_view value, std::string_view gone) {
    return json::serialize(without(json::parse(value), *FieldSet::from_json(json::parse(gone)), thing()));
  };
  EXPECT_EQ(left(R"({"spec":{"text":"a","set":["x","y"],"map":[{"name":"n","v":"1"},{"name":"m"}]}})",
                 R"({"f:spec":{"f:text":{},"f:set":{"v:\"x\"":{}},"f:map":{"k:{\"name\":\"m\",\"port\":80}":{},
                     "k:{\"name\":\"n\",\"port\":80}":{"f:v":{}}}}})"),
            R"({"spec":{"set":["y"],"map":[{"name":"n"}]}})");
  EXPECT_EQ(left(R"({"spec":{"nested":{"a":"1"},"text":"t"}})", R"({"f:spec":{"f:nested":{"f:a":{}}}})"),
            R"({"spec":{"nested":null,"text":"t"}})");
}

TEST(Mistakes, AreToldAsByTheServer) {
  auto const mistakes = [](std::string_view value) {
    return find_mistakes(json::parse(value), thing()).value_or("none");
  };
  EXPECT_EQ(mistakes(R"({"spec":{"text":"a"},"metadata":{"name":"x","labels":{"a":"b"}}})"), "none");
  EXPECT_EQ(mistakes(R"({"spec":{"foo":1}})"), ".spec.foo: field not declared in schema");
  EXPECT_EQ(mistakes(R"({"spec":{"text":1,"number":"x","labels":"y","atomic":"z","nested":{"b":"t"}}})"),
            "errors:\n  .spec.text: expected string, got &value.valueUnstructured{Value:1}\n"
            "  .spec.number: expected numeric (int or float), got *value.valueUnstructured\n"
            "  .spec.labels: expected map, got &{y}\n"
            "  .spec.atomic: expected list, got &{z}\n"
            "  .spec.nested.b: expected boolean, got &{t}");
  EXPECT_EQ(mistakes(R"({"spec":{"text":{"a":[1,null]}}})"),
            ".spec.text: expected string, got &value.valueUnstructured{Value:map[string]interface "
            "{}{\"a\":[]interface {}{1, interface {}(nil)}}}");
  EXPECT_EQ(
      mistakes(R"({"spec":{"map":[{"v":"1"}]}})"),
      ".spec.map: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't "
      "have default value)");
  EXPECT_EQ(mistakes(R"({"spec":{"map":[{"name":"a"},{"name":"a","port":80}]}})"),
            ".spec.map: duplicate entries for key [name=\"a\",port=80]");
  EXPECT_EQ(mistakes(R"({"spec":{"map":[null]}})"),
            ".spec.map: element 0: associative list with keys may not have a null element");
  EXPECT_EQ(mistakes(R"({"spec":{"map":["a"]}})"),
            ".spec.map: element 0: associative list with keys may not have non-map elements");
  EXPECT_EQ(mistakes(R"({"spec":{"set":["a","a"]}})"), ".spec.set: duplicate entries for key [=\"a\"]");
}

TEST(Reconciliation, FollowsListsAndObjectsThatBecameAtomicOrGranular) {
  auto const reconciled = [](std::string_view set, std::string_view live) {
    auto const changed = reconcile(*FieldSet::from_json(json::parse(set)), json::parse(live), thing());
    return changed ? json::serialize(changed->to_json()) : "unchanged";
  };
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:atomic":{"v:\"a\"":{}}}})", "{}"), R"({"f:spec":{"f:atomic":{}}})");
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:whole":{".":{},"f:k":{}}}})", "{}"), R"({"f:spec":{"f:whole":{}}})");
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:set":{}}})", R"({"spec":{"set":["a"]}})"),
            R"({"f:spec":{"f:set":{".":{},"v:\"a\"":{}}}})");
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:labels":{}}})", R"({"spec":{"labels":{"l":"1"}}})"),
            R"({"f:spec":{"f:labels":{".":{},"f:l":{}}}})");
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:labels":{}}})", "{}"), "unchanged");
  EXPECT_EQ(reconciled(R"({"f:spec":{"f:text":{},"f:nested":{"f:a":{}}}})", R"({"spec":{"text":"t"}})"), "unchanged");
}

TEST(Fields, OfALargeObjectInAnyOrderTakeTimeInProportion) {
  json::object labels;
  std::uint32_t name = 1;
  for (int i = 0; i < 50000; ++i) labels[std::to_string(name = name * 1664525U + 1013904223U)] = "v";
  auto const count = labels.size();
  json::value const thing_of_many{{"spec", {{"labels", std::move(labels)}}}};
  EXPECT_EQ(fields_of(thing_of_many, thing()).size(), count);
  json::value const empty{{"spec", json::object()}};
  EXPECT_EQ(compare(&empty, &thing_of_many, thing()).added.size(), count + 1);
}

// Random things of the schema above.
json::value any_thing() {
  auto const text = [] { return std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))); };
  auto const maybe = [] { return *rc::gen::inRange(0, 2) == 0; };
  json::object spec;
  if (maybe()) spec["text"] = text();
  if (maybe()) spec["number"] = *rc::gen::inRange(0, 3);
  if (maybe()) spec["atomic"] = json::array{text(), text()};
  if (maybe()) spec["set"] = maybe() ? json::array{"a", "b"} : json::array{"b", "c"};
  if (maybe()) {
    json::array items;
    for (auto const* name : {"a", "b", "c"}) {
      if (maybe()) continue;
      json::object item{{"name", name}};
      if (maybe()) item["v"] = text();
      if (maybe()) item["port"] = 80;
      items.push_back(std::move(item));
    }
    spec["map"] = std::move(items);
  }
  for (auto const* name : {"whole", "labels", "nested"}) {
    if (maybe()) spec[name] = maybe() ? json::object{{"a", text()}} : json::object();
  }
  json::object thing;
  if (maybe()) thing["metadata"] = {{"labels", {{text(), text()}}}};
  thing["spec"] = std::move(spec);
  return json::value(std::move(thing));
}

RC_GTEST_PROP(TypedProperties, AValueEqualsItself, ()) {
  json::value const value = any_thing();
  RC_ASSERT(compare(&value, &value, thing()).same());
  RC_ASSERT(compare(&value, &value, MergeSchema::deduced()).same());
  RC_ASSERT(!find_mistakes(value, thing()));
}

RC_GTEST_PROP(TypedProperties, ComparingTheOtherWayRoundSwapsAddedAndRemoved, ()) {
  json::value const a = any_thing(), b = any_thing();
  auto const there = compare(&a, &b, thing()), back = compare(&b, &a, thing());
  RC_ASSERT(there.added == back.removed);
  RC_ASSERT(there.removed == back.added);
  RC_ASSERT(there.modified == back.modified);
}

RC_GTEST_PROP(TypedProperties, AnOverlayHasAllOfTheConfigurationAndRemovesNothing, ()) {
  json::value const live = any_thing(), config = any_thing();
  auto const result = overlay(&live, &config, thing());
  RC_ASSERT(result.has_value());
  RC_ASSERT(subtract(compare(&live, &*result, thing()).removed, {}).empty());
  RC_ASSERT(intersect(compare(&config, &*result, thing()).modified, fields_of(config, thing())).empty());
  RC_ASSERT(overlay(&*result, &config, thing()) == result);
}

RC_GTEST_PROP(TypedProperties, WithoutItsFieldsAValueHasNone, ()) {
  json::value const value = any_thing();
  auto const left = without(value, fields_of(value, thing()), thing());
  RC_ASSERT(fields_of(left, thing()).empty() || fields_of(left, thing()) != fields_of(value, thing()));
  RC_ASSERT(intersect(fields_of(left, thing()), fields_of(value, thing())).empty());
}

RC_GTEST_PROP(TypedProperties, WhatIsAddedIsMentioned, ()) {
  json::value const a = any_thing(), b = any_thing();
  auto const changes = compare(&a, &b, thing());
  RC_ASSERT(subtract(changes.added.leaves(), unite(fields_of(b, thing()), changes.added)).empty());
  RC_ASSERT(intersect(changes.removed.leaves(), fields_of(b, thing())).empty());
}

}  // namespace
}  // namespace fakeapi::patch
