#include "fakeapi/semantics/kinds/deployment_schema.hpp"

#include <boost/json/parse.hpp>
#include <initializer_list>

#include "operator/seams/check.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) { return json::parse(text); }

// Fields that are let through.
void add_opaque(json::value& schema, std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    schema.at("properties").get_object()[name] = parsed(R"({"x-kubernetes-preserve-unknown-fields": true})");
  }
}

void add(json::value& schema, std::string_view name, json::value property) {
  schema.at("properties").get_object()[name] = std::move(property);
}

json::value string_map() { return parsed(R"({"type": "object", "additionalProperties": {"type": "string"}})"); }

json::value list_of(json::value items) {
  json::value list = parsed(R"({"type": "array"})");
  list.get_object()["items"] = std::move(items);
  return list;
}

json::value int32(std::optional<int> default_value = std::nullopt) {
  json::value schema = parsed(R"({"type": "integer", "minimum": -2147483648, "maximum": 2147483647})");
  if (default_value) schema.get_object()["default"] = *default_value;
  return schema;
}

json::value container() {
  json::value schema = parsed(R"({"type": "object", "properties": {
    "name": {"type": "string"},
    "image": {"type": "string"},
    "resources": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "default": {}},
    "terminationMessagePath": {"type": "string", "default": "/dev/termination-log"},
    "terminationMessagePolicy": {"type": "string", "default": "File"},
    "imagePullPolicy": {"type": "string"}}})");
  json::value port = parsed(R"({"type": "object", "properties": {
    "name": {"type": "string"},
    "hostIP": {"type": "string"},
    "protocol": {"type": "string", "default": "TCP"}}})");
  add(port, "containerPort", int32());
  add(port, "hostPort", int32());
  add(schema, "ports", list_of(std::move(port)));
  add_opaque(schema,
             {"command", "args", "workingDir", "envFrom", "env", "volumeMounts", "volumeDevices", "livenessProbe",
              "readinessProbe", "startupProbe", "lifecycle", "securityContext", "stdin", "stdinOnce", "tty"});
  return schema;
}

json::value pod_spec() {
  json::value schema = parsed(R"({"type": "object", "properties": {
    "restartPolicy": {"type": "string", "default": "Always"},
    "terminationGracePeriodSeconds": {"type": "integer", "default": 30},
    "dnsPolicy": {"type": "string", "default": "ClusterFirst"},
    "securityContext": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "default": {}},
    "schedulerName": {"type": "string", "default": "default-scheduler"},
    "activeDeadlineSeconds": {"type": "integer"}}})");
  add(schema, "containers", list_of(container()));
  add(schema, "initContainers", list_of(container()));
  add_opaque(schema, {"volumes",
                      "ephemeralContainers",
                      "nodeSelector",
                      "serviceAccountName",
                      "serviceAccount",
                      "automountServiceAccountToken",
                      "nodeName",
                      "hostNetwork",
                      "hostPID",
                      "hostIPC",
                      "shareProcessNamespace",
                      "imagePullSecrets",
                      "hostname",
                      "subdomain",
                      "affinity",
                      "tolerations",
                      "hostAliases",
                      "priorityClassName",
                      "priority",
                      "dnsConfig",
                      "readinessGates",
                      "runtimeClassName",
                      "enableServiceLinks",
                      "preemptionPolicy",
                      "overhead",
                      "topologySpreadConstraints",
                      "setHostnameAsFQDN"});
  return schema;
}

json::value template_schema() {
  json::value metadata = parsed(R"({"type": "object", "default": {}, "properties": {
    "creationTimestamp": {"type": "string", "nullable": true, "default": null}}})");
  add(metadata, "labels", string_map());
  add(metadata, "annotations", string_map());
  add_opaque(metadata, {"name", "generateName", "namespace", "finalizers", "ownerReferences"});
  json::value schema = parsed(R"({"type": "object", "default": {}, "properties": {}})");
  add(schema, "metadata", std::move(metadata));
  json::value pod = pod_spec();
  pod.get_object()["default"] = json::object();
  add(schema, "spec", std::move(pod));
  return schema;
}

json::value spec_schema() {
  json::value selector = parsed(R"({"type": "object", "properties": {
    "matchExpressions": {"type": "array", "items": {"type": "object", "properties": {
      "key": {"type": "string"}, "operator": {"type": "string"},
      "values": {"type": "array", "items": {"type": "string"}}}}}}})");
  add(selector, "matchLabels", string_map());
  json::value schema = parsed(R"({"type": "object", "properties": {
    "paused": {"type": "boolean"},
    "strategy": {"type": "object", "default": {}, "properties": {
      "type": {"type": "string", "default": "RollingUpdate"},
      "rollingUpdate": {"type": "object", "properties": {
        "maxUnavailable": {"x-kubernetes-int-or-string": true, "default": "25%"},
        "maxSurge": {"x-kubernetes-int-or-string": true, "default": "25%"}}}}}}})");
  add(schema, "replicas", int32(1));
  add(schema, "selector", std::move(selector));
  add(schema, "template", template_schema());
  add(schema, "minReadySeconds", int32());
  add(schema, "revisionHistoryLimit", int32(10));
  add(schema, "progressDeadlineSeconds", int32(600));
  return schema;
}

}  // namespace

Schema const& deployment_spec_schema() {
  static auto const compiled = [] {
    auto schema = Schema::compile(spec_schema());
    seams::check(schema.has_value(), "the built-in schema of Deployments compiles");
    return *std::move(schema);
  }();
  return *compiled;
}

}  // namespace fakeapi
