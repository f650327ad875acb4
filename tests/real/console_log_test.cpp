#include "operator/real/console_log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <functional>
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

std::string written_as_json(std::function<void(seams::Log&)> const& write) {
  testing::internal::CaptureStderr();
  {
    real::ConsoleLog log(seams::LogLevel::debug, real::LogFormat::json);
    write(log);
  }
  return testing::internal::GetCapturedStderr();
}

TEST(JsonLog, writes_one_object_a_line_with_numbers_as_numbers) {
  auto const lines = written_as_json([](seams::Log& log) {
    log.info("Reconciled", {{"name", "test-echo"}, {"replicas", 2}, {"generation", -1}});
    log.warning("Odd");
  });
  EXPECT_TRUE(std::regex_match(
      lines, std::regex(R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"info","msg":"Reconciled",)"
                        R"("name":"test-echo","replicas":2,"generation":-1\}\n)"
                        R"(\{"time":"[^"]*","level":"warn","msg":"Odd"\}\n)")))
      << lines;
}

TEST(JsonLog, renames_a_field_that_has_a_name_of_its_own) {
  auto const line = written_as_json([](seams::Log& log) { log.info("m", {{"time", 1}, {"level", 2}, {"msg", 3}}); });
  EXPECT_TRUE(line.ends_with(R"("msg":"m","time_":1,"level_":2,"msg_":3})"
                             "\n"))
      << line;
}

TEST(JsonLog, cuts_a_value_that_is_too_long_between_characters) {
  auto const line = written_as_json([](seams::Log& log) { log.info("m", {{"a", std::string(1999, 'x') + "éé"}}); });
  EXPECT_TRUE(line.ends_with("\"a\":\"" + std::string(1999, 'x') + "…\"}\n")) << line;
}

RC_GTEST_PROP(JsonLog, is_one_line_of_json_whatever_the_bytes, ()) {
  auto const key = *rc::gen::string<std::string>();
  auto const value = *rc::gen::string<std::string>();
  auto const message = *rc::gen::string<std::string>();
  auto const line = written_as_json([&](seams::Log& log) { log.info(message, {{key, value}, {"b", 1}}); });
  RC_ASSERT(std::ranges::count(line, '\n') == 1);
  RC_ASSERT(line.ends_with('\n'));
  boost::json::error_code error;
  auto const parsed = boost::json::parse(line, error);
  RC_ASSERT(!error);
  RC_ASSERT(parsed.is_object());
  RC_ASSERT(parsed.at("level") == "info");
  bool const plain = std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  bool const plain_key = std::ranges::all_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (plain && plain_key && !parsed.as_object().contains(key + "_"))
    RC_ASSERT(key == "b" || parsed.at(key) == boost::json::string_view(value));
}

TEST(JsonLog, keeps_text_and_replaces_bytes_that_are_none) {
  auto const line = written_as_json([](seams::Log& log) {
    log.info("m", {{"a", "é€😀"}, {"b", "\xff|\xc3|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80"}});
  });
  auto const parsed = boost::json::parse(line);
  EXPECT_EQ(parsed.at("a").as_string(), "é€😀");
  EXPECT_EQ(parsed.at("b").as_string(), "�|�|��|���|����");
}

}  // namespace
