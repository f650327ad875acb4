// Ages as kubectl prints them.
#include "fakeapi/printing/human_duration.hpp"

#include <gtest/gtest.h>

namespace fakeapi::printing {
namespace {

using namespace std::chrono_literals;

TEST(HumanDuration, has_two_or_three_figures) {
  using Days = std::chrono::days;
  struct Case {
    seams::Duration duration;
    char const* text;
  };
  for (auto const& [duration, text] : {
           Case{-2s, "<invalid>"},
           Case{-1999ms, "0s"},
           Case{-1s, "0s"},
           Case{0s, "0s"},
           Case{999ms, "0s"},
           Case{91s, "91s"},
           Case{119s, "119s"},
           Case{120s, "2m"},
           Case{6min + 44s, "6m44s"},
           Case{9min + 59s, "9m59s"},
           Case{10min + 59s, "10m"},
           Case{179min, "179m"},
           Case{3h, "3h"},
           Case{3h + 59min + 59s, "3h59m"},
           Case{8h + 30min, "8h"},
           Case{47h + 59min, "47h"},
           Case{48h, "2d"},
           Case{Days(7) + 23h, "7d23h"},
           Case{Days(8) + 5h, "8d"},
           Case{Days(729), "729d"},
           Case{Days(730), "2y"},
           Case{Days(365) * 6 + Days(329), "6y329d"},
           Case{Days(365) * 8 + Days(3), "8y"},
           Case{Days(365) * 100, "100y"},
       }) {
    EXPECT_EQ(human_duration(duration), text);
  }
}

TEST(HumanDuration, of_a_time_that_is_not_known_is_unknown) {
  seams::WallTime const now{std::chrono::sys_days(std::chrono::January / 1 / 2026)};
  EXPECT_EQ(age(std::nullopt, now), "<unknown>");
  EXPECT_EQ(age(std::chrono::floor<std::chrono::seconds>(now) - 5s, now), "5s");
}

}  // namespace
}  // namespace fakeapi::printing
