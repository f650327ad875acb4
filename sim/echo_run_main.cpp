// echo-run: the real programs together on this machine: echo-fakeapi over HTTPS, echo-operator against it, and a view
// of what they do, seen with the operator's own client.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakeapi/manifests/apply.hpp"
#include "operator/main/connection_main.hpp"
#include "operator/real/child_program.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"
#include "operator/real/temporary_folder.hpp"
#include "sim/local/apply_over_api.hpp"
#include "sim/local/manifest_files_main.hpp"
#include "sim/local/show.hpp"
#include "sim/local/watched_cluster.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int usage_error = 1;
constexpr int not_ready = 2;
constexpr int program_failed = 3;
constexpr seams::Duration start_patience = 30s;
constexpr std::size_t last_words = 20;

struct Arguments {
  bool once = false;
  bool verbose = false;
  std::vector<std::string> files;
};

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app(
      "Runs echo-fakeapi on a free port of this machine and echo-operator against it, over HTTPS, and shows what "
      "happens.\nWithout -f it applies crds/examples/echo-example.yaml. The definition of Echo is there unless a file "
      "brings its own.\nNothing is left of it when it ends. Exit codes: 0 ok, 1 bad usage or a bad file, 2 (--once) "
      "not Ready within 30 s, 3 one of the programs failed.");
  app.add_flag("--once", arguments.once, "exit as soon as every Echo is Ready; give up after 30 s");
  app.add_option("-f,--filename", arguments.files, "apply this YAML or JSON file, - for standard input (repeatable)")
      ->allow_extra_args(false);
  app.add_flag("-v,--verbose", arguments.verbose, "the programs' own logs, too");
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    int const code = app.exit(error);
    return code == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

/// One of the two programs, and what it said last.
struct Part {
  std::string name;
  std::unique_ptr<real::ChildProgram> child{};
  std::deque<std::string> words{};
  bool told_to_end = false;

  bool running() const { return child && child->running(); }
};

class Program {
 public:
  Program(Arguments const& arguments, std::vector<manifest::Manifest> manifests)
      : arguments_(arguments),
        manifests_(std::move(manifests)),
        log_(arguments.verbose ? seams::LogLevel::debug : seams::LogLevel::warning) {}

  int run() {
    // What a server would refuse is told before anything is started.
    if (auto const applied = fakeapi::manifests::apply(rehearsed_, manifests_, clock_.wall_now()); !applied) {
      program::complain(applied.error());
      return usage_error;
    }
    bool const has_echo = std::ranges::any_of(manifests_, [](auto const& one) { return one.object.kind == "Echo"; });
    if (arguments_.once && !has_echo) {
      program::complain("echo-run: --once waits for Echoes, but the files have none");
      return usage_error;
    }
    auto folder = real::TemporaryFolder::make("echo-run");
    if (!folder) {
      program::complain("echo-run: " + folder.error());
      return program_failed;
    }
    folder_ = *std::move(folder);
    kubeconfig_ = (folder_->path() / "kubeconfig").string();
    await_signal();
    std::vector<std::string> words{"serve", "--port", "0", "--write-kubeconfig", kubeconfig_};
    start_timer_ = seams::ScopedTimer(clock_, clock_.now() + start_patience,
                                      [this] { fail("echo-fakeapi does not say where it serves"); });
    start(server_, std::move(words));
    context_.run();
    if (bug_) std::rethrow_exception(bug_);
    return exit_code_;
  }

 private:
  void start(Part& part, std::vector<std::string> words) {
    real::ChildOptions options;
    options.program = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / part.name).string();
    options.arguments = std::move(words);
    if (arguments_.verbose) options.arguments.emplace_back("--verbose");
    options.on_line = [this, &part](std::string_view line) { heard(part, line); };
    options.on_end = [this, &part](int code) { ended(part, code); };
    auto child = real::ChildProgram::start(context_, std::move(options));
    if (!child) return fail(child.error());
    part.child = *std::move(child);
  }

  void heard(Part& part, std::string_view line) {
    constexpr std::string_view serving = "Serving on ";
    if (&part == &server_ && !connection_ && !ending_ && line.starts_with(serving)) {
      line.remove_prefix(serving.size());
      return connect(std::string(line.substr(0, line.find(';'))));
    }
    if (arguments_.verbose) return program::complain(part.name + ": " + std::string(line));
    part.words.emplace_back(line);
    if (part.words.size() > last_words) part.words.pop_front();
  }

  void ended(Part const& part, int code) {
    if (!part.told_to_end) {
      for (auto const& words : part.words) program::complain(part.name + ": " + words);
      return fail(part.name + " has ended by itself, with exit code " + std::to_string(code));
    }
    wind_down();
  }

  void connect(std::string url) {
    start_timer_.reset();
    url_ = std::move(url);
    client::AccessOptions access;
    access.kubeconfig = kubeconfig_;
    auto connection = program::Connection::make(context_, clock_, log_, access);
    if (!connection) return fail(connection.error());
    connection_ = *std::move(connection);
    preparing_ = true;
    asio::co_spawn(context_, sim::local::apply_over_api(connection_->api(), clock_, rehearsed_, manifests_),
                   [this](std::exception_ptr const& bug, std::expected<void, std::string> const& applied) {
                     preparing_ = false;
                     if (bug) {
                       bug_ = bug;
                       return context_.stop();
                     }
                     if (ending_) return wind_down();
                     if (!applied) return fail(applied.error());
                     watch();
                   });
  }

  void watch() {
    watched_ = std::make_unique<sim::local::WatchedCluster>(
        seams::Environment{context_.get_executor(), clock_, random_, log_}, connection_->api(),
        [this](api::ObjectPtr const& before, api::ObjectPtr const& after) {
          if (show_) show_->changed(before, after);
        });
    sim::local::ShowOptions options;
    options.program = "echo-run";
    options.once = arguments_.once;
    options.print = program::print;
    options.complain = program::complain;
    options.finish = [this](bool ready) { end(ready ? 0 : not_ready); };
    show_ = std::make_unique<sim::local::Show>(*watched_, clock_, std::move(options));
    // The operator comes when everything that it does will be seen.
    watched_->start([this] {
      if (!arguments_.once) {
        program::print("The operator runs against " + url_ +
                       "; Ctrl-C ends both. For kubectl in another terminal:\nexport KUBECONFIG=" + kubeconfig_ + "\n");
      }
      start(operator_, {"--kubeconfig", kubeconfig_});
    });
  }

  void fail(std::string const& why) {
    if (!ending_) program::complain("echo-run: " + why);
    end(program_failed);
  }

  void end(int exit_code) {
    if (std::exchange(ending_, true)) return wind_down();
    exit_code_ = exit_code;
    start_timer_.reset();
    if (show_) show_->stop();
    // Not on the stack of whoever has called.
    end_timer_ = seams::ScopedTimer(clock_, clock_.now(), [this] { wind_down(); });
  }

  /// One part after the other: the operator gives back what it holds while there is a server to tell it to.
  void wind_down() {
    if (preparing_ || !ending_) return;
    if (tell_to_end(operator_)) return;
    if (watched_ && !unwatched_) {
      if (std::exchange(unwatching_, true)) return;
      return watched_->stop([this] {
        unwatched_ = true;
        wind_down();
      });
    }
    if (tell_to_end(server_)) return;
    context_.stop();
  }

  /// Whether its end is still to come.
  static bool tell_to_end(Part& part) {
    if (!part.running()) return false;
    if (!std::exchange(part.told_to_end, true)) part.child->ask_to_end();
    return true;
  }

  void await_signal() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      end(0);
      signals_.async_wait([this](boost::system::error_code again, int) {
        if (again) return;
        operator_.child.reset();
        server_.child.reset();
        folder_.reset();
        std::_Exit(program_failed);
      });
    });
  }

  Arguments arguments_;
  std::vector<manifest::Manifest> manifests_;
  fakeapi::Server rehearsed_{fakeapi::ServerOptions{}};
  asio::io_context context_{1};
  real::ConsoleLog log_;
  real::RealClock clock_{context_};
  real::RealRandom random_{real::entropy_seed()};
  asio::signal_set signals_{context_, SIGINT, SIGTERM, SIGHUP};
  std::unique_ptr<real::TemporaryFolder> folder_;
  std::string kubeconfig_;
  std::string url_;
  std::unique_ptr<program::Connection> connection_;
  std::unique_ptr<sim::local::WatchedCluster> watched_;
  std::unique_ptr<sim::local::Show> show_;
  Part server_{"echo-fakeapi"};
  Part operator_{"echo-operator"};
  seams::ScopedTimer start_timer_;
  seams::ScopedTimer end_timer_;
  bool preparing_ = false;  ///< a coroutine is at work
  bool unwatching_ = false;
  bool unwatched_ = false;
  bool ending_ = false;
  int exit_code_ = 0;
  std::exception_ptr bug_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (auto const code = parse(argc, argv, arguments)) return *code;
  std::signal(SIGPIPE, SIG_IGN);
  auto manifests = program::read_files(arguments.files);
  if (!manifests) return usage_error;
  Program program(arguments, *std::move(manifests));
  return program.run();
}
