// JSONPath as printer columns have it.
#include "fakeapi/printing/json_path.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fakeapi::printing {
namespace {

namespace json = boost::json;

/// What a path finds, printed and joined with spaces; "error: …" where it cannot be walked.
std::string found(std::string_view path, std::string_view document) {
  auto const parsed = JsonPath::parse(path);
  if (!parsed) return "parse error: " + parsed.error();
  json::value const root = json::parse(document);
  auto const values = parsed->find(root);
  if (!values) return "error: " + values.error();
  std::string text;
  for (auto const* value : *values) text.append(text.empty() ? "" : " ").append(print(*value));
  return text;
}

std::string parse_error(std::string_view path) {
  auto const parsed = JsonPath::parse(path);
  return parsed ? "" : parsed.error();
}

TEST(JsonPath, follows_fields_and_skips_what_is_missing) {
  EXPECT_EQ(found(".a.b", R"({"a": {"b": 1}})"), "1");
  EXPECT_EQ(found("$.a.b", R"({"a": {"b": "x"}})"), "x");
  EXPECT_EQ(found("@.a", R"({"a": true})"), "true");
  EXPECT_EQ(found(".a.b", R"({"a": 1})"), "");
  EXPECT_EQ(found(".a.b", R"({"a": null})"), "");
  EXPECT_EQ(found(".a.b", R"({})"), "");
}

TEST(JsonPath, takes_names_in_brackets_and_with_escaped_dots) {
  EXPECT_EQ(found(".a['b']", R"({"a": {"b": 1}})"), "1");
  EXPECT_EQ(found(R"(.a['b\.c'])", R"({"a": {"b.c": 1}})"), "1");
  EXPECT_EQ(found(R"(.a.b\.c)", R"({"a": {"b.c": 1}})"), "1");
  EXPECT_EQ(found(".a['b.c']", R"({"a": {"b.c": 1, "b": {"c": 2}}})"), "2") << "dots in brackets split names, too";
}

TEST(JsonPath, indexes_lists_from_both_ends) {
  EXPECT_EQ(found(".a[0]", R"({"a": [1, 2, 3]})"), "1");
  EXPECT_EQ(found(".a[-1]", R"({"a": [1, 2, 3]})"), "3");
  EXPECT_EQ(found(".a[]", R"({"a": [1, 2, 3]})"), "1");
  EXPECT_EQ(found(".a[3]", R"({"a": [1, 2, 3]})"), "error: array index out of bounds: index 3, length 3");
  EXPECT_EQ(found(".a[-4]", R"({"a": [1, 2, 3]})"), "error: array index out of bounds: index -1, length 3");
  EXPECT_EQ(found(".a[0]", R"({"a": {"0": 1}})"), "error: no array or slice");
  EXPECT_EQ(found(".a[0]", R"({"a": null})"), "");
}

TEST(JsonPath, slices_lists) {
  EXPECT_EQ(found(".a[1:3]", R"({"a": [1, 2, 3, 4]})"), "2 3");
  EXPECT_EQ(found(".a[:2]", R"({"a": [1, 2, 3, 4]})"), "1 2");
  EXPECT_EQ(found(".a[2:]", R"({"a": [1, 2, 3, 4]})"), "3 4");
  EXPECT_EQ(found(".a[-2:]", R"({"a": [1, 2, 3, 4]})"), "3 4");
  EXPECT_EQ(found(".a[0:4:2]", R"({"a": [1, 2, 3, 4]})"), "1 3");
  EXPECT_EQ(found(".a[::3]", R"({"a": [1, 2, 3, 4]})"), "1 4");
  EXPECT_EQ(found(".a[2:2]", R"({"a": [1, 2, 3, 4]})"), "");
  EXPECT_EQ(found(".a[3:1]", R"({"a": [1, 2, 3, 4]})"), "error: starting index 3 is greater than ending index 1");
  EXPECT_EQ(found(".a[0:9]", R"({"a": [1, 2]})"), "error: array index out of bounds: index 8, length 2");
  EXPECT_EQ(found(".a[0:2:0]", R"({"a": [1, 2]})"), "error: step must be > 0");
  EXPECT_EQ(found(".a[9223372036854775807]", R"({"a": [1, 2]})").substr(0, 6), "error:");
  EXPECT_EQ(found(".a[0:2:9223372036854775807]", R"({"a": [1, 2]})"), "1");
}

TEST(JsonPath, finds_all_children_with_a_star) {
  EXPECT_EQ(found(".a[*]", R"({"a": [1, 2]})"), "1 2");
  EXPECT_EQ(found(".a.*", R"({"a": {"x": 1, "y": 2}})"), "1 2");
  EXPECT_EQ(found(".a[*].b", R"({"a": [{"b": 1}, {}, {"b": 3}]})"), "1 3");
}

TEST(JsonPath, descends_to_every_depth_with_two_dots) {
  EXPECT_EQ(found("..b", R"({"b": 1, "a": {"b": 2, "c": [{"b": 3}]}})"), "1 2 3");
  EXPECT_EQ(found(".a..b", R"({"b": 1, "a": {"b": 2}})"), "2");
}

TEST(JsonPath, joins_what_the_members_of_a_union_find) {
  EXPECT_EQ(found(".a[0,2]", R"({"a": [1, 2, 3]})"), "1 3");
  EXPECT_EQ(found(".a['x', 'y']", R"({"a": {"x": 1, "y": 2}})"), "1 2");
}

TEST(JsonPath, filters_lists_by_comparisons) {
  constexpr std::string_view conditions =
      R"({"c": [{"type": "Ready", "status": "True", "n": 1}, {"type": "Other", "status": "False", "n": 2.5, "f": true}]})";
  EXPECT_EQ(found(R"(.c[?(@.type=="Ready")].status)", conditions), "True");
  EXPECT_EQ(found(R"(.c[?(@.type == "Other")].status)", conditions), "False");
  EXPECT_EQ(found(".c[?(@.type!='Ready')].status", conditions), "False");
  EXPECT_EQ(found(".c[?(@.f)].type", conditions), "Other");
  EXPECT_EQ(found(".c[?(@.f==true)].type", conditions), "Other");
  EXPECT_EQ(found(".c[?(@.type<'Pod')].type", conditions), "Other");
  EXPECT_EQ(found(".c[?(@.type>='Other')].type", conditions), "Ready Other");
  EXPECT_EQ(found(".c[?(@.missing==1)].type", conditions), "");
  EXPECT_EQ(found(".c[?(@.n==1)].type", conditions), "error: incompatible types for comparison")
      << "whole numbers and fractions do not compare";
  EXPECT_EQ(found(".c[?(@.f<true)]", R"({"c": [{"f": true}]})"), "error: invalid type for comparison");
  EXPECT_EQ(found(".c[?(@.f==word)]", R"({"c": [{"f": 1}]})"), "error: unrecognized identifier word");
  EXPECT_EQ(found(".c[?(@.f=<1)]", R"({"c": [{"f": 1}]})"), "error: unrecognized filter operator =<");
  EXPECT_EQ(found(".c[?(@.f==1)]", R"({"c": {"f": 1}})"), "error: no array or slice, cannot be filtered");
}

TEST(JsonPath, compares_numbers_on_both_sides_of_the_signed_range) {
  constexpr std::string_view large = R"({"c": [{"n": 18446744073709551615}, {"n": -1}, {"n": 9223372036854775807}]})";
  EXPECT_EQ(found(".c[?(@.n<0)].n", large), "-1");
  EXPECT_EQ(found(".c[?(@.n>5)].n", large), "18446744073709551615 9223372036854775807");
}

TEST(JsonPath, reads_a_name_without_a_dot_as_a_word_that_it_does_not_know) {
  EXPECT_EQ(found("spec.a", R"({"spec": {"a": 1}})"), "error: unrecognized identifier spec");
}

TEST(JsonPath, reads_quoted_text_with_its_escapes) {
  EXPECT_EQ(found(R"("a\tb\u00e9\x41\101\"")", "{}"), "a\tb\u00e9AA\"");
  EXPECT_EQ(found(R"('it\'s')", "{}"), "it's");
  EXPECT_EQ(parse_error(R"("\q")"), R"(unquote string "\q" error invalid syntax)");
  EXPECT_EQ(parse_error(R"("\ud800")"), R"(unquote string "\ud800" error invalid syntax)");
}

TEST(JsonPath, says_what_is_wrong_with_a_path) {
  EXPECT_EQ(parse_error(".a[1"), "unterminated array");
  EXPECT_EQ(parse_error(".a[x]"), "invalid array index x");
  EXPECT_EQ(parse_error(".a[1:2:3:4]"), "invalid array index 1:2:3:4");
  EXPECT_EQ(parse_error(".a[-]"), "array index - is not a number");
  EXPECT_EQ(parse_error(".a[99999999999999999999]"), "array index 99999999999999999999 is not a number");
  EXPECT_EQ(parse_error(".a[?(@.b==\"x\")"), "unclosed array expect ]");
  EXPECT_EQ(parse_error(".a[?(@.b==\"x\"]"), "unterminated filter");
  EXPECT_EQ(parse_error("\"a"), "unterminated quoted string");
  EXPECT_EQ(parse_error("...."), "invalid multiple recursive descent");
  EXPECT_EQ(parse_error(".a\n"), "unclosed action");
  EXPECT_EQ(parse_error(".a#"), "");
  EXPECT_EQ(parse_error("#"), "unrecognized character in action: U+0023 '#'");
  EXPECT_EQ(parse_error("1.2.3"), "cannot parse number 1.2.3");
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "[?(";
  EXPECT_NE(parse_error(deep), "");
}

TEST(JsonPath, gives_up_on_paths_that_find_too_much) {
  std::string document;
  for (int i = 0; i < 28; ++i) document += R"({"a": )";
  document += "1";
  for (int i = 0; i < 28; ++i) document += "}";
  std::string path;
  for (int i = 0; i < 8; ++i) path += "..a";
  EXPECT_EQ(found(path, document), "error: finds too much");
}

TEST(JsonPath, prints_values_as_client_go_does) {
  EXPECT_EQ(print(json::parse("null")), "<no value>");
  EXPECT_EQ(print(json::parse("2.75")), "2.75");
  EXPECT_EQ(print(json::parse("1e3")), "1000");
  EXPECT_EQ(print(json::parse(R"({"b": [1, "<x>"], "a": {"k": null}})")),
            R"({"a":{"k":null},"b":[1,"\u003cx\u003e"]})");
  EXPECT_EQ(print(json::parse(R"(["\u0001\n\"\\\u2028"])")), R"(["\u0001\n\"\\\u2028"])");
}

TEST(JsonPath, knows_its_first_field) {
  EXPECT_EQ(JsonPath::parse(".spec.a")->first_field(), "spec");
  EXPECT_EQ(JsonPath::parse("..a")->first_field(), "");
  EXPECT_EQ(JsonPath::parse("")->first_field(), "");
}

/// Documents of objects and lists over a few names.
json::value document(int depth) {
  int const shape = *rc::gen::inRange(0, depth > 0 ? 6 : 4);
  if (shape == 4) {
    json::object members;
    for (auto const* name : {"a", "b", "c"}) {
      if (*rc::gen::arbitrary<bool>()) members[name] = document(depth - 1);
    }
    return members;
  }
  if (shape == 5) {
    json::array items;
    int const size = *rc::gen::inRange(0, 4);
    for (int i = 0; i < size; ++i) items.push_back(document(depth - 1));
    return items;
  }
  if (shape == 0) return nullptr;
  if (shape == 1) return *rc::gen::inRange(-3, 4);
  if (shape == 2) return *rc::gen::element("", "a", "b");
  return *rc::gen::arbitrary<bool>();
}

/// Every value in a document with the path to it.
void visit(json::value const& value, std::string const& path,
           std::function<void(std::string const&, json::value const&)> const& see) {
  see(path, value);
  if (value.is_object()) {
    for (auto const& [name, member] : value.get_object()) visit(member, path + "." + std::string(name), see);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      visit(value.get_array()[i], path + "[" + std::to_string(i) + "]", see);
    }
  }
}

RC_GTEST_PROP(JsonPathProperties, the_path_to_a_value_finds_that_value_and_nothing_else, ()) {
  json::value const root = document(4);
  visit(root, "", [&](std::string const& path, json::value const& value) {
    auto const parsed = JsonPath::parse(path);
    RC_ASSERT(parsed.has_value());
    auto const values = parsed->find(root);
    RC_ASSERT(values.has_value());
    RC_ASSERT(values->size() == 1U);
    RC_ASSERT(values->front() == &value);
  });
}

RC_GTEST_PROP(JsonPathProperties, descending_to_a_name_finds_every_member_of_that_name, ()) {
  json::value const root = document(4);
  std::size_t expected = 0;
  visit(root, "", [&](std::string const& path, json::value const&) { expected += path.ends_with(".a") ? 1U : 0U; });
  RC_ASSERT(JsonPath::parse("..a")->find(root)->size() == expected);
}

RC_GTEST_PROP(JsonPathProperties, any_text_is_read_or_refused_and_walked_without_harm, ()) {
  auto const text = *rc::gen::container<std::string>(rc::gen::element('.', '[', ']', '?', '(', ')', '@', '$', '*', ':',
                                                                      ',', '\'', '"', '\\', '=', '<', '!', '{', '}',
                                                                      ' ', 'a', 'b', '1', '-', '0', '\n'));
  json::value const root = document(3);
  if (auto const parsed = JsonPath::parse(text)) {
    if (auto const values = parsed->find(root)) {
      for (auto const* value : *values) print(*value);
    }
  }
}

}  // namespace
}  // namespace fakeapi::printing
