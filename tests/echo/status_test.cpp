// The status of an Echo and its JSON.
#include "operator/echo/status.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "operator/echo/conditions.hpp"
#include "tests/echo/support/objects.hpp"

namespace {

using namespace echo_tests;
using echo::ConditionType;
using echo::EchoStatus;

EchoStatus some_status() {
  EchoStatus status;
  status.observed_generation = 3;
  status.selector = "app=a";
  echo::tell_waiting(status, "RollingOut", "Wait.");
  return status;
}

TEST(Status, has_its_counts_even_when_they_are_0_and_all_three_conditions_in_their_order) {
  EXPECT_EQ(json::serialize(echo::to_json(some_status(), nullptr, some_time())),
            R"({"observedGeneration":3,"replicas":0,"readyReplicas":0,"selector":"app=a","conditions":[)"
            R"({"type":"Ready","status":"False","observedGeneration":3,"lastTransitionTime":"2026-09-21T14:13:20Z",)"
            R"("reason":"RollingOut","message":"Wait."},)"
            R"({"type":"Progressing","status":"True","observedGeneration":3,)"
            R"("lastTransitionTime":"2026-09-21T14:13:20Z","reason":"RollingOut","message":"Wait."},)"
            R"({"type":"Degraded","status":"False","observedGeneration":3,)"
            R"("lastTransitionTime":"2026-09-21T14:13:20Z","reason":"AsExpected","message":"Nothing is wrong."}]})");
}

TEST(Status, moves_the_transition_time_of_a_condition_only_when_its_status_flips) {
  json::value const before = echo::to_json(some_status(), nullptr, some_time());
  EchoStatus status = some_status();
  status.observed_generation = 4;
  status[ConditionType::ready] = {true, "Ready", "All."};
  status[ConditionType::progressing].message = "Wait a bit more.";
  json::value const after = echo::to_json(status, &before, some_time(100));
  auto const time = [&](std::size_t index) { return after.at("conditions").at(index).at("lastTransitionTime"); };
  EXPECT_EQ(time(0), json::value(api::format_timestamp(some_time(100))));
  EXPECT_EQ(time(1), json::value(api::format_timestamp(some_time())));
  EXPECT_EQ(time(2), json::value(api::format_timestamp(some_time())));
}

EchoStatus any_status() {
  auto const word = rc::gen::element<std::string>("", "A", "b c", "\"ü\"");
  EchoStatus status;
  status.observed_generation = *rc::gen::inRange(0, 4);
  status.replicas = *rc::gen::inRange(0, 4);
  status.ready_replicas = *rc::gen::inRange(0, 4);
  status.selector = "app=" + *word;
  for (auto& condition : status.conditions) condition = {*rc::gen::arbitrary<bool>(), *word, *word};
  return status;
}

RC_GTEST_PROP(Status, is_the_same_made_anew_as_made_from_what_is_stored, ()) {
  EchoStatus const status = any_status();
  json::value const stored = echo::to_json(any_status(), nullptr, some_time(*rc::gen::inRange(0, 3)));
  json::value strange = stored;  // of another form, so that nothing of it is taken over but the times
  strange.get_object().emplace("somebodyElses", true);
  auto const now = some_time(100);
  RC_ASSERT(json::serialize(echo::to_json(status, &stored, now)) ==
            json::serialize(echo::to_json(status, &strange, now)));
}

TEST(Status, survives_stored_conditions_that_are_not_ours) {
  json::value stored = echo::to_json(some_status(), nullptr, some_time());
  stored.at("replicas") = "many";
  stored.at("conditions").at(0).at("lastTransitionTime") = 7;
  stored.at("conditions").at(1).at("status") = nullptr;
  json::value const anew = echo::to_json(some_status(), nullptr, some_time(100));
  json::value const made = echo::to_json(some_status(), &stored, some_time(100));
  EXPECT_EQ(made.at("replicas"), anew.at("replicas"));
  EXPECT_EQ(made.at("conditions").at(0), anew.at("conditions").at(0));
  EXPECT_EQ(made.at("conditions").at(1), anew.at("conditions").at(1));
}

TEST(Status, holds_a_condition_only_if_it_stands_there_as_true) {
  json::value const stored = echo::to_json(some_status(), nullptr, some_time());
  EXPECT_FALSE(echo::holds(&stored, ConditionType::ready));
  EXPECT_TRUE(echo::holds(&stored, ConditionType::progressing));
  EXPECT_FALSE(echo::holds(nullptr, ConditionType::progressing));
}

RC_GTEST_PROP(Status, is_read_back_as_it_was_written, ()) {
  EchoStatus const status = any_status();
  json::value const stored = echo::to_json(status, nullptr, some_time());
  RC_ASSERT(echo::read_status(stored) == status);
  RC_ASSERT(echo::read_status(json::parse(json::serialize(stored))) == status);
}

RC_GTEST_PROP(Status, says_the_same_exactly_when_nothing_but_the_times_differs, ()) {
  EchoStatus const a = any_status();
  // Half of the time the same but for one field, else anything.
  EchoStatus b = *rc::gen::arbitrary<bool>() ? a : any_status();
  EchoStatus const other = any_status();
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      b.observed_generation = other.observed_generation;
      break;
    case 1:
      b.replicas = other.replicas;
      break;
    case 2:
      b.ready_replicas = other.ready_replicas;
      break;
    case 3:
      b.selector = other.selector;
      break;
    case 4:
      b.conditions[2].holds = other.conditions[2].holds;
      break;
    case 5:
      b.conditions[1].reason = other.conditions[1].reason;
      break;
    case 6:
      b.conditions[0].message = other.conditions[0].message;
      break;
    default:
      break;
  }
  json::value const stored = echo::to_json(a, nullptr, some_time(*rc::gen::inRange(0, 100)));
  RC_ASSERT(echo::says(&stored, b) == (a == b));
}

TEST(Status, says_the_same_only_with_exactly_our_conditions_in_their_order) {
  EchoStatus const status = some_status();
  json::value const stored = echo::to_json(status, nullptr, some_time());
  EXPECT_TRUE(echo::says(&stored, status));
  EXPECT_FALSE(echo::says(nullptr, status));
  json::value shuffled = stored;
  std::swap(shuffled.at("conditions").at(0), shuffled.at("conditions").at(1));
  EXPECT_FALSE(echo::says(&shuffled, status));
  json::value more = stored;
  more.at("conditions").get_array().push_back(stored.at("conditions").at(0));
  EXPECT_FALSE(echo::says(&more, status));
  for (auto const* wrong : {"{}", "[]", "1", R"({"conditions":{}})", R"({"conditions":[1,2,3]})"}) {
    json::value const value = json::parse(wrong);
    EXPECT_FALSE(echo::says(&value, status)) << wrong;
    EXPECT_FALSE(echo::read_status(value).has_value()) << wrong;
  }
}

}  // namespace
