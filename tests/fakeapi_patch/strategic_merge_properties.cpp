// Patches that kubectl would make do what kubectl means by them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/patch/strategic_merge.hpp"
#include "fakeapi/patch/typed.hpp"
#include "tests/fakeapi_patch/kubectl_diff.hpp"

namespace fakeapi::testing {
namespace {

namespace json = boost::json;

patch::MergeSchema deployment() { return patch::MergeSchema::of(*types::find_kind("apps", "v1", "Deployment"), {}); }

bool maybe() { return *rc::gen::inRange(0, 2) == 0; }
std::string letter() { return std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))); }

// A list of items with different names, in any order.
template <class Make>
json::array items(std::vector<json::value> names, Make const& make) {
  json::array list;
  while (!names.empty()) {
    auto const at = *rc::gen::inRange<std::size_t>(0, names.size());
    if (maybe()) list.push_back(make(names[at]));
    names.erase(names.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return list;
}

json::object container(json::value const& name) {
  json::object made{{"name", name}, {"image", letter()}};
  if (maybe()) made["args"] = json::array{letter(), letter()};
  if (maybe()) {
    made["env"] =
        items({"A", "B", "C"}, [](json::value const& key) { return json::value{{"name", key}, {"value", letter()}}; });
  }
  if (maybe()) {
    made["ports"] = items({80, 81}, [](json::value const& key) {
      json::object port{{"containerPort", key}};
      if (maybe()) port["name"] = letter();
      return json::value(port);
    });
  }
  if (maybe()) made["resources"] = {{"limits", {{letter(), "1"}}}};
  return made;
}

// Part of a Deployment; `suffix` keeps the names of two of them apart. `full`: with all of its lists and labels, even
// if there is nothing in them.
json::value document(std::string const& suffix = "", bool full = false) {
  auto const named = [&](char const* name) { return json::value(name + suffix); };
  json::object metadata, spec, pod;
  if (full || maybe()) metadata["labels"] = {{letter() + suffix, letter()}};
  if (full || maybe()) {
    metadata["finalizers"] =
        items({named("x/a"), named("x/b"), named("x/c")}, [](json::value const& name) { return name; });
  }
  if (maybe()) spec["replicas"] = *rc::gen::inRange(0, 3);
  if (maybe() && suffix.empty()) {
    spec["strategy"] = maybe() ? json::object{{"type", "Recreate"}}
                               : json::object{{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 1}}}};
  }
  pod["containers"] = items({named("a"), named("b"), named("c")}, container);
  if (full || maybe()) {
    pod["imagePullSecrets"] =
        items({named("s"), named("t")}, [](json::value const& name) { return json::value{{"name", name}}; });
  }
  spec["template"] = {{"spec", std::move(pod)}};
  return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

json::value applied(json::value target, json::value const& patch) {
  auto const done = patch::strategic_merge(target, patch, deployment());
  // The server cannot order lists of which all are empty.
  if (!done && done.error().text == "no elements in any of the given slices") RC_DISCARD("nothing to order");
  if (!done) RC_LOG() << done.error().text;
  RC_ASSERT(done.has_value());
  return target;
}

RC_GTEST_PROP(StrategicMergeProperties, ATwoWayPatchMakesTheOneOfTheOther, ()) {
  auto const original = document(), modified = document();
  auto const patch = two_way_patch(original, modified, deployment());
  RC_ASSERT(applied(original, patch) == modified);
}

RC_GTEST_PROP(StrategicMergeProperties, APatchThatIsEmptyChangesNothing, ()) {
  auto const original = document();
  RC_ASSERT(two_way_patch(original, original, deployment()) == json::value(json::object()));
  RC_ASSERT(applied(original, json::object()) == original);
}

RC_GTEST_PROP(StrategicMergeProperties, APatchOfATwoWayDifferenceAppliesTwiceAsWell, ()) {
  auto const original = document(), modified = document();
  auto const patch = two_way_patch(original, modified, deployment());
  auto const once = applied(original, patch);
  RC_ASSERT(applied(once, patch) == once);
}

RC_GTEST_PROP(StrategicMergeProperties, AThreeWayPatchSetsWhatIsWantedAndKeepsWhatOthersAdded, ()) {
  // Whoever drops a whole list or map drops also what others put there.
  auto const last = document(), modified = document({}, true);
  // Somebody else has added to what was applied.
  auto const others = document("-other");
  auto const current = *patch::overlay(&last, &others, deployment());
  auto const patch = three_way_patch(last, modified, current, deployment());
  auto const result = applied(current, patch);
  auto const of = [](json::value const& value) { return patch::fields_of(value, deployment()); };
  // All that is wanted is there, as it is wanted;
  RC_ASSERT(subtract(of(modified), of(result)).empty());
  RC_ASSERT(patch::overlay(&result, &modified, deployment()) == result);
  // what was applied and is no longer wanted is gone;
  auto const dropped = subtract(subtract(of(last), of(modified)), of(others));
  RC_ASSERT(intersect(dropped, of(result)).leaves().empty());
  // and what others added stays: all of it but the values that both have.
  auto const kept = subtract(subtract(of(others), of(last)), of(modified));
  RC_ASSERT(subtract(kept, of(result)).empty());
  // The next apply has nothing to do.
  auto const again = three_way_patch(modified, modified, result, deployment());
  RC_ASSERT(applied(result, again) == result);
}

RC_GTEST_PROP(StrategicMergeProperties, AnOrderDirectiveOnlyMovesItems, ()) {
  auto const original = document(), other = document();
  auto const& pod = other.at("spec").at("template").at("spec").at("containers").as_array();
  json::array order;
  for (auto const& item : pod) order.push_back(json::object{{"name", item.at("name")}});
  json::value const patch{{"spec", {{"template", {{"spec", {{"$setElementOrder/containers", order}}}}}}}};
  json::value target = original;
  auto const done = patch::strategic_merge(target, patch, deployment());
  auto const& before = original.at("spec").at("template").at("spec").at("containers").as_array();
  if (before.empty()) return;  // no elements in any of the lists: refused
  RC_ASSERT(done.has_value());
  auto const& after = target.at("spec").at("template").at("spec").at("containers").as_array();
  RC_ASSERT(std::ranges::is_permutation(before, after));
  std::vector<json::value> ordered;
  for (auto const& item : after) {
    if (std::ranges::count(order, json::value{{"name", item.at("name")}}) > 0) ordered.push_back(item.at("name"));
  }
  std::vector<json::value> wanted;
  for (auto const& item : order) {
    if (std::ranges::count(ordered, item.at("name")) > 0) wanted.push_back(item.at("name"));
  }
  RC_ASSERT(ordered == wanted);
}

}  // namespace
}  // namespace fakeapi::testing
