// What a program arranges with the system when it starts: file descriptors, signals.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <string>

namespace real {

/// Raises the soft limit on open files as far as the hard one allows: each connection takes one. The limit now.
std::uint64_t raise_file_limit();

/// "HOST_" and a UUID: a name that no other process has, nor this one after a restart.
std::string unique_process_name();

/// SIGTERM and SIGINT, from when it is made. SIGPIPE is ignored from then on.
class StopSignal {
 public:
  explicit StopSignal(boost::asio::io_context& context);

  /// The number of the next signal; 0 when the wait was cancelled.
  boost::asio::awaitable<int> wait();
  /// Ends a pending wait, and the watch: the next signal ends the process at once.
  void stop_watching() noexcept;

 private:
  boost::asio::signal_set signals_;
};

}  // namespace real
