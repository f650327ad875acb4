// echo-local: the operator on an embedded fake API server, in real time.
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "fakeapi/manifests/apply.hpp"
#include "operator/manifest/manifest.hpp"
#include "operator/real/console_log.hpp"
#include "operator/real/real_clock.hpp"
#include "operator/real/real_random.hpp"
#include "sim/echo_definition.hpp"
#include "sim/local/local_cluster.hpp"
#include "sim/local/table.hpp"

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int usage_error = 1;
constexpr int not_ready = 2;
constexpr seams::Duration patience = 30s;

// The objects of all files, or nothing and one line on stderr for each file that is bad.
std::optional<std::vector<manifest::Manifest>> read_files(std::vector<std::string> const& files) {
  std::vector<manifest::Manifest> all;
  bool good = true;
  auto const take = [&](std::string_view text, std::string_view name) {
    auto parsed = manifest::parse(text, name);
    if (!parsed) {
      std::cerr << parsed.error().to_string() << '\n';
      good = false;
      return;
    }
    for (auto& one : *parsed) all.push_back(std::move(one));
  };
  for (auto const& file : files) {
    std::ostringstream text;
    if (file == "-") {
      text << std::cin.rdbuf();
      take(text.str(), "standard input");
      continue;
    }
    errno = 0;
    bool const folder = std::filesystem::is_directory(file);
    std::ifstream stream(file, std::ios::binary);
    // Reading nothing at all sets the failbit, too: an empty file is for the parser to complain of.
    bool const readable = stream.is_open() && !folder;
    if (readable && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    if (!readable || stream.bad() || text.fail()) {
      std::cerr << file << ": cannot be read: "
                << (folder       ? "it is a folder; name the files in it"
                    : errno != 0 ? std::strerror(errno)
                                 : "not a file")
                << '\n';
      good = false;
      continue;
    }
    take(text.str(), file);
  }
  if (files.empty()) take(sim::echo_example_yaml(), "crds/examples/echo-example.yaml");
  if (!good) return std::nullopt;
  // The definition of Echo comes first, unless the files bring one along.
  bool const brings_definition = std::ranges::any_of(all, [](manifest::Manifest const& one) {
    return one.object.kind == "CustomResourceDefinition" && one.object.metadata.name == "echoes.example.com";
  });
  if (!brings_definition) {
    auto definition = manifest::parse(sim::echo_definition_yaml(), "crds/echoes.example.com.yaml");
    all.insert(all.begin(), std::make_move_iterator(definition->begin()), std::make_move_iterator(definition->end()));
  }
  return all;
}

// Shows what happens, and ends the program when it is time.
class Show {
 public:
  Show(sim::local::LocalCluster& cluster, seams::Clock& clock, asio::io_context& context, bool once)
      : cluster_(cluster), clock_(clock), context_(context), once_(once), began_(clock.now()) {
    observer_ = cluster.server().add_observer([this](fakeapi::Commit const& commit) { committed(commit); });
    if (once_) {
      patience_timer_ = seams::ScopedTimer(clock_, began_ + patience, [this] { give_up(); });
    }
  }
  ~Show() { cluster_.server().remove_observer(observer_); }
  Show(Show const&) = delete;
  Show& operator=(Show const&) = delete;

  int exit_code() const { return exit_code_; }

  void line(std::string const& text) {
    auto const since = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_).count();
    std::printf("%4lld.%03lld s  %s\n", static_cast<long long>(since / 1000), static_cast<long long>(since % 1000),
                text.c_str());
    std::fflush(stdout);
  }

  void stop() {
    if (stopping_) return;
    stopping_ = true;
    patience_timer_.reset();
    look_timer_.reset();
    cluster_.stop([this](bool) { context_.stop(); });
  }

 private:
  void committed(fakeapi::Commit const& commit) {
    if (stopping_) return;
    if (auto const text = sim::local::describe(commit); !text.empty()) line(text);
    // Looked at when the present commotion is over.
    look_timer_ = seams::ScopedTimer(clock_, clock_.now() + (once_ ? 0ms : 250ms), [this] { look(); });
  }

  void look() {
    if (stopping_) return;
    auto const rows = sim::local::rows(cluster_.server(), clock_.wall_now());
    bool const all_ready =
        !rows.empty() && std::ranges::all_of(rows, [](sim::local::Row const& row) { return row.is_ready; });
    if (once_ && !all_ready) return;
    std::fputs(("\n" + sim::local::format_table(rows)).c_str(), stdout);
    if (!once_) std::fputc('\n', stdout);
    std::fflush(stdout);
    if (once_) stop();
  }

  void give_up() {
    auto const rows = sim::local::rows(cluster_.server(), clock_.wall_now());
    std::fputs(("\n" + sim::local::format_table(rows)).c_str(), stdout);
    std::fflush(stdout);
    for (auto const& row : rows) {
      if (row.is_ready) continue;
      std::cerr << "echo-local: " << (row.namespace_.empty() ? "" : row.namespace_ + "/") << row.name
                << " is not Ready after 30 s: " << row.status << (row.message.empty() ? "" : ": " + row.message)
                << '\n';
    }
    if (rows.empty()) std::cerr << "echo-local: there is no Echo of example.com/v1, plural echoes\n";
    exit_code_ = not_ready;
    stop();
  }

  sim::local::LocalCluster& cluster_;
  seams::Clock& clock_;
  asio::io_context& context_;
  bool once_;
  seams::MonotonicTime began_;
  std::uint64_t observer_ = 0;
  seams::ScopedTimer patience_timer_;
  seams::ScopedTimer look_timer_;
  bool stopping_ = false;
  int exit_code_ = 0;
};

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

  auto const manifests = read_files(files);
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
  Show show(cluster, clock, context, once);
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
    signals.async_wait([](boost::system::error_code again, int) {
      if (!again) std::_Exit(1);
    });
  });
  cluster.start();
  if (!once) std::fputs("Running; Ctrl-C ends it.\n", stdout);
  context.run();
  return show.exit_code();
}
