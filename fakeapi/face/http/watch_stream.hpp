// One watch on its way to a client.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "fakeapi/face/http/exchange.hpp"
#include "fakeapi/face/http/text_cache.hpp"
#include "fakeapi/face/http/waiting.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/http_service.hpp"

namespace fakeapi::http {

/// What all watches of a face share.
struct WatchSurroundings {
  Server& server;
  TextCache& cache;
  CommitGates& gates;
  seams::Environment const& environment;
  std::uint64_t const& ends;  ///< how often all watches were told to end
};

/// Streams a watch until its time is up, its resource is gone, the client is, or the server is to end. `headers` are
/// sent before the first event.
boost::asio::awaitable<void> stream_watch(WatchSurroundings surroundings, WatchPlan plan, seams::HttpHeaders headers,
                                          seams::HttpResponseWriter& writer);

}  // namespace fakeapi::http
