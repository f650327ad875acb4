// conformance: puts the cases to a server, or to two and compares them.
#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tests/conformance/normalise.hpp"
#include "tests/conformance/servers.hpp"
#include "tests/conformance/suite_run.hpp"

namespace {

using namespace conformance;

struct Options {
  std::string driver = "in-process";
  std::string against = "real";
  std::vector<std::string> wanted;
  std::string cases = CONFORMANCE_FOLDER "/cases";
  std::string waivers = CONFORMANCE_FOLDER "/waivers.yaml";
  std::string assets;
  std::string kubeconfig;
  std::string program;
  std::string profile = "v1.20";
  std::string json;
  std::string record;
  std::vector<std::string> ignored;
  std::string recorded;
  std::string markdown;
  bool diff = false;
  bool list = false;
  bool verbose = false;
  bool transcript = false;
};

ServerMaker maker(std::string const& driver, Options const& options) {
  return [driver, options](bool controllers) -> std::expected<std::unique_ptr<Driver>, std::string> {
    if (driver == "in-process") return make_in_process_driver(options.profile, controllers);
    if (driver == "https") return start_fake_server(options.program, options.profile, controllers);
    if (!options.kubeconfig.empty()) return server_of_kubeconfig(options.kubeconfig);
    if (options.assets.empty())
      return std::unexpected("a real server needs KUBEBUILDER_ASSETS (or --assets), or --kubeconfig");
    return start_real_server(options.assets, controllers);
  };
}

void tell(Case const& one, Outcome const& outcome, Options const& options) {
  if (!outcome.skipped.empty()) {
    if (options.verbose) std::cout << "skip " << one.id << "  " << outcome.skipped << "\n";
    return;
  }
  if (!outcome.passed() || options.verbose)
    std::cout << (outcome.passed() ? "ok   " : "FAIL ") << one.id << "  " << one.title << "  "
              << outcome.duration.count() << " ms\n";
  for (auto const& complaint : outcome.complaints) std::cout << "     " << complaint << "\n";
  if (!outcome.broken_off.empty()) std::cout << "     broken off: " << outcome.broken_off << "\n";
  if (options.transcript) {
    for (auto const& entry : outcome.transcript) std::cout << "     " << boost::json::serialize(entry) << "\n";
  }
}

/// Without the members of these names, at any depth.
void leave_out(boost::json::value& value, std::vector<std::string> const& names) {
  if (auto* array = value.if_array()) {
    for (auto& item : *array) leave_out(item, names);
  } else if (auto* object = value.if_object()) {
    for (auto const& name : names) object->erase(name);
    for (auto& [key, member] : *object) leave_out(member, names);
  }
}

bool write(std::string const& path, std::string const& text) {
  if (path.empty()) return true;
  std::ofstream stream(path);
  stream << text;
  stream.close();
  if (!stream) std::cerr << path << " cannot be written\n";
  return static_cast<bool>(stream);
}

int run(Options const& options) {
  auto const suite = load_suite(options.cases);
  if (!suite) {
    std::cerr << suite.error() << "\n";
    return 1;
  }
  std::vector<Case const*> cases;
  for (auto const& one : suite->cases) {
    bool const named =
        options.wanted.empty() || std::ranges::any_of(options.wanted, [&](std::string const& wanted) {
          return wanted.ends_with('*') ? one.id.starts_with(wanted.substr(0, wanted.size() - 1)) : one.id == wanted;
        });
    if (named) cases.push_back(&one);
  }
  if (options.list) {
    for (auto const* one : cases) std::cout << one->id << "  " << one->title << "\n";
    return 0;
  }
  std::size_t failed = 0;
  std::size_t passed = 0;
  auto const seen = [&](Case const& one, Outcome const& outcome) {
    tell(one, outcome, options);
    if (outcome.skipped.empty()) ++(outcome.passed() ? passed : failed);
    std::cout.flush();
  };
  std::string ours_name;
  auto const outcomes = run_cases(*suite, cases, maker(options.driver, options), options.profile, ours_name, seen);
  if (!outcomes) {
    std::cerr << outcomes.error() << "\n";
    return 1;
  }
  std::cout << ours_name << ": " << passed << " passed, " << failed << " failed\n";
  auto ours = comparable(cases, *outcomes);
  if (!write(options.record, as_recording(ours, ours_name, options.record.ends_with(".gz")))) return 1;
  if (!options.diff) return failed == 0 ? 0 : 10;

  std::string theirs_name;
  Sayings theirs;
  if (!options.recorded.empty()) {
    auto recorded = load_recording(options.recorded, theirs_name);
    if (!recorded) {
      std::cerr << recorded.error() << "\n";
      return 1;
    }
    theirs = std::move(*recorded);
  } else {
    passed = failed = 0;
    auto const run = run_cases(*suite, cases, maker(options.against, options), options.profile, theirs_name, seen);
    if (!run) {
      std::cerr << run.error() << "\n";
      return 1;
    }
    std::cout << theirs_name << ": " << passed << " passed, " << failed << " failed\n";
    theirs = comparable(cases, *run);
  }
  for (auto* sayings : {&theirs, &ours}) {
    for (auto& [id, said] : *sayings) leave_out(said.transcript, options.ignored);
  }
  auto const waivers = load_waivers(options.waivers);
  if (!waivers) {
    std::cerr << waivers.error() << "\n";
    return 1;
  }
  auto report = compare(cases, theirs, ours, *waivers);
  report.theirs = theirs_name;
  report.ours = ours_name;
  report.profile = options.profile;
  for (auto const& one : report.cases) {
    if (one.verdict != Compared::Verdict::different && !(options.verbose && !one.lines.empty())) continue;
    std::cout << (one.verdict == Compared::Verdict::different ? "DIFFERENT " : "waived ") << one.id << "  " << one.title
              << "\n";
    for (auto const& line : one.lines) std::cout << "    " << line << "\n";
  }
  for (auto const& id : report.unused_waivers) std::cout << "the waiver of " << id << " is not needed\n";
  std::cout << summary(report) << "\n";
  if (!write(options.json, as_json(report)) || !write(options.markdown, as_markdown(report))) return 1;
  return report.good() ? 0 : 10;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (char const* assets = std::getenv("KUBEBUILDER_ASSETS")) options.assets = assets;
  options.program = std::filesystem::path(argv[0]).parent_path() / "echo-fakeapi";
  CLI::App app{"Puts the conformance cases to a server; with --diff to a second one too, and compares the answers."};
  app.add_option("--driver", options.driver, "in-process, https (echo-fakeapi), or real")
      ->check(CLI::IsMember({"in-process", "https", "real"}));
  app.add_flag("--diff", options.diff, "compare with the server of --against");
  app.add_option("--against", options.against, "what --diff compares with (real)")
      ->check(CLI::IsMember({"in-process", "https", "real"}));
  app.add_option("--case", options.wanted, "only these cases; \"WAT-*\": all that begin so");
  app.add_option("--assets", options.assets,
                 "folder of etcd, kube-apiserver, kube-controller-manager (KUBEBUILDER_ASSETS)");
  app.add_option("--kubeconfig", options.kubeconfig, "a server that runs already, as the real one");
  app.add_option("--fakeapi", options.program, "the program echo-fakeapi");
  app.add_option("--profile", options.profile, "v1.20 or modern")->check(CLI::IsMember({"v1.20", "modern"}));
  app.add_option("--cases", options.cases, "folder of the cases");
  app.add_option("--waivers", options.waivers, "file of the waivers");
  app.add_option("--ignore", options.ignored, "leave members of this name out of the comparison");
  app.add_option("--record", options.record,
                 "write here what the server said, normalised (compressed if it ends in .gz)");
  app.add_option("--recorded", options.recorded, "compare with such a file instead of a server");
  app.add_option("--json", options.json, "write the comparison here");
  app.add_option("--markdown", options.markdown, "write the comparison here");
  app.add_flag("--list", options.list, "only name the cases");
  app.add_flag("--transcript", options.transcript, "show what the server said");
  app.add_flag("-v,--verbose", options.verbose, "also tell what passed, was skipped or waived");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
