// Assertions that stay on in release builds.
#pragma once
#include <source_location>
#include <stdexcept>
#include <string>

namespace seams {

/// A broken program: something that must be true was not. Never thrown for bad input or a failed call.
class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_check(char const* what, std::source_location where) {
  throw BrokenInvariant(std::string(where.file_name()) + ":" + std::to_string(where.line()) + ": " + what);
}

/// Throws BrokenInvariant unless `condition` holds. An exception, not an abort: one broken reconcile harms no other,
/// and the simulator reports it with the trace that led there.
inline void check(bool condition, char const* what, std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]]
    fail_check(what, where);
}

}  // namespace seams
