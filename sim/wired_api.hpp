// The operator's HTTP client in a simulated process: every byte goes through pipes in memory, to the fake's HTTP front.
#pragma once
#include <memory>
#include <vector>

#include "fakeapi/face/http/face.hpp"
#include "operator/client/http_api.hpp"
#include "operator/http/pipe.hpp"
#include "operator/http/server.hpp"
#include "operator/seams/log.hpp"
#include "operator/seams/random.hpp"
#include "sim/faults.hpp"
#include "sim/process.hpp"

namespace sim {

/// What becomes of the bytes between one incarnation of an operator and the server: as the injector says.
class Wire final : public http::PipeHooks {
 public:
  Wire(FaultInjector& injector, fakeapi::Actor actor) : injector_(injector), actor_(actor) {}
  Fate on_write(http::PipeDirection direction, std::string_view bytes) override {
    return injector_.wire_write(actor_, direction == http::PipeDirection::first_to_second, bytes);
  }
  std::size_t on_read(http::PipeDirection /*direction*/, std::size_t available) override {
    return injector_.wire_read(actor_, available);
  }

 private:
  FaultInjector& injector_;
  fakeapi::Actor actor_;
};

/// The server's side of all operators: for each incarnation a face of the one server, whose commits are by its actor.
///
/// Guarantees: nothing here draws from the tape but the injector. Lifetime: it is destroyed after the processes of all
/// clients and that of the cluster were killed.
class WiredFront {
 public:
  WiredFront(fakeapi::Server& server, Process& cluster, FaultInjector& injector)
      : server_(server), cluster_(cluster), injector_(injector) {}
  WiredFront(WiredFront const&) = delete;
  WiredFront& operator=(WiredFront const&) = delete;

  /// The way to the server for a new incarnation. The connector lives as long as this.
  seams::Connector& connect(fakeapi::Actor actor, seams::Clock& clock);

 private:
  class Unmoved final : public seams::Random {
   public:
    std::uint64_t below(std::uint64_t /*bound*/, seams::RandomUse /*use*/) override { return 0; }
  };
  class Silence final : public seams::Log {
   public:
    bool enabled(seams::LogLevel /*level*/) const override { return false; }
    void write(seams::LogLevel /*level*/, std::string_view /*message*/,
               std::span<seams::LogField const> /*fields*/) override {}
  };
  struct Line {
    Line(FaultInjector& injector, fakeapi::Actor actor);
    Wire wire;
    http::PipeHost host;
    std::unique_ptr<seams::Connector> connector;
  };

  fakeapi::Server& server_;
  Process& cluster_;
  FaultInjector& injector_;
  Unmoved random_;
  Silence log_;
  std::vector<std::unique_ptr<Line>> lines_;
};

/// The client as it ships, with the hook points that a process has itself: before it sends, and when it has been told.
class WiredApi final : public api::Api {
 public:
  /// Everything outlives it.
  WiredApi(seams::Connector& connector, seams::Clock& clock, FaultInjector& injector, fakeapi::Actor actor,
           std::uint64_t& calls);

  api::AsyncResult<api::Response> call(api::Request request) override;
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override;

 private:
  boost::asio::awaitable<void> stand_still();

  client::HttpApi http_;
  seams::Clock& clock_;
  FaultInjector& injector_;
  fakeapi::Actor actor_;
  std::uint64_t& calls_;
};

}  // namespace sim
