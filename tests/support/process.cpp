#include "tests/support/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace programs {

namespace {

using namespace std::chrono_literals;
constexpr auto look_again = 2ms;
constexpr auto time_to_stop = 5s;

std::vector<std::string> variables_of(std::map<std::string, std::string> const& more) {
  std::vector<std::string> variables;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    std::string const text(*entry);
    std::string const name = text.substr(0, text.find('='));
    if (name != "KUBECONFIG" && !more.contains(name)) variables.push_back(text);
  }
  for (auto const& [name, value] : more) variables.push_back(name + "=" + value);
  return variables;
}

/// What execve() takes; lives as long as the strings.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::expected<Process, std::string> Process::start(std::filesystem::path const& program,
                                                   std::vector<std::string> const& arguments,
                                                   std::filesystem::path const& output,
                                                   std::map<std::string, std::string> const& environment) {
  if (::access(program.c_str(), X_OK) != 0) return std::unexpected(program.string() + ": " + std::strerror(errno));
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto variables = variables_of(environment);
  auto const argv = pointers_to(words);
  auto const envp = pointers_to(variables);
  int const file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(output.string() + ": " + std::strerror(errno));
  pid_t const parent = ::getpid();
  pid_t const pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(file);
  if (pid < 0) return std::unexpected(std::string("fork: ") + std::strerror(errno));
  return Process(pid, output);
}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, 0);
    exit_code_ = other.exit_code_;
    output_ = std::move(other.output_);
    usage_ = other.usage_;
  }
  return *this;
}

bool Process::running() {
  int status = 0;
  if (pid_ == 0) return false;
  if (::wait4(pid_, &status, WNOHANG, &usage_) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = 0;
  return false;
}

void Process::signal(int number) const {
  if (pid_ != 0) ::kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
  auto const end = std::chrono::steady_clock::now() + patience;
  while (running()) {
    if (std::chrono::steady_clock::now() > end) return std::nullopt;
    std::this_thread::sleep_for(look_again);
  }
  return exit_code_;
}

void Process::stop() noexcept {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  ::kill(pid_, SIGCONT);  // it may be stopped
  if (wait(time_to_stop)) return;
  ::kill(pid_, SIGKILL);
  ::wait4(pid_, nullptr, 0, &usage_);
  pid_ = 0;
}

std::string Process::output() const { return read_file(output_); }

std::string Process::last_output() const {
  std::ifstream stream(output_);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
    if (lines.size() > 15) lines.erase(lines.begin());
  }
  std::string result;
  for (auto const& line : lines) result += line + "\n";
  return result;
}

std::string read_file(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
  std::vector<std::uint16_t> ports;
  std::vector<int> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<sockaddr const*>(&address), size) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error(std::string("no free port: ") + std::strerror(errno));
    ports.push_back(ntohs(address.sin_port));
    sockets.push_back(socket);  // kept open, so that the ports differ
  }
  for (int const socket : sockets) ::close(socket);
  return ports;
}

}  // namespace programs
