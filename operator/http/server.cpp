#include "operator/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <map>
#include <utility>

#include "operator/seams/check.hpp"
#include "operator/seams/gate.hpp"

namespace http {
namespace asio = boost::asio;

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(seams::Environment const& environment_, std::unique_ptr<seams::Listener> listener_, seams::HttpService& service_,
       ServerOptions options_)
      : environment(environment_),
        listener(std::move(listener_)),
        service(service_),
        options(std::move(options_)),
        date(environment.clock),
        room(environment.clock),
        gone(environment.clock) {}

  asio::awaitable<void> accept_all() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!draining) {
      if (connections.size() >= options.max_connections) {
        environment.log.warning("no more connections are taken until one ends", {{"connections", connections.size()}});
        while (connections.size() >= options.max_connections && !draining) co_await room.wait();
        continue;
      }
      auto stream = co_await listener->accept();
      if (stream) {
        serve(std::move(*stream));
      } else if (stream.error().kind == seams::StreamError::Kind::closed ||
                 stream.error().kind == seams::StreamError::Kind::cancelled) {
        break;
      } else {
        environment.log.debug("a connection has failed before its first request", {{"why", stream.error().message}});
      }
    }
    accepting = false;
    gone.open();
  }

  void serve(std::unique_ptr<seams::Stream> stream) {
    auto connection =
        std::make_shared<ServerConnection>(std::move(stream), service, environment.clock, options.connection, date);
    std::uint64_t const number = ++accepted;
    connections.emplace(number, connection);
    asio::co_spawn(
        environment.executor, connection->run(),
        [self = shared_from_this(), number](std::exception_ptr const& error) { self->ended(number, error); });
    if (draining) connection->drain();
  }

  void ended(std::uint64_t number, std::exception_ptr const& error) {
    connections.erase(number);
    room.open();
    if (connections.empty()) gone.open();
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (std::exception const& failure) {
      environment.log.error("serving a request has failed", {{"error", failure.what()}});
    }
  }

  seams::Environment environment;
  std::unique_ptr<seams::Listener> listener;
  seams::HttpService& service;
  ServerOptions options;
  DateHeader date;
  seams::Gate room;  ///< opened when a connection has ended
  seams::Gate gone;  ///< opened when the last one has
  std::map<std::uint64_t, std::shared_ptr<ServerConnection>> connections;
  std::uint64_t accepted = 0;
  bool accepting = false;
  bool draining = false;
};

HttpServer::HttpServer(seams::Environment const& environment, std::unique_ptr<seams::Listener> listener,
                       seams::HttpService& service, ServerOptions options)
    : impl_(std::make_shared<Impl>(environment, std::move(listener), service, std::move(options))) {}
HttpServer::~HttpServer() = default;

void HttpServer::start() {
  seams::check(!impl_->accepting && !impl_->draining, "a server is started once");
  impl_->accepting = true;
  asio::co_spawn(impl_->environment.executor, impl_->accept_all(), [self = impl_](std::exception_ptr const& error) {
    if (error) std::rethrow_exception(error);
  });
}

asio::awaitable<void> HttpServer::drain(seams::MonotonicTime deadline) {
  auto const impl = impl_;
  impl->draining = true;
  impl->listener->close();
  impl->room.open();
  for (auto const& [number, connection] : impl->connections) connection->drain();
  while (!impl->connections.empty() || impl->accepting) {
    if (co_await impl->gone.wait(deadline) == seams::Woken::opened) continue;
    deadline = seams::never;
    for (auto const& [number, connection] : impl->connections) connection->close();
  }
}

std::size_t HttpServer::connections() const { return impl_->connections.size(); }
std::uint64_t HttpServer::accepted() const { return impl_->accepted; }

}  // namespace http
