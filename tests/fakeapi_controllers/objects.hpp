// Objects for tests of pure decisions: short words instead of JSON.
#pragma once
#include <boost/json/parse.hpp>
#include <string>
#include <string_view>

#include "operator/api/object.hpp"
#include "operator/seams/time.hpp"

namespace fakeapi::test {

inline constexpr api::Timestamp noon{std::chrono::seconds(1'700'000'000)};

inline api::Object object(std::string_view json) { return api::object_from_json(boost::json::parse(json)).value(); }
inline api::ObjectPtr shared(api::Object value) { return std::make_shared<api::Object const>(std::move(value)); }
inline api::ObjectPtr shared(std::string_view json) { return shared(object(json)); }
/// The object with a merge patch applied.
inline api::ObjectPtr patched(api::ObjectPtr const& base, std::string_view merge) {
  boost::json::value json = api::object_to_json(*base);
  struct Merge {
    static void apply(boost::json::value& target, boost::json::value const& patch) {
      if (!patch.is_object()) {
        target = patch;
        return;
      }
      if (!target.is_object()) target.emplace_object();
      for (auto const& [key, value] : patch.get_object()) {
        if (value.is_null()) {
          target.get_object().erase(key);
        } else {
          apply(target.get_object()[key], value);
        }
      }
    }
  };
  Merge::apply(json, boost::json::parse(merge));
  return shared(api::object_from_json(json).value());
}

/// A Deployment d with uid D.
inline api::ObjectPtr a_deployment(std::int64_t replicas, std::string_view image = "a") {
  return shared(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default","uid":"D",
    "generation":1,"resourceVersion":"7"},"spec":{"replicas":)" +
                std::to_string(replicas) +
                R"(,"selector":{"matchLabels":{"app":"d"}},"strategy":{"type":"RollingUpdate","rollingUpdate":
    {"maxSurge":"25%","maxUnavailable":"25%"}},"progressDeadlineSeconds":600,"revisionHistoryLimit":10,
    "template":{"metadata":{"labels":{"app":"d"}},"spec":{"containers":[{"name":"c","image":")" +
                std::string(image) + R"("}]}}},"status":{}})");
}

struct SetNumbers {
  std::int64_t wanted = 0;
  std::int64_t replicas = 0;
  std::int64_t available = 0;
  std::int64_t revision = 1;
  std::int64_t desired = 0;  ///< annotation; 0: as `wanted`
  std::int64_t most = 0;     ///< annotation; 0: wanted + 1
  int age = 0;               ///< seconds
};

/// A ReplicaSet of D for pods of this image; the name is "d-" and the image.
inline api::ObjectPtr a_replica_set(std::string_view image, SetNumbers const& numbers) {
  std::string const name(image);
  auto const text = [](std::int64_t number) { return std::to_string(number); };
  return shared(
      R"({"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"d-)" + name +
      R"(","namespace":"default","uid":"uid-)" + name +
      R"(","generation":1,"resourceVersion":"5","creationTimestamp":")" +
      api::format_timestamp(noon - std::chrono::seconds(numbers.age)) +
      R"(","labels":{"app":"d","pod-template-hash":")" + name +
      R"("},"annotations":{"deployment.kubernetes.io/revision":")" + text(numbers.revision) +
      R"(","deployment.kubernetes.io/desired-replicas":")" +
      text(numbers.desired != 0 ? numbers.desired : numbers.wanted) + R"(","deployment.kubernetes.io/max-replicas":")" +
      text(numbers.most != 0 ? numbers.most : numbers.wanted + 1) +
      R"("},"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"d","uid":"D",
    "controller":true,"blockOwnerDeletion":true}]},"spec":{"replicas":)" +
      text(numbers.wanted) + R"(,"selector":{"matchLabels":{"app":"d","pod-template-hash":")" + name +
      R"("}},"template":{"metadata":{"labels":{"app":"d","pod-template-hash":")" + name +
      R"("}},"spec":{"containers":[{"name":"c","image":")" + name +
      R"("}]}}},"status":{"observedGeneration":1,"replicas":)" + text(numbers.replicas) + R"(,"readyReplicas":)" +
      text(numbers.available) + R"(,"availableReplicas":)" + text(numbers.available) + "}}");
}

struct PodFacts {
  std::string_view node = "node-0";
  std::string_view phase = "Running";
  bool ready = true;
  int ready_for = 10;  ///< seconds
  int restarts = 0;
  int age = 20;
};

inline api::ObjectPtr a_pod(std::string const& name, PodFacts const& facts = {}) {
  return shared(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
                R"(","namespace":"default","uid":"uid-)" + name + R"(","labels":{"app":"d"},"creationTimestamp":")" +
                api::format_timestamp(noon - std::chrono::seconds(facts.age)) + R"("},"spec":{)" +
                (facts.node.empty() ? "" : R"("nodeName":")" + std::string(facts.node) + R"(",)") +
                R"("containers":[{"name":"c","image":"a"}]},"status":{"phase":")" + std::string(facts.phase) +
                R"(","conditions":[{"type":"Ready","status":")" + (facts.ready ? "True" : "False") +
                R"(","lastTransitionTime":")" + api::format_timestamp(noon - std::chrono::seconds(facts.ready_for)) +
                R"("}],"containerStatuses":[{"name":"c","restartCount":)" + std::to_string(facts.restarts) + "}]}}");
}

}  // namespace fakeapi::test
