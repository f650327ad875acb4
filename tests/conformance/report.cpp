#include "tests/conformance/report.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fstream>

#include "tests/conformance/yaml_json.hpp"

namespace conformance {
namespace {

namespace json = boost::json;
using Verdict = Compared::Verdict;

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::identical:
      return "identical";
    case Verdict::waived:
      return "waived";
    case Verdict::different:
      return "different";
    case Verdict::skipped:
      return "skipped";
  }
  return "";
}

}  // namespace

std::size_t Report::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(cases, verdict, &Compared::verdict));
}

std::expected<Waivers, std::string> load_waivers(std::filesystem::path const& file) {
  std::ifstream stream(file);
  if (!stream) return std::unexpected(file.string() + " cannot be read");
  auto const parsed = parse_yaml(std::string(std::istreambuf_iterator<char>(stream), {}));
  if (!parsed) return std::unexpected(file.string() + ": " + parsed.error());
  Waivers waivers;
  if (parsed->is_null()) return waivers;
  if (!parsed->is_object()) return std::unexpected(file.string() + " should map cases to reasons");
  for (auto const& [id, reason] : parsed->get_object()) {
    if (!reason.is_string() || reason.get_string().empty())
      return std::unexpected(file.string() + ": " + std::string(id) + " has no reason");
    waivers[std::string(id)] = std::string(reason.get_string());
  }
  return waivers;
}

std::string summary(Report const& report) {
  std::string result;
  for (auto const verdict : {Verdict::identical, Verdict::waived, Verdict::different, Verdict::skipped}) {
    if (verdict == Verdict::skipped && report.count(verdict) == 0) continue;
    result += (result.empty() ? "" : ", ") + std::string(name(verdict)) + " " + std::to_string(report.count(verdict));
  }
  return result;
}

std::string as_markdown(Report const& report) {
  std::string text =
      "# Conformance\n\nThe cases of `tests/conformance/cases`, put to both, answers compared after normalisation:\n\n";
  text += "* theirs: " + report.theirs + "\n* ours: " + report.ours + ", profile " + report.profile + "\n\n";
  text += "| verdict | cases |\n|---|---|\n";
  for (auto const verdict : {Verdict::identical, Verdict::waived, Verdict::different})
    text += "| " + std::string(name(verdict)) + " | " + std::to_string(report.count(verdict)) + " |\n";
  for (auto const verdict : {Verdict::waived, Verdict::different, Verdict::skipped}) {
    if (report.count(verdict) == 0) continue;
    text += "\n## " + std::string(name(verdict)) + "\n\n";
    for (auto const& one : report.cases) {
      if (one.verdict != verdict) continue;
      text += "* **" + one.id + "** " + one.title + (one.reason.empty() ? "" : ": " + one.reason) + "\n";
      for (auto const& line : one.lines) text += "  - " + line + "\n";
    }
  }
  for (auto const& id : report.unused_waivers) text += "\nThe waiver of " + id + " is not needed.\n";
  return text;
}

std::string as_json(Report const& report) {
  json::array cases;
  for (auto const& one : report.cases) {
    json::object entry{{"id", one.id}, {"title", one.title}, {"verdict", name(one.verdict)}};
    if (!one.reason.empty()) entry["reason"] = one.reason;
    if (!one.lines.empty()) entry["differences"] = json::array(one.lines.begin(), one.lines.end());
    cases.push_back(std::move(entry));
  }
  json::object counts;
  for (auto const verdict : {Verdict::identical, Verdict::waived, Verdict::different, Verdict::skipped})
    counts[name(verdict)] = report.count(verdict);
  json::object whole{{"theirs", report.theirs},
                     {"ours", report.ours},
                     {"profile", report.profile},
                     {"counts", std::move(counts)},
                     {"cases", std::move(cases)}};
  return json::serialize(whole) + "\n";
}

}  // namespace conformance
