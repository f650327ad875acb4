// The names that are derived from an Echo's name. They are part of the contract and must never change.
#include "operator/echo/names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace {

std::string label(std::string const& name) { return std::string(echo::LabelValue(name).text()); }

TEST(Names, hash_is_fnv1a_with_64_bits) {
  EXPECT_EQ(echo::fnv1a(""), 0xcbf29ce484222325U);
  EXPECT_EQ(echo::fnv1a("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(echo::fnv1a("foobar"), 0x85944171f73967e8U);
}

TEST(Names, label_value_is_the_name_itself_up_to_63_characters) {
  EXPECT_EQ(label("test-echo"), "test-echo");
  EXPECT_EQ(label("a.b"), "a.b");
  EXPECT_EQ(label(std::string(63, 'a')), std::string(63, 'a'));
}

TEST(Names, label_value_of_a_longer_name_is_its_first_52_characters_and_a_hash) {
  EXPECT_EQ(label(std::string(64, 'a')), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-49f35ebbe5");
  EXPECT_EQ(label(std::string(253, 'b')), "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-75647d55a5");
  EXPECT_NE(label(std::string(52, 'a') + std::string(12, 'b')), label(std::string(52, 'a') + std::string(13, 'b')));
}

TEST(Names, container_is_called_as_the_echo_where_that_is_a_dns_1123_label_and_else_echo) {
  EXPECT_EQ(echo::container_name("test-echo"), "test-echo");
  EXPECT_EQ(echo::container_name("7"), "7");
  EXPECT_EQ(echo::container_name(std::string(63, 'a')), std::string(63, 'a'));
  for (std::string const& name : {std::string("a.b"), std::string("A"), std::string("-a"), std::string("a-"),
                                  std::string(), std::string(64, 'a')}) {
    EXPECT_EQ(echo::container_name(name), "echo") << name;
  }
}

RC_GTEST_PROP(Names, label_value_of_any_name_is_one_that_kubernetes_takes, ()) {
  auto const letters = rc::gen::elementOf(std::string("abcz0189"));
  auto const inner = rc::gen::elementOf(std::string("abcz0189-."));
  auto const size = *rc::gen::inRange<std::size_t>(0, 252);
  std::string name(1, *letters);
  name += *rc::gen::container<std::string>(size, inner);
  name += *letters;
  std::string const value = label(name);
  RC_ASSERT(value.size() <= 63U);
  auto const alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  RC_ASSERT(alphanumeric(value.front()));
  RC_ASSERT(alphanumeric(value.back()));
  RC_ASSERT(value.size() == 63U || value == name);
  RC_ASSERT(name.substr(0, 52) == value.substr(0, std::min<std::size_t>(52, name.size())));
}

}  // namespace
