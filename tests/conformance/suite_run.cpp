#include "tests/conformance/suite_run.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <fstream>

#include "operator/http/encoding.hpp"
#include "tests/conformance/normalise.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using Verdict = Compared::Verdict;

/// Sets the runs on one server apart.
std::string new_run() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  auto number = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  std::string name = "r";
  for (; number != 0; number /= 36) name += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return name;
}

void judge(Compared& result, Said const& theirs, Said const& ours) {
  if (!theirs.skipped.empty() || !ours.skipped.empty()) {
    result.verdict = Verdict::skipped;
    result.reason = theirs.skipped.empty() ? ours.skipped : theirs.skipped;
    return;
  }
  if (!theirs.broken_off.empty()) result.lines.push_back("theirs could not be carried through: " + theirs.broken_off);
  if (!ours.broken_off.empty()) result.lines.push_back("ours could not be carried through: " + ours.broken_off);
  for (auto& line : differences(theirs.transcript, ours.transcript)) result.lines.push_back(std::move(line));
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

Sayings comparable(std::vector<Case const*> const& cases, std::map<std::string, Outcome> const& outcomes) {
  Sayings result;
  for (auto const* one : cases) {
    auto const& outcome = outcomes.at(one->id);
    result[one->id] =
        Said{.transcript = normalised(outcome, *one), .broken_off = outcome.broken_off, .skipped = outcome.skipped};
  }
  return result;
}

std::string as_recording(Sayings const& sayings, std::string const& server_name, bool compressed) {
  json::object cases;
  for (auto const& [id, said] : sayings) {
    if (said.skipped.empty())
      cases[id] = json::object{{"transcript", said.transcript}, {"broken_off", said.broken_off}};
  }
  auto const text = json::serialize(json::object{{"server", server_name}, {"cases", std::move(cases)}}) + "\n";
  constexpr int smallest = 9;
  return compressed ? http::gzip(text, smallest) : text;
}

std::expected<Sayings, std::string> load_recording(std::filesystem::path const& file, std::string& server_name) {
  std::ifstream stream(file);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (text.starts_with("\x1f\x8b")) {
    constexpr std::size_t longest = 64UL << 20;
    text = http::gunzip(text, longest).value_or("");
  }
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 256;
  auto const parsed = json::parse(text, error, {}, options);
  if (!stream || error) return std::unexpected(file.string() + " is no recording");
  server_name = std::string(parsed.at("server").as_string()) + ", recorded";
  Sayings result;
  for (auto const& [id, said] : parsed.at("cases").as_object()) {
    result[std::string(id)] = Said{.transcript = said.at("transcript"),
                                   .broken_off = std::string(said.at("broken_off").as_string()),
                                   .skipped = ""};
  }
  return result;
}

Report compare(std::vector<Case const*> const& cases, Sayings const& theirs, Sayings const& ours,
               Waivers const& waivers) {
  static Said const nothing{.transcript = nullptr, .broken_off = "", .skipped = "nothing is recorded of it"};
  Report report;
  for (auto const* one : cases) {
    Compared result{.id = one->id, .title = one->title, .reason = "", .lines = {}};
    auto const found = theirs.find(one->id);
    judge(result, found == theirs.end() ? nothing : found->second, ours.at(one->id));
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
