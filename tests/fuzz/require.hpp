// What fuzz targets say when something is wrong.
#pragma once
#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Ends the program, which the fuzzer takes for a crash and keeps the input of.
inline void require(bool condition, char const* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

}  // namespace fuzz
