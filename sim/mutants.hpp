// The seeded mistakes that the simulator must find.
#pragma once
#include <string_view>
#include <vector>

namespace sim {

struct Mutant {
  std::string_view name;       ///< "M01"
  std::string_view what;       ///< the mistake, in words
  std::string_view expect;     ///< the invariants that may catch it, "O21" or "O02 O26"
  std::string_view needs;      ///< the faults without which it cannot show, "time_travel kind_skew"; "": none by name
  std::string_view arguments;  ///< with which echo-sim must run, "--operators 2"; "": none
};

/// All of them, by name: one for each sim/mutants/*.mutant.
std::vector<Mutant> const& mutants();

/// The name of the mistake that this program was built with; "" for the unchanged production source.
std::string_view built_mutant();

}  // namespace sim
