// Every case, put to the fake in process and to echo-fakeapi over HTTPS, in each profile that it is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/conformance/case.hpp"
#include "tests/conformance/normalise.hpp"
#include "tests/conformance/servers.hpp"
#include "tests/conformance/suite_run.hpp"

namespace {

using namespace conformance;

std::filesystem::path const cases_folder = std::filesystem::path(CONFORMANCE_FOLDER) / "cases";

struct Parameter {
  Listed one;
  std::string profile;
};

std::vector<Parameter> parameters() {
  std::vector<Parameter> result;
  for (auto const& one : list_cases(cases_folder)) {
    for (auto const& profile : one.profiles) result.push_back({one, profile});
  }
  return result;
}

/// A test's name has letters, digits and underscores.
std::string name_of(testing::TestParamInfo<Parameter> const& info) {
  std::string name = info.param.one.id + "_" + info.param.profile;
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

/// Cases that the fake is known not to meet yet, of one profile ("KIND-7 v1.20") or of all ("KIND-7").
bool is_known_failure(Parameter const& parameter) {
  std::ifstream stream(std::filesystem::path(CONFORMANCE_FOLDER) / "not_yet.txt");
  for (std::string line; std::getline(stream, line);) {
    if (line == parameter.one.id || line == parameter.one.id + " " + parameter.profile) return true;
  }
  return false;
}

void run(Parameter const& parameter, bool in_virtual_time, ServerMaker const& maker) {
  auto const suite = load_suite(cases_folder, parameter.one.file);
  ASSERT_TRUE(suite) << suite.error();
  auto const found = std::ranges::find(suite->cases, parameter.one.id, &Case::id);
  ASSERT_NE(found, suite->cases.end());
  auto const known = is_known_failure(parameter);
  // In virtual time it costs nothing to look whether that is still so.
  if (known && !in_virtual_time) GTEST_SKIP() << "not yet as a real server";
  auto driver = maker(found->controllers);
  ASSERT_TRUE(driver) << driver.error();
  auto const outcome = Session(*suite, **driver, parameter.profile, "r").run(*found);
  if (known && !outcome.passed())
    GTEST_SKIP() << "not yet as a real server: "
                 << (outcome.complaints.empty() ? outcome.broken_off : outcome.complaints.front());
  EXPECT_EQ(outcome.skipped, "");
  EXPECT_EQ(outcome.broken_off, "");
  for (auto const& complaint : outcome.complaints) ADD_FAILURE() << complaint;
}

class InProcess : public testing::TestWithParam<Parameter> {};
TEST_P(InProcess, answers_as_the_case_expects) {
  run(GetParam(), true, [](bool controllers) { return make_in_process_driver(GetParam().profile, controllers); });
}
INSTANTIATE_TEST_SUITE_P(Conformance, InProcess, testing::ValuesIn(parameters()), name_of);

class OverHttps : public testing::TestWithParam<Parameter> {};
TEST_P(OverHttps, answers_as_the_case_expects) {
  run(GetParam(), false,
      [](bool controllers) { return start_fake_server(ECHO_FAKEAPI_PROGRAM, GetParam().profile, controllers); });
}
INSTANTIATE_TEST_SUITE_P(Conformance, OverHttps, testing::ValuesIn(parameters()), name_of);

TEST(Cases, are_listed_as_they_are_loaded_and_are_as_many_as_promised) {
  auto const suite = load_suite(cases_folder);
  ASSERT_TRUE(suite) << suite.error();
  auto const listed = list_cases(cases_folder);
  ASSERT_EQ(listed.size(), suite->cases.size());
  for (std::size_t i = 0; i < listed.size(); ++i) {
    EXPECT_EQ(listed[i].id, suite->cases[i].id);
    EXPECT_EQ(listed[i].file, suite->cases[i].file);
    EXPECT_EQ(listed[i].profiles, suite->cases[i].profiles);
  }
  EXPECT_GE(listed.size(), 162U);
}

TEST(Waivers, are_few_and_each_is_of_a_case_and_has_a_reason) {
  auto const waivers = load_waivers(std::filesystem::path(CONFORMANCE_FOLDER) / "waivers.yaml");
  ASSERT_TRUE(waivers) << waivers.error();
  EXPECT_LE(waivers->size(), 8U);
  auto const listed = list_cases(cases_folder);
  for (auto const& [id, reason] : *waivers) EXPECT_NE(std::ranges::find(listed, id, &Listed::id), listed.end()) << id;
}

/// The whole suite put to a real API server and to the fake, and the answers compared.
TEST(RealServer, says_the_same_as_the_fake) {
  char const* const assets = std::getenv("KUBEBUILDER_ASSETS");
  if (assets == nullptr || *assets == '\0')
    GTEST_SKIP() << "KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kube-controller-manager";
  auto const suite = load_suite(cases_folder);
  ASSERT_TRUE(suite) << suite.error();
  auto const waivers = load_waivers(std::filesystem::path(CONFORMANCE_FOLDER) / "waivers.yaml");
  ASSERT_TRUE(waivers) << waivers.error();
  std::vector<Case const*> cases;
  for (auto const& one : suite->cases) cases.push_back(&one);
  std::string const profile = "v1.20";

  std::string real_name;
  auto const real = run_cases(
      *suite, cases, [&](bool controllers) { return start_real_server(assets, controllers); }, profile, real_name,
      [](Case const& one, Outcome const& outcome) {
        for (auto const& complaint : outcome.complaints) ADD_FAILURE() << "real, " << one.id << ": " << complaint;
      });
  ASSERT_TRUE(real) << real.error();
  std::string our_name;
  auto const ours = run_cases(
      *suite, cases, [&](bool controllers) { return make_in_process_driver(profile, controllers); }, profile, our_name,
      [](Case const&, Outcome const&) {});
  ASSERT_TRUE(ours) << ours.error();
  auto report = compare(cases, comparable(cases, *real), comparable(cases, *ours), *waivers);
  report.theirs = real_name;
  report.ours = our_name;
  report.profile = profile;
  EXPECT_TRUE(report.good()) << as_markdown(report);
  std::cout << summary(report) << "\n";
}

}  // namespace
