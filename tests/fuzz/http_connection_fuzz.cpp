// A client that sends any bytes, ends its stream and reads: the server answers, ends and leaves nothing behind.
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/environment.hpp"
#include "operator/seams/gate.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"
#include "tests/fuzz/require.hpp"

namespace {

namespace asio = boost::asio;

/// Whole answers, streams, and streams that wait for the client's end, by the request's method.
class Service final : public seams::HttpService {
 public:
  explicit Service(seams::Clock& clock) : clock_(clock) {}

  asio::awaitable<void> serve(seams::HttpRequest request, seams::HttpResponseWriter& writer) override {
    if (request.method == "GET" || request.method == "HEAD") {
      seams::HttpResponse response;
      response.body = std::make_shared<std::string const>(request.body + request.target);
      co_await writer.respond(std::move(response));
      co_return;
    }
    if (!co_await writer.start(200, {})) co_return;
    if (!co_await writer.write(request.body)) co_return;
    if (request.method == "PUT") {
      seams::Gate gate(clock_);
      writer.on_end([&] { gate.open(); });
      co_await gate.wait();
      writer.on_end(nullptr);
    }
    co_await writer.finish();
  }

 private:
  seams::Clock& clock_;
};

/// Cuts what is read into pieces of one to seven bytes.
class Splits final : public http::PipeHooks {
 public:
  std::size_t on_read(http::PipeDirection /*direction*/, std::size_t available) override {
    step_ = step_ % 7 + 1;
    return std::min(available, step_);
  }

 private:
  std::size_t step_ = 0;
};

asio::awaitable<void> client(http::PipeHost& host, seams::Clock& clock, std::string_view bytes) {
  auto const connector = host.connector(clock);
  auto stream = co_await connector->connect(seams::never);
  fuzz::require(stream.has_value(), "a server that listens is reached");
  if (co_await (*stream)->write(bytes, seams::never)) co_await (*stream)->end(seams::never);
  std::array<char, 4096> buffer{};
  for (;;) {
    auto const count = co_await (*stream)->read_some(buffer, seams::never);
    if (!count || *count == 0) co_return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  sim::Scheduler scheduler;
  sim::Process process(scheduler, "both");
  seams::NoLog log;
  seams::NoRandom random;
  Service service(process.clock());
  Splits splits;
  http::PipeOptions pipe;
  pipe.hooks = &splits;
  http::PipeHost host(pipe);
  http::ServerOptions options;
  options.connection.limits = {.head = 4096, .fields = 20, .body = 8192};
  http::HttpServer server({process.executor(), process.clock(), random, log}, host.listen(process.clock()), service,
                          options);
  server.start();
  bool done = false;
  asio::co_spawn(process.executor(), client(host, process.clock(), bytes), [&](std::exception_ptr const& error) {
    fuzz::require(error == nullptr, "the client does not throw");
    done = true;
  });
  constexpr std::uint64_t turns = 10'000'000;
  scheduler.run_until(scheduler.now() + std::chrono::hours(1), turns,
                      [&] { return done && server.connections() == 0; });
  fuzz::require(done && server.connections() == 0, "every connection comes to an end");
  return 0;
}
