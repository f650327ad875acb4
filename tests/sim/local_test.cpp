// echo-local: what it applies, what it shows, and the program itself.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fakeapi/manifests/apply.hpp"
#include "operator/api/kinds.hpp"
#include "operator/manifest/manifest.hpp"
#include "sim/contract.hpp"
#include "sim/echo_definition.hpp"
#include "sim/local/table.hpp"

namespace {

using namespace std::chrono_literals;
using fakeapi::manifests::Applied;

seams::WallTime const now{std::chrono::hours(500'000)};

std::vector<manifest::Manifest> with_definition(std::string_view yaml) {
  auto all = manifest::parse(sim::echo_definition_yaml(), "definition.yaml").value();
  for (auto& one : manifest::parse(yaml, "file.yaml").value()) all.push_back(std::move(one));
  return all;
}

constexpr std::string_view an_echo = R"(apiVersion: example.com/v1
kind: Echo
metadata:
  name: a
spec:
  replicas: 2
)";

TEST(HumanDuration, is_what_kubectl_prints) {
  EXPECT_EQ(sim::local::human_duration(-5s), "0s");
  EXPECT_EQ(sim::local::human_duration(0s), "0s");
  EXPECT_EQ(sim::local::human_duration(119s), "119s");
  EXPECT_EQ(sim::local::human_duration(120s), "2m");
  EXPECT_EQ(sim::local::human_duration(195s), "3m15s");
  EXPECT_EQ(sim::local::human_duration(10min), "10m");
  EXPECT_EQ(sim::local::human_duration(179min), "179m");
  EXPECT_EQ(sim::local::human_duration(3h), "3h");
  EXPECT_EQ(sim::local::human_duration(3h + 5min), "3h5m");
  EXPECT_EQ(sim::local::human_duration(47h), "47h");
  EXPECT_EQ(sim::local::human_duration(50h), "2d2h");
  EXPECT_EQ(sim::local::human_duration(24h * 30), "30d");
  EXPECT_EQ(sim::local::human_duration(24h * 365 * 3), "3y");
}

TEST(Apply, creates_definitions_first_puts_objects_into_default_and_knows_what_is_unchanged) {
  fakeapi::Server server{fakeapi::ServerOptions{}};
  auto manifests = with_definition(an_echo);
  std::swap(manifests.front(), manifests.back());
  auto const first = fakeapi::manifests::apply(server, manifests, now);
  ASSERT_TRUE(first) << first.error();
  ASSERT_EQ(first->size(), 2U);
  EXPECT_EQ(first->back().what, "echo.example.com/a");
  EXPECT_EQ(first->back().how, Applied::How::created);
  EXPECT_NE(server.find(sim::contract::echoes, {"default", "a"}), nullptr);

  auto const again = fakeapi::manifests::apply(server, manifests, now);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->back().how, Applied::How::unchanged);

  std::string changed(an_echo);
  changed.replace(changed.find("replicas: 2"), 11, "replicas: 5");
  auto const configured = fakeapi::manifests::apply(server, with_definition(changed), now);
  ASSERT_TRUE(configured) << configured.error();
  EXPECT_EQ(configured->back().how, Applied::How::configured);
  EXPECT_EQ(sim::contract::replicas(*server.find(sim::contract::echoes, {"default", "a"})), 5);
}

TEST(Rehearse, tells_file_and_line_of_the_field_that_the_server_refuses) {
  std::string bad(an_echo);
  bad.replace(bad.find("replicas: 2"), 11, "replicas: -2");
  auto const rehearsed = fakeapi::manifests::rehearse(with_definition(bad), now);
  ASSERT_FALSE(rehearsed);
  EXPECT_TRUE(rehearsed.error().starts_with("file.yaml:6: ")) << rehearsed.error();
  EXPECT_NE(rehearsed.error().find("greater than or equal to 0"), std::string::npos) << rehearsed.error();
}

TEST(Rehearse, tells_the_line_of_a_kind_that_nothing_serves) {
  auto const rehearsed = fakeapi::manifests::rehearse(
      with_definition("apiVersion: example.com/v1\nkind: Ekko\nmetadata:\n  name: a\n"), now);
  ASSERT_FALSE(rehearsed);
  EXPECT_TRUE(rehearsed.error().starts_with("file.yaml:2: ")) << rehearsed.error();
}

TEST(Table, pads_its_columns_and_never_calls_an_echo_ready_before_the_operator_does) {
  fakeapi::Server server{fakeapi::ServerOptions{}};
  ASSERT_TRUE(fakeapi::manifests::apply(server, with_definition(an_echo), now));
  auto const rows = sim::local::rows(sim::local::ServerSight(server), now + 90s);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].is_ready);
  EXPECT_EQ(sim::local::format_table(rows),
            "NAMESPACE   NAME   DESIRED   READY   STATUS        AGE\n"
            "default     a      2         0       Progressing   90s\n");
}

struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran echo_local(std::string const& arguments) {
  Ran ran;
  FILE* const pipe = popen((std::string(BUILD_FOLDER) + "/bin/echo-local " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.output.append(buffer.data(), count);
  int const status = pclose(pipe);
  if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

// Every run of spaces as one.
std::string squeezed(std::string const& text) {
  std::string result;
  for (char const c : text) {
    if (c != ' ' || !result.ends_with(' ')) result += c;
  }
  return result;
}

TEST(EchoLocal, once_shows_the_example_ready_and_exits_zero) {
  auto const ran = echo_local("--once");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(squeezed(ran.output).find("default test-echo 2 2 Ready"), std::string::npos) << ran.output;
}

TEST(EchoLocal, works_with_the_tutorials_manifests_as_they_are) {
  std::string const data = std::string(SOURCE_FOLDER) + "/tests/data/";
  auto const ran = echo_local("--once -f " + data + "tutorial-crd.yaml -f " + data + "tutorial-echo.yaml");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(squeezed(ran.output).find(" Ready "), std::string::npos) << ran.output;
}

TEST(EchoLocal, refuses_bad_files_with_one_line_and_applies_nothing) {
  auto const folder = std::filesystem::temp_directory_path() / "echo-local-test";
  std::filesystem::create_directories(folder);
  auto const write = [&](char const* name, std::string_view text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  auto const good = write("good.yaml", an_echo);
  auto const duplicate = write("duplicate.yaml", std::string(an_echo) + "  replicas: 3\n");
  auto const ran = echo_local("--once -f " + good + " -f " + duplicate);
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_TRUE(ran.output.starts_with(duplicate + ":7: ")) << ran.output;
  EXPECT_EQ(ran.output.find("created"), std::string::npos) << ran.output;

  auto const missing = echo_local("--once -f /nowhere/at/all.yaml");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_TRUE(missing.output.starts_with("/nowhere/at/all.yaml: cannot be read")) << missing.output;
  EXPECT_EQ(echo_local("--once -f " + folder.string()).exit_code, 1);
  EXPECT_EQ(echo_local("--nonsense").exit_code, 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
