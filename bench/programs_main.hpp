// What the benchmarks that start other programs share. For the mains only: it sees the real world.
#pragma once
#include <sys/resource.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "operator/seams/time.hpp"

namespace bench {

int wire_main(int argc, char** argv);
int start_main(int argc, char** argv);
int http_main(int argc, char** argv);

/// A folder of this process's own, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A program that runs until it is told to stop, at the latest when the object goes.
class ChildProcess {
 public:
  /// Its output goes to `output`, or to our own when that is empty.
  explicit ChildProcess(std::vector<std::string> const& arguments, std::filesystem::path const& output = {});
  ~ChildProcess();
  ChildProcess(ChildProcess const&) = delete;
  ChildProcess& operator=(ChildProcess const&) = delete;

  int id() const { return id_; }
  bool running();
  /// SIGTERM, after ten seconds SIGKILL; what it has used.
  rusage stop();
  /// From /proc: VmRSS or VmHWM in bytes, CPU time in seconds.
  std::uint64_t memory(char const* field) const;
  double cpu_seconds() const;
  /// CPU time of its first thread, finer than that.
  double scheduled_seconds() const;
  /// From now on VmHWM tells of what comes.
  void forget_peak() const;

 private:
  int id_ = 0;
  rusage usage_{};
};

/// The path of this program.
std::string own_program();

/// Real time that passes.
seams::Duration stopwatch();

/// Runs one coroutine to its end.
void run(boost::asio::io_context& context, std::function<boost::asio::awaitable<void>()> const& work);

}  // namespace bench
