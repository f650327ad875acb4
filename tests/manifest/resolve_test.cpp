#include "operator/manifest/resolve.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <limits>
#include <string>

namespace {

namespace json = boost::json;

std::string resolved(std::string_view text) {
  auto const value = manifest::resolve_plain(text);
  return value ? json::serialize(*value) : "error: " + value.error();
}

TEST(PlainScalar, resolves_words_as_kubectl_does) {
  for (auto const* word : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
    EXPECT_EQ(resolved(word), "true") << word;
  for (auto const* word : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
    EXPECT_EQ(resolved(word), "false") << word;
  for (auto const* word : {"", "~", "null", "Null", "NULL"}) EXPECT_EQ(resolved(word), "null") << word;
}

TEST(PlainScalar, leaves_other_spellings_of_words_alone) {
  for (auto const* word : {"yEs", "tRUE", "nULL", "oN", "nan", "inf", "t", "none", "<<", "yes!"})
    EXPECT_EQ(resolved(word), "\"" + std::string(word) + "\"") << word;
}

TEST(PlainScalar, reads_integers_of_every_base) {
  EXPECT_EQ(resolved("0"), "0");
  EXPECT_EQ(resolved("00"), "0");
  EXPECT_EQ(resolved("-0"), "0");
  EXPECT_EQ(resolved("+12"), "12");
  EXPECT_EQ(resolved("1_000"), "1000");
  EXPECT_EQ(resolved("0x1F"), "31");
  EXPECT_EQ(resolved("-0Xff"), "-255");
  EXPECT_EQ(resolved("0o17"), "15");
  EXPECT_EQ(resolved("0b101"), "5");
  EXPECT_EQ(resolved("-0b1"), "-1");
  EXPECT_EQ(resolved("0644"), "420");
  EXPECT_EQ(resolved("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(resolved("-9223372036854775808"), "-9223372036854775808");
}

TEST(PlainScalar, takes_digits_that_are_no_octal_number_as_decimal) {
  EXPECT_EQ(resolved("08"), "8");
  EXPECT_EQ(resolved("019"), "19");
}

TEST(PlainScalar, leaves_what_only_looks_like_a_number_a_string) {
  for (auto const* text : {"0x",    "0b2",    "0o8",  "+",    "-",      ".",   "1e",         "1.2.3",
                           "1:30",  "12a",    "--1",  "+-1",  "0x1p-2", "-0x", "2026-11-23", "2026-11-23T17:24:10Z",
                           "1e400", "-1e400", "10Gi", "100m", "1.2.3.4"})
    EXPECT_EQ(resolved(text), "\"" + std::string(text) + "\"") << text;
}

TEST(PlainScalar, reads_floats) {
  EXPECT_EQ(resolved("0.5"), "5E-1");
  EXPECT_EQ(resolved("-.5"), "-5E-1");
  EXPECT_EQ(resolved(".5e1"), "5");
  EXPECT_EQ(resolved("1.5e-3"), "1.5E-3");
  EXPECT_EQ(resolved("1e-400"), "0");
  EXPECT_EQ(resolved("0." + std::string(400, '0') + "1"), "0");
  EXPECT_EQ(resolved("1e300"), "1E300");
}

TEST(PlainScalar, makes_a_float_without_a_fraction_an_integer) {
  EXPECT_EQ(resolved("2.0"), "2");
  EXPECT_EQ(resolved("1."), "1");
  EXPECT_EQ(resolved("1e3"), "1000");
  EXPECT_EQ(resolved("-12.50e1"), "-125");
  EXPECT_EQ(resolved("-0.0"), "0");
  EXPECT_EQ(resolved("1.152921504606846976e18"), "1152921504606847000") << "Go writes the shortest digits";
  EXPECT_EQ(resolved("1e19"), "1E19") << "does not fit";
}

TEST(PlainScalar, refuses_what_json_or_64_bits_cannot_hold) {
  EXPECT_EQ(resolved("9223372036854775808"),
            "error: the integer 9223372036854775808 does not fit in 64 bits; put it in quotes if text is meant");
  EXPECT_EQ(resolved("+.INF"), "error: Kubernetes has no number +.INF; put it in quotes if text is meant");
}

TEST(TaggedScalar, becomes_what_its_tag_says) {
  auto const tagged = [](std::string const& tag, std::string_view text) {
    auto const value = manifest::resolve_tagged("tag:yaml.org,2002:" + tag, text);
    return value ? json::serialize(*value) : "error: " + value.error();
  };
  EXPECT_EQ(tagged("str", "5"), "\"5\"");
  EXPECT_EQ(tagged("int", "0x10"), "16");
  EXPECT_EQ(tagged("float", "0.5"), "5E-1");
  EXPECT_EQ(tagged("bool", "on"), "true");
  EXPECT_EQ(tagged("null", ""), "null");
  EXPECT_EQ(tagged("timestamp", "2026-11-23"), "\"2026-11-23\"");
  EXPECT_EQ(tagged("bool", "1"), "error: \"1\" is not what its tag !!bool says; remove the tag");
}

}  // namespace
