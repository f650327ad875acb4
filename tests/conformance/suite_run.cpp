#include "tests/conformance/suite_run.hpp"

#include <chrono>

#include "tests/conformance/normalise.hpp"

namespace conformance {
namespace {

using Verdict = Compared::Verdict;

/// Sets the runs on one server apart.
std::string new_run() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  auto number = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  std::string name = "r";
  for (; number != 0; number /= 36) name += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return name;
}

void judge(Compared& result, Case const& one, Outcome const& theirs, Outcome const& ours) {
  if (!theirs.skipped.empty() || !ours.skipped.empty()) {
    result.verdict = Verdict::skipped;
    result.reason = theirs.skipped.empty() ? ours.skipped : theirs.skipped;
    return;
  }
  if (!theirs.broken_off.empty()) result.lines.push_back("theirs could not be carried through: " + theirs.broken_off);
  if (!ours.broken_off.empty()) result.lines.push_back("ours could not be carried through: " + ours.broken_off);
  for (auto& line : differences(normalised(theirs, one), normalised(ours, one)))
    result.lines.push_back(std::move(line));
  if (!result.lines.empty()) result.verdict = Verdict::different;
}

}  // namespace

std::expected<std::map<std::string, Outcome>, std::string> run_cases(
    Suite const& suite, std::vector<Case const*> const& cases, ServerMaker const& maker, std::string const& profile,
    std::string& server_name, std::function<void(Case const&, Outcome const&)> const& seen) {
  std::map<std::string, Outcome> outcomes;
  for (bool const controllers : {false, true}) {
    std::unique_ptr<Driver> driver;
    std::optional<Session> session;
    for (auto const* one : cases) {
      if (one->controllers != controllers) continue;
      if (!driver) {
        auto made = maker(controllers);
        if (!made) return std::unexpected(made.error());
        driver = std::move(*made);
        session.emplace(suite, *driver, profile, new_run());
        server_name += (server_name.empty() ? "" : "; ") + driver->name();
      }
      auto outcome = session->run(*one);
      seen(*one, outcome);
      outcomes[one->id] = std::move(outcome);
    }
  }
  return outcomes;
}

Report compare(std::vector<Case const*> const& cases, std::map<std::string, Outcome> const& theirs,
               std::map<std::string, Outcome> const& ours, Waivers const& waivers) {
  Report report;
  for (auto const* one : cases) {
    Compared result{.id = one->id, .title = one->title, .reason = "", .lines = {}};
    judge(result, *one, theirs.at(one->id), ours.at(one->id));
    if (auto const waiver = waivers.find(one->id); waiver != waivers.end()) {
      if (result.verdict == Verdict::different) {
        result.verdict = Verdict::waived;
        result.reason = waiver->second;
      } else if (result.verdict == Verdict::identical) {
        report.unused_waivers.push_back(one->id);
      }
    }
    report.cases.push_back(std::move(result));
  }
  return report;
}

}  // namespace conformance
