// Strategic merge patch on Deployments, whose types know every strategy.
#include "fakeapi/patch/strategic_merge.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fakeapi::patch {
namespace {

namespace json = boost::json;
using Kind = StrategicMergeError::Kind;

MergeSchema deployment(Rules rules = {}) {
  return MergeSchema::of(*types::find_kind("apps", "v1", "Deployment"), rules);
}

json::value merged(std::string_view target, std::string_view patch, Rules rules = {}) {
  json::value result = json::parse(target);
  auto const done = strategic_merge(result, json::parse(patch), deployment(rules));
  EXPECT_TRUE(done.has_value()) << done.error().text;
  return result;
}

void expect_error(std::string_view target, std::string_view patch, Kind kind, std::string_view text) {
  json::value result = json::parse(target);
  auto const done = strategic_merge(result, json::parse(patch), deployment());
  ASSERT_FALSE(done.has_value()) << json::serialize(result);
  EXPECT_EQ(done.error().kind, kind);
  EXPECT_EQ(done.error().text, text);
}

// The pod's part of a Deployment, to keep the documents short.
std::string pod(std::string_view spec) { return R"({"spec":{"template":{"spec":)" + std::string(spec) + "}}}"; }

json::value parsed(std::string const& text) { return json::parse(text); }

TEST(StrategicMerge, ObjectsAreMergedAndNullDeletes) {
  EXPECT_EQ(merged(R"({"spec":{"replicas":1,"paused":true}})", R"({"spec":{"paused":null,"minReadySeconds":3}})"),
            json::parse(R"({"spec":{"replicas":1,"minReadySeconds":3}})"));
  EXPECT_EQ(merged(R"({"metadata":{"labels":{"a":"1","b":"2"}}})", R"({"metadata":{"labels":{"b":"3","c":null}}})"),
            json::parse(R"({"metadata":{"labels":{"a":"1","b":"3"}}})"));
  EXPECT_EQ(merged(R"({"spec":{}})", "null"), json::parse(R"({"spec":{}})"));
}

TEST(StrategicMerge, ListsWithoutAStrategyAreReplaced) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"a","command":["x","y"]}]})"),
                   pod(R"({"containers":[{"name":"a","command":["z"]}]})")),
            parsed(pod(R"({"containers":[{"name":"a","command":["z"]}]})")));
}

TEST(StrategicMerge, ItemsOfTheSameKeyAreMergedAndNewOnesComeFirst) {
  EXPECT_EQ(
      merged(pod(R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]})"),
             pod(R"({"containers":[{"name":"c","image":"9"},{"name":"b","image":"2"}]})")),
      parsed(pod(R"({"containers":[{"name":"c","image":"9"},{"name":"a","image":"1"},{"name":"b","image":"2"}]})")));
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"a"}]})"), pod(R"({"containers":[{"name":"b"}]})")),
            parsed(pod(R"({"containers":[{"name":"b"},{"name":"a"}]})")));
}

TEST(StrategicMerge, NumbersAreKeysToo) {
  EXPECT_EQ(
      merged(pod(R"({"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":81}]}]})"),
             pod(R"({"containers":[{"name":"a","ports":[{"containerPort":81,"name":"x"}]}]})")),
      parsed(pod(R"({"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":81,"name":"x"}]}]})")));
}

TEST(StrategicMerge, DeletePatchesTakeItemsOut) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]})"),
                   pod(R"({"containers":[{"name":"a","env":[{"$patch":"delete","name":"X"}]}]})")),
            parsed(pod(R"({"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]})")));
  EXPECT_EQ(merged(R"({"spec":{"replicas":1}})", R"({"spec":{"$patch":"delete"}})"), json::parse(R"({"spec":{}})"));
}

TEST(StrategicMerge, ReplacePatchesKeepNothing) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"a"},{"name":"b"}]})"),
                   pod(R"({"containers":[{"name":"c"},{"$patch":"replace"}]})")),
            parsed(pod(R"({"containers":[{"name":"c"}]})")));
  EXPECT_EQ(merged(R"({"spec":{"replicas":1,"paused":true}})", R"({"spec":{"$patch":"replace","replicas":2}})"),
            json::parse(R"({"spec":{"replicas":2}})"));
}

TEST(StrategicMerge, RetainKeysClearsTheOthers) {
  EXPECT_EQ(merged(R"({"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}})",
                   R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})"),
            json::parse(R"({"spec":{"strategy":{"type":"Recreate"}}})"));
  expect_error(R"({"spec":{"strategy":{"type":"RollingUpdate"}}})",
               R"({"spec":{"strategy":{"$retainKeys":[],"type":"Recreate"}}})", Kind::bad_request,
               "invalid patch format of retainKeys");
}

TEST(StrategicMerge, ListsOfScalarsAreUnited) {
  EXPECT_EQ(merged(R"({"metadata":{"finalizers":["a/b","c/d"]}})", R"({"metadata":{"finalizers":["e/f","a/b"]}})"),
            json::parse(R"({"metadata":{"finalizers":["e/f","a/b","c/d"]}})"));
  EXPECT_EQ(merged(R"({"metadata":{"finalizers":["a/b","c/d"]}})",
                   R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a/b"]}})"),
            json::parse(R"({"metadata":{"finalizers":["c/d"]}})"));
}

TEST(StrategicMerge, DeletionsFromAListComeAfterItsAdditions) {
  EXPECT_EQ(merged(R"({"metadata":{}})",
                   R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a/b"],"finalizers":["c/d"]}})"),
            json::parse(R"({"metadata":{"finalizers":["c/d"]}})"));
}

TEST(StrategicMerge, SetElementOrderSortsAndKeepsWhatOnlyTheServerHas) {
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"a"},{"name":"sidecar"},{"name":"b"}]})"),
                   pod(R"({"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],
                           "containers":[{"name":"c"}]})")),
            parsed(pod(R"({"containers":[{"name":"sidecar"},{"name":"b"},{"name":"c"},{"name":"a"}]})")));
  EXPECT_EQ(merged(R"({"metadata":{"finalizers":["x/1","x/2","x/3"]}})",
                   R"({"metadata":{"$setElementOrder/finalizers":["x/3","x/1"]}})"),
            json::parse(R"({"metadata":{"finalizers":["x/2","x/3","x/1"]}})"));
}

TEST(StrategicMerge, TheOrderRemembersWhereDeletedItemsStood) {
  // "b" takes the place that "c" left at the end, so it counts as standing behind "e" and "a".
  EXPECT_EQ(merged(pod(R"({"containers":[{"name":"e"},{"name":"c"},{"name":"a"},{"name":"d"}]})"),
                   pod(R"({"$setElementOrder/containers":[{"name":"b"},{"name":"d"}],
                           "containers":[{"name":"b"},{"name":"c","$patch":"delete"}]})")),
            parsed(pod(R"({"containers":[{"name":"e"},{"name":"a"},{"name":"b"},{"name":"d"}]})")));
}

TEST(StrategicMerge, WhatTheServerDoesNotHaveIsTakenAsItIs) {
  EXPECT_EQ(merged(R"({"spec":{}})", R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})"),
            json::parse(R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})"));
}

TEST(StrategicMerge, ModernServersTakeDirectivesForWhatTheyMeanWhereThereIsNothing) {
  Rules const modern{.modern = true};
  EXPECT_EQ(merged(R"({"spec":{}})", R"({"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}})", modern),
            json::parse(R"({"spec":{"strategy":{"type":"Recreate"}}})"));
  EXPECT_EQ(
      merged(pod(R"({})"), pod(R"({"containers":[{"name":"a","image":null,"args":["x"]},{"name":"b","$patch":"delete"}],
                                          "$setElementOrder/containers":[{"name":"a"}]})"),
             modern),
      parsed(pod(R"({"containers":[{"name":"a","args":["x"]}]})")));
  EXPECT_EQ(merged(R"({"metadata":{}})", R"({"metadata":{"$deleteFromPrimitiveList/finalizers":["a/b"]}})", modern),
            json::parse(R"({"metadata":{}})"));
}

TEST(StrategicMerge, ErrorsAreThoseOfTheServer) {
  std::string const target = pod(R"({"containers":[{"name":"a"}]})");
  expect_error(target, pod(R"({"containers":[{"image":"x"}]})"), Kind::plain,
               "map: map[image:x] does not contain declared merge key: name");
  expect_error(target, pod(R"({"containers":[{"name":"a","$patch":"merge"}]})"), Kind::plain,
               "merging lists cannot yet be specified in the patch");
  expect_error(target, pod(R"({"containers":[{"name":"a","$patch":"sideways"}]})"), Kind::plain,
               "unknown patch type: sideways in map: map[$patch:sideways name:a]");
  expect_error(target, pod(R"({"$patch":"merge"})"), Kind::plain,
               "unknown patch type: merge in map: map[$patch:merge]");
  expect_error(target, pod(R"({"containers":["a"]})"), Kind::plain,
               "list element types are not identical: [[map[name:a]] [a]]");
  expect_error(pod(R"({"containers":[]})"), pod(R"({"containers":[["a"]]})"), Kind::unprocessable,
               "lists of lists are not supported");
  expect_error(target, pod(R"({"$setElementOrder":[]})"), Kind::bad_request,
               "invalid patch format of setElementOrder list");
  expect_error(target, pod(R"({"$setElementOrder/containers":"a"})"), Kind::plain,
               "expected a []interface {}, but received a string");
  expect_error(target, pod(R"({"$setElementOrder/boxes":[]})"), Kind::plain,
               "unable to find api field in struct PodSpec for the json field \"boxes\"");
  expect_error(target, pod(R"({"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]})"),
               Kind::plain,
               "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n");
  expect_error(target, "[]", Kind::bad_request,
               "json: cannot unmarshal array into Go value of type map[string]interface {}");
}

}  // namespace
}  // namespace fakeapi::patch
