#include "bench/programs_main.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace bench {

namespace asio = boost::asio;
namespace fs = std::filesystem;

programs::Process start_program(std::vector<std::string> const& words, fs::path const& output) {
  auto started = programs::Process::start(words.front(), {words.begin() + 1, words.end()}, output);
  if (!started) throw std::runtime_error(started.error());
  return std::move(*started);
}

std::uint64_t memory_of(pid_t process, char const* field) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(std::string(field) + ":")) return std::stoull(line.substr(line.find(':') + 1)) * 1024;
  }
  return 0;
}

double cpu_seconds_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  text = text.substr(text.rfind(')') + 2);
  // Fields 14 and 15 of the line; the second has just gone.
  double ticks = 0;
  std::istringstream fields(text);
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    if (number == 14 || number == 15) ticks += std::stod(field);
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double scheduled_seconds_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/schedstat");
  double nanoseconds = 0;
  file >> nanoseconds;
  return nanoseconds / 1e9;
}

void forget_peak_of(pid_t process) { std::ofstream("/proc/" + std::to_string(process) + "/clear_refs") << "5"; }

std::string own_program() { return fs::read_symlink("/proc/self/exe").string(); }

seams::Duration stopwatch() { return std::chrono::steady_clock::now().time_since_epoch(); }

void run(asio::io_context& context, std::function<asio::awaitable<void>()> const& work) {
  std::exception_ptr failure;
  bool done = false;
  asio::co_spawn(context, work(), [&](std::exception_ptr error) {
    failure = std::move(error);
    done = true;
  });
  context.restart();
  while (!done) context.run_one();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace bench
