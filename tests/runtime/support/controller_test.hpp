// What the controller's tests have in common: a controller of Echoes that own Deployments, on a small API server.
#pragma once
#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <string>
#include <vector>

#include "operator/runtime/controller.hpp"
#include "operator/seams/check.hpp"
#include "tests/runtime/support/history_api.hpp"
#include "tests/runtime/support/objects.hpp"
#include "tests/runtime/support/randoms.hpp"
#include "tests/runtime/support/world.hpp"

namespace runtime_tests {

inline api::Resource const echoes{"example.com", "v1", "echoes"};
inline api::Resource const deployments{"apps", "v1", "deployments"};

using Outcome = std::expected<runtime::ReconcileResult, api::Error>;

/// Does what a test says, and remembers who was reconciled when.
class ScriptedReconciler final : public runtime::Reconciler {
 public:
  explicit ScriptedReconciler(seams::Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<Outcome> reconcile(runtime::ReconcileContext& context) override {
    std::string const name = context.key().name;
    calls.push_back({name, clock_.now(), context.read_live(), context.deadline()});
    if (!busy_.insert(name).second) overlapped = true;
    most_busy = std::max(most_busy, busy_.size());
    Leave const leave{busy_, name};
    if (!does) co_return runtime::ReconcileResult{};
    co_return co_await does(context);
  }

  struct Call {
    std::string name;
    seams::MonotonicTime at;
    bool read_live;
    seams::MonotonicTime deadline;
  };
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (auto const& call : calls) result.push_back(call.name);
    return result;
  }
  /// The waits between the calls.
  std::vector<seams::Duration> waits() const {
    std::vector<seams::Duration> result;
    for (std::size_t i = 1; i < calls.size(); ++i) result.push_back(calls[i].at - calls[i - 1].at);
    return result;
  }

  std::function<boost::asio::awaitable<Outcome>(runtime::ReconcileContext&)> does;
  std::vector<Call> calls;
  bool overlapped = false;
  std::size_t most_busy = 0;

 private:
  struct Leave {
    std::set<std::string>& busy;
    std::string const& name;
    ~Leave() { busy.erase(name); }
  };
  seams::Clock& clock_;
  std::set<std::string> busy_;
};

struct ControllerTest : testing::Test {
  World world;
  MostRandom most_random;
  HistoryApi& server = world.process.own<HistoryApi>(world.process.clock());
  ScriptedReconciler& reconciler = world.process.own<ScriptedReconciler>(world.process.clock());
  runtime::Informer* echo_cache = nullptr;
  runtime::Informer* deployment_cache = nullptr;
  runtime::Controller* controller = nullptr;

  void make(runtime::ControllerOptions options = {}, seams::Random* random = nullptr) {
    auto const environment = world.environment(random ? *random : world.no_random);
    options.name = "echo";
    echo_cache =
        &world.process.own<runtime::Informer>(environment, server, runtime::InformerOptions{.resource = echoes});
    deployment_cache =
        &world.process.own<runtime::Informer>(environment, server, runtime::InformerOptions{.resource = deployments});
    controller = &world.process.own<runtime::Controller>(environment, reconciler, *echo_cache, std::move(options));
    controller->owns(*deployment_cache,
                     runtime::map_to_each({runtime::map_to_owner(echo_cache->store(), {"example.com", "Echo"}),
                                           runtime::map_to_same_name(echo_cache->store())}));
  }
  void start(runtime::ControllerOptions options = {}) {
    make(std::move(options));
    controller->start();
    ASSERT_TRUE(world.settle());
  }

  /// An Echo is created or changed.
  api::ObjectPtr put(std::string const& name, std::string const& uid = "") {
    auto const stored = server.put(echoes, object(name, uid.empty() ? "uid-" + name : uid, 0));
    EXPECT_TRUE(world.settle());
    return stored;
  }
  api::ObjectPtr put_deployment(std::string const& name, std::string const& owner, std::string const& owner_uid) {
    auto child = object(name, "child-" + name, 0, "Deployment");
    if (!owner.empty()) child = owned_by(child, owner_uid, owner);
    auto const stored = server.put(deployments, child);
    EXPECT_TRUE(world.settle());
    return stored;
  }
  /// The reconciler always answers this.
  void always(Outcome outcome) {
    reconciler.does = [outcome](runtime::ReconcileContext&) -> boost::asio::awaitable<Outcome> { co_return outcome; };
  }
  void always_fails(api::Reason reason, int code = 0) {
    api::Error error;
    error.reason = reason;
    error.code = code;
    always(std::unexpected(error));
  }
  /// The reconciler waits at this gate, whatever happens.
  void wait_at(Gate& gate) {
    reconciler.does = [&gate](runtime::ReconcileContext&) -> boost::asio::awaitable<Outcome> {
      while (co_await gate.wait() != Woken::opened) {
      }
      co_return runtime::ReconcileResult{};
    };
  }

  using Names = std::vector<std::string>;
  using Waits = std::vector<seams::Duration>;
};

}  // namespace runtime_tests
