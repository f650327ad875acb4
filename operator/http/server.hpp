// An HTTP server: takes connections from a listener and serves each until it is over or the server is to end.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "operator/http/server_connection.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/http_service.hpp"
#include "operator/seams/stream.hpp"

namespace http {

struct ServerOptions {
  ConnectionOptions connection;
  /// How many connections are served at once. Further ones wait with the listener.
  std::size_t max_connections = 10'000;
};

/// All on one executor. What it is given outlives it; it is drained before it is destroyed, unless the executor's
/// coroutines are destroyed first.
class HttpServer {
 public:
  HttpServer(seams::Environment const& environment, std::unique_ptr<seams::Listener> listener,
             seams::HttpService& service, ServerOptions options = {});
  ~HttpServer();
  HttpServer(HttpServer const&) = delete;
  HttpServer& operator=(HttpServer const&) = delete;

  /// Takes connections from now on.
  void start();

  /// Takes no more connections, lets the requests under way come to their ends, tells the streaming answers to do so,
  /// and returns when no connection is left. What is left at `deadline` is broken.
  boost::asio::awaitable<void> drain(seams::MonotonicTime deadline);

  std::size_t connections() const;
  std::uint64_t accepted() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace http
