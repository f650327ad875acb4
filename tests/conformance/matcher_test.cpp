// What a case's patterns mean.
#include "tests/conformance/matcher.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "tests/conformance/variables.hpp"
#include "tests/conformance/yaml_json.hpp"

namespace {

using conformance::complaints;
using conformance::parse_yaml;
namespace json = boost::json;

bool fits(std::string const& pattern, std::string const& value) {
  auto const parsed = json::parse(value);
  return complaints(parse_yaml(pattern).value(), &parsed).empty();
}

TEST(Matcher, an_object_allows_further_members_and_a_list_no_further_items) {
  EXPECT_TRUE(fits("{a: 1}", R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(fits("{a: 1}", R"({"b": 2})"));
  EXPECT_FALSE(fits("{a: '1'}", R"({"a": 1})"));
  EXPECT_TRUE(fits("[{a: 1}]", R"([{"a": 1, "b": 2}])"));
  EXPECT_FALSE(fits("[1]", "[1, 2]"));
  EXPECT_FALSE(fits("[1, 2]", "[1]"));
  EXPECT_FALSE(fits("{a: {b: 1}}", R"({"a": 1})"));
}

TEST(Matcher, words_stand_for_kinds_of_values) {
  EXPECT_TRUE(fits("{a: $absent}", "{}"));
  EXPECT_FALSE(fits("{a: $absent}", R"({"a": null})"));
  EXPECT_TRUE(fits("{a: null}", R"({"a": null})"));
  EXPECT_FALSE(fits("{a: null}", "{}"));
  EXPECT_TRUE(fits("$any", "1"));
  EXPECT_FALSE(fits("{a: $any}", "{}"));
  EXPECT_TRUE(fits("$uid", R"("00000000-1111-2222-3333-444444444444")"));
  EXPECT_FALSE(fits("$uid", R"("00000000")"));
  EXPECT_TRUE(fits("$time", R"("2024-01-02T03:04:05Z")"));
  EXPECT_FALSE(fits("$time", R"("2024-01-02T03:04:05.678901Z")"));
  EXPECT_TRUE(fits("$version", R"("17")"));
  EXPECT_FALSE(fits("$version", "17"));
  EXPECT_FALSE(fits("$version", R"("0")"));
  EXPECT_FALSE(fits("$text", "1"));
}

TEST(Matcher, tags_ask_for_more_than_equality) {
  EXPECT_TRUE(fits("!match 'a+'", R"("aaa")"));
  EXPECT_FALSE(fits("!match 'a+'", R"("aab")"));
  EXPECT_TRUE(fits("!not x", R"("y")"));
  EXPECT_FALSE(fits("!not x", R"("x")"));
  EXPECT_TRUE(fits("!after '9'", R"("10")"));
  EXPECT_FALSE(fits("!after '10'", R"("10")"));
  EXPECT_TRUE(fits("!exact {a: {b: 1}}", R"({"a": {"b": 1}})"));
  EXPECT_FALSE(fits("!exact {a: {b: 1}}", R"({"a": {"b": 1, "c": 2}})"));
  EXPECT_TRUE(fits("!set [1, 2]", "[2, 1]"));
  EXPECT_FALSE(fits("!set [1, 2]", "[2, 1, 1]"));
  EXPECT_FALSE(fits("!set [1, 1]", "[1, 2]"));
  EXPECT_TRUE(fits("!some [1]", "[2, 1]"));
  EXPECT_FALSE(fits("!some [3]", "[2, 1]"));
  EXPECT_TRUE(fits("!count 2", "[2, 1]"));
  EXPECT_FALSE(fits("!count 3", "[2, 1]"));
  EXPECT_FALSE(fits("!frobnicate 3", "3"));
}

TEST(Matcher, a_complaint_says_where_and_what) {
  auto const value = json::parse(R"({"a": [{"b": 1}]})");
  auto const found = complaints(parse_yaml("{a: [{b: 2}]}").value(), &value);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "a[0].b should be 2 but is 1");
}

TEST(Variables, stand_in_texts_and_keep_their_type_where_they_stand_alone) {
  conformance::Variables variables;
  variables.set("rv", "41");
  variables.set("list", json::array{1, 2});
  EXPECT_EQ(variables.expand(std::string_view("a$(rv)b$(rv+1)c$(rv-1)")), "a41b42c40");
  EXPECT_EQ(variables.expand(json::value("$(list)")), json::value(json::array{1, 2}));
  EXPECT_EQ(variables.expand(json::value("x$(list)")), json::value("x[1,2]"));
  EXPECT_EQ(variables.expand(std::string_view("$setElementOrder $(not a name)")), "$setElementOrder $(not a name)");
  EXPECT_THROW(variables.expand(std::string_view("$(nothing)")), std::runtime_error);
}

}  // namespace
