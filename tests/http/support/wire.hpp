// Two processes in virtual time, and a service between them that does what a test says.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/http/client_connection.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"

namespace http_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Log lines, as "level message key=value".
class Lines final : public seams::Log {
 public:
  bool enabled(seams::LogLevel /*level*/) const override { return true; }
  void write(seams::LogLevel level, std::string_view message, std::span<seams::LogField const> fields) override {
    std::string line(level >= seams::LogLevel::error ? "error " : "");
    line += message;
    for (auto const& field : fields) {
      line += " " + std::string(field.key) + "=";
      if (auto const* text = std::get_if<std::string_view>(&field.value)) line += *text;
      if (auto const* number = std::get_if<std::int64_t>(&field.value)) line += std::to_string(*number);
    }
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;
};

/// Answers with what `handler` does.
class Service final : public seams::HttpService {
 public:
  using Handler = std::function<asio::awaitable<void>(seams::HttpRequest const&, seams::HttpResponseWriter&)>;

  asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override {
    requests.push_back(request);
    co_await handler(request, writer);
  }

  Handler handler;
  std::vector<seams::HttpRequest> requests;
};

inline seams::HttpResponse text(std::string body, int status = 200) {
  seams::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::make_shared<std::string const>(std::move(body));
  return response;
}

/// The status line's number; 0 if there is no answer.
inline int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}
/// What stands behind the first head.
inline std::string body_of(std::string_view answer) {
  auto const end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? "<no head>" : std::string(answer.substr(end + 4));
}
inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// A server process, a client process and a host that connects them.
class Wire : public testing::Test {
 public:
  Wire() {
    service.handler = [](seams::HttpRequest const& request,
                         seams::HttpResponseWriter& writer) -> asio::awaitable<void> {
      co_await writer.respond(text(request.method + " " + request.target + " " + request.body));
    };
  }

  void serve() {
    server = std::make_unique<http::HttpServer>(
        seams::Environment{server_process.executor(), server_process.clock(), random, log},
        host.listen(server_process.clock()), service, options);
    server->start();
  }

  /// What a coroutine is made of. A lambda that captures must live as long as the coroutine.
  using Work = std::function<asio::awaitable<void>()>;

  /// Runs `work` as a coroutine of the client until it has ended; a test that gets stuck fails.
  void run(Work const& work, seams::Duration at_most = 24h) {
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(client_process.executor(), work(), [&](std::exception_ptr error) {
      failure = std::move(error);
      done = true;
    });
    auto const stop = scheduler.run_until(later(at_most), 20'000'000, [&] { return done; });
    ASSERT_EQ(stop, sim::Scheduler::Stop::done) << "the client is stuck";
    if (failure) std::rethrow_exception(failure);
  }
  /// The same, beside the test, as a coroutine of this process.
  void spawn(sim::Process& process, Work work) {
    beside_.push_back(std::move(work));
    asio::co_spawn(process.executor(), beside_.back()(), [](std::exception_ptr const& error) {
      if (error) std::rethrow_exception(error);
    });
  }
  /// Lets everything happen that happens by itself within this time.
  void pass(seams::Duration time) {
    scheduler.run_until(later(time), 20'000'000, [] { return false; });
  }

  seams::MonotonicTime now() { return client_process.clock().now(); }
  /// This much later in global time, but not past its end: a test that steps on when nothing is left gets there.
  sim::GlobalTime later(seams::Duration time) const {
    return std::min(scheduler.now(), sim::GlobalTime::max() - time) + time;
  }

  asio::awaitable<std::unique_ptr<seams::Stream>> connect() {
    auto stream = co_await host.connector(client_process.clock())->connect(seams::never);
    if (!stream) {
      ADD_FAILURE() << stream.error().message;
      co_return nullptr;
    }
    co_return std::move(*stream);
  }
  /// Sends `bytes`; on failure it says why.
  static asio::awaitable<std::string> send(seams::Stream& stream, std::string_view bytes) {
    auto const sent = co_await stream.write(bytes, seams::never);
    co_return sent ? std::string() : sent.error().message;
  }
  /// Everything that comes until the server ends the connection, or until it is silent for this long.
  asio::awaitable<std::string> receive(seams::Stream& stream, seams::Duration silence = 1h) {
    std::string all;
    std::array<char, 16384> buffer{};
    for (;;) {
      auto const count = co_await stream.read_some(buffer, std::min(now(), seams::never - silence) + silence);
      if (!count) {
        if (count.error().kind != seams::StreamError::Kind::timed_out) all += "<" + count.error().message + ">";
        co_return all;
      }
      if (*count == 0) co_return all;
      all.append(buffer.data(), *count);
    }
  }

  auto sleep(seams::Duration time) { return seams::sleep_until(client_process.clock(), now() + time); }

  std::deque<Work> beside_;  // goes after the coroutines that are made of it
  Service service;
  /// What a client gets that sends `bytes`, ends its stream and reads to the end.
  std::string answer_to(std::string const& bytes) {
    std::string answer;
    run([&]() -> asio::awaitable<void> {
      auto const stream = co_await connect();
      co_await send(*stream, bytes);
      co_await stream->end(seams::never);
      answer = co_await receive(*stream);
    });
    return answer;
  }

  sim::Scheduler scheduler;
  sim::Process server_process{scheduler, "server"};
  sim::Process client_process{scheduler, "client"};
  Lines log;
  seams::NoRandom random;
  http::ServerOptions options;
  http::PipeHost host;
  std::unique_ptr<http::HttpServer> server;
};

}  // namespace http_tests
