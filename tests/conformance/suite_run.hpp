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

/// Both servers' outcomes of these cases, compared.
Report compare(std::vector<Case const*> const& cases, std::map<std::string, Outcome> const& theirs,
               std::map<std::string, Outcome> const& ours, Waivers const& waivers);

}  // namespace conformance
