// Every case, put to the fake in process and to echo-fakeapi over HTTPS, in each profile that it is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
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

void PrintTo(Parameter const& parameter, std::ostream* out) { *out << parameter.one.id << ", " << parameter.profile; }

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

void run(Parameter const& parameter, ServerMaker const& maker) {
  auto const suite = load_suite(cases_folder, parameter.one.file);
  ASSERT_TRUE(suite) << suite.error();
  auto const found = std::ranges::find(suite->cases, parameter.one.id, &Case::id);
  ASSERT_NE(found, suite->cases.end());
  auto driver = maker(found->controllers);
  ASSERT_TRUE(driver) << driver.error();
  auto const outcome = Session(*suite, **driver, parameter.profile, "r").run(*found);
  EXPECT_EQ(outcome.skipped, "");
  EXPECT_EQ(outcome.broken_off, "");
  for (auto const& complaint : outcome.complaints) ADD_FAILURE() << complaint;
}

class InProcess : public testing::TestWithParam<Parameter> {};
TEST_P(InProcess, answers_as_the_case_expects) {
  run(GetParam(), [](bool controllers) { return make_in_process_driver(GetParam().profile, controllers); });
}
INSTANTIATE_TEST_SUITE_P(Conformance, InProcess, testing::ValuesIn(parameters()), name_of);

class OverHttps : public testing::TestWithParam<Parameter> {};
TEST_P(OverHttps, answers_as_the_case_expects) {
  run(GetParam(),
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

struct Comparison {
  std::expected<Suite, std::string> suite = load_suite(cases_folder);
  std::expected<Waivers, std::string> waivers =
      load_waivers(std::filesystem::path(CONFORMANCE_FOLDER) / "waivers.yaml");
  std::string profile = "v1.20";
  std::vector<Case const*> cases;

  Comparison() {
    for (auto const& one : suite.value().cases) cases.push_back(&one);
  }

  /// Compares what a real server said with what the fake says.
  Report with(Sayings const& theirs, std::string const& their_name, ServerMaker const& fake) const {
    std::string our_name;
    auto const ours = run_cases(*suite, cases, fake, profile, our_name, [](Case const&, Outcome const&) {});
    auto report = compare(cases, theirs, comparable(cases, ours.value()), waivers.value());
    report.theirs = their_name;
    report.ours = our_name;
    report.profile = profile;
    return report;
  }

  /// With what it said when one was at hand.
  void with_recording(ServerMaker const& fake) const {
    std::string name;
    auto const recorded =
        load_recording(std::filesystem::path(CONFORMANCE_FOLDER) / "kube-apiserver-1.20.2.json.gz", name);
    ASSERT_TRUE(recorded) << recorded.error();
    for (auto const* one : cases) {
      bool const meant = std::ranges::find(one->profiles, profile) != one->profiles.end();
      EXPECT_EQ(recorded->contains(one->id), meant) << one->id << ": the recording is to be renewed (README.md)";
    }
    auto const report = with(*recorded, name, fake);
    EXPECT_TRUE(report.good()) << as_markdown(report);
    std::cout << summary(report) << "\n";
  }
};

TEST(Recording, says_the_same_as_the_fake) {
  Comparison const comparison;
  comparison.with_recording([&](bool controllers) { return make_in_process_driver(comparison.profile, controllers); });
}

TEST(Recording, says_the_same_as_the_fake_over_https) {
  Comparison const comparison;
  comparison.with_recording(
      [&](bool controllers) { return start_fake_server(ECHO_FAKEAPI_PROGRAM, comparison.profile, controllers); });
}

/// The whole suite put to a real API server and to the fake, and the answers compared.
TEST(RealServer, says_the_same_as_the_fake) {
  char const* const assets = std::getenv("KUBEBUILDER_ASSETS");
  if (assets == nullptr || *assets == '\0')
    GTEST_SKIP() << "KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kube-controller-manager";
  Comparison const comparison;
  std::string name;
  auto const real = run_cases(
      *comparison.suite, comparison.cases, [&](bool controllers) { return start_real_server(assets, controllers); },
      comparison.profile, name,
      [](Case const& one, Outcome const& outcome) {
        for (auto const& complaint : outcome.complaints) ADD_FAILURE() << "real, " << one.id << ": " << complaint;
      });
  ASSERT_TRUE(real) << real.error();
  auto const report = comparison.with(comparable(comparison.cases, *real), name, [&](bool controllers) {
    return make_in_process_driver(comparison.profile, controllers);
  });
  EXPECT_TRUE(report.good()) << as_markdown(report);
  std::cout << summary(report) << "\n";
}

}  // namespace
