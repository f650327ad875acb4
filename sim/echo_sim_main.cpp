// echo-sim: the chaos simulator's command line.
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "sim/batch.hpp"
#include "sim/echo_definition.hpp"
#include "sim/mutants.hpp"

namespace {

constexpr int usage_error = 1;

class PrintedTrace final : public sim::Trace {
 public:
  void line(sim::GlobalTime at, std::string_view who, std::string_view what) override {
    auto const microseconds = std::chrono::duration_cast<std::chrono::microseconds>(at - sim::Scheduler::start).count();
    std::printf("%10lld.%03lld ms  %-12.*s %.*s\n", static_cast<long long>(microseconds / 1000),
                static_cast<long long>(microseconds % 1000), static_cast<int>(who.size()), who.data(),
                static_cast<int>(what.size()), what.data());
  }
};

std::string replay_command(std::uint64_t run_seed, sim::BatchOptions const& options) {
  char text[160];
  std::snprintf(text, sizeof text, "./dev sim replay --run-seed 0x%016llx --echoes %u",
                static_cast<unsigned long long>(run_seed), options.echoes);
  std::string command = text;
  if (options.profile.operators != 1) command += " --operators " + std::to_string(options.profile.operators);
  if (options.profile.http) command += " --http";
  for (auto const kind : options.without) command += " --without " + std::string(sim::to_string(kind));
  if (!sim::built_mutant().empty()) command += " --mutant " + std::string(sim::built_mutant());
  return command;
}

// A mutant is a simulator of its own, built beside this one: hand over to it.
int become_mutant(std::string const& mutant, char** argv) {
  auto const self = std::filesystem::read_symlink("/proc/self/exe");
  auto const other = self.parent_path() / ("echo-sim-" + mutant);
  if (!std::filesystem::exists(other)) {
    if (std::ranges::any_of(sim::mutants(), [&](auto const& known) { return known.name == mutant; })) {
      std::cerr << "echo-sim: mutant " << mutant << " is not built; ./dev sim builds it, or build the target echo-sim-"
                << mutant << '\n';
      return usage_error;
    }
    std::cerr << "echo-sim: there is no mutant '" << mutant << "'; there are:";
    for (auto const& known : sim::mutants()) std::cerr << ' ' << known.name;
    std::cerr << '\n';
    return usage_error;
  }
  execv(other.c_str(), argv);
  std::cerr << "echo-sim: cannot start " << other << '\n';
  return usage_error;
}

void report(sim::Failure const& failure, std::uint64_t run_seed, sim::BatchOptions const& options) {
  std::cout << "FAIL " << failure.invariant << "  " << failure.what
            << "\n  replay: " << replay_command(run_seed, options) << '\n';
}

int run_command(sim::BatchOptions const& options, std::string const& json_file) {
  using Clock = std::chrono::steady_clock;
  std::ofstream json;
  if (!json_file.empty()) {
    json.open(json_file);
    if (!json) {
      std::cerr << "echo-sim: cannot write --json " << json_file << ": " << std::strerror(errno) << '\n';
      return usage_error;
    }
  }
  auto const scene = sim::standard_scene();
  bool const terminal = isatty(STDERR_FILENO) == 1;
  auto const began = Clock::now();
  auto shown = began;
  std::size_t reported = 0;
  auto const result = sim::run_batch(scene, options, [&](sim::BatchResult const& so_far) {
    for (; reported < so_far.failures.size(); ++reported) {
      auto const& failed = so_far.failures[reported];
      report(failed.failure, failed.run_seed, options);
    }
    if (!terminal || so_far.runs % 64 != 0) return;
    auto const now = Clock::now();
    if (now - shown < std::chrono::milliseconds(200)) return;
    shown = now;
    double const seconds = std::chrono::duration<double>(now - began).count();
    std::fprintf(stderr, "\r%6.1f s  runs %llu (%.0f/s)  failures %zu ", seconds,
                 static_cast<unsigned long long>(so_far.runs), static_cast<double>(so_far.runs) / seconds,
                 so_far.failures.size());
  });
  double const wall = std::chrono::duration<double>(Clock::now() - began).count();
  if (terminal) std::fprintf(stderr, "\r\033[K");
  auto const text = sim::to_json(result, options, wall);
  if (json.is_open()) {
    json << text;
    json.close();
    if (!json) {
      std::cerr << "echo-sim: writing --json " << json_file << " failed: " << std::strerror(errno) << '\n';
      return usage_error;
    }
  }
  std::printf(
      "%llu runs, %zu failures, %.1f s (%.0f runs/s), %llu calls (median %llu a run), %.1f h of virtual time, "
      "digest %016llx\n",
      static_cast<unsigned long long>(result.runs), result.failures.size(), wall,
      wall > 0 ? static_cast<double>(result.runs) / wall : 0.0, static_cast<unsigned long long>(result.requests),
      static_cast<unsigned long long>(result.median_requests),
      std::chrono::duration<double, std::ratio<3600>>(result.virtual_time).count(),
      static_cast<unsigned long long>(result.digest));
  return sim::exit_code(result);
}

int replay_run(std::uint64_t run_seed, sim::BatchOptions const& options, bool quiet) {
  auto const scene = sim::standard_scene();
  sim::Scheduler scheduler;
  PrintedTrace trace;
  auto const result = sim::run_seed(scheduler, scene, run_seed, options.echoes, quiet ? nullptr : &trace,
                                    options.without, options.profile);
  if (!result.failure) {
    std::cout << "no failure (digest " << std::hex << result.digest << ")\n";
    return 0;
  }
  report(*result.failure, run_seed, options);
  return static_cast<int>(result.failure->failure_class);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Deterministic chaos simulations of the Echo operator.\n"
      "Exit codes: 0 no failure, 1 usage, 10 safety, 11 liveness, 12 quiescence.");
  app.require_subcommand(1);
  sim::BatchOptions options;
  std::string mutant;
  std::string json_file;
  std::uint64_t run_seed = 0;
  bool quiet = false;

  auto* const run = app.add_subcommand("run", "many runs from one seed");
  run->add_option("--runs", options.runs, "how many")->check(CLI::Range(1UL, 1'000'000'000UL))->capture_default_str();
  run->add_option("--seed", options.seed, "where the seed of each run comes from")->capture_default_str();
  run->add_option("--json", json_file, "write the report to this file");
  run->add_option("--most-failures", options.most_failures, "stop after this many failed runs")
      ->check(CLI::Range(1UL, 1'000'000UL))
      ->capture_default_str();

  auto* const replay = app.add_subcommand("replay", "one run again, with everything that happens");
  replay->add_option("--run-seed", run_seed, "as printed with the failure")->required();
  replay->add_flag("--quiet", quiet, "the verdict only, no trace");

  for (auto* const command : {run, replay}) {
    command->add_option("--echoes", options.echoes, "how many Echoes the workload has")
        ->check(CLI::Range(1U, 100U))
        ->capture_default_str();
    command
        ->add_option("--operators", options.profile.operators,
                     "how many operator processes there are; several elect a leader by Lease")
        ->check(CLI::Range(1U, sim::Profile::most_operators))
        ->capture_default_str();
    command->add_flag("--http", options.profile.http,
                      "the operators talk HTTP to the fake's HTTP front, through pipes that lose bytes");
    command->add_option_function<std::vector<std::string>>(
        "--without",
        [&options](std::vector<std::string> const& names) {
          for (auto const& name : names) {
            auto const kind = sim::fault_kind_from(name);
            if (!kind) throw CLI::ValidationError("--without", "there is no fault '" + name + "'");
            options.without.push_back(*kind);
          }
        },
        "a fault that no run has, as the report names it; may be given several times");
    command->add_option("--mutant", mutant, "use the simulator built with this seeded mistake (M01, …)");
  }
  app.add_subcommand("mutants", "list the seeded mistakes")->callback([] {
    for (auto const& known : sim::mutants()) std::cout << known.name << "  " << known.what << '\n';
  });

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }
  if (!mutant.empty() && mutant != sim::built_mutant()) return become_mutant(mutant, argv);
  if (*run) return run_command(options, json_file);
  if (*replay) return replay_run(run_seed, options, quiet);
  return 0;
}
