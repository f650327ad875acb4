#include "operator/echo/deployment.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <memory>

#include "operator/api/kinds.hpp"
#include "operator/echo/names.hpp"
#include "operator/echo/patches.hpp"
#include "operator/seams/check.hpp"

namespace echo {

namespace json = boost::json;

namespace {

bool names_our_group(std::string_view api_version) {
  return api_version.size() > group.size() && api_version.starts_with(group) && api_version[group.size()] == '/';
}

json::object labels_of(LabelValue const& label) {
  json::object labels;
  labels.emplace("app", json::string(label.text()));
  return labels;
}

json::object pod_template(Echo const& echo, LabelValue const& label, std::string_view image) {
  json::object port;
  port.emplace("containerPort", container_port);
  json::object container(3);
  container.emplace("name", json::string(container_name(echo.name())));
  container.emplace("image", json::string(image));
  container.emplace("ports", json::array{json::value(std::move(port))});
  json::object metadata;
  metadata.emplace("labels", labels_of(label));
  json::object spec;
  spec.emplace("containers", json::array{json::value(std::move(container))});
  json::object pod(2);
  pod.emplace("metadata", std::move(metadata));
  pod.emplace("spec", std::move(spec));
  return pod;
}

/// Exactly {"app": name}.
bool is_only_label(json::value const* labels, std::string const& name) {
  return labels != nullptr && labels->is_object() && labels->get_object().size() == 1 &&
         api::find_string(labels, {"app"}) == name;
}

/// The tutorial's operator makes a Deployment labelled and selected by app: <name>, with one container <name> of its
/// image on port 8080, and says nowhere whose it is. Whatever differs from that may be somebody's on purpose.
bool is_as_the_tutorial_makes_them(Echo const& echo, api::Object const& deployment) {
  auto const& metadata = deployment.metadata;
  if (!metadata.owner_references.empty()) return false;
  auto const* const label = metadata.labels->find("app");
  if (metadata.labels->size() != 1 || label == nullptr || *label != echo.name()) return false;
  auto const* const spec = deployment.spec.get();
  auto const* const selector = api::find_path(spec, {"selector"});
  if (selector == nullptr || !selector->is_object() || selector->get_object().size() != 1) return false;
  if (!is_only_label(api::find_path(selector, {"matchLabels"}), echo.name())) return false;
  if (!is_only_label(api::find_path(spec, {"template", "metadata", "labels"}), echo.name())) return false;
  auto const* const containers = api::find_path(spec, {"template", "spec", "containers"});
  if (containers == nullptr || !containers->is_array() || containers->get_array().size() != 1) return false;
  auto const& container = containers->get_array()[0];
  auto const* const ports = api::find_path(&container, {"ports"});
  return api::find_string(&container, {"name"}) == echo.name() &&
         api::find_string(&container, {"image"}) == default_image && ports != nullptr && ports->is_array() &&
         ports->get_array().size() == 1 &&
         api::find_integer(ports->get_array().data(), {"containerPort"}) == container_port;
}

json::object owner_reference(Echo const& echo) {
  return {{"apiVersion", json::string(api_version)}, {"kind", json::string(kind)}, {"name", json::string(echo.name())},
          {"uid", json::string(echo.uid())},         {"controller", true},         {"blockOwnerDeletion", true}};
}

}  // namespace

Owner owner_of(Echo const& echo, api::Object const* deployment) {
  if (deployment == nullptr) return Owner::none;
  bool ours = false;
  bool older = false;
  bool older_controls = false;
  bool other_controller = false;
  for (auto const& reference : *deployment->metadata.owner_references) {
    if (reference.uid == echo.uid()) {
      ours = true;
    } else if (reference.kind == kind && reference.name == echo.name() && names_our_group(reference.api_version)) {
      older = true;
      older_controls = reference.controller.value_or(false);
    } else if (reference.controller.value_or(false)) {
      other_controller = true;
    }
  }
  if (other_controller) return Owner::stranger;
  if (ours && !older_controls) return Owner::ours;
  if (older) return Owner::older_echo;
  return is_as_the_tutorial_makes_them(echo, *deployment) ? Owner::tutorial : Owner::stranger;
}

api::ObjectPtr wanted_deployment(Echo const& echo, std::string_view fallback_image) {
  auto const replicas = echo.replicas();
  seams::check(replicas.has_value(), "only a valid Echo wants a Deployment");
  LabelValue const label(echo.name());
  auto deployment = std::make_shared<api::Object>();
  deployment->api_version = api::deployments.api_version();
  deployment->kind = "Deployment";
  auto& metadata = deployment->metadata;
  metadata.name = echo.name();
  metadata.namespace_ = echo.namespace_();
  metadata.labels = api::StringMap{{"app", std::string(label.text())}};
  metadata.owner_references = std::vector<api::OwnerReference>{
      {std::string(api_version), std::string(kind), echo.name(), echo.uid(), true, true}};
  json::object selector;
  selector.emplace("matchLabels", labels_of(label));
  json::object spec(3);
  spec.emplace("replicas", *replicas);
  spec.emplace("selector", std::move(selector));
  spec.emplace("template", pod_template(echo, label, wanted_image(echo, fallback_image)));
  deployment->spec = api::share(json::value(std::move(spec)));
  return deployment;
}

api::JsonPatchOperation adoption(Echo const& echo) {
  return operation(api::JsonPatchVerb::add, "/metadata/ownerReferences", json::array{owner_reference(echo)});
}

std::string adoption_command(Echo const& echo, api::Object const& deployment) {
  json::array const patch{
      json::object{{"op", "test"}, {"path", "/metadata/uid"}, {"value", json::string(deployment.metadata.uid)}},
      json::object{
          {"op", "add"}, {"path", "/metadata/ownerReferences"}, {"value", json::array{owner_reference(echo)}}}};
  return "kubectl patch deployment " + echo.name() + " --namespace " + echo.namespace_() + " --type=json -p '" +
         json::serialize(patch) + "'";
}

Rollout::Rollout(api::Object const& deployment) {
  auto const* status = deployment.status.get();
  spec_replicas = api::find_integer(deployment.spec.get(), {"replicas"}).value_or(1);
  replicas = api::find_integer(status, {"replicas"}).value_or(0);
  updated = api::find_integer(status, {"updatedReplicas"}).value_or(0);
  ready = api::find_integer(status, {"readyReplicas"}).value_or(0);
  available = api::find_integer(status, {"availableReplicas"}).value_or(0);
  observed = api::find_integer(status, {"observedGeneration"}).value_or(0) >= deployment.metadata.generation;
}

Trouble trouble_of(api::Object const& deployment) {
  auto const observed = api::find_integer(deployment.status.get(), {"observedGeneration"}).value_or(0);
  if (observed < deployment.metadata.generation) return {};
  auto const* conditions = api::find_path(deployment.status.get(), {"conditions"});
  if (conditions == nullptr || !conditions->is_array()) return {};
  for (auto const& condition : conditions->get_array()) {
    auto const type = api::find_string(&condition, {"type"});
    auto const status = api::find_string(&condition, {"status"});
    auto const message = api::find_string(&condition, {"message"}).value_or("");
    if (type == "ReplicaFailure" && status == "True") return {"ReplicaFailure", message};
    if (type == "Progressing" && status == "False" &&
        api::find_string(&condition, {"reason"}) == "ProgressDeadlineExceeded") {
      return {"ProgressDeadlineExceeded", message};
    }
  }
  return {};
}

}  // namespace echo
