// Where a coroutine waits until a test lets it go on.
#pragma once
#include "operator/seams/gate.hpp"

namespace runtime_tests {

using seams::Gate;
using seams::Woken;

}  // namespace runtime_tests
