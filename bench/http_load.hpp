// A load generator for HTTP servers: so many connections, each sending one request after the other for a while.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "operator/seams/clock.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/stream.hpp"

namespace bench {

/// Who is loaded, and by what clock it is measured.
struct Target {
  seams::Connector& connector;
  seams::Clock& clock;
  /// Time for latencies; finer than the clock, which stands still within a turn.
  std::function<seams::Duration()> stopwatch;
  std::string host;              ///< the Host header
  seams::HttpHeaders headers{};  ///< sent with each request
};

/// One request of a kind of operation.
struct Shot {
  std::string method = "GET";
  std::string target;
  std::string body{};
};

struct Load {
  std::string name;
  /// The request number `n`, counted over all connections.
  std::function<Shot(std::uint64_t n)> shot;
  int expected_status = 200;
};

/// What a load has come to.
struct LoadResult {
  std::string name;
  std::uint64_t requests = 0;                 ///< answered as expected
  std::map<int, std::uint64_t> unexpected{};  ///< other statuses; 0: no answer
  std::string first_error{};
  seams::Duration time{0};
  std::vector<std::uint32_t> microseconds{};  ///< of each answered request, sorted
  std::uint64_t bytes = 0;                    ///< of bodies

  double per_second() const;
  /// The latency that this part (0.99) of the requests has kept below, in milliseconds.
  double percentile(double part) const;
};

/// Keeps `connections` connections busy for `time`, or until `limit` requests have been sent. Connections are made
/// before the time begins to count.
boost::asio::awaitable<LoadResult> run_load(Target target, Load load, std::uint32_t connections, seams::Duration time,
                                            std::uint64_t limit = UINT64_MAX);

/// One line of a table; the head of it.
std::string table_head();
std::string table_row(LoadResult const& result);

}  // namespace bench
