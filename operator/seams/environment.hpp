// What a process is given instead of globals.
#pragma once
#include <boost/asio/any_io_executor.hpp>

#include "operator/seams/clock.hpp"
#include "operator/seams/log.hpp"
#include "operator/seams/random.hpp"

namespace seams {

/// Everything through which a process touches the world, save the Kubernetes API. Made once in main(), or by the
/// simulator for each process; all of it outlives the process's objects.
struct Environment {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  Log& log;
};

}  // namespace seams
