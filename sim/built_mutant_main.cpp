// Which seeded mistake a simulator was built with; the build compiles this small file once for each.
#include "sim/mutants.hpp"

#ifndef ECHO_SIM_MUTANT
#define ECHO_SIM_MUTANT ""
#endif

namespace sim {

std::string_view built_mutant() { return ECHO_SIM_MUTANT; }

}  // namespace sim
