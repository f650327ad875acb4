#include "sim/wired_api.hpp"

#include <utility>

#include "operator/seams/gate.hpp"

namespace sim {
namespace asio = boost::asio;

namespace {

class WiredWatch final : public api::Watch {
 public:
  WiredWatch(std::unique_ptr<api::Watch> watch, FaultInjector& injector, fakeapi::Actor actor)
      : watch_(std::move(watch)), injector_(injector), actor_(actor) {}

  asio::awaitable<std::expected<std::optional<api::WatchEvent>, api::Error>> next(
      seams::MonotonicTime deadline) override {
    auto event = co_await watch_->next(deadline);
    if (event && *event && (*event)->object) injector_.event_delivered(actor_, **event);
    co_return event;
  }

 private:
  std::unique_ptr<api::Watch> watch_;
  FaultInjector& injector_;
  fakeapi::Actor actor_;
};

http::PipeOptions pipe_options(Wire& wire) {
  http::PipeOptions options;
  options.hooks = &wire;
  return options;
}

}  // namespace

WiredFront::Line::Line(FaultInjector& injector, fakeapi::Actor actor)
    : wire(injector, actor), host(pipe_options(wire)) {}

seams::Connector& WiredFront::connect(fakeapi::Actor actor, seams::Clock& clock) {
  auto& line = *lines_.emplace_back(std::make_unique<Line>(injector_, actor));
  seams::Environment const environment{cluster_.executor(), cluster_.clock(), random_, log_};
  fakeapi::http::FaceOptions options;
  options.actor = actor;
  auto& face = cluster_.own<fakeapi::http::Face>(server_, environment, std::move(options));
  auto& server = cluster_.own<http::HttpServer>(environment, line.host.listen(cluster_.clock()), face);
  server.start();
  line.connector = line.host.connector(clock);
  return *line.connector;
}

WiredApi::WiredApi(seams::Connector& connector, seams::Clock& clock, FaultInjector& injector, fakeapi::Actor actor,
                   std::uint64_t& calls)
    : http_(connector, clock, {}), clock_(clock), injector_(injector), actor_(actor), calls_(calls) {}

// Until the process is killed.
asio::awaitable<void> WiredApi::stand_still() {
  seams::Gate gate(clock_);
  for (;;) co_await gate.wait();
}

api::AsyncResult<api::Response> WiredApi::call(api::Request request) {
  fakeapi::CallInfo const info{++calls_, actor_, request};
  if (injector_.before_send(info).kind == fakeapi::Verdict::Kind::hold) co_await stand_still();
  injector_.wire_call_begins(info);
  auto outcome = co_await http_.call(request);
  injector_.wire_call_ends(info, outcome);
  if (injector_.delivered(info, outcome).kind == fakeapi::Verdict::Kind::hold) co_await stand_still();
  co_return outcome;
}

api::AsyncResult<std::unique_ptr<api::Watch>> WiredApi::open_watch(api::Request request) {
  fakeapi::CallInfo const info{++calls_, actor_, request};
  if (injector_.before_send(info).kind == fakeapi::Verdict::Kind::hold) co_await stand_still();
  auto opened = co_await http_.open_watch(request);
  api::Result<api::Response> outcome = api::Response(api::ObjectPtr());
  if (!opened) outcome = std::unexpected(opened.error());
  if (injector_.delivered(info, outcome).kind == fakeapi::Verdict::Kind::hold) co_await stand_still();
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  co_return std::make_unique<WiredWatch>(*std::move(opened), injector_, actor_);
}

}  // namespace sim
