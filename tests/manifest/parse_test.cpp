#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "operator/manifest/manifest.hpp"

namespace {

namespace json = boost::json;

std::vector<manifest::Manifest> parse(std::string_view text) {
  auto parsed = manifest::parse(text, "f.yaml");
  if (parsed) return std::move(*parsed);
  ADD_FAILURE() << parsed.error().to_string() << "\nin\n" << text;
  return {};
}

/// The value of `spec` of an object whose other fields do not matter, as JSON text.
std::string spec_of(std::string const& spec) {
  auto const parsed = parse("apiVersion: v1\nkind: A\nmetadata: {name: a}\n" + spec);
  return parsed.size() == 1 && parsed[0].object.spec ? json::serialize(*parsed[0].object.spec) : "";
}

std::string refused(std::string_view text) {
  auto const parsed = manifest::parse(text, "f");
  return parsed ? "accepted" : parsed.error().to_string();
}

std::string read_file(std::string const& path) {
  std::ifstream file(SOURCE_FOLDER "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(file.good()) << path;
  return text.str();
}

TEST(Manifest, reads_an_object_with_its_file_and_line) {
  auto const parsed =
      parse("# an Echo\napiVersion: example.com/v1\nkind: Echo\nmetadata:\n  name: a\nspec:\n  replicas: 2\n");
  ASSERT_EQ(parsed.size(), 1U);
  EXPECT_EQ(parsed[0].file, "f.yaml");
  EXPECT_EQ(parsed[0].line, 2);
  EXPECT_EQ(parsed[0].object.api_version, "example.com/v1");
  EXPECT_EQ(parsed[0].object.kind, "Echo");
  EXPECT_EQ(parsed[0].object.metadata.name, "a");
  EXPECT_EQ(*parsed[0].object.spec, json::parse(R"({"replicas": 2})"));
}

TEST(Manifest, reads_the_files_of_this_repository) {
  auto const ours = parse(read_file("crds/echoes.example.com.yaml"));
  ASSERT_EQ(ours.size(), 1U);
  EXPECT_EQ(ours[0].object.kind, "CustomResourceDefinition");
  EXPECT_EQ(ours[0].object.metadata.name, "echoes.example.com");
  auto const tutorial = parse(read_file("tests/data/tutorial-crd.yaml"));
  ASSERT_EQ(tutorial.size(), 1U);
  EXPECT_EQ(tutorial[0].object.metadata.namespace_, "default");
  for (auto const* path : {"crds/examples/echo-example.yaml", "tests/data/tutorial-echo.yaml"}) {
    auto const echo = parse(read_file(path));
    ASSERT_EQ(echo.size(), 1U);
    EXPECT_EQ(echo[0].object.key().to_string(), "default/test-echo");
    EXPECT_EQ(*echo[0].object.spec, json::parse(R"({"replicas": 2})"));
  }
}

TEST(Manifest, reads_several_documents_and_skips_empty_ones) {
  auto const parsed = parse(
      "---\n# first\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n--- # more\n\n---\n~\n---\n"
      "apiVersion: v1\nkind: A\nmetadata: {name: b}\n...\n---\n");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(parsed[0].line, 4);
  EXPECT_EQ(parsed[1].object.metadata.name, "b");
  EXPECT_EQ(parsed[1].line, 12);
}

TEST(Manifest, expands_a_list) {
  auto const parsed = parse(
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n"
      "- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: B\n    metadata: {name: b}\n");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(parsed[0].line, 4);
  EXPECT_EQ(parsed[1].object.kind, "B");
  EXPECT_EQ(parsed[1].line, 10);
}

TEST(Manifest, gives_items_of_a_typed_list_the_kind_they_leave_out) {
  auto const parsed = parse(
      "apiVersion: example.com/v1\nkind: EchoList\nmetadata: {resourceVersion: '5'}\nitems:\n- metadata: {name: a}\n"
      "- kind: Other\n  metadata: {name: b}\n");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(parsed[0].object.api_version, "example.com/v1");
  EXPECT_EQ(parsed[0].object.kind, "Echo");
  EXPECT_EQ(parsed[1].object.kind, "Other");
}

TEST(Manifest, takes_a_kind_that_ends_in_list_and_has_no_items_as_an_object) {
  auto const parsed = parse("apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\n");
  ASSERT_EQ(parsed.size(), 1U);
  EXPECT_EQ(parsed[0].object.kind, "AllowList");
}

TEST(Manifest, takes_a_generate_name_for_a_name) {
  auto const parsed = parse("apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n");
  ASSERT_EQ(parsed.size(), 1U);
  EXPECT_EQ(parsed[0].object.metadata.generate_name, "a-");
}

TEST(Manifest, reads_json_and_json_objects_in_a_row) {
  auto const parsed = parse(
      "{\"apiVersion\": \"v1\", \"kind\": \"A\",\n \"metadata\": {\"name\": \"a\"},\n"
      " \"spec\": {\"face\": \"\\ud83d\\ude00\", \"half\": 0.5, \"two\": 2.0, \"yes\": \"yes\", \"none\": null}}\n"
      "\n{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {\"name\": \"b\"}} ");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(*parsed[0].object.spec,
            json::parse(R"({"face": "😀", "half": 0.5, "two": 2.0, "yes": "yes", "none": null})"));
  EXPECT_EQ(parsed[1].line, 5);
  EXPECT_EQ(parsed[1].object.metadata.name, "b");
}

TEST(Manifest, reads_braces_that_are_yaml_and_no_json) {
  EXPECT_EQ(spec_of("spec: {a: [1, b], c: {d: e}}\n"), R"({"a":[1,"b"],"c":{"d":"e"}})");
  auto const parsed = parse("{apiVersion: v1, kind: A, metadata: {name: a,}}\n");
  ASSERT_EQ(parsed.size(), 1U);
}

TEST(Manifest, keeps_quoted_scalars_and_block_scalars_strings) {
  EXPECT_EQ(spec_of("spec: ['2', \"yes\", \"null\", '']\n"), R"(["2","yes","null",""])");
  EXPECT_EQ(spec_of("spec:\n- |\n  5\n- >-\n  true\n  x\n"), R"(["5\n","true x"])");
  EXPECT_EQ(spec_of("spec: {a: 'it''s', b: \"a\\tb\\u00e9\\x41\"}\n"), "{\"a\":\"it's\",\"b\":\"a\\tbéA\"}");
}

TEST(Manifest, resolves_plain_scalars_also_as_keys) {
  EXPECT_EQ(spec_of("spec: {1: a, 0x10: b, on: c, 'off': d}\n"), R"({"1":"a","16":"b","true":"c","off":"d"})");
}

TEST(Manifest, follows_aliases_of_values_and_keys) {
  EXPECT_EQ(spec_of("spec:\n  a: &x {b: [1, 2]}\n  c: *x\n  &k d: 1\n  e: *k\n"),
            R"({"a":{"b":[1,2]},"c":{"b":[1,2]},"d":1,"e":"d"})");
  EXPECT_EQ(spec_of("spec:\n  a: &x b\n  *x : c\n"), R"({"a":"b","b":"c"})");
}

TEST(Manifest, merges_mappings_and_lets_own_keys_and_earlier_sources_win) {
  EXPECT_EQ(spec_of("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nspec:\n  <<: [*x, *y]\n  c: 3\n"),
            R"({"a":1,"b":1,"c":3})");
  EXPECT_EQ(spec_of("spec:\n  d: 0\n  <<: {a: 1}\n"), R"({"d":0,"a":1})");
  EXPECT_EQ(spec_of("spec: {'<<': 1}\n"), R"({"<<":1})") << "a quoted << is an ordinary key";
}

TEST(Manifest, takes_comments_line_ends_of_windows_and_a_byte_order_mark) {
  EXPECT_EQ(spec_of("spec: # what\n  a: b#c # d\n  e: 'x # y'\n"), R"({"a":"b#c","e":"x # y"})");
  auto const parsed = parse(
      "\xEF\xBB\xBF"
      "apiVersion: v1\r\nkind: A\r\nmetadata:\r\n  name: a\r\n---\r\n"
      "apiVersion: v1\r\nkind: A\r\nmetadata:\r\n  name: \"b\"\r\n");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(parsed[0].object.metadata.name, "a");
  EXPECT_EQ(parsed[1].object.metadata.name, "b");
  EXPECT_EQ(parsed[1].line, 6);
}

TEST(Manifest, keeps_the_separator_inside_an_indented_block_scalar) {
  EXPECT_EQ(spec_of("spec: |\n  a\n  ---\n  b\n"), R"("a\n---\nb\n")");
}

TEST(ManifestLimits, stop_text_that_is_too_long) {
  std::string text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n";
  text += "#" + std::string(manifest::max_text_size - text.size() - 1, 'x');
  EXPECT_EQ(refused(text), "accepted");
  EXPECT_EQ(refused(text + "x"), "f:1: larger than 3 MiB, which no API server takes; split the file");
}

TEST(ManifestLimits, stop_text_that_is_nested_too_deep) {
  auto const nested = [](std::size_t depth) {
    return "{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {\"name\": \"a\"},\n\"spec\": " +
           std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  std::string const message = "f:2: nested more than 100 levels deep; no object of Kubernetes needs that";
  EXPECT_EQ(refused(nested(99)), "accepted");
  EXPECT_EQ(refused(nested(100)), message);
  EXPECT_EQ(refused(nested(1'000'000)), message);
  EXPECT_EQ(refused("# YAML\n" + nested(99).replace(1, 12, "apiVersion")), "accepted");
  EXPECT_EQ(refused(nested(100).replace(1, 12, "apiVersion")), message);
  EXPECT_EQ(refused(nested(1'000'000).replace(1, 12, "apiVersion")), message);
}

TEST(ManifestLimits, stop_aliases_that_nest_too_deep) {
  std::string text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\na0: &a0 [[[[[[[[[[1]]]]]]]]]]\n";
  for (int level = 1; level < 12; ++level) {
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [[[[[[[[[*a" + std::to_string(level - 1) +
            "]]]]]]]]]\n";
  }
  EXPECT_EQ(refused(text), "f:14: nested more than 100 levels deep; no object of Kubernetes needs that");
}

TEST(ManifestLimits, stop_a_bomb_of_aliases) {
  std::string bomb = "apiVersion: v1\nkind: A\nmetadata: {name: a}\na0: &a0 [lol, lol]\n";
  for (int level = 1; level < 30; ++level) {
    std::string const before = "*a" + std::to_string(level - 1);
    bomb += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + before + ", " + before + ", " +
            before + ", " + before + "]\n";
  }
  EXPECT_EQ(refused(bomb), "f:13: following the aliases makes more than 16 MiB of this text; use fewer aliases");
}

TEST(ManifestLimits, stop_a_bomb_that_is_spread_over_documents) {
  std::string bomb;
  for (int document = 0; document < 40; ++document) {
    bomb += "apiVersion: v1\nkind: A\nmetadata: {name: a}\nx: &x " + std::string(1000, 'x') + "\ny: [*x";
    for (int copy = 0; copy < 999; ++copy) bomb += ",*x";
    bomb += "]\n---\n";
  }
  auto const message = refused(bomb);
  EXPECT_TRUE(message.ends_with("following the aliases makes more than 16 MiB of this text; use fewer aliases"))
      << message;
}

TEST(ManifestLimits, read_a_large_file_in_reasonable_time) {
  std::string text;
  int objects = 0;
  while (text.size() < manifest::max_text_size - 200) {
    text += "apiVersion: example.com/v1\nkind: Echo\nmetadata:\n  name: e" + std::to_string(objects++) +
            "\n  namespace: default\nspec:\n  replicas: 2\n---\n";
  }
  EXPECT_EQ(parse(text).size(), static_cast<std::size_t>(objects));
}

}  // namespace
