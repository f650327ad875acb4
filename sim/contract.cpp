#include "sim/contract.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace sim::contract {

namespace json = boost::json;

std::optional<std::int64_t> replicas(api::Object const& object) {
  return api::find_integer(object.spec.get(), {"replicas"});
}

std::string const& echo_owner_uid(api::Object const& deployment) {
  static std::string const none;
  for (auto const& owner : *deployment.metadata.owner_references) {
    if (owner.kind == "Echo") return owner.uid;
  }
  return none;
}

bool spec_matches(api::Object const& echo, api::Object const& deployment) {
  auto const& name = echo.metadata.name;
  if (replicas(echo) != replicas(deployment)) return false;
  auto const* label = deployment.metadata.labels->find("app");
  if (label == nullptr || *label != name) return false;
  auto const* spec = deployment.spec.get();
  if (api::find_string(spec, {"template", "metadata", "labels", "app"}) != name) return false;
  auto const* containers = api::find_path(spec, {"template", "spec", "containers"});
  if (containers == nullptr || !containers->is_array()) return false;
  for (auto const& container : containers->get_array()) {
    if (api::find_string(&container, {"name"}) != name) continue;
    if (api::find_string(&container, {"image"}) != api::find_string(echo.spec.get(), {"image"}).value_or(image))
      return false;
    auto const* ports = api::find_path(&container, {"ports"});
    if (ports == nullptr || !ports->is_array()) return false;
    for (auto const& port : ports->get_array()) {
      if (api::find_integer(&port, {"containerPort"}) == 8080) return true;
    }
    return false;
  }
  return false;
}

bool all_ready(api::Object const& deployment, std::int64_t wanted) {
  auto const* status = deployment.status.get();
  return api::find_integer(status, {"observedGeneration"}).value_or(0) >= deployment.metadata.generation &&
         api::find_integer(status, {"updatedReplicas"}).value_or(0) == wanted &&
         api::find_integer(status, {"replicas"}).value_or(0) == wanted &&
         api::find_integer(status, {"readyReplicas"}).value_or(0) == wanted &&
         api::find_integer(status, {"availableReplicas"}).value_or(0) == wanted;
}

json::value const* condition(api::Object const& echo, std::string_view type) {
  auto const* conditions = api::find_path(echo.status.get(), {"conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (auto const& entry : conditions->get_array()) {
    if (api::find_string(&entry, {"type"}) == type) return &entry;
  }
  return nullptr;
}

bool condition_is(api::Object const& echo, std::string_view type, std::string_view status) {
  auto const* entry = condition(echo, type);
  return entry != nullptr && api::find_string(entry, {"status"}) == status;
}

namespace {

// A copy of a spec without what is the operator's: what must survive its writes.
json::value foreign_spec(api::Object const& deployment) {
  json::value copy = *deployment.spec;
  auto* spec = copy.if_object();
  if (spec == nullptr) return copy;
  spec->erase("replicas");
  auto* pod_template = spec->if_contains("template");
  if (pod_template == nullptr || !pod_template->is_object()) return copy;
  if (auto* metadata = pod_template->get_object().if_contains("metadata");
      metadata != nullptr && metadata->is_object()) {
    if (auto* labels = metadata->get_object().if_contains("labels"); labels != nullptr && labels->is_object()) {
      labels->get_object().erase("app");
    }
  }
  auto* pod = pod_template->get_object().if_contains("spec");
  if (pod == nullptr || !pod->is_object()) return copy;
  auto* containers = pod->get_object().if_contains("containers");
  if (containers == nullptr || !containers->is_array()) return copy;
  for (auto& container : containers->get_array()) {
    if (api::find_string(&container, {"name"}) != deployment.metadata.name) continue;
    container.get_object().erase("image");
    auto* ports = container.get_object().if_contains("ports");
    if (ports == nullptr || !ports->is_array()) continue;
    auto& list = ports->get_array();
    for (auto port = list.begin(); port != list.end();) {
      port = api::find_integer(&*port, {"containerPort"}) == 8080 ? list.erase(port) : port + 1;
    }
    // A list that held only our port is ours to make and to fill.
    if (list.empty()) container.get_object().erase("ports");
  }
  return copy;
}

}  // namespace

bool same_foreign_spec(api::Object const& before, api::Object const& after) {
  if (before.spec == after.spec) return true;
  if (!before.spec || !after.spec || !before.spec->is_object() || !after.spec->is_object()) return false;
  // Mostly only the number of replicas has changed; then nothing need be copied.
  auto const& old_spec = before.spec->get_object();
  auto const& new_spec = after.spec->get_object();
  bool same = old_spec.size() == new_spec.size();
  for (auto const& [field, value] : old_spec) {
    if (!same) break;
    if (field == "replicas") continue;
    auto const* counterpart = new_spec.if_contains(field);
    same = counterpart != nullptr && api::equal_json(*counterpart, value);
  }
  return same || foreign_spec(before) == foreign_spec(after);
}

api::StringMap foreign_labels(api::Object const& object) {
  api::StringMap labels = *object.metadata.labels;
  labels.erase("app");
  return labels;
}

}  // namespace sim::contract
