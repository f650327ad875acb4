#include "tests/architecture/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace architecture {
namespace {

using Rooms = std::vector<std::string_view>;

/// A room may include itself and these.
std::map<std::string_view, Rooms> const& arrows() {
  static Rooms const all_but_real{"operator/seams",   "operator/api",  "operator/manifest",
                                  "operator/runtime", "operator/echo", "operator/http",
                                  "operator/client",  "fakeapi",       "sim"};
  static std::map<std::string_view, Rooms> const table{
      {"operator/seams", {}},
      {"operator/api", {"operator/seams"}},
      {"operator/manifest", {"operator/api", "operator/seams"}},
      {"operator/runtime", {"operator/api", "operator/seams"}},
      {"operator/echo", {"operator/runtime", "operator/api", "operator/seams"}},
      {"operator/http", {"operator/seams"}},
      {"operator/client", {"operator/api", "operator/seams", "operator/http", "operator/manifest"}},
      {"operator/real", {"operator/seams"}},
      {"operator/main", {}},  // mains only, which may include anything
      {"fakeapi", {"operator/api", "operator/seams", "operator/http", "operator/manifest"}},
      {"sim", all_but_real},
      {"bench", all_but_real},
  };
  return table;
}

/// Headers that only operator/real may include, by the start of their names, and why.
struct BannedHeader {
  std::string_view prefix;
  std::string_view why;
  std::string_view also_allowed_in = "";
};
constexpr auto banned_headers = std::to_array<BannedHeader>({
    {"boost/beast", "HTTP is parsed in operator/http", "operator/http"},
    {"boost/asio/ip/", "sockets belong to operator/real"},
    {"boost/asio/local/", "sockets belong to operator/real"},
    {"boost/asio/ssl", "TLS belongs to operator/real"},
    {"boost/asio/posix/", "file descriptors belong to operator/real"},
    {"boost/asio/io_context", "the executor is given by the environment"},
    {"boost/asio/thread_pool", "threads belong to operator/real"},
    {"boost/asio/steady_timer", "seams::Clock makes timers"},
    {"boost/asio/system_timer", "seams::Clock makes timers"},
    {"boost/asio/high_resolution_timer", "seams::Clock makes timers"},
    {"boost/asio/basic_waitable_timer", "seams::Clock makes timers"},
    {"boost/asio/deadline_timer", "seams::Clock makes timers"},
    {"boost/asio/signal_set", "signals belong to operator/real"},
    {"boost/asio/detached", "it swallows exceptions"},
    {"boost/asio.hpp", "it brings in everything"},
    {"boost/process", "processes belong to operator/real"},
    {"boost/filesystem", "files belong to operator/real"},
    {"boost/random", "seams::Random gives random numbers"},
    {"boost/unordered", "the order of a hash table differs between builds"},
    {"openssl/", "TLS belongs to operator/real"},
    {"spdlog/", "seams::Log takes log lines"},
    {"prometheus/", "metrics are exported in operator/real"},
    {"sys/", "the system belongs to operator/real"},
    {"netinet/", "sockets belong to operator/real"},
    {"arpa/", "sockets belong to operator/real"},
    {"netdb.h", "name resolution belongs to operator/real"},
    {"unistd.h", "the system belongs to operator/real"},
    {"fcntl.h", "files belong to operator/real"},
    {"poll.h", "sockets belong to operator/real"},
    {"signal.h", "signals belong to operator/real"},
    {"csignal", "signals belong to operator/real"},
    {"pthread.h", "threads belong to operator/real"},
    {"time.h", "seams::Clock tells the time"},
    {"ctime", "seams::Clock tells the time"},
    {"thread", "threads belong to operator/real"},
    {"mutex", "threads belong to operator/real"},
    {"shared_mutex", "threads belong to operator/real"},
    {"condition_variable", "threads belong to operator/real"},
    {"future", "threads belong to operator/real"},
    {"semaphore", "threads belong to operator/real"},
    {"random", "seams::Random gives random numbers"},
    {"fstream", "files belong to operator/real"},
    {"filesystem", "files belong to operator/real"},
    {"unordered_map", "the order of a hash table differs between builds"},
    {"unordered_set", "the order of a hash table differs between builds"},
});

/// Names that only operator/real may use. Found as whole words in code.
struct BannedName {
  std::string_view name;
  std::string_view why;
};
constexpr auto banned_names = std::to_array<BannedName>({
    {"system_clock::now", "seams::Clock tells the time"},
    {"steady_clock", "seams::Clock tells the time"},
    {"high_resolution_clock", "seams::Clock tells the time"},
    {"utc_clock", "seams::Clock tells the time"},
    {"clock_gettime", "seams::Clock tells the time"},
    {"gettimeofday", "seams::Clock tells the time"},
    {"steady_timer", "seams::Clock makes timers"},
    {"system_timer", "seams::Clock makes timers"},
    {"high_resolution_timer", "seams::Clock makes timers"},
    {"basic_waitable_timer", "seams::Clock makes timers"},
    {"deadline_timer", "seams::Clock makes timers"},
    {"sleep_for", "seams::Clock makes timers"},
    {"random_device", "seams::Random gives random numbers"},
    {"mt19937", "seams::Random gives random numbers"},
    {"mt19937_64", "seams::Random gives random numbers"},
    {"uniform_int_distribution", "it differs between standard libraries"},
    {"uniform_real_distribution", "it differs between standard libraries"},
    {"getrandom", "seams::Random gives random numbers"},
    {"rand", "seams::Random gives random numbers"},
    {"thread_local", "there is one thread"},
    {"jthread", "threads belong to operator/real"},
    {"std::thread", "threads belong to operator/real"},
    {"std::async", "threads belong to operator/real"},
    {"getenv", "the environment is read in operator/real"},
    {"fopen", "files belong to operator/real"},
    {"unordered_map", "the order of a hash table differs between builds"},
    {"unordered_set", "the order of a hash table differs between builds"},
    {"unordered_multimap", "the order of a hash table differs between builds"},
    {"unordered_flat_map", "the order of a hash table differs between builds"},
});

/// Where a ban does not hold, and why that does no harm. `what` is the start of a banned header or a banned name.
struct Exception {
  std::string_view file;
  std::string_view what;
  std::string_view why;
};
constexpr auto exceptions = std::to_array<Exception>({
    {"operator/runtime/store.hpp", "unordered_map", "found by key; what is walked is sorted before it is shown"},
    {"operator/runtime/informer_cache.cpp", "unordered_map", "found by key, never walked"},
    {"operator/runtime/work_queue.hpp", "unordered_map", "found by key, never walked; the order is in a set beside it"},
    {"operator/runtime/controller.hpp", "unordered_map", "found by key, never walked"},
    {"fakeapi/controllers/cheap_deployment_controller.hpp", "unordered_map", "found by uid, never walked"},
    {"fakeapi/face/http/text_cache.hpp", "unordered_map",
     "found by key, never walked; the order is in a list beside it"},
    {"fakeapi/controllers/garbage_collector.hpp", "unordered_map", "found by uid, never walked"},
    {"sim/program/operator_new.cpp", "sys/", "of programs, not of the room: where their memory comes from"},
    {"sim/program/operator_new.cpp", "thread_local", "of programs, which may have other threads"},
});

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    bool const starts = at == 0 || !is_word(line[at - 1]);
    bool const ends = at + word.size() >= line.size() || !is_word(line[at + word.size()]);
    if (starts && ends) return true;
  }
  return false;
}

bool is_excepted(std::string_view file, std::string_view what) {
  return std::ranges::any_of(exceptions, [&](Exception const& e) { return e.file == file && e.what == what; });
}

/// A header's name matches by its start, but "thread" is not "threads.h" and "random" not "random_access.hpp".
bool is_header(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  bool const whole_name = !prefix.contains('/') && !prefix.contains('.');
  return !whole_name || path.size() == prefix.size();
}

class Check {
 public:
  explicit Check(Source const& source) : source_(source), room_(room_of(source.file)) {}

  std::vector<std::string> run() {
    // What starts a program puts the rooms together.
    bool const is_main = source_.file.ends_with("_main.cpp") || source_.file.ends_with("_main.hpp");
    // Asio's own code, compiled once.
    bool const is_library = source_.file == "operator/boost_separate.cpp" || source_.file == "operator/boost_json.cpp";
    if (room_.empty() && !is_library) report(1, "lies in no room; add its folder to the table of arrows, or move it");
    if (!is_main && !is_library) {
      for (Include const& include : source_.includes) check_arrow(include);
      if (room_ != "operator/real") {
        for (Include const& include : source_.includes) check_header(include);
        check_names();
      }
    }
    for (std::size_t at = 0; at < source_.lines.size(); ++at) {
      if (has_word(source_.lines[at], "detached"))
        report(static_cast<int>(at) + 1, "uses detached, which swallows exceptions; give co_spawn a handler");
    }
    return std::move(found_);
  }

 private:
  void report(int line, std::string const& what) {
    found_.push_back(source_.file + ":" + std::to_string(line) + ": " + what);
  }

  void check_arrow(Include const& include) {
    std::string const target = room_of(include.path);
    if (target.empty()) {
      if (include.quoted)
        report(include.line, "includes \"" + include.path + "\", which names no room; write the path from the top");
      return;
    }
    auto const allowed = arrows().find(room_);
    if (target == room_ ||
        (allowed != arrows().end() && std::ranges::find(allowed->second, target) != allowed->second.end()))
      return;
    report(include.line, "includes \"" + include.path + "\": " + room_ + " must not see " + target);
  }

  void check_header(Include const& include) {
    for (BannedHeader const& banned : banned_headers) {
      if (!is_header(include.path, banned.prefix) || room_ == banned.also_allowed_in) continue;
      if (is_excepted(source_.file, banned.prefix)) continue;
      report(include.line, "includes <" + include.path + ">: " + std::string(banned.why));
    }
  }

  void check_names() {
    for (std::size_t at = 0; at < source_.lines.size(); ++at) {
      std::string const& line = source_.lines[at];
      if (line.find_first_not_of(" \t") != std::string::npos && line[line.find_first_not_of(" \t")] == '#') continue;
      for (BannedName const& banned : banned_names) {
        if (has_word(line, banned.name) && !is_excepted(source_.file, banned.name))
          report(static_cast<int>(at) + 1, "uses " + std::string(banned.name) + ": " + std::string(banned.why));
      }
    }
  }

  Source const& source_;
  std::string room_;
  std::vector<std::string> found_;
};

}  // namespace

std::string room_of(std::string_view path) {
  for (auto const& [room, allowed] : arrows()) {
    if (path.starts_with(room) && path.substr(room.size()).starts_with('/')) return std::string(room);
  }
  return {};
}

std::vector<std::string> violations(Source const& source) { return Check(source).run(); }

std::vector<std::string> unused_exceptions(std::vector<Source> const& sources) {
  std::vector<std::string> unused;
  for (Exception const& exception : exceptions) {
    auto const uses = [&](Source const& source) {
      return source.file == exception.file && std::ranges::any_of(source.lines, [&](std::string const& line) {
               bool const is_folder = exception.what.ends_with('/');  // of headers
               return is_folder ? line.contains(exception.what) : has_word(line, exception.what);
             });
    };
    if (std::ranges::none_of(sources, uses))
      unused.push_back(std::string(exception.file) + " no longer uses " + std::string(exception.what));
  }
  return unused;
}

}  // namespace architecture
