// echo-local: the operator on an embedded fake API server, in real time.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "fakeapi/manifests/apply.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"
#include "sim/local/local_cluster.hpp"
#include "sim/local/manifest_files_main.hpp"
#include "sim/local/show.hpp"

namespace {

namespace asio = boost::asio;

constexpr int usage_error = 1;
constexpr int not_ready = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "The Echo operator on an embedded fake API server, in real time.\n"
      "Without -f it applies crds/examples/echo-example.yaml. The definition of Echo is there unless a file "
      "brings its own.\nExit codes: 0 ok, 1 bad usage or a bad file, 2 (--once) not Ready within 30 s.");
  bool once = false;
  bool verbose = false;
  std::vector<std::string> files;
  app.add_flag("--once", once, "exit as soon as every Echo is Ready; give up after 30 s");
  app.add_option("-f,--filename", files, "apply this YAML or JSON file, - for standard input (repeatable)")
      ->allow_extra_args(false);
  app.add_flag("-v,--verbose", verbose, "the operator's own log, too");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }

  auto const manifests = program::read_files(files);
  if (!manifests) return usage_error;

  asio::io_context context(1);
  real::RealClock clock(context);
  real::RealRandom random(real::entropy_seed());
  real::ConsoleLog log(verbose ? seams::LogLevel::debug : seams::LogLevel::warning);
  if (auto const rehearsed = fakeapi::manifests::rehearse(*manifests, clock.wall_now()); !rehearsed) {
    std::cerr << rehearsed.error() << '\n';
    return usage_error;
  }

  sim::local::LocalCluster cluster({context.get_executor(), clock, random, log});
  sim::local::ServerSight const sight(cluster.server());
  int exit_code = 0;
  sim::local::ShowOptions show_options;
  show_options.program = "echo-local";
  show_options.once = once;
  show_options.print = program::print;
  show_options.complain = program::complain;
  bool stopping = false;
  auto const stop = [&] {
    if (!std::exchange(stopping, true)) cluster.stop([&context](bool) { context.stop(); });
  };
  show_options.finish = [&](bool ready) {
    if (!ready) exit_code = not_ready;
    stop();
  };
  sim::local::Show show(sight, clock, show_options);
  auto const observer = cluster.server().add_observer(
      [&show](fakeapi::Commit const& commit) { show.changed(commit.before, commit.after); });
  auto const applied = fakeapi::manifests::apply(cluster.server(), *manifests, clock.wall_now());
  if (!applied) {
    std::cerr << applied.error() << '\n';
    return usage_error;
  }
  bool const has_echo = std::ranges::any_of(*manifests, [](auto const& one) { return one.object.kind == "Echo"; });
  if (once && !has_echo) {
    std::cerr << "echo-local: --once waits for Echoes, but the files have none\n";
    return usage_error;
  }
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    show.stop();
    stop();
    signals.async_wait([](boost::system::error_code again, int) {
      if (!again) std::_Exit(1);
    });
  });
  cluster.start();
  if (!once) program::print("Running; Ctrl-C ends it.\n");
  context.run();
  cluster.server().remove_observer(observer);
  return exit_code;
}
