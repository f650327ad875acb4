// Running other programs: the plug-ins that give credentials.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "operator/seams/time.hpp"

namespace seams {

struct Command {
  /// A path, or a name that is looked for in $PATH.
  std::string program{};
  std::vector<std::string> arguments{};
  /// Added to this process's environment.
  std::vector<std::pair<std::string, std::string>> environment{};
};

struct CommandOutcome {
  int exit_code = 0;         ///< 128 + the signal, of a program that was killed by one
  std::string output{};      ///< what it wrote to its standard output; perhaps a secret
  std::string complaints{};  ///< the end of what it wrote to its standard error
};

/// Why there is no outcome.
struct CommandError {
  bool missing = false;   ///< there is no such program
  std::string message{};  ///< names the program; never holds its output
};

class Commands {
 public:
  virtual ~Commands() = default;

  /// Runs a program to its end, without a terminal and without input. One that has not ended at `deadline`, writes more
  /// than `output_limit` bytes, or whose waiting coroutine is cancelled, is killed.
  virtual boost::asio::awaitable<std::expected<CommandOutcome, CommandError>> run(Command command,
                                                                                  MonotonicTime deadline,
                                                                                  std::size_t output_limit) = 0;
};

}  // namespace seams
