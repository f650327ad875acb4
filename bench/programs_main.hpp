// What the benchmarks that start other programs share. For the mains only: it sees the real world.
#pragma once
#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "operator/seams/time.hpp"
#include "tests/support/process.hpp"

namespace bench {

int wire_main(int argc, char** argv);
int start_main(int argc, char** argv);
int http_main(int argc, char** argv);

/// Starts a program with its words; throws if it cannot.
programs::Process start_program(std::vector<std::string> const& words, std::filesystem::path const& output);

/// Of a running process, from /proc: VmRSS or VmHWM in bytes, CPU time in seconds.
std::uint64_t memory_of(pid_t process, char const* field);
double cpu_seconds_of(pid_t process);
/// CPU time of its first thread, finer than that.
double scheduled_seconds_of(pid_t process);
/// From now on VmHWM tells of what comes.
void forget_peak_of(pid_t process);

/// The path of this program.
std::string own_program();

/// Real time that passes.
seams::Duration stopwatch();

/// Runs one coroutine to its end.
void run(boost::asio::io_context& context, std::function<boost::asio::awaitable<void>()> const& work);

}  // namespace bench
