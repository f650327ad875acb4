// Whole suites: one server, or two and their comparison.
#pragma once
#include <functional>

#include "tests/conformance/report.hpp"
#include "tests/conformance/runner.hpp"

namespace conformance {

/// Starts a server whose built-in controllers run, or do not.
using ServerMaker = std::function<std::expected<std::unique_ptr<Driver>, std::string>(bool controllers)>;

/// The outcomes of these cases, in their order. Each maker is called at most once for either kind of server.
/// `seen` is called after each case.
std::expected<std::map<std::string, Outcome>, std::string> run_cases(
    Suite const& suite, std::vector<Case const*> const& cases, ServerMaker const& maker, std::string const& profile,
    std::string& server_name, std::function<void(Case const&, Outcome const&)> const& seen);

/// What one server said about one case, made comparable.
struct Said {
  boost::json::value transcript;
  std::string broken_off;
  std::string skipped;
};
using Sayings = std::map<std::string, Said>;

Sayings comparable(std::vector<Case const*> const& cases, std::map<std::string, Outcome> const& outcomes);

/// So that a server need not be at hand to be compared with. A saying fits as long as its case is the same.
std::string as_recording(Sayings const& sayings, std::string const& server_name, bool compressed);
/// Of a file, compressed or not.
std::expected<Sayings, std::string> load_recording(std::filesystem::path const& file, std::string& server_name);

/// What both servers said about these cases, compared.
Report compare(std::vector<Case const*> const& cases, Sayings const& theirs, Sayings const& ours,
               Waivers const& waivers);

}  // namespace conformance
