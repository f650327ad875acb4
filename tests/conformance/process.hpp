// Programs that the conformance tests start, and the little of the system that goes with it.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

/// A program that runs until this object goes; it does not outlive this process either. Its output goes to a file.
class Process {
 public:
  static std::expected<Process, std::string> start(std::filesystem::path const& program,
                                                   std::vector<std::string> const& arguments,
                                                   std::filesystem::path const& output);
  Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)) {}
  Process& operator=(Process&& other) noexcept;
  ~Process() { stop(); }

  /// Still there?
  bool running();
  /// SIGTERM, and SIGKILL when that takes longer than five seconds.
  void stop() noexcept;
  pid_t pid() const { return pid_; }
  /// The last lines of what it wrote, to explain a failure.
  std::string last_output() const;

 private:
  Process(pid_t pid, std::filesystem::path output) : pid_(pid), output_(std::move(output)) {}
  pid_t pid_ = 0;
  std::filesystem::path output_;
};

/// A new folder below the system's temporary one, removed with all in it when this object goes.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Ports of the loopback interface on which nobody listens (at the moment).
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace conformance
