// Events about Echoes, for definitions of Echo that cannot store a status.
#pragma once
#include <cstdint>

#include "operator/api/object.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/plan.hpp"
#include "operator/seams/time.hpp"

namespace echo {

/// The core/v1 Event to create. Its name is made from the Echo, the time and `number`, so it is the same in every run
/// of a simulation, and another one after a restart. In the Echo's namespace, or in default for one without.
api::ObjectPtr event_about(Echo const& echo, RecordEvent const& what, std::uint64_t number, seams::WallTime now);

}  // namespace echo
