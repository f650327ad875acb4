#include "bench/programs_main.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace bench {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "echo-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

ChildProcess::ChildProcess(std::vector<std::string> const& arguments, fs::path const& output) {
  std::vector<char*> pointers;
  for (auto const& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  if (!output.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  int const error = ::posix_spawnp(&id_, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(arguments[0] + " cannot be started");
}

ChildProcess::~ChildProcess() {
  try {
    stop();
  } catch (...) {  // it has ended by itself
  }
}

bool ChildProcess::running() {
  if (id_ == 0) return false;
  if (::wait4(id_, nullptr, WNOHANG, &usage_) != id_) return true;
  id_ = 0;
  return false;
}

rusage ChildProcess::stop() {
  if (id_ != 0) ::kill(id_, SIGTERM);
  for (int i = 0; i < 1000 && running(); ++i) std::this_thread::sleep_for(10ms);
  if (id_ != 0) {
    ::kill(id_, SIGKILL);
    ::wait4(id_, nullptr, 0, &usage_);
    id_ = 0;
  }
  return usage_;
}

std::uint64_t ChildProcess::memory(char const* field) const {
  std::ifstream status("/proc/" + std::to_string(id_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(std::string(field) + ":")) return std::stoull(line.substr(line.find(':') + 1)) * 1024;
  }
  return 0;
}

double ChildProcess::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(id_) + "/stat");
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

double ChildProcess::scheduled_seconds() const {
  std::ifstream file("/proc/" + std::to_string(id_) + "/schedstat");
  double nanoseconds = 0;
  file >> nanoseconds;
  return nanoseconds / 1e9;
}

void ChildProcess::forget_peak() const { std::ofstream("/proc/" + std::to_string(id_) + "/clear_refs") << "5"; }

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
