// The first promise of the simulator: a process can be killed at any of its turns, whatever its coroutines are doing,
// and neither leaks nor acts afterwards. Run under AddressSanitizer, where a leak or a late resume is a failure.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/face/in_process_api.hpp"
#include "operator/api/kinds.hpp"
#include "operator/seams/quiet.hpp"
#include "sim/process.hpp"
#include "sim/scheduler.hpp"

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

// Takes time on both ways, so that a kill can fall before, between and after them.
struct SlowHooks final : fakeapi::CallHooks {
  static fakeapi::Verdict slow() {
    fakeapi::Verdict verdict;
    verdict.delay = 5ms;
    return verdict;
  }
  fakeapi::Verdict before_send(fakeapi::CallInfo const&) override { return slow(); }
  fakeapi::Verdict arrived(fakeapi::CallInfo const&) override { return {}; }
  fakeapi::Verdict applied(fakeapi::CallInfo const&, api::Result<api::Response> const&) override { return slow(); }
  fakeapi::Verdict delivered(fakeapi::CallInfo const&, api::Result<api::Response> const&) override { return {}; }
  fakeapi::WatchVerdict news(fakeapi::Actor, fakeapi::Commit const&) override { return {.kind = {}, .delay = 3ms}; }
  void event_delivered(fakeapi::Actor, api::WatchEvent const&) override {}
};

struct Cluster {
  sim::Scheduler scheduler;
  sim::Process process{scheduler, "cluster"};
  fakeapi::Server server{fakeapi::ServerOptions{}};
  SlowHooks hooks;
  fakeapi::InProcessFront front{server, process.clock(), &hooks};
};

api::ObjectPtr lease(std::string name) {
  api::Object object;
  object.api_version = "coordination.k8s.io/v1";
  object.kind = "Lease";
  object.metadata.name = std::move(name);
  object.metadata.namespace_ = "default";
  object.spec = api::share(boost::json::object{{"holderIdentity", "nobody"}});
  return std::make_shared<api::Object const>(std::move(object));
}

// What the dummy does is seen here, outside of its process.
struct Deeds {
  int resumed = 0;
  bool finished = false;
};

class Dummy {
 public:
  Dummy(Cluster& cluster, sim::Process& process, Deeds& deeds)
      : environment_{process.executor(), process.clock(), random_, log_},
        api_(cluster.front, fakeapi::Actor{7}, environment_),
        channel_(process.executor(), 1),
        deeds_(deeds) {}

  void start() {
    auto const recorded = [this](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
      deeds_.finished = ++done_ == 2;
    };
    asio::co_spawn(environment_.executor, produce(), recorded);
    asio::co_spawn(environment_.executor, consume(), recorded);
  }

 private:
  // Holds a parallel wait of which one side is a request in flight, then a watch with nothing to tell.
  asio::awaitable<void> produce() {
    for (int round = 0; round < 3; ++round) {
      auto request = api_.create(api::leases, lease("lease-" + std::to_string(round)), {});
      auto first =
          co_await (std::move(request) || seams::sleep_until(environment_.clock, environment_.clock.now() + 1s));
      ++deeds_.resumed;
      EXPECT_EQ(first.index(), 0U);
      co_await channel_.async_send({}, round, asio::as_tuple(asio::use_awaitable));
      ++deeds_.resumed;
    }
    auto watch = co_await api_.watch(api::leases, "default", {});
    ++deeds_.resumed;
    for (;;) {
      auto event = co_await (*watch)->next(environment_.clock.now() + 50ms);
      ++deeds_.resumed;
      if (!event) break;
    }
  }

  asio::awaitable<void> consume() {
    for (int round = 0; round < 3; ++round) {
      auto const [error, value] = co_await channel_.async_receive(asio::as_tuple(asio::use_awaitable));
      ++deeds_.resumed;
      EXPECT_FALSE(error);
      EXPECT_EQ(value, round);
      co_await seams::sleep_until(environment_.clock, environment_.clock.now() + 7ms);
      ++deeds_.resumed;
    }
  }

  seams::NoRandom random_;
  seams::NoLog log_;
  seams::Environment environment_;
  fakeapi::InProcessApi api_;
  asio::experimental::channel<void(boost::system::error_code, int)> channel_;
  Deeds& deeds_;
  int done_ = 0;
};

// Runs the dummy, kills it after `turns` turns, then lets the cluster go on. True if the dummy had finished.
bool run_and_kill(int turns) {
  Cluster cluster;
  Deeds deeds;
  sim::Process process(cluster.scheduler, "dummy");
  process.own<Dummy>(cluster, process, deeds).start();
  for (int turn = 0; turn < turns; ++turn) {
    if (!cluster.scheduler.step()) break;
  }
  bool const finished = deeds.finished;
  process.kill();
  int const resumed_at_kill = deeds.resumed;
  auto const calls_at_kill = cluster.front.calls;
  while (cluster.scheduler.step()) {
  }
  EXPECT_EQ(deeds.resumed, resumed_at_kill) << "a coroutine of a dead process went on";
  EXPECT_EQ(cluster.front.calls, calls_at_kill) << "a dead process made a request";
  return finished;
}

TEST(Kill, at_every_turn_leaves_nothing_running_and_nothing_leaked) {
  int turn = 0;
  while (!run_and_kill(turn)) {
    ++turn;
    ASSERT_LT(turn, 1000) << "the dummy never finishes";
  }
  EXPECT_GT(turn, 30) << "too few turns to be worth killing at";
}

TEST(Kill, a_request_that_was_sent_before_the_kill_is_applied_after_it) {
  Cluster cluster;
  Deeds deeds;
  sim::Process process(cluster.scheduler, "dummy");
  process.own<Dummy>(cluster, process, deeds).start();
  while (cluster.front.calls == 0) ASSERT_TRUE(cluster.scheduler.step());
  process.kill();
  EXPECT_EQ(cluster.server.find(api::leases, {"default", "lease-0"}), nullptr);
  while (cluster.scheduler.step()) {
  }
  EXPECT_NE(cluster.server.find(api::leases, {"default", "lease-0"}), nullptr);
}

TEST(Kill, asked_for_in_a_turn_of_the_process_happens_before_its_next_turn) {
  sim::Scheduler scheduler;
  struct World : sim::TurnOwner {
    World() = default;
  } world;
  sim::Process process(scheduler, "victim");
  int turns_after = 0;
  bool killed = false;
  scheduler.post(process, [&] {
    scheduler.post(process, [&] { ++turns_after; });
    process.kill_soon(world, [&] { killed = true; });
    EXPECT_TRUE(process.alive()) << "never on its own stack";
  });
  while (scheduler.step()) {
  }
  EXPECT_TRUE(killed);
  EXPECT_FALSE(process.alive());
  EXPECT_EQ(turns_after, 0);
}

}  // namespace
