// Programs that tests and benchmarks start, and the little of the system that goes with it.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "operator/real/temporary_folder.hpp"

namespace programs {

/// A program that runs until this object goes; it does not outlive this process either. Its output goes to a file.
class Process {
 public:
  /// `environment` is added to our own; there is never a KUBECONFIG but one that stands there, for what is on this
  /// machine must not matter. The output is added to the file's end.
  static std::expected<Process, std::string> start(std::filesystem::path const& program,
                                                   std::vector<std::string> const& arguments,
                                                   std::filesystem::path const& output,
                                                   std::map<std::string, std::string> const& environment = {});
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)), usage_(other.usage_) {}
  Process& operator=(Process&& other) noexcept;
  ~Process() { stop(); }

  /// Still there?
  bool running();
  void signal(int number) const;
  /// Its exit code (128 + the signal that has killed it), or nothing if it still runs after this long.
  std::optional<int> wait(std::chrono::milliseconds patience);
  /// SIGTERM, and SIGKILL when that takes longer than five seconds.
  void stop() noexcept;
  /// 0 when it has ended.
  pid_t pid() const { return pid_; }
  /// What it has used, known when it has ended.
  rusage const& usage() const { return usage_; }
  /// All that it has written until now.
  std::string output() const;
  /// The last lines of it, to explain a failure.
  std::string last_output() const;

 private:
  Process(pid_t pid, std::filesystem::path output) : pid_(pid), output_(std::move(output)) {}
  pid_t pid_ = 0;
  int exit_code_ = 0;
  std::filesystem::path output_;
  rusage usage_{};
};

/// A new folder below the system's temporary one, removed with all in it when this object goes.
class TemporaryFolder {
 public:
  TemporaryFolder() : folder_(real::TemporaryFolder::make("echo-test").value()) {}
  std::filesystem::path const& path() const { return folder_->path(); }

 private:
  std::unique_ptr<real::TemporaryFolder> folder_;
};

/// All of a file; "" if it cannot be read.
std::string read_file(std::filesystem::path const& file);

/// Ports of the loopback interface on which nobody listens (at the moment).
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace programs
