// A reconciler at work: its caches, its API, and reconciles that run one at a time when a test says so.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "operator/echo/reconciler.hpp"
#include "tests/echo/support/scripted_api.hpp"
#include "tests/runtime/support/world.hpp"

namespace echo_tests {

class Desk {
 public:
  explicit Desk(echo::ReconcilerOptions options = {})
      : reconciler(world.environment(), api, echoes, deployments, events, std::move(options)) {}

  Cluster cluster;
  ScriptedApi api{cluster};
  runtime::Store echoes;
  runtime::Store deployments;
  runtime_tests::World world;
  runtime::EventRecorder events{world.environment(), api, {.component = "echo-operator"}};
  echo::EchoReconciler reconciler;
  api::ObjectKey key{"default", "a"};
  /// What the last reconcile told the runtime it wrote.
  std::vector<runtime::ReconcileContext::Write> wrote;

  /// The caches become as the cluster is.
  void deliver() {
    deliver_echo();
    deliver_deployment();
  }
  void deliver_echo() { deliver(echo::echoes, echoes); }
  void deliver_deployment() { deliver(api::deployments, deployments); }

  using Outcome = echo::EchoReconciler::Outcome;

  /// One reconcile with the caches as they are.
  Outcome reconcile(bool read_live = false) {
    runtime::ReconcileContext context(key, read_live, world.now() + std::chrono::seconds(60));
    std::optional<Outcome> outcome;
    std::exception_ptr thrown;
    boost::asio::co_spawn(world.process.executor(), reconciler.reconcile(context),
                          [&](std::exception_ptr exception, Outcome result) {
                            thrown = exception;
                            outcome = std::move(result);
                          });
    world.settle();
    wrote = context.writes();
    if (thrown) std::rethrow_exception(thrown);
    return outcome.value();  // a reconcile never waits for anything but calls, which are answered at once here
  }
  /// The caches catch up, then one reconcile.
  Outcome deliver_and_reconcile() {
    deliver();
    return reconcile();
  }

  api::ObjectPtr echo() const { return cluster.find(echo::echoes, key); }
  api::ObjectPtr deployment() const { return cluster.find(api::deployments, key); }
  api::ObjectPtr put_echo(EchoIs const& is) { return cluster.put(echo::echoes, *make_echo(is)); }
  void scale(int replicas) {
    cluster.edit(echo::echoes, key,
                 [&](api::Object& echo) { echo.spec = shared(R"({"replicas":)" + std::to_string(replicas) + "}"); });
  }

  /// The reason of a condition in the stored status if it is True, "False <reason>" if it is False, or "".
  std::string condition(std::size_t index) const {
    auto const now = echo();
    if (!now || !now->status) return "";
    auto const& condition = now->status->at("conditions").at(index);
    std::string const reason(condition.at("reason").as_string());
    return condition.at("status") == "True" ? reason : "False " + reason;
  }
  std::string ready() const { return condition(0); }
  std::string progressing() const { return condition(1); }
  std::string degraded() const { return condition(2); }

  /// An Echo whose Deployment is all there, told and seen.
  void converge() {
    if (!echo()) put_echo({.finalizers = {}});
    deliver_and_reconcile().value();
    cluster.roll_out(key);
    deliver_and_reconcile().value();
    deliver();
    api.take();
  }

 private:
  void deliver(api::Resource const& resource, runtime::Store& store) {
    std::vector<api::ObjectKey> gone;
    store.for_each([&](api::ObjectPtr const& object) {
      if (!cluster.find(resource, object->key())) gone.push_back(object->key());
    });
    for (auto const& old : gone) store.erase(old);
    for (auto const& [object_key, object] : cluster.all(resource)) store.put(object);
  }
};

}  // namespace echo_tests
