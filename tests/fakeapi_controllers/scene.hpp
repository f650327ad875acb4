// A fake API server, a clock that a test moves by hand, constant delays, and short words for requests.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <map>
#include <stdexcept>
#include <utility>

#include "fakeapi/controllers/delay_source.hpp"
#include "fakeapi/server.hpp"
#include "operator/api/kinds.hpp"
#include "operator/seams/clock.hpp"

namespace fakeapi::test {

/// Time moves only in run(): from timer to timer.
class ManualClock : public seams::Clock {
 public:
  seams::MonotonicTime now() const override { return now_; }
  seams::WallTime wall_now() const override {
    return seams::WallTime(std::chrono::seconds(1'700'000'000)) + now_.time_since_epoch();
  }
  seams::TimerId schedule_at(seams::MonotonicTime at, seams::TimerCallback callback) override {
    std::uint64_t const number = ++last_timer_;
    timers_.emplace(std::pair(std::max(at, now_), number), std::move(callback));
    return seams::TimerId{number};
  }
  void cancel(seams::TimerId timer) noexcept override {
    std::erase_if(timers_, [&](auto const& each) { return each.first.second == static_cast<std::uint64_t>(timer); });
  }

  std::size_t timers() const { return timers_.size(); }
  /// Runs the timers that are due until `end`; time stands at `end` afterwards.
  void run_until(seams::MonotonicTime end) {
    while (!timers_.empty() && timers_.begin()->first.first <= end) step();
    now_ = std::max(now_, end);
  }
  void run_for(seams::Duration duration) { run_until(now_ + duration); }
  /// Runs until no timer is left; throws when that takes more than `most` timers.
  void run(std::size_t most = 10'000) {
    while (!timers_.empty()) {
      if (most-- == 0) throw std::runtime_error("timers without end");
      step();
    }
  }
  void step() {
    auto node = timers_.extract(timers_.begin());
    now_ = node.key().first;
    node.mapped()();
  }

 private:
  seams::MonotonicTime now_{};
  std::map<std::pair<seams::MonotonicTime, std::uint64_t>, seams::TimerCallback> timers_;
  std::uint64_t last_timer_ = 0;
};

class ConstantDelays : public DelaySource {
 public:
  seams::Duration sync = std::chrono::milliseconds(10);
  seams::Duration ready = std::chrono::seconds(1);
  seams::Duration collection = std::chrono::milliseconds(500);
  /// Of the other uses; 1 ms where there is none.
  std::map<DelayUse, seams::Duration> others;

  seams::Duration delay(DelayUse use) override {
    if (use == DelayUse::deployment_sync) return sync;
    if (use == DelayUse::pod_ready) return ready;
    if (use == DelayUse::garbage_collection) return collection;
    auto const at = others.find(use);
    return at == others.end() ? seams::Duration(std::chrono::milliseconds(1)) : at->second;
  }
};

inline constexpr Actor person{7};
inline constexpr Actor controller{8};
inline api::Resource const echoes{"example.com", "v1", "echoes"};
inline api::Resource const sites{"example.com", "v1", "sites"};

/// What Scene is made of; controllers of a test are declared after it.
struct Scene {
  Server server{ServerOptions()};
  ManualClock clock;
  ConstantDelays delays;

  RequestContext context() const { return {person, 0, clock.wall_now()}; }

  static api::ObjectPtr as_object(Result<api::Response> const& answer) {
    if (!answer) throw std::runtime_error(answer.error().to_string());
    return std::get<api::ObjectPtr>(*answer);
  }

  api::ObjectPtr create(api::Resource const& resource, std::string_view json) {
    return create(resource, api::object_from_json(boost::json::parse(json)).value());
  }
  api::ObjectPtr create(api::Resource const& resource, api::Object object) {
    api::Request request;
    request.verb = api::Verb::create;
    request.resource = resource;
    request.key = object.key();
    request.body = std::make_shared<api::Object const>(std::move(object));
    request.options = api::WriteOptions();
    return as_object(server.execute(request, context()));
  }
  Result<api::Response> patch(api::Resource const& resource, api::ObjectKey const& key, std::string_view merge) {
    api::Request request;
    request.verb = api::Verb::patch;
    request.resource = resource;
    request.key = key;
    request.body = api::Patch(api::MergePatch{api::share(boost::json::parse(merge))});
    request.options = api::WriteOptions();
    return server.execute(request, context());
  }
  Result<api::Response> remove(api::Resource const& resource, api::ObjectKey const& key,
                               api::PropagationPolicy policy = api::PropagationPolicy::unset) {
    api::DeleteOptions options;
    options.propagation = policy;
    api::Request request;
    request.verb = api::Verb::delete_;
    request.resource = resource;
    request.key = key;
    request.options = std::move(options);
    return server.execute(request, context());
  }

  api::ObjectPtr deployment(std::string_view name, std::int64_t replicas, std::string_view owner_references = "[]",
                            std::string_view finalizers = "[]", std::string_view namespace_ = "default") {
    std::string const n(name);
    return create(api::deployments, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":")" + n +
                                        R"(","namespace":")" + std::string(namespace_) + R"(","ownerReferences":)" +
                                        std::string(owner_references) + R"(,"finalizers":)" + std::string(finalizers) +
                                        R"(},"spec":{"replicas":)" + std::to_string(replicas) +
                                        R"(,"selector":{"matchLabels":{"app":")" + n +
                                        R"("}},"template":{"metadata":{"labels":{"app":")" + n +
                                        R"("}},"spec":{"containers":[{"name":"echo","image":"a"}]}}}})");
  }

  /// Defines Echo (namespaced) and Site (cluster-scoped).
  void define_kinds() {
    define("Echo", "echoes", "echo", "Namespaced");
    define("Site", "sites", "site", "Cluster");
  }
  void define(std::string const& kind, std::string const& plural, std::string const& singular,
              std::string const& scope) {
    create(api::custom_resource_definitions,
           R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":")" +
               plural + R"(.example.com"},"spec":{"group":"example.com","scope":")" + scope +
               R"(","names":{"plural":")" + plural + R"(","singular":")" + singular + R"(","kind":")" + kind +
               R"(","listKind":")" + kind +
               R"(List"},"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
               "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":
               {"replicas":{"type":"integer"}}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}
               }}}}]}})");
  }
  api::ObjectPtr echo(std::string const& name, std::string_view owner_references = "[]",
                      std::string_view finalizers = "[]", std::string const& namespace_ = "default") {
    return create(echoes, R"({"apiVersion":"example.com/v1","kind":"Echo","metadata":{"name":")" + name +
                              R"(","namespace":")" + namespace_ + R"(","ownerReferences":)" +
                              std::string(owner_references) + R"(,"finalizers":)" + std::string(finalizers) +
                              R"(},"spec":{"replicas":1}})");
  }
  api::ObjectPtr site(std::string const& name, std::string_view owner_references = "[]") {
    return create(sites, R"({"apiVersion":"example.com/v1","kind":"Site","metadata":{"name":")" + name +
                             R"(","ownerReferences":)" + std::string(owner_references) + "}}");
  }

  api::ObjectPtr find_deployment(std::string const& name) const {
    return server.find(api::deployments, {"default", name});
  }
  api::ObjectPtr find_echo(std::string const& name) const { return server.find(echoes, {"default", name}); }
};

/// One owner reference as JSON.
inline std::string reference(api::Object const& owner, bool blocking = true, std::string const& uid = "") {
  return R"({"apiVersion":")" + owner.api_version + R"(","kind":")" + owner.kind + R"(","name":")" +
         owner.metadata.name + R"(","uid":")" + (uid.empty() ? owner.metadata.uid : uid) +
         R"(","blockOwnerDeletion":)" + (blocking ? "true" : "false") + "}";
}
inline std::string references(api::Object const& owner, bool blocking = true) {
  return "[" + reference(owner, blocking) + "]";
}

}  // namespace fakeapi::test
