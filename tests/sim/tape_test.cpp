#include "sim/tape.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

using sim::Choice;
using sim::ChoiceKey;
using sim::Stream;
using sim::Tape;

ChoiceKey any_key() {
  return {static_cast<Stream>(*rc::gen::inRange(0U, sim::stream_count)), *rc::gen::inRange<std::uint16_t>(0, 1024),
          *rc::gen::inRange<std::uint16_t>(0, 4096), *rc::gen::inRange<std::uint16_t>(0, 4096),
          *rc::gen::inRange<std::uint32_t>(0, 1U << 26)};
}

TEST(Tape, an_absent_choice_is_the_boring_one_and_a_too_large_one_is_clamped) {
  ChoiceKey const key{Stream::faults, 1, 2, 3, 4};
  ChoiceKey const other{Stream::faults, 1, 2, 3, 5};
  Tape tape = Tape::of({{key, 99}});
  EXPECT_EQ(tape.uniform(key, 10), 9U);
  EXPECT_EQ(tape.uniform(other, 10), 0U);
  EXPECT_EQ(tape.rare(other, 65536, 2), 0U);
  EXPECT_EQ(tape.recorded(), (std::vector<Choice>{{key, 9}}));
}

TEST(Tape, a_certain_choice_always_falls_and_an_impossible_one_never) {
  Tape tape = Tape::from_seed(7);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_NE(tape.rare({Stream::faults, 0, 0, 0, i}, 65536, 5), 0U);
    EXPECT_EQ(tape.rare({Stream::faults, 0, 0, 1, i}, 0, 5), 0U);
  }
}

TEST(Tape, rare_choices_fall_about_as_often_as_asked) {
  Tape tape = Tape::from_seed(11);
  int fallen = 0;
  for (std::uint32_t i = 0; i < 100000; ++i) fallen += tape.rare({Stream::latency, 0, 0, 0, i}, 6554, 3) != 0 ? 1 : 0;
  EXPECT_NEAR(fallen, 10000, 500);
}

TEST(Tape, text_that_is_no_tape_is_refused) {
  std::vector<Choice> choices;
  for (auto const* text : {"x", "1", "1.2.3.4", "1.2.3.4.5", "1.2.3.4.5=", "1.2.3.4.5=6,", "10.2.3.4.5=6",
                           "1.2000.3.4.5=6", "1.2.3.4.5=6;", "-1.2.3.4.5=6", "1.2.3.4.5=99999999999"}) {
    EXPECT_FALSE(Tape::from_text(text, choices)) << text;
  }
  EXPECT_TRUE(Tape::from_text("", choices));
}

RC_GTEST_PROP(TapeProperty, no_draw_depends_on_another, ()) {
  auto const seed = *rc::gen::arbitrary<std::uint64_t>();
  auto const a = any_key();
  auto const b = any_key();
  Tape first = Tape::from_seed(seed);
  Tape second = Tape::from_seed(seed);
  auto const alone = first.uniform(a, 1000);
  second.uniform(b, 77);
  RC_ASSERT(second.uniform(a, 1000) == alone);
}

RC_GTEST_PROP(TapeProperty, what_a_seed_drew_plays_back_the_same, ()) {
  Tape drawn = Tape::from_seed(*rc::gen::arbitrary<std::uint64_t>());
  std::vector<std::pair<ChoiceKey, std::uint32_t>> asked;
  std::vector<std::uint32_t> values;
  auto const count = *rc::gen::inRange<std::uint32_t>(0, 50);
  for (std::uint32_t i = 0; i < count; ++i) {
    ChoiceKey const key{Stream::workload, 0, 0, static_cast<std::uint16_t>(i % 5), i};
    auto const bound = *rc::gen::inRange<std::uint32_t>(2, 9);
    asked.emplace_back(key, bound);
    values.push_back(i % 2 == 0 ? drawn.uniform(key, bound) : drawn.rare(key, 30000, bound));
  }
  std::vector<Choice> read;
  RC_ASSERT(Tape::from_text(Tape::to_text(drawn.recorded()), read));
  RC_ASSERT(read == drawn.recorded());
  Tape played = Tape::of(read);
  for (std::uint32_t i = 0; i < count; ++i) {
    RC_ASSERT((i % 2 == 0 ? played.uniform(asked[i].first, asked[i].second)
                          : played.rare(asked[i].first, 30000, asked[i].second)) == values[i]);
  }
}

RC_GTEST_PROP(TapeProperty, different_keys_pack_into_different_numbers, ()) {
  auto const a = any_key();
  auto const b = any_key();
  RC_ASSERT((a == b) == (a.packed() == b.packed()));
}

}  // namespace
