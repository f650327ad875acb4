#include "fakeapi/patch/field_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "fakeapi/patch/managed_fields.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

FieldSet set(std::string_view text) {
  auto read = FieldSet::from_json(json::parse(text));
  EXPECT_TRUE(read.has_value()) << read.error();
  return read.value_or(FieldSet());
}

std::string text(FieldSet const& fields) { return json::serialize(fields.to_json()); }

PathElement field(std::string_view name) { return PathElement::field(name); }

TEST(FieldSet, IsWrittenInCanonicalOrder) {
  FieldSet fields;
  fields.insert({field("spec"), field("list"), PathElement::index(1)});
  fields.insert({field("spec"), field("list"), PathElement::value("b")});
  fields.insert({field("spec"), field("list"), PathElement::value(10)});
  fields.insert({field("spec"), field("list"), PathElement::value(9)});
  fields.insert({field("spec"), field("list"), PathElement::keys({{"port", 80}, {"name", "x"}})});
  fields.insert({field("spec"), field("list"), field("z")});
  fields.insert({field("spec"), field("list")});
  fields.insert({field("metadata"), field("labels"), field("a")});
  fields.insert({field("spec")});
  EXPECT_EQ(text(fields), R"({"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{".":{},"f:list":{".":{},"f:z":{},)"
                          R"("k:{\"name\":\"x\",\"port\":80}":{},"v:9":{},"v:10":{},"v:\"b\"":{},"i:1":{}}}})");
  EXPECT_EQ(fields.size(), 9U);
}

TEST(FieldSet, EscapesKeysAsGoDoes) {
  FieldSet fields;
  fields.insert({PathElement::value("<a>&")});
  EXPECT_EQ(text(fields), R"({"v:\"\\u003ca\\u003e\\u0026\"":{}})");
  EXPECT_EQ(set(text(fields)), fields);
}

TEST(FieldSet, AnElementWithoutAnythingBelowIsInIt) {
  FieldSet const fields = set(R"({"f:a":{},"f:b":{"f:c":{}},"f:d":{".":{},"f:e":{}}})");
  EXPECT_TRUE(fields.contains(Path{field("a")}));
  EXPECT_FALSE(fields.contains(Path{field("b")}));
  EXPECT_TRUE(fields.contains(Path{field("b"), field("c")}));
  EXPECT_TRUE(fields.contains(Path{field("d")}));
  EXPECT_FALSE(fields.contains(Path{}));
}

TEST(FieldSet, IgnoresElementsOfLaterVersions) {
  EXPECT_EQ(text(set(R"({"x:a":{"f:b":{}},"f:a":{"y:":{}}})")), R"({"f:a":{}})");
}

TEST(FieldSet, RefusesWhatIsNoSet) {
  for (auto const* bad : {"[]", R"({"a":{}})", R"({"fa":{}})", R"({"f:a":1})", R"({"k:{":{}})", R"({"k:1":{}})",
                          R"({"v:":{}})", R"({"i:x":{}})"}) {
    EXPECT_FALSE(FieldSet::from_json(json::parse(bad)).has_value()) << bad;
  }
}

TEST(FieldSet, IntegersAndFractionsOfTheSameValueAreOneElement) {
  EXPECT_EQ(PathElement::value(1), PathElement::value(1.0));
  EXPECT_LT(PathElement::value(1.5), PathElement::value(2));
  EXPECT_LT(PathElement::value(7), PathElement::value("1"));
  EXPECT_LT(PathElement::value("z"), PathElement::value(false));
}

TEST(FieldSet, PathsAreShownAsInMessages) {
  EXPECT_EQ(to_string({field("spec"), PathElement::keys({{"port", 80}, {"name", "x"}}), field("v"),
                       PathElement::value("a"), PathElement::index(3)}),
            R"(.spec[name="x",port=80].v[="a"][3])");
}

TEST(FieldSet, SubtractingAParentLeavesItsChildren) {
  FieldSet const fields = set(R"({"f:a":{".":{},"f:b":{}}})");
  EXPECT_EQ(text(subtract(fields, set(R"({"f:a":{}})"))), R"({"f:a":{"f:b":{}}})");
  EXPECT_EQ(text(subtract_below(fields, set(R"({"f:a":{}})"))), "{}");
  EXPECT_EQ(text(subtract(fields, set(R"({"f:a":{"f:b":{}}})"))), R"({"f:a":{}})");
}

TEST(FieldSet, LeavesHaveNothingBelow) {
  EXPECT_EQ(text(set(R"({"f:a":{".":{},"f:b":{".":{},"f:c":{}}},"f:d":{}})").leaves()),
            R"({"f:a":{"f:b":{"f:c":{}}},"f:d":{}})");
}

TEST(FieldSet, CollectsEverythingBelowAPath) {
  FieldSet fields = set(R"({"f:a":{"f:b":{}}})");
  fields.insert_below({field("a")}, set(R"({"f:c":{},"f:d":{"f:e":{}}})"));
  EXPECT_EQ(text(fields), R"({"f:a":{"f:b":{},"f:c":{},"f:d":{"f:e":{}}}})");
}

// Random sets with few names, so that they meet.
rc::Gen<PathElement> elements() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 4), rc::gen::inRange(0, 3)), [](std::pair<int, int> const& of) {
    std::string const name(1, static_cast<char>('a' + of.second));
    switch (of.first) {
      case 0:
        return PathElement::keys({{"name", json::value(name)}, {"port", of.second}});
      case 1:
        return of.second == 0 ? PathElement::value(json::value(name)) : PathElement::value(of.second);
      case 2:
        return PathElement::index(of.second);
      default:
        return PathElement::field(name);
    }
  });
}

FieldSet any_set() {
  auto const paths = *rc::gen::container<std::vector<Path>>(
      rc::gen::resize(4, rc::gen::nonEmpty(rc::gen::container<Path>(elements()))));
  FieldSet fields;
  for (auto const& path : paths) fields.insert(path);
  return fields;
}

RC_GTEST_PROP(FieldSetProperties, AreReadAsTheyWereWritten, ()) {
  FieldSet const fields = any_set();
  auto const read = FieldSet::from_json(json::parse(text(fields)));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == fields);
  RC_ASSERT(text(*read) == text(fields));
}

RC_GTEST_PROP(FieldSetProperties, FormAnAlgebra, ()) {
  FieldSet const a = any_set(), b = any_set(), c = any_set();
  RC_ASSERT(unite(a, b) == unite(b, a));
  RC_ASSERT(unite(a, unite(b, c)) == unite(unite(a, b), c));
  RC_ASSERT(unite(a, a) == a);
  RC_ASSERT(intersect(a, b) == intersect(b, a));
  RC_ASSERT(intersect(a, unite(b, c)) == unite(intersect(a, b), intersect(a, c)));
  RC_ASSERT(subtract(a, a).empty());
  RC_ASSERT(unite(subtract(a, b), intersect(a, b)) == a);
  RC_ASSERT(intersect(subtract(a, b), b).empty());
  RC_ASSERT(subtract(a, unite(b, c)) == subtract(subtract(a, b), c));
}

RC_GTEST_PROP(FieldSetProperties, ContainWhatTheirPathsSay, ()) {
  FieldSet const a = any_set(), b = any_set();
  FieldSet const both = unite(a, b), common = intersect(a, b), left = subtract(a, b);
  std::size_t seen = 0;
  both.for_each([&](Path const& path) {
    ++seen;
    RC_ASSERT(a.contains(path) || b.contains(path));
    RC_ASSERT(common.contains(path) == (a.contains(path) && b.contains(path)));
    RC_ASSERT(left.contains(path) == (a.contains(path) && !b.contains(path)));
  });
  RC_ASSERT(seen == both.size());
}

RC_GTEST_PROP(FieldSetProperties, LoseABranchWithItsRoot, ()) {
  FieldSet const a = any_set(), b = any_set();
  subtract_below(a, b).for_each([&](Path const& path) {
    Path prefix;
    for (auto const& element : path) {
      prefix.push_back(element);
      RC_ASSERT(!b.contains(prefix));
    }
  });
  RC_ASSERT(subtract(subtract_below(a, b), a).empty());
}

RC_GTEST_PROP(FieldSetProperties, AreBetweenTheirLeavesAndThemselves, ()) {
  FieldSet const fields = any_set();
  FieldSet const leaves = fields.leaves();
  RC_ASSERT(subtract(leaves, fields).empty());
  RC_ASSERT(leaves.leaves() == leaves);
  leaves.for_each([&](Path const& path) {
    FieldSet const* at = &fields;
    for (auto const& element : path) at = at == nullptr ? nullptr : at->below(element);
    RC_ASSERT(at == nullptr);
  });
}

}  // namespace
}  // namespace fakeapi::patch
