#include "operator/client/warnings.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using Texts = std::vector<std::string>;

TEST(WarningTexts, are_those_of_code_299_without_their_escapes) {
  EXPECT_EQ(client::warning_texts(R"(299 - "policy/v1beta1 is deprecated")"), Texts{"policy/v1beta1 is deprecated"});
  EXPECT_EQ(client::warning_texts(R"(299 kube "say \"x\\y\"")"), Texts{R"(say "x\y")"});
  EXPECT_EQ(client::warning_texts(R"(299 - "a" "Wed, 21 Oct 2015 07:28:00 GMT", 299 - "b",110 - "stale", 299 - "c")"),
            (Texts{"a", "b", "c"}));
}

TEST(WarningTexts, end_where_the_field_is_not_well_formed) {
  for (auto const* const field : {"", " , ", "299", "299 -", "299 - ", "299 - text", R"(299 - "open)", R"(299 - "\)",
                                  R"(299 "agent is missing")", R"(299 - "")"}) {
    EXPECT_EQ(client::warning_texts(field), Texts{}) << field;
  }
  EXPECT_EQ(client::warning_texts(R"(299 - "a", nonsense)"), Texts{"a"});
}

TEST(WarningTexts, are_cut) {
  EXPECT_EQ(client::warning_texts("299 - \"" + std::string(5000, 'x') + "\"").at(0).size(), 1000U);
}

TEST(SeenWarnings, are_new_once_and_limited) {
  client::SeenWarnings seen;
  EXPECT_TRUE(seen.is_new("a"));
  EXPECT_FALSE(seen.is_new("a"));
  for (std::size_t i = 1; i < client::SeenWarnings::most; ++i) EXPECT_TRUE(seen.is_new(std::to_string(i)));
  EXPECT_FALSE(seen.is_new("one too many"));
}

RC_GTEST_PROP(WarningTexts, of_any_bytes_come_to_an_end, ()) {
  auto const pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("299", " ", "-", "\"", "\\", ",", "a", "\t", "110"));
  std::string field;
  for (auto const& piece : pieces) field += piece;
  for (auto const& text : client::warning_texts(field)) RC_ASSERT(!text.empty());
}

RC_GTEST_PROP(WarningTexts, come_back_as_they_were_written, (std::vector<std::string> const& texts)) {
  std::string field;
  std::vector<std::string> written;
  for (auto const& text : texts) {
    if (text.empty()) continue;
    std::string quoted;
    for (char const c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    field += (field.empty() ? "" : ", ") + ("299 - \"" + quoted + "\"");
    written.push_back(text);
  }
  RC_ASSERT(client::warning_texts(field) == written);
}

}  // namespace
