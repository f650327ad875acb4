// A program that runs beside this one, for as long as this one lives at most.
#pragma once
#include <boost/asio/io_context.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace real {

struct ChildOptions {
  std::string program{};  ///< its path
  std::vector<std::string> arguments{};
  /// Gets each line of its output and of its complaints, without the end of the line; one that is endless in pieces.
  std::function<void(std::string_view line)> on_line{};
  /// It has ended, by itself or not, after its last line. The code as shells tell it: 128 + the signal of a killed one.
  std::function<void(int exit_code)> on_end{};
};

/// The program has a process group of its own, so that the terminal's Ctrl-C does not reach it, and /dev/null for its
/// input; the system kills it when this process dies in whatever way. The callbacks run as turns of the context, which
/// outlives the child; none comes once the child is destroyed. Must be started from the process's only thread.
class ChildProgram {
 public:
  /// The error names the program and says why it cannot be run.
  static std::expected<std::unique_ptr<ChildProgram>, std::string> start(boost::asio::io_context& context,
                                                                         ChildOptions options);
  /// Kills it if it still runs, and waits for its end, which is a matter of moments.
  ~ChildProgram();
  ChildProgram(ChildProgram const&) = delete;
  ChildProgram& operator=(ChildProgram const&) = delete;

  /// SIGTERM; nothing if it has ended.
  void ask_to_end() noexcept;
  bool running() const noexcept { return process_id() != 0; }
  /// 0: it has ended.
  int process_id() const noexcept;

 private:
  class State;
  explicit ChildProgram(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace real
