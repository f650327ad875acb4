// Echoes and Deployments for tests, in the few words that matter.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "operator/api/object.hpp"
#include "operator/echo/deployment.hpp"
#include "operator/echo/echo.hpp"
#include "operator/echo/status.hpp"

namespace echo_tests {

namespace json = boost::json;

inline api::SharedJson shared(std::string_view text) { return api::share(json::parse(text)); }

inline api::Timestamp some_time(int seconds = 0) {
  return api::Timestamp(std::chrono::seconds(1'790'000'000 + seconds));
}

/// What a test says of an Echo.
struct EchoIs {
  std::string name = "a";
  std::string uid = "echo-1";
  std::string namespace_ = "default";
  std::int64_t generation = 1;
  std::string spec = R"({"replicas":2})";
  std::vector<std::string> finalizers = {std::string(echo::finalizer)};
  bool terminating = false;
  api::SharedJson status = nullptr;
};

inline std::shared_ptr<api::Object> make_echo(EchoIs const& is = {}) {
  auto object = std::make_shared<api::Object>();
  object->api_version = std::string(echo::api_version);
  object->kind = std::string(echo::kind);
  auto& metadata = object->metadata;
  metadata.name = is.name;
  metadata.namespace_ = is.namespace_;
  metadata.uid = is.uid;
  metadata.generation = is.generation;
  metadata.resource_version = api::ResourceVersion{10};
  metadata.creation_timestamp = some_time();
  metadata.finalizers = is.finalizers;
  if (is.terminating) metadata.deletion_timestamp = some_time(60);
  object->spec = shared(is.spec);
  object->status = is.status;
  return object;
}

/// What the server fills in, so far as it could be taken for drift.
inline void fill_in_defaults(api::Object& deployment) {
  json::value spec = *deployment.spec;
  auto& fields = spec.get_object();
  auto const set = [](json::object& object, std::string_view key, json::value value) {
    if (!object.contains(key)) object.emplace(key, std::move(value));
  };
  set(fields, "replicas", 1);
  set(fields, "revisionHistoryLimit", 10);
  set(fields, "progressDeadlineSeconds", 600);
  set(fields, "strategy",
      json::parse(R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}})"));
  auto& pod = fields["template"].get_object();
  set(pod["metadata"].get_object(), "creationTimestamp", nullptr);
  auto& pod_spec = pod["spec"].get_object();
  set(pod_spec, "restartPolicy", "Always");
  set(pod_spec, "dnsPolicy", "ClusterFirst");
  set(pod_spec, "schedulerName", "default-scheduler");
  set(pod_spec, "terminationGracePeriodSeconds", 30);
  set(pod_spec, "securityContext", json::object());
  for (auto& container : pod_spec["containers"].get_array()) {
    set(container.get_object(), "resources", json::object());
    set(container.get_object(), "imagePullPolicy", "Always");
    set(container.get_object(), "terminationMessagePath", "/dev/termination-log");
    set(container.get_object(), "terminationMessagePolicy", "File");
    if (auto* ports = container.get_object().if_contains("ports")) {
      for (auto& port : ports->get_array()) set(port.get_object(), "protocol", "TCP");
    }
  }
  deployment.spec = api::share(std::move(spec));
}

/// The Deployment of an Echo as the server keeps it.
inline std::shared_ptr<api::Object> make_deployment(api::Object const& echo) {
  auto object = std::make_shared<api::Object>(*echo::wanted_deployment(echo::Echo(echo)));
  fill_in_defaults(*object);
  object->metadata.uid = "deployment-1";
  object->metadata.generation = 1;
  object->metadata.resource_version = api::ResourceVersion{20};
  return object;
}

/// The status of a Deployment of generation `observed` with these counts; counts of 0 are left out, as Go does.
inline api::SharedJson deployment_status(std::int64_t observed, std::int64_t updated, std::int64_t replicas,
                                         std::int64_t ready, std::int64_t available) {
  json::object status;
  auto const set = [&](std::string_view key, std::int64_t value) {
    if (value != 0) status.emplace(key, value);
  };
  set("observedGeneration", observed);
  set("updatedReplicas", updated);
  set("replicas", replicas);
  set("readyReplicas", ready);
  set("availableReplicas", available);
  return api::share(json::value(std::move(status)));
}
inline api::SharedJson all_ready(std::int64_t count, std::int64_t observed = 1) {
  return deployment_status(observed, count, count, count, count);
}

inline std::string text_of(api::Object const& object) { return json::serialize(api::object_to_json(object)); }

}  // namespace echo_tests
