// The second test of the arrows: what the compiled rooms want from outside. Sources can hide a call behind a macro, a
// template or somebody else's header; an archive cannot.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// C functions that only operator/real may call.
constexpr auto banned_functions = std::to_array<std::string_view>({
    "socket",        "socketpair",    "connect",       "bind",         "listen",       "accept",          "accept4",
    "send",          "sendto",        "sendmsg",       "recv",         "recvfrom",     "recvmsg",         "getaddrinfo",
    "poll",          "select",        "epoll_create1", "epoll_wait",   "eventfd",      "timerfd_create",  "open",
    "open64",        "openat",        "openat64",      "creat",        "fopen",        "fopen64",         "opendir",
    "stat",          "unlink",        "read",          "write",        "pipe",         "pipe2",           "mmap",
    "clock_gettime", "gettimeofday",  "time",          "clock",        "nanosleep",    "clock_nanosleep", "usleep",
    "sleep",         "localtime",     "localtime_r",   "timer_create", "getrandom",    "getentropy",      "rand",
    "rand_r",        "srand",         "random",        "drand48",      "arc4random",   "pthread_create",  "fork",
    "vfork",         "execve",        "execvp",        "posix_spawn",  "posix_spawnp", "system",          "popen",
    "getenv",        "secure_getenv", "setenv",        "getpid",       "gethostname",  "uname",           "sigaction",
    "signal",
});

/// Parts of demangled C++ names that only operator/real may refer to.
constexpr auto banned_names = std::to_array<std::string_view>({
    "system_clock::now",
    "steady_clock::now",
    "high_resolution_clock::now",
    "std::random_device",
    "std::thread::",
    "std::this_thread",
    "std::condition_variable",
    "std::filesystem",
    "std::basic_filebuf",
    "std::basic_ifstream",
    "std::basic_ofstream",
    "std::basic_fstream",
    "spdlog::",
    "prometheus::",
    "boost::asio::ip::",
    "boost::asio::ssl::",
    "boost::asio::io_context",
    "boost::asio::detail::epoll_reactor",
    "boost::asio::detail::reactive_",
    "boost::asio::detail::scheduler",
    "basic_waitable_timer",
    "deadline_timer_service",
    "boost::asio::thread_pool",
    "boost::asio::system_context",
    "boost::asio::detached_t",
});

bool is_banned(std::string_view symbol) {
  // A versioned symbol ("open@GLIBC_2.2.5") is the same function.
  std::string_view const function = symbol.substr(0, symbol.find('@'));
  if (std::ranges::find(banned_functions, function) != banned_functions.end()) return true;
  if (symbol.starts_with("SSL_") || symbol.starts_with("BIO_")) return true;
  return std::ranges::any_of(banned_names, [&](std::string_view name) { return symbol.contains(name); });
}

struct Archive {
  std::string room;
  std::string path;
};

/// "ROOM=PATH,ROOM=PATH…", as CMake gives them.
std::vector<Archive> archives() {
  std::vector<Archive> list;
  std::istringstream text(ROOM_ARCHIVES);
  for (std::string item; std::getline(text, item, ',');) {
    std::size_t const equals = item.find('=');
    list.push_back({item.substr(0, equals), item.substr(equals + 1)});
  }
  return list;
}

struct Symbols {
  int exit_code = 0;
  int objects = 0;
  std::vector<std::string> undefined;  ///< "OBJECT: SYMBOL", demangled
  std::set<std::string, std::less<>> undefined_names;
};

/// What nm says of an archive's undefined symbols.
Symbols read_symbols(std::string const& path) {
  Symbols symbols;
  std::string const command = std::string(NM_PROGRAM) + " --undefined-only --demangle '" + path + "' 2>&1";
  FILE* const output = ::popen(command.c_str(), "r");
  if (output == nullptr) return {.exit_code = -1, .objects = 0, .undefined = {}, .undefined_names = {}};
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), output)) > 0;)
    text.append(buffer.data(), count);
  symbols.exit_code = ::pclose(output);

  std::string object;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(".o:")) {
      object = line.substr(0, line.size() - 1);
      ++symbols.objects;
    } else if (std::size_t const mark = line.find(" U "); mark != std::string::npos) {
      symbols.undefined.push_back(object + ": " + line.substr(mark + 3));
      symbols.undefined_names.insert(line.substr(mark + 3));
    }
  }
  return symbols;
}

std::string symbol_of(std::string const& undefined) { return undefined.substr(undefined.find(": ") + 2); }

TEST(Archives, want_nothing_of_the_real_world) {
  auto const list = archives();
  std::set<std::string> rooms;
  for (auto const& archive : list) {
    rooms.insert(archive.room);
    if (archive.room == "real") continue;
    Symbols const symbols = read_symbols(archive.path);
    EXPECT_EQ(symbols.exit_code, 0) << archive.room << ": nm cannot read " << archive.path;
    EXPECT_GT(symbols.objects, 0) << archive.room << ": " << archive.path << " is empty";
    EXPECT_GT(symbols.undefined.size(), 5U) << archive.room << ": an archive that wants nothing was not read";
    for (auto const& undefined : symbols.undefined) {
      EXPECT_FALSE(is_banned(symbol_of(undefined))) << archive.room << ": " << undefined << " belongs to operator/real";
    }
  }
  EXPECT_EQ(rooms,
            (std::set<std::string>{"seams", "api", "manifest", "runtime", "echo", "http", "client", "fakeapi", "simulator", "real"}));
}

/// operator/real uses all of this, so that a change of nm's output, of the compiler's names or of the ban's own
/// spelling cannot make the test above blind.
TEST(Archives, show_what_operator_real_wants) {
  for (auto const& archive : archives()) {
    if (archive.room != "real") continue;
    Symbols const symbols = read_symbols(archive.path);
    for (std::string_view const name : {"clock_gettime", "getrandom", "timerfd_create", "read"})
      EXPECT_TRUE(symbols.undefined_names.contains(name)) << name;
    for (std::string_view const part :
         {"system_clock::now", "spdlog::", "boost::asio::detail::reactive_", "boost::asio::detail::scheduler"}) {
      EXPECT_TRUE(std::ranges::any_of(symbols.undefined_names, [&](auto const& name) {
        return name.contains(part) && is_banned(name);
      })) << part;
    }
    return;
  }
  FAIL() << "the archive of operator/real is not in the list";
}

TEST(Archives, that_are_missing_are_noticed) { EXPECT_NE(read_symbols("/nowhere/libnothing.a").exit_code, 0); }

TEST(BannedSymbols, are_told_from_names_that_look_alike) {
  for (auto const* symbol :
       {"open", "open64@GLIBC_2.2.5", "time", "std::chrono::_V2::steady_clock::now()", "SSL_new",
        "spdlog::default_logger()", "vtable for std::basic_ofstream<char, std::char_traits<char> >"})
    EXPECT_TRUE(is_banned(symbol)) << symbol;
  for (auto const* symbol : {"memcpy", "fakeapi::Server::open_watch(api::Request const&)", "sim::time(int)", "timer",
                             "boost::asio::any_io_executor::~any_io_executor()", "std::to_chars(char*, char*, double)"})
    EXPECT_FALSE(is_banned(symbol)) << symbol;
}

}  // namespace
