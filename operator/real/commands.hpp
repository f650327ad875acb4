// Programs run as child processes.
#pragma once
#include <boost/asio/io_context.hpp>

#include "operator/seams/clock.hpp"
#include "operator/seams/commands.hpp"

namespace real {

/// Each program gets a process group of its own, /dev/null for its input and no signal blocked or ignored; when it is
/// given up, the whole group is killed. The context and the clock outlive it and every run.
class ChildCommands final : public seams::Commands {
 public:
  ChildCommands(boost::asio::io_context& context, seams::Clock& clock) : context_(context), clock_(clock) {}

  boost::asio::awaitable<std::expected<seams::CommandOutcome, seams::CommandError>> run(
      seams::Command command, seams::MonotonicTime deadline, std::size_t output_limit) override;

 private:
  boost::asio::io_context& context_;
  seams::Clock& clock_;
};

}  // namespace real
