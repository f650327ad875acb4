// What happened, for people: one line per event.
#pragma once
#include <string>
#include <string_view>

#include "sim/scheduler.hpp"

namespace sim {

/// Receives each line as it happens.
class Trace {
 public:
  virtual ~Trace() = default;
  virtual void line(GlobalTime at, std::string_view who, std::string_view what) = 0;
};

}  // namespace sim
