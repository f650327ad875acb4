#include "operator/real/console_log.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace {

template <class Write>
std::string written(seams::LogLevel least, Write write) {
  testing::internal::CaptureStderr();
  {
    real::ConsoleLog log(least);
    write(log);
  }
  return testing::internal::GetCapturedStderr();
}

/// A line without its time.
std::string without_time(std::string const& line) { return line.substr(line.find(' ') + 1); }

TEST(ConsoleLog, writes_the_time_the_level_the_message_and_the_fields_on_one_line) {
  auto const line = written(seams::LogLevel::info, [](seams::Log& log) {
    log.info("Reconciled", {{"echo", "default/test-echo"}, {"replicas", 2}, {"generation", -1}});
  });
  EXPECT_TRUE(std::regex_match(line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  [^\n]*\n)"))) << line;
  EXPECT_EQ(without_time(line), "info  Reconciled echo=default/test-echo replicas=2 generation=-1\n");
}

TEST(ConsoleLog, quotes_values_that_are_not_plain) {
  auto const line = written(seams::LogLevel::debug, [](seams::Log& log) {
    log.warning(
        "Odd",
        {{"a", "two words"}, {"b", "say \"x\"\n\tback\\"}, {"c", ""}, {"d", "k=v"}, {"e", "\x1b[0m"}, {"f", "é"}});
  });
  EXPECT_EQ(without_time(line),
            "warn  Odd a=\"two words\" b=\"say \\\"x\\\"\\n\\tback\\\\\" c=\"\" d=\"k=v\" e=\"\\x1b[0m\" f=é\n");
}

TEST(ConsoleLog, cuts_a_value_that_is_too_long_between_characters) {
  auto const line = written(seams::LogLevel::debug, [](seams::Log& log) {
    log.error("Long", {{"a", std::string(1999, 'x') + "éé"}, {"b", std::string(2000, 'y')}});
  });
  EXPECT_EQ(without_time(line), "error Long a=\"" + std::string(1999, 'x') + "…\" b=" + std::string(2000, 'y') + "\n");
}

TEST(ConsoleLog, writes_nothing_below_its_level) {
  auto const lines = written(seams::LogLevel::warning, [](seams::Log& log) {
    EXPECT_FALSE(log.enabled(seams::LogLevel::info));
    log.debug("no");
    log.info("no");
    log.warning("yes");
  });
  EXPECT_EQ(without_time(lines), "warn  yes\n");
}

TEST(ConsoleLog, takes_braces_in_a_message_as_they_are) {
  auto const line = written(seams::LogLevel::info, [](seams::Log& log) { log.info("{} {0}", {{"a", "{}"}}); });
  EXPECT_EQ(without_time(line), "info  {} {0} a={}\n");
}

}  // namespace
