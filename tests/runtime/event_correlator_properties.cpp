// The decisions about Events: the rules by example, and what holds for whatever is noted.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "operator/runtime/event_correlator.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::EventCorrelator;
using runtime::EventNote;
using Kind = EventCorrelator::Decision::Kind;

seams::MonotonicTime const start{1h};
seams::WallTime const day{std::chrono::hours(500'000)};

EventNote note(std::string message, std::string name = "a", std::string reason = "Reason") {
  EventNote made{.api_version = "example.com/v1", .kind = "Echo", .key = {"default", std::move(name)}, .uid = "u"};
  made.reason = std::move(reason);
  made.message = std::move(message);
  return made;
}

struct Correlator : testing::Test {
  EventCorrelator correlator;
  seams::Duration at{0};
  EventCorrelator::Decision decide(EventNote const& what) { return correlator.decide(what, start + at, day + at); }
};

TEST_F(Correlator, makes_an_event_of_the_first_note_and_counts_the_same_ones_in_it) {
  auto const first = decide(note("m"));
  EXPECT_EQ(first.kind, Kind::create);
  EXPECT_EQ(first.count, 1U);
  at = 5s;
  auto const second = decide(note("m"));
  EXPECT_EQ(second.kind, Kind::count);
  EXPECT_EQ(second.name, first.name);
  EXPECT_EQ(second.count, 2U);
  EXPECT_EQ(second.first, day);
  EXPECT_EQ(second.last, day + 5s);
  EXPECT_EQ(decide(note("other")).kind, Kind::create);
  EXPECT_EQ(decide(note("m", "b")).kind, Kind::create);
  EXPECT_EQ(decide(note("m", "a", "Other")).kind, Kind::create);
}

TEST_F(Correlator, tells_the_tenth_of_similar_notes_and_all_that_follow_as_one) {
  std::string name;
  for (int i = 1; i <= 20; ++i) {
    auto const decision = decide(note("m" + std::to_string(i)));
    EXPECT_EQ(decision.combined, i >= 10) << i;
    EXPECT_EQ(decision.kind, i <= 10 ? Kind::create : Kind::count) << i;
    if (i == 10) name = decision.name;
    if (i < 10) continue;
    EXPECT_EQ(decision.name, name) << i;
    EXPECT_EQ(decision.message, "(combined from similar events): m" + std::to_string(i));
    EXPECT_EQ(decision.count, static_cast<unsigned>(i - 9));
  }
  EXPECT_FALSE(decide(note("m1")).combined) << "one that has an Event of its own is counted there";
  at = 600s;
  EXPECT_TRUE(decide(note("within the window")).combined);
  at = 1200s + 1ns;
  EXPECT_FALSE(decide(note("after a silence of more than the window")).combined);
}

TEST_F(Correlator, lets_twenty_five_notes_about_an_object_through_and_then_one_in_five_minutes) {
  for (int i = 0; i < 25; ++i) EXPECT_NE(decide(note("m")).kind, Kind::drop) << i;
  EXPECT_EQ(decide(note("m")).kind, Kind::drop);
  EXPECT_NE(decide(note("m", "b")).kind, Kind::drop) << "another object's";
  at = 300s - 1ns;
  EXPECT_EQ(decide(note("m")).kind, Kind::drop);
  at = 300s;
  auto const next = decide(note("m"));
  EXPECT_EQ(next.kind, Kind::count);
  EXPECT_EQ(next.count, 28U) << "those that were dropped are counted when there is something to hear again";
  EXPECT_EQ(decide(note("m")).kind, Kind::drop);
}

TEST_F(Correlator, makes_an_event_of_a_note_whose_first_like_was_dropped) {
  for (int i = 0; i < 25; ++i) decide(note("m"));
  EXPECT_EQ(decide(note("new")).kind, Kind::drop);
  at = 300s;
  EXPECT_EQ(decide(note("new")).kind, Kind::create);
}

TEST_F(Correlator, makes_an_event_again_of_one_that_was_not_stored) {
  auto const first = decide(note("m"));
  correlator.forget(first.event);
  EXPECT_EQ(decide(note("m")).kind, Kind::create);
}

TEST_F(Correlator, cuts_messages_between_characters) {
  auto const decision = decide(note(std::string(1023, 'x') + "é"));
  EXPECT_EQ(decision.message, std::string(1023, 'x'));
  EXPECT_EQ(runtime::cut_text("aé", 3), "aé");
  EXPECT_EQ(runtime::cut_text("aé", 2), "a");
  EXPECT_EQ(runtime::cut_text("😀", 3), "");
  EXPECT_EQ(runtime::cut_text("", 0), "");
}

TEST_F(Correlator, names_events_so_that_a_server_takes_them) {
  auto const decision = decide(note("m", std::string(235, 'n') + ".rest"));
  EXPECT_LE(decision.name.size(), 253U);
  EXPECT_EQ(decision.name.find(".."), std::string::npos) << decision.name;
  EXPECT_EQ(decision.name.substr(0, 236), std::string(235, 'n') + ".");
}

// --- Whatever is noted
// ------------------------------------------------------------------------------------------------

int below(int bound) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, bound)); }

struct Noted {
  EventNote note;
  seams::Duration at;
};

std::vector<Noted> any_notes() {
  std::vector<Noted> all;
  seams::Duration at{0};
  for (int left = below(120); left > 0; --left) {
    switch (below(8)) {
      case 0:
        at += std::chrono::seconds(below(700));
        break;
      case 1:
        at += std::chrono::seconds(below(20));
        break;
      default:
        break;
    }
    std::string message(static_cast<std::size_t>(below(20) == 0 ? 1000 + below(40) : 1),
                        static_cast<char>('a' + below(14)));
    if (below(4) == 0) message += "ü€😀";
    all.push_back({note(message, below(3) == 0 ? "b" : "a", below(4) == 0 ? "Other" : "Reason"), at});
  }
  return all;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    auto const byte = static_cast<unsigned char>(text[at]);
    std::size_t const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (at + size > text.size()) return false;
    for (std::size_t next = 1; next < size; ++next) {
      if ((static_cast<unsigned char>(text[at + next]) & 0xc0U) != 0x80U) return false;
    }
    at += size;
  }
  return true;
}

RC_GTEST_PROP(CorrelatorOfAnything, lets_no_more_through_than_the_burst_and_what_was_refilled, ()) {
  EventCorrelator correlator;
  std::map<std::string, std::vector<seams::Duration>> passed;
  for (auto const& [what, at] : any_notes()) {
    auto const decision = correlator.decide(what, start + at, day + at);
    if (decision.kind == Kind::drop) continue;
    auto& times = passed[what.key.name];
    times.push_back(at);
    for (std::size_t from = 0; from < times.size(); ++from) {
      auto const count = static_cast<std::int64_t>(times.size() - from);
      RC_ASSERT(count <= 25 + (at - times[from]) / 300s);
    }
  }
}

RC_GTEST_PROP(CorrelatorOfAnything, tells_messages_that_are_short_and_whole, ()) {
  EventCorrelator correlator;
  for (auto const& [what, at] : any_notes()) {
    auto const decision = correlator.decide(what, start + at, day + at);
    RC_ASSERT(decision.message.size() <= 1024U);
    RC_ASSERT(is_utf8(decision.message));
    if (!decision.combined) RC_ASSERT(what.message.starts_with(decision.message));
  }
}

RC_GTEST_PROP(CorrelatorOfAnything, counts_each_event_truly_and_creates_it_once, ()) {
  EventCorrelator correlator;
  std::map<std::string, std::uint32_t> counts;
  std::map<std::string, std::string> names;
  std::set<std::string> all_names;
  for (auto const& [what, at] : any_notes()) {
    auto const decision = correlator.decide(what, start + at, day + at);
    RC_ASSERT(decision.count == ++counts[decision.event]);
    if (decision.kind == Kind::create) {
      RC_ASSERT(names.emplace(decision.event, decision.name).second);
      RC_ASSERT(all_names.insert(decision.name).second);
    } else if (decision.kind == Kind::count) {
      RC_ASSERT(names.at(decision.event) == decision.name);
    }
  }
}

RC_GTEST_PROP(CorrelatorOfAnything, tells_at_most_nine_different_messages_of_one_reason_one_by_one, ()) {
  EventCorrelator correlator;
  std::map<std::string, std::set<std::string>> single;
  std::map<std::string, seams::Duration> last;
  for (auto const& [what, at] : any_notes()) {
    std::string const group = what.key.name + "/" + what.reason;
    if (last.contains(group) && at - last[group] > 600s) single[group].clear();
    last[group] = at;
    auto const decision = correlator.decide(what, start + at, day + at);
    if (!decision.combined) single[group].insert(decision.message);
    RC_ASSERT(single[group].size() <= 9U);
  }
}

RC_GTEST_PROP(CorrelatorOfAnything, is_a_value_whose_copy_goes_its_own_way, ()) {
  auto const notes = any_notes();
  EventCorrelator one(runtime::EventLimits{.most_objects = 3});
  std::size_t const half = notes.size() / 2;
  auto const text = [](EventCorrelator::Decision const& d) {
    return std::to_string(static_cast<int>(d.kind)) + d.name + d.message + std::to_string(d.count);
  };
  for (std::size_t i = 0; i < half; ++i) one.decide(notes[i].note, start + notes[i].at, day + notes[i].at);
  EventCorrelator copy = one;
  EventCorrelator again;
  again = one;
  std::vector<std::string> of_one, of_copy, of_again;
  for (std::size_t i = half; i < notes.size(); ++i)
    of_one.push_back(text(one.decide(notes[i].note, start + notes[i].at, day + notes[i].at)));
  for (std::size_t i = half; i < notes.size(); ++i) {
    of_copy.push_back(text(copy.decide(notes[i].note, start + notes[i].at, day + notes[i].at)));
    of_again.push_back(text(again.decide(notes[i].note, start + notes[i].at, day + notes[i].at)));
  }
  RC_ASSERT(of_one == of_copy);
  RC_ASSERT(of_one == of_again);
}

RC_GTEST_PROP(Recent, holds_the_keys_that_were_used_last_and_no_more_than_its_limit, ()) {
  std::size_t const limit = static_cast<std::size_t>(1 + below(5));
  runtime::Recent<int, int> recent(limit);
  std::vector<int> used;  // the last at the end
  for (int left = below(60); left > 0; --left) {
    int const key = below(8);
    if (below(6) == 0) {
      recent.forget(key);
      std::erase(used, key);
    } else {
      bool const known = std::ranges::find(used, key) != used.end();
      auto const [value, made] = recent.use(key);
      RC_ASSERT(made == !known);
      RC_ASSERT(value == (made ? 0 : key));
      value = key;
      std::erase(used, key);
      used.push_back(key);
      if (used.size() > limit) used.erase(used.begin());
    }
    RC_ASSERT(recent.size() == used.size());
  }
}

}  // namespace
