// Answers in YAML: as go-yaml writes them, and read as they are written.
#include "fakeapi/face/http/yaml_text.hpp"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "fakeapi/face/http/body.hpp"

namespace fakeapi::http {
namespace {

namespace json = boost::json;

std::string written(std::string_view text) {
  auto const yaml = to_yaml(json::object{{"a", text}});
  auto const read = decode_body(yaml, MediaType::yaml);
  EXPECT_TRUE(read && read->at("a") == json::value(json::string(text))) << yaml;
  return yaml;
}

TEST(YamlText, writes_texts_as_plainly_as_can_be) {
  EXPECT_EQ(written("echo"), "a: echo\n");
  EXPECT_EQ(written("caf\u00e9 <b>&"), "a: caf\u00e9 <b>&\n");
  EXPECT_EQ(written("yes"), "a: \"yes\"\n");
  EXPECT_EQ(written("1.5"), "a: \"1.5\"\n");
  EXPECT_EQ(written("a: b"), "a: 'a: b'\n");
  EXPECT_EQ(written("---x"), "a: '---x'\n");
  EXPECT_EQ(written("it's # it"), "a: 'it''s # it'\n");
  EXPECT_EQ(written("one\ntwo\n"), "a: |\n  one\n  two\n");
}

TEST(YamlText, escapes_what_cannot_stand_in_a_manifest) {
  EXPECT_EQ(written("a\x7f"
                    "b"),
            "a: \"a\\x7Fb\"\n");
  EXPECT_EQ(written("\u0085\u00a0\u2028\ufeff"), "a: \"\\N\u00a0\\L\\uFEFF\"\n");
  EXPECT_EQ(written("\U0001f600"), "a: \"\\U0001F600\"\n");
  EXPECT_EQ(written("\x01\r\"\\"), "a: \"\\x01\\r\\\"\\\\\"\n");
  EXPECT_EQ(written("one\ntwo\x7f"), "a: \"one\\ntwo\\x7F\"\n");
}

TEST(YamlText, writes_keys_on_one_line) {
  auto const value = json::parse(R"({"a\nb": {"c\td": 1}, "": 2})");
  auto const yaml = to_yaml(value);
  EXPECT_EQ(yaml, "\"\": 2\n\"a\\nb\":\n  \"c\\td\": 1\n");
  auto const read = decode_body(yaml, MediaType::yaml);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, value);
}

}  // namespace
}  // namespace fakeapi::http
