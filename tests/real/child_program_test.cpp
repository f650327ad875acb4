#include "operator/real/child_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "operator/real/temporary_folder.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct AChild : ::testing::Test {
  asio::io_context context{1};
  std::string lines;
  int exit_code = -1;
  std::unique_ptr<real::ChildProgram> child;

  void start(std::string script) {
    real::ChildOptions options;
    options.program = "/bin/sh";
    options.arguments = {"-c", std::move(script)};
    options.on_line = [this](std::string_view line) { lines += std::string(line) + "|"; };
    options.on_end = [this](int code) { exit_code = code; };
    child = real::ChildProgram::start(context, options).value();
  }
  void run_until_line() {
    while (lines.empty() && exit_code < 0 && context.run_one_for(20s) > 0) {
    }
  }
};

/// Whether a process is gone, or is about to be: killing takes a moment.
bool gone(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state = "X";
    status >> number >> name >> state;
    if (state == "X" || state == "Z") return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST_F(AChild, tells_its_lines_and_then_its_end) {
  start("echo one; echo two >&2; printf three; exit 7");
  EXPECT_TRUE(child->running());
  context.run_for(20s);
  EXPECT_EQ(lines, "one|two|three|");
  EXPECT_EQ(exit_code, 7);
  EXPECT_FALSE(child->running());
}

TEST_F(AChild, may_write_without_end_of_line) {
  start("head -c 200000 /dev/zero | tr '\\0' a");
  context.run_for(20s);
  EXPECT_GE(lines.size(), 200'000U);
  EXPECT_EQ(exit_code, 0);
}

TEST_F(AChild, ends_when_it_is_asked_to) {
  start("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
  run_until_line();
  child->ask_to_end();
  context.run_for(20s);
  EXPECT_EQ(lines, "ready|bye|");
  EXPECT_EQ(exit_code, 3);
}

TEST_F(AChild, that_a_signal_ends_has_the_exit_code_of_shells) {
  start("kill -9 $$");
  context.run_for(20s);
  EXPECT_EQ(exit_code, 137);
}

TEST_F(AChild, is_gone_with_all_that_it_has_started_when_it_is_destroyed_and_tells_nothing_more) {
  start("sleep 1000 & echo $!; echo $$; wait");
  while (std::ranges::count(lines, '|') < 2 && context.run_one_for(20s) > 0) {
  }
  auto const second = lines.find('|') + 1;
  pid_t const grandchild = std::stoi(lines);
  pid_t const itself = std::stoi(lines.substr(second));
  child.reset();
  EXPECT_TRUE(gone(grandchild));
  EXPECT_EQ(::kill(itself, 0), -1) << "it was waited for";
  context.run_for(10ms);
  EXPECT_EQ(exit_code, -1);
}

TEST_F(AChild, may_be_destroyed_by_its_own_line) {
  real::ChildOptions options;
  options.program = "/bin/sh";
  options.arguments = {"-c", "echo one; echo two; exec sleep 1000"};
  options.on_line = [this](std::string_view line) {
    lines += std::string(line) + "|";
    child.reset();
  };
  child = real::ChildProgram::start(context, options).value();
  context.run_for(20s);
  EXPECT_EQ(lines, "one|");
}

TEST_F(AChild, has_a_process_group_of_its_own_no_input_and_dies_with_its_parent) {
  // A process between the two that dies without a word.
  int report[2];
  ASSERT_EQ(::pipe2(report, O_CLOEXEC), 0);
  pid_t const parent = ::fork();
  if (parent == 0) {
    asio::io_context own(1);
    real::ChildOptions options;
    options.program = "/bin/sh";
    options.arguments = {"-c", "cat; ps -o pgid= -p $$; echo $$; exec sleep 1000"};
    std::string text;
    int lines = 0;
    options.on_line = [&](std::string_view line) {
      text += std::string(line) + " ";
      if (++lines < 2) return;
      [[maybe_unused]] auto const ignored = ::write(report[1], text.data(), text.size());
      ::kill(::getpid(), SIGKILL);
    };
    auto const started = real::ChildProgram::start(own, options);
    own.run_for(20s);
    ::_exit(1);
  }
  ::close(report[1]);
  std::string text;
  char buffer[100];
  for (ssize_t count = 0; (count = ::read(report[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  ::close(report[0]);
  std::istringstream numbers(text);
  pid_t group = 0;
  pid_t itself = 0;
  numbers >> group >> itself;
  ASSERT_GT(itself, 0) << text;
  EXPECT_EQ(group, itself);
  EXPECT_TRUE(gone(itself));
}

TEST_F(AChild, that_is_not_there_is_an_error) {
  auto const started = real::ChildProgram::start(context, {"/no/such/program", {}, {}, {}});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), "/no/such/program cannot be run: No such file or directory");
}

TEST(ATemporaryFolder, is_its_owners_only_and_goes_with_what_is_in_it) {
  std::filesystem::path path;
  {
    auto const folder = real::TemporaryFolder::make("echo-test");
    ASSERT_TRUE(folder) << folder.error();
    path = (*folder)->path();
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    std::filesystem::create_directories(path / "a");
    std::ofstream(path / "a" / "b") << "c";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
