// What is asked of a Kubernetes API server to see how fast it is: nothing that not every one of them can do.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "bench/http_load.hpp"
#include "operator/seams/http_service.hpp"

namespace bench {

struct Answer {
  int status = 0;
  std::string body;  ///< or what went wrong, with status 0
};

/// One request on a connection of its own.
boost::asio::awaitable<Answer> ask(Target const& target, std::string method, std::string path, std::string body = {});

/// Installs the definition of Echo and the namespaces that the loads use, and waits until both can be used. Throws
/// std::runtime_error with the server's answer when that cannot be had.
boost::asio::awaitable<void> prepare(Target const& target);

/// Creates of Echoes, gets of one, lists of 500 of them. The names of what is created differ from round to round.
std::vector<Load> operations(std::uint32_t round);

/// A list of so many Echoes, uncompressed, ten times.
struct ListResult {
  std::uint32_t echoes = 0;
  std::uint64_t bytes = 0;  ///< of one answer
  double median_ms = 0;
  double best_ms = 0;
};
boost::asio::awaitable<ListResult> run_list(Target const& target, std::uint32_t echoes, std::uint32_t connections);

/// So many watchers, each of which gets so many events.
struct FanOutResult {
  std::uint32_t watchers = 0;
  std::uint32_t events = 0;
  std::uint64_t delivered = 0;
  double seconds = 0;  ///< from the first write to the last delivery
};
boost::asio::awaitable<FanOutResult> run_fan_out(Target const& target, std::uint32_t watchers, std::uint32_t events);

/// A watcher that does not read while forty megabytes of events come, and then reads what there is.
struct StuckResult {
  bool cut_off = false;
  std::uint64_t bytes = 0;  ///< that it still got
};
boost::asio::awaitable<StuckResult> run_stuck(Target const& target, seams::Duration patience);

}  // namespace bench
