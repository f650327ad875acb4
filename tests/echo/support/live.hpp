// The whole operator on the fake API server, in virtual time, with every call of it counted.
#pragma once
#include <boost/json/parse.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fakeapi/controllers/configured_delays.hpp"
#include "fakeapi/controllers/controller_set.hpp"
#include "fakeapi/face/in_process_api.hpp"
#include "fakeapi/manifests/apply.hpp"
#include "operator/api/kinds.hpp"
#include "operator/api/object_json.hpp"
#include "operator/echo/operator.hpp"
#include "operator/manifest/manifest.hpp"
#include "sim/echo_definition.hpp"
#include "tests/runtime/support/world.hpp"

namespace echo_tests {

/// Passes everything on and remembers it.
class CountingApi final : public api::Api {
 public:
  explicit CountingApi(api::Api& behind) : behind_(behind) {}

  api::AsyncResult<api::Response> call(api::Request request) override {
    std::string const text = request.to_string();
    (api::is_write(request.verb) ? writes : reads).push_back(text);
    if (fails) {
      if (auto error = fails(request)) co_return std::unexpected(*std::move(error));
    }
    co_return co_await behind_.call(std::move(request));
  }
  api::AsyncResult<std::unique_ptr<api::Watch>> open_watch(api::Request request) override {
    watches.push_back(request.to_string());
    if (!fails_watches_of.empty() && request.key.namespace_ == fails_watches_of) {
      api::Error error;
      error.reason = api::Reason::internal_error;
      co_return std::unexpected(std::move(error));
    }
    co_return co_await behind_.open_watch(std::move(request));
  }

  std::vector<std::string> reads;
  std::vector<std::string> writes;
  std::vector<std::string> watches;
  std::string fails_watches_of;  ///< a namespace
  /// The error that this request gets instead of an answer.
  std::function<std::optional<api::Error>(api::Request const&)> fails;

 private:
  api::Api& behind_;
};

class Live {
 public:
  explicit Live(std::string_view definition = sim::echo_definition_yaml()) {
    controllers_.emplace(server, cluster_.clock(), delays_,
                         fakeapi::ControllerSetOptions{.pods = fakeapi::PodModel::cheap});
    if (!definition.empty()) apply(definition);
  }
  ~Live() {
    world.process.kill();
    cluster_.kill();
  }
  Live(Live const&) = delete;
  Live& operator=(Live const&) = delete;

  runtime_tests::World world;
  fakeapi::Server server{fakeapi::ServerOptions{}};

 private:
  sim::Process cluster_{world.scheduler, "cluster"};
  fakeapi::ConfiguredDelays delays_;
  std::optional<fakeapi::ControllerSet> controllers_;
  fakeapi::InProcessFront front_{server, cluster_.clock()};

 public:
  CountingApi& api = world.process.own<CountingApi>(
      world.process.own<fakeapi::InProcessApi>(front_, fakeapi::Actor{100}, world.environment()));
  echo::Operator* echo_operator = nullptr;

  /// Starts the operator; `through`: the Api that it is given instead.
  void start(echo::OperatorOptions const& options = {}, api::Api* through = nullptr) {
    echo_operator =
        &world.process.own<echo::Operator>(world.environment(), through == nullptr ? api : *through, options);
    echo_operator->start();
    world.run_for(std::chrono::seconds(1));
  }
  void stop() {
    bool stopped = false;
    echo_operator->stop([&](bool /*drained*/) { stopped = true; });
    world.run_for(std::chrono::seconds(60));
    if (!stopped) throw std::runtime_error("the operator does not stop");
  }
  void apply(std::string_view yaml) {
    auto const applied =
        fakeapi::manifests::apply(server, manifest::parse(yaml, "test").value(), cluster_.clock().wall_now());
    if (!applied) throw std::runtime_error(applied.error());
  }
  void echo(std::string const& namespace_, std::string const& name, int replicas) {
    apply("apiVersion: example.com/v1\nkind: Echo\nmetadata:\n  name: " + name + "\n  namespace: " + namespace_ +
          "\nspec:\n  replicas: " + std::to_string(replicas) + "\n");
  }
  void make_namespace(std::string const& name) {
    apply("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + name + "\n");
  }
  api::ObjectPtr find(api::Resource const& resource, std::string const& namespace_, std::string const& name) const {
    return server.find(resource, {namespace_, name});
  }
  /// The reason of the condition Ready, or "".
  std::string ready(std::string const& namespace_, std::string const& name) const {
    auto const echo = find(echo::echoes, namespace_, name);
    if (!echo || !echo->status) return "";
    return std::string(echo->status->at("conditions").at(0).at("reason").as_string());
  }
  api::Result<api::Response> execute(api::Verb verb, api::Resource const& resource, api::ObjectKey key,
                                     decltype(api::Request::body) body, decltype(api::Request::options) options) {
    api::Request request;
    request.verb = verb;
    request.resource = resource;
    request.key = std::move(key);
    request.body = std::move(body);
    request.options = std::move(options);
    fakeapi::RequestContext context;
    context.now = cluster_.clock().wall_now();
    return server.execute(request, context);
  }
};

}  // namespace echo_tests
