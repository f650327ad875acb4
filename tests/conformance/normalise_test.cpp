// What counts as the same answer of two servers.
#include "tests/conformance/normalise.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace {

using conformance::Case;
using conformance::differences;
using conformance::normalised;
using conformance::Outcome;
namespace json = boost::json;

json::value of(std::string const& transcript, Case const& one = {},
               std::vector<std::pair<std::string, std::string>> names = {}) {
  Outcome outcome;
  outcome.transcript = json::parse(transcript).as_array();
  outcome.names = std::move(names);
  return normalised(outcome, one);
}

TEST(Normalise, resourceVersions_keep_their_order_and_equality_only) {
  EXPECT_EQ(of(R"([{"resourceVersion": "7"}, {"resourceVersion": "9"}, {"resourceVersion": "7"}])"),
            of(R"([{"resourceVersion": "100"}, {"resourceVersion": "200"}, {"resourceVersion": "100"}])"));
  EXPECT_NE(of(R"([{"resourceVersion": "7"}, {"resourceVersion": "9"}])"),
            of(R"([{"resourceVersion": "7"}, {"resourceVersion": "7"}])"));
  EXPECT_NE(of(R"([{"resourceVersion": "7"}, {"resourceVersion": "9"}])"),
            of(R"([{"resourceVersion": "9"}, {"resourceVersion": "7"}])"));
  Case loose;
  loose.revisions = false;
  EXPECT_EQ(of(R"([{"resourceVersion": "7"}, {"resourceVersion": "9"}])", loose),
            of(R"([{"resourceVersion": "7"}, {"resourceVersion": "7"}])", loose));
}

TEST(Normalise, resourceVersions_in_messages_and_continue_tokens_are_ranked_too) {
  EXPECT_EQ(of(R"([{"m": "Too large resource version: 107, current: 7"}, {"resourceVersion": "7"}])"),
            of(R"([{"m": "Too large resource version: 109, current: 9"}, {"resourceVersion": "9"}])"));
  EXPECT_NE(of(R"([{"m": "Too large resource version: 107, current: 7"}, {"resourceVersion": "7"}])"),
            of(R"([{"m": "Too large resource version: 107, current: 6"}, {"resourceVersion": "7"}])"));
  // {"v":"meta.k8s.io/v1","rv":7,"start":"a\u0000"}, and the same with 9
  EXPECT_EQ(
      of(R"([{"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Nywic3RhcnQiOiJhXHUwMDAwIn0", "resourceVersion": "7"}])"),
      of(R"([{"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OSwic3RhcnQiOiJhXHUwMDAwIn0", "resourceVersion": "9"}])"));
  EXPECT_NE(
      of(R"([{"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Nywic3RhcnQiOiJhXHUwMDAwIn0", "resourceVersion": "8"}])"),
      of(R"([{"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OSwic3RhcnQiOiJhXHUwMDAwIn0", "resourceVersion": "9"}])"));
}

TEST(Normalise, uids_are_told_apart_but_not_compared) {
  EXPECT_EQ(of(R"(["00000000-1111-2222-3333-444444444444", "x 00000000-1111-2222-3333-444444444444"])"),
            of(R"(["99999999-1111-2222-3333-444444444444", "x 99999999-1111-2222-3333-444444444444"])"));
  EXPECT_NE(of(R"(["00000000-1111-2222-3333-444444444444", "00000000-1111-2222-3333-444444444444"])"),
            of(R"(["99999999-1111-2222-3333-444444444444", "99999999-1111-2222-3333-444444444445"])"));
}

TEST(Normalise, times_suffixes_and_names_of_the_run_do_not_count) {
  EXPECT_EQ(of(R"(["2024-01-02T03:04:05Z", "gen-bcdfg", "cf-x-r1", "a-7d9c5b8f6-x2z4b"])", {}, {{"cf-x-r1", "$(ns)"}}),
            of(R"(["2025-11-12T13:14:15Z", "gen-h2jkl", "cf-x-r2", "a-5c6d7f8b9-bcdfg"])", {}, {{"cf-x-r2", "$(ns)"}}));
  EXPECT_NE(of(R"(["2024-01-02T03:04:05Z"])"), of(R"(["2024-01-02T03:04:05.000000Z"])"));
  EXPECT_NE(of(R"(["gen-bcdfg"])"), of(R"(["gen-abcde"])"));
}

TEST(Normalise, ages_in_tables_do_not_count_however_the_cells_are_named) {
  EXPECT_EQ(of(R"([{"cells": ["a", "2m3s"]}])"), of(R"([{"cells": ["a", "0s"]}])"));
  EXPECT_EQ(of(R"([{"rows.0.cells": ["a", "1s"]}])"), of(R"([{"rows.0.cells": ["a", "0s"]}])"));
  EXPECT_NE(of(R"([{"rows.0.name": ["a", "1s"]}])"), of(R"([{"rows.0.name": ["a", "0s"]}])"));
}

TEST(Normalise, the_order_of_a_cache_does_not_count_but_that_of_later_events_does) {
  auto const added = [](std::string const& name) {
    return R"({"type": "ADDED", "object": {"metadata": {"name": ")" + name + R"("}}})";
  };
  std::string const deleted = R"({"type": "DELETED", "object": {"metadata": {"name": "a"}}})";
  EXPECT_EQ(of("[{\"events\": [" + added("a") + "," + added("b") + "," + deleted + "]}]"),
            of("[{\"events\": [" + added("b") + "," + added("a") + "," + deleted + "]}]"));
  EXPECT_NE(of("[{\"events\": [" + added("a") + "," + deleted + "," + added("b") + "]}]"),
            of("[{\"events\": [" + added("a") + "," + added("b") + "," + deleted + "]}]"));
  EXPECT_EQ(of(R"([{"items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}])"),
            of(R"([{"items": [{"metadata": {"name": "b"}}, {"metadata": {"name": "a"}}]}])"));
}

TEST(Normalise, a_difference_names_its_path) {
  auto const found =
      differences(json::parse(R"({"a": [1, {"b": 2}]})"), json::parse(R"({"a": [1, {"b": 3, "c": 4}]})"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], ".a[1].b\n      real: 2\n      ours: 3");
  EXPECT_EQ(found[1], ".a[1].c\n      real: nothing\n      ours: 4");
}

TEST(Normalise, answers_of_different_status_are_one_difference) {
  auto const found = differences(
      json::parse(R"([{"step": "s", "answer": {"status": 201, "headers": {}, "body": {"kind": "A", "b": 1}}}])"),
      json::parse(R"([{"step": "s", "answer": {"status": 409, "headers": {}, "body": {"message": "no"}}}])"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "s.answer\n      real: 201 {\"kind\":\"A\",\"b\":1}\n      ours: 409 \"no\"");
}

}  // namespace
