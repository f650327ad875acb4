#include "operator/real/child_program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace real {
namespace {

namespace asio = boost::asio;

constexpr std::size_t longest_line = std::size_t{64} * 1024;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// What the new process does until it is the program. Calls nothing that might need a lock. posix_spawn() cannot do it:
/// it has no way to have a process killed with its parent.
[[noreturn]] void become(char* const* words, pid_t parent, int output, int report) {
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it has died before this could take effect
  int const input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (input >= 0 && ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
      ::dup2(output, STDERR_FILENO) >= 0)
    ::execv(words[0], words);
  int const error = errno;
  [[maybe_unused]] auto const ignored = ::write(report, &error, sizeof error);
  ::_exit(1);
}

}  // namespace

class ChildProgram::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& context, ChildOptions options)
      : options_(std::move(options)), output_(context), ended_(context) {}
  ~State() { kill(); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;

  /// 0, or why it cannot be run.
  int start() {
    std::array<int, 2> output{-1, -1};
    std::array<int, 2> report{-1, -1};  // closes without a word when the program runs
    if (::pipe2(output.data(), O_CLOEXEC) != 0) return errno;
    output_.assign(output[0]);
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
      int const error = errno;
      ::close(output[1]);
      return error;
    }
    std::vector<std::string> words{options_.program};
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    auto const argv = pointers(words);
    pid_t const parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) become(argv.data(), parent, output[1], report[1]);
    int error = pid_ < 0 ? errno : 0;
    ::close(output[1]);
    ::close(report[1]);
    if (error == 0) {
      ssize_t count = 0;
      do count = ::read(report[0], &error, sizeof error);
      while (count < 0 && errno == EINTR);
    }
    ::close(report[0]);
    if (error != 0) return error;
    auto const descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (descriptor < 0) return errno;
    ended_.assign(descriptor);
    output_.non_blocking(true);
    read();
    ended_.async_wait(asio::posix::descriptor_base::wait_read,
                      [weak = weak_from_this()](boost::system::error_code code) {
                        auto const self = weak.lock();
                        if (self && !code) self->end();
                      });
    return 0;
  }

  void signal(int number) const noexcept {
    if (pid_ > 0) ::kill(pid_, number);
  }

  /// Nobody hears of it any more.
  void kill() noexcept {
    options_.on_line = nullptr;
    options_.on_end = nullptr;
    boost::system::error_code ignored;
    output_.close(ignored);
    ended_.close(ignored);
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);  // should it not have come to making its group
    reap();
  }

  int process_id() const noexcept { return pid_ > 0 ? pid_ : 0; }

 private:
  int reap() noexcept {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    constexpr int signalled = 128;
    return WIFEXITED(status) ? WEXITSTATUS(status) : signalled + WTERMSIG(status);
  }

  void read() {
    reading_ = true;
    output_.async_read_some(asio::buffer(buffer_),
                            [weak = weak_from_this()](boost::system::error_code code, std::size_t count) {
                              auto const self = weak.lock();
                              if (!self) return;
                              self->reading_ = false;
                              if (count > 0) self->take({self->buffer_.data(), count});
                              if (self->has_ended_) return self->finish();
                              if (!code && self->output_.is_open()) self->read();
                            });
  }

  void take(std::string_view text) {
    line_ += text;
    std::size_t begin = 0;
    for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', begin)) {
      tell(std::string_view(line_).substr(begin, end - begin));
      begin = end + 1;
    }
    line_.erase(0, begin);
    if (line_.size() <= longest_line) return;
    tell(line_);
    line_.clear();
  }

  void tell(std::string_view line) const {
    if (options_.on_line) options_.on_line(line);
  }

  /// What has been read already comes first.
  void end() {
    has_ended_ = true;
    if (!reading_) return finish();
    boost::system::error_code ignored;
    output_.cancel(ignored);
  }

  /// All that it has written is there by now; what it has left running is not waited for.
  void finish() {
    auto const self = shared_from_this();  // a callback may destroy the child
    while (output_.is_open()) {
      boost::system::error_code code;
      std::array<char, 4096> rest{};
      auto const count = output_.read_some(asio::buffer(rest), code);
      if (code) break;
      take({rest.data(), count});
    }
    if (!line_.empty()) tell(line_);
    line_.clear();
    if (pid_ <= 0) return;  // a callback has killed it
    int const exit_code = reap();
    auto const on_end = std::move(options_.on_end);
    kill();
    if (on_end) on_end(exit_code);
  }

  ChildOptions options_;
  asio::posix::stream_descriptor output_;
  asio::posix::stream_descriptor ended_;  ///< a pidfd: readable when the process has ended
  std::array<char, 4096> buffer_{};
  std::string line_;  ///< its beginning, until its end comes
  pid_t pid_ = 0;
  bool reading_ = false;
  bool has_ended_ = false;
};

std::expected<std::unique_ptr<ChildProgram>, std::string> ChildProgram::start(asio::io_context& context,
                                                                              ChildOptions options) {
  std::string const program = options.program;
  auto state = std::make_shared<State>(context, std::move(options));
  if (int const error = state->start(); error != 0)
    return std::unexpected(program + " cannot be run: " + std::system_category().message(error));
  return std::unique_ptr<ChildProgram>(new ChildProgram(std::move(state)));
}

ChildProgram::ChildProgram(std::shared_ptr<State> state) : state_(std::move(state)) {}
ChildProgram::~ChildProgram() { state_->kill(); }
void ChildProgram::ask_to_end() noexcept { state_->signal(SIGTERM); }
int ChildProgram::process_id() const noexcept { return state_->process_id(); }

}  // namespace real
