// The trace of a run, kept to be looked through.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run.hpp"

namespace sim_tests {

struct Line {
  seams::Duration at;  ///< since the run's start
  std::string who;
  std::string what;
};

struct Recorded final : sim::Trace {
  void line(sim::GlobalTime at, std::string_view who, std::string_view what) override {
    lines.push_back({at - sim::Scheduler::start, std::string(who), std::string(what)});
  }
  /// The first line with this text in it, or null.
  Line const* find(std::string_view text) const {
    auto const found = std::ranges::find_if(lines, [&](Line const& line) { return line.what.contains(text); });
    return found == lines.end() ? nullptr : &*found;
  }
  std::size_t count(std::string_view text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [&](Line const& line) { return line.what.contains(text); }));
  }
  std::vector<Line> lines;
};

}  // namespace sim_tests
