// echo-run: the real programs beside each other, as `./dev run` starts them.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <thread>
#include <utility>

#include "operator/real/child_program.hpp"
#include "operator/real/temporary_folder.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Every run of spaces as one.
std::string squeezed(std::string const& text) {
  std::string result;
  for (char const c : text) {
    if (c != ' ' || !result.ends_with(' ')) result += c;
  }
  return result;
}

std::string first_line(std::string const& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

struct EchoRun : ::testing::Test {
  EchoRun() { ::setenv("TMPDIR", folder->path().c_str(), 1); }
  ~EchoRun() override { ::unsetenv("TMPDIR"); }

  void start(std::vector<std::string> arguments, std::string const& program = "echo-run") {
    real::ChildOptions options;
    options.program = std::string(BUILD_FOLDER) + "/bin/" + program;
    options.arguments = std::move(arguments);
    options.on_line = [this](std::string_view line) { output += std::string(line) + "\n"; };
    options.on_end = [this](int code) { exit_code = code; };
    output.clear();
    exit_code = -1;
    child = real::ChildProgram::start(context, std::move(options)).value();
  }
  void run(std::vector<std::string> arguments, std::string const& program = "echo-run") {
    start(std::move(arguments), program);
    run_until([] { return false; });
  }
  /// Until something holds, the program has ended or a minute has passed.
  void run_until(std::function<bool()> const& holds) {
    auto const patience = std::chrono::steady_clock::now() + 60s;
    context.restart();
    while (exit_code < 0 && !holds() && std::chrono::steady_clock::now() < patience) context.run_one_for(100ms);
  }
  bool says(std::string const& text) const { return squeezed(output).find(text) != std::string::npos; }

  /// The processes that echo-run has started, by name.
  std::map<std::string, pid_t> parts() const {
    std::string const process = "/proc/" + std::to_string(child->process_id());
    std::istringstream numbers(first_line(process + "/task/" + std::to_string(child->process_id()) + "/children"));
    std::map<std::string, pid_t> all;
    for (pid_t pid = 0; numbers >> pid;) all[first_line("/proc/" + std::to_string(pid) + "/comm")] = pid;
    return all;
  }
  static bool gone(std::map<std::string, pid_t> const& parts) {
    for (int i = 0; i < 500; ++i) {
      bool any = false;
      for (auto const& [name, pid] : parts) {
        std::string const stat = first_line("/proc/" + std::to_string(pid) + "/stat");
        any = any || (!stat.empty() && stat.find(") Z ") == std::string::npos);
      }
      if (!any) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  bool left_nothing() const { return std::filesystem::is_empty(folder->path()); }
  std::string kubeconfig() const {
    constexpr std::string_view before = "\nexport KUBECONFIG=";
    auto const begin = output.find(before);
    if (begin == std::string::npos) return "";
    return output.substr(begin + before.size(), output.find('\n', begin + 1) - begin - before.size());
  }
  /// Started without --once, and the example is Ready.
  void start_and_wait() {
    start({});
    run_until([this] { return says("default test-echo 2 2 Ready"); });
    ASSERT_TRUE(says("default test-echo 2 2 Ready")) << output;
    ASSERT_EQ(parts().size(), 2U);
  }

  std::unique_ptr<real::TemporaryFolder> folder = real::TemporaryFolder::make("echo-run-test").value();
  asio::io_context context{1};
  std::string output;
  int exit_code = -1;
  std::unique_ptr<real::ChildProgram> child;
};

TEST_F(EchoRun, once_shows_the_example_ready_and_leaves_nothing) {
  run({"--once"});
  EXPECT_EQ(exit_code, 0) << output;
  EXPECT_TRUE(says("default test-echo 2 2 Ready")) << output;
  EXPECT_TRUE(left_nothing());
}

TEST_F(EchoRun, works_with_the_tutorials_manifests_as_they_are) {
  std::string const data = std::string(SOURCE_FOLDER) + "/tests/data/";
  run({"--once", "-f", data + "tutorial-crd.yaml", "-f", data + "tutorial-echo.yaml"});
  EXPECT_EQ(exit_code, 0) << output;
  EXPECT_TRUE(says(" Ready ")) << output;
}

TEST_F(EchoRun, refuses_bad_files_before_it_starts_anything) {
  auto const file = (folder->path() / "bad.yaml").string();
  std::ofstream(file) << "apiVersion: example.com/v1\nkind: Echo\nmetadata:\n  name: a\nspec:\n  replicas: -2\n";
  run({"-f", file});
  EXPECT_EQ(exit_code, 1);
  EXPECT_TRUE(output.starts_with(file + ":6: ")) << output;
  std::filesystem::remove(file);
  run({"--once", "-f", "/nowhere/at/all.yaml"});
  EXPECT_EQ(exit_code, 1);
  EXPECT_TRUE(output.starts_with("/nowhere/at/all.yaml: cannot be read")) << output;
  run({"--nonsense"});
  EXPECT_EQ(exit_code, 1);
  EXPECT_TRUE(left_nothing());
}

TEST_F(EchoRun, gives_a_kubeconfig_that_works_until_ctrl_c_ends_all_of_it) {
  start_and_wait();
  auto const programs = parts();
  EXPECT_TRUE(programs.contains("echo-operator"));
  EXPECT_TRUE(programs.contains("echo-fakeapi"));
  auto const config = kubeconfig();
  EXPECT_TRUE(config.starts_with(folder->path().string())) << output;

  auto const main_child = std::exchange(child, nullptr);
  run({"--kubeconfig", config, "explain", "test-echo"}, "echo-operator");
  EXPECT_EQ(exit_code, 0) << output;
  EXPECT_TRUE(says("default/test-echo")) << output;

  exit_code = -1;
  ::kill(main_child->process_id(), SIGINT);
  run_until([] { return false; });
  EXPECT_EQ(exit_code, 0);
  EXPECT_TRUE(gone(programs));
  EXPECT_TRUE(left_nothing());
}

TEST_F(EchoRun, that_is_killed_takes_its_programs_along) {
  start_and_wait();
  auto const programs = parts();
  ::kill(child->process_id(), SIGKILL);
  run_until([] { return false; });
  EXPECT_EQ(exit_code, 137);
  EXPECT_TRUE(gone(programs));
}

TEST_F(EchoRun, says_which_program_has_ended_and_ends_too) {
  start_and_wait();
  auto const programs = parts();
  ::kill(programs.at("echo-operator"), SIGKILL);
  run_until([] { return false; });
  EXPECT_EQ(exit_code, 3);
  EXPECT_TRUE(says("echo-run: echo-operator has ended by itself, with exit code 137")) << output;
  EXPECT_TRUE(gone(programs));
  EXPECT_TRUE(left_nothing());
}

TEST_F(EchoRun, ends_at_the_second_signal_though_a_program_does_not) {
  start_and_wait();
  auto const programs = parts();
  ::kill(programs.at("echo-operator"), SIGSTOP);
  ::kill(child->process_id(), SIGINT);
  context.restart();
  context.run_for(300ms);
  EXPECT_EQ(exit_code, -1) << "it waits for the operator";
  ::kill(child->process_id(), SIGTERM);
  run_until([] { return false; });
  EXPECT_EQ(exit_code, 3);
  EXPECT_TRUE(gone(programs));
  EXPECT_TRUE(left_nothing());
}

}  // namespace
