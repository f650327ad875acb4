#include "operator/real/commands.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>
#include <utility>

#include "operator/seams/gate.hpp"

extern char** environ;

namespace real {
namespace {

namespace asio = boost::asio;
using Pipe = asio::posix::stream_descriptor;

constexpr std::size_t most_complaint_bytes = 2000;

/// A child, its pipes and what has come out of them. Shared by the coroutines that read.
struct Child {
  Child(asio::io_context& context, seams::Clock& clock, std::size_t limit)
      : output(context), complaints(context), ended(context), done(clock), output_limit(limit) {}
  ~Child() { give_up(); }
  Child(Child const&) = delete;
  Child& operator=(Child const&) = delete;

  /// Kills the child and whatever it has started, and stops listening.
  void give_up() noexcept {
    boost::system::error_code ignored;
    output.close(ignored);
    complaints.close(ignored);
    if (pid <= 0) return;
    ::kill(-pid, SIGKILL);
    // Nothing can be awaited any more. A killed process is there to be waited for in a moment.
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = 0;
    ended.close(ignored);
  }

  Pipe output;
  Pipe complaints;
  Pipe ended;  ///< a pidfd: readable when the process has ended
  seams::Gate done;
  std::size_t output_limit;
  pid_t pid = 0;
  int running = 0;  ///< coroutines that read
  bool too_much = false;
  std::string printed;
  std::string complained;
};

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(SpawnActions const&) = delete;
  SpawnActions& operator=(SpawnActions const&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(SpawnAttributes const&) = delete;
  SpawnAttributes& operator=(SpawnAttributes const&) = delete;
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::unexpected<seams::CommandError> failed(std::string const& program, int error) {
  return std::unexpected(
      seams::CommandError{error == ENOENT, program + " cannot be run: " + std::system_category().message(error)});
}

/// This process's environment with what is added; the last word on a name counts.
std::vector<std::string> environment_of(seams::Command const& command) {
  std::vector<std::string> all;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view const text(*entry);
    std::string_view const name = text.substr(0, text.find('='));
    bool replaced = false;
    for (auto const& [added, value] : command.environment) replaced = replaced || added == name;
    if (!replaced) all.emplace_back(text);
  }
  for (auto const& [name, value] : command.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// 0, or why the child could not be started.
int start(Child& child, seams::Command const& command) {
  std::array<int, 2> output{-1, -1};
  std::array<int, 2> complaints{-1, -1};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) return errno;
  child.output.assign(output[0]);
  int error = 0;
  if (::pipe2(complaints.data(), O_CLOEXEC) != 0) {
    error = errno;
  } else {
    child.complaints.assign(complaints[0]);
    SpawnActions actions;
    SpawnAttributes attributes;
    ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(actions.get(), output[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(actions.get(), complaints[1], STDERR_FILENO);
    std::vector<std::string> words{command.program};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = environment_of(command);
    pid_t pid = 0;
    error = ::posix_spawnp(&pid, command.program.c_str(), actions.get(), attributes.get(), pointers(words).data(),
                           pointers(environment).data());
    if (error == 0) child.pid = pid;
    ::close(complaints[1]);
  }
  ::close(output[1]);
  if (error != 0) return error;
  // The declaration of pidfd_open() in glibc 2.36 is not for C++.
  auto const descriptor = static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0));
  if (descriptor < 0) return errno;
  child.ended.assign(descriptor);
  return 0;
}

asio::awaitable<void> read_output(std::shared_ptr<Child> child) {
  co_await asio::this_coro::throw_if_cancelled(false);
  std::array<char, 4096> buffer{};
  for (;;) {
    auto const [error, count] =
        co_await child->output.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    if (child->printed.size() + count > child->output_limit) {
      child->too_much = true;
      child->done.open();
      co_return;
    }
    child->printed.append(buffer.data(), count);
  }
}

asio::awaitable<void> read_complaints(std::shared_ptr<Child> child) {
  co_await asio::this_coro::throw_if_cancelled(false);
  std::array<char, 4096> buffer{};
  for (;;) {
    auto const [error, count] =
        co_await child->complaints.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    child->complained.append(buffer.data(), count);
    // What is said last says most.
    if (child->complained.size() > 2 * most_complaint_bytes)
      child->complained.erase(0, child->complained.size() - most_complaint_bytes);
  }
}

asio::awaitable<void> await_end(std::shared_ptr<Child> child) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await child->ended.async_wait(Pipe::wait_read, asio::as_tuple(asio::use_awaitable));
}

}  // namespace

asio::awaitable<std::expected<seams::CommandOutcome, seams::CommandError>> ChildCommands::run(
    seams::Command command, seams::MonotonicTime deadline, std::size_t output_limit) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const child = std::make_shared<Child>(context_, clock_, output_limit);
  if (int const error = start(*child, command); error != 0) co_return failed(command.program, error);
  auto const spawn = [&](asio::awaitable<void> work) {
    ++child->running;
    asio::co_spawn(context_, std::move(work), [child](std::exception_ptr const& bug) {
      if (bug) std::rethrow_exception(bug);
      if (--child->running == 0) child->done.open();
    });
  };
  spawn(read_output(child));
  spawn(read_complaints(child));
  spawn(await_end(child));
  auto const woken = co_await child->done.wait(deadline);
  if (woken != seams::Woken::opened || child->too_much) {
    child->give_up();
    std::string const why = child->too_much                   ? "printed more than is read"
                            : woken == seams::Woken::deadline ? "did not end in time"
                                                              : "is no longer waited for";
    co_return std::unexpected(seams::CommandError{false, command.program + " " + why + " and was killed"});
  }
  int status = 0;
  while (::waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
  }
  child->pid = 0;
  constexpr int signalled = 128;
  seams::CommandOutcome outcome;
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : signalled + WTERMSIG(status);
  outcome.output = std::move(child->printed);
  outcome.complaints = std::move(child->complained);
  if (outcome.complaints.size() > most_complaint_bytes)
    outcome.complaints.erase(0, outcome.complaints.size() - most_complaint_bytes);
  co_return outcome;
}

}  // namespace real
