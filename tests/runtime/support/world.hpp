// One simulated process with a log that tests can read.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "operator/seams/environment.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"

namespace runtime_tests {

class RecordingLog final : public seams::Log {
 public:
  bool enabled(seams::LogLevel) const override { return true; }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override {
    std::string line(message);
    for (auto const& field : fields) {
      line += ' ';
      line += field.key;
      line += '=';
      if (auto const* text = std::get_if<std::string_view>(&field.value)) {
        line += *text;
      } else {
        line += std::to_string(std::get<std::int64_t>(field.value));
      }
    }
    lines.push_back({level, std::move(line)});
  }
  /// Lines of this level that contain `text`.
  std::size_t count(seams::LogLevel level, std::string_view text) const {
    std::size_t n = 0;
    for (auto const& line : lines) n += line.level == level && line.text.find(text) != std::string::npos ? 1U : 0U;
    return n;
  }

  struct Line {
    seams::LogLevel level;
    std::string text;
  };
  std::vector<Line> lines;
};

struct World {
  sim::Scheduler scheduler;
  seams::NoRandom no_random;
  RecordingLog log;
  sim::Process process{scheduler, "operator"};  // last: killed first

  seams::Environment environment() { return environment(no_random); }
  seams::Environment environment(seams::Random& random) { return {process.executor(), process.clock(), random, log}; }

  seams::MonotonicTime now() { return process.clock().now(); }
  seams::Duration since_start() { return now() - (sim::Scheduler::start); }

  /// Lets this much time pass. False if so much happened that it looks like a livelock.
  bool run_for(seams::Duration time) {
    return scheduler.run_until(scheduler.now() + time, 1'000'000, [] { return false; }) !=
           sim::Scheduler::Stop::turn_limit;
  }
  /// Runs what is ready, without time passing.
  bool settle() { return run_for(seams::Duration::zero()); }
};

}  // namespace runtime_tests
