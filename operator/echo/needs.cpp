#include "operator/echo/needs.hpp"

#include <boost/json/array.hpp>

#include "operator/api/kinds.hpp"
#include "operator/echo/echo.hpp"

namespace echo {

namespace json = boost::json;

namespace {

constexpr std::string_view install = "install it with: kubectl apply -f crds/echoes.example.com.yaml";

json::array const& list_at(json::value const* value, std::initializer_list<std::string_view> path) {
  static json::array const none;
  auto const* const found = api::find_path(value, path);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

bool is_true(json::value const* value, std::initializer_list<std::string_view> path) {
  auto const* const found = api::find_path(value, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

/// Why the names were not accepted, as the API server says.
std::string why_not_established(json::value const* status) {
  for (auto const& condition : list_at(status, {"conditions"})) {
    if (api::find_string(&condition, {"type"}) == "NamesAccepted" &&
        api::find_string(&condition, {"status"}) == "False") {
      return " (" + std::string(api::find_string(&condition, {"message"}).value_or("its names are taken")) + ")";
    }
  }
  return "";
}

bool is_established(json::value const* status) {
  for (auto const& condition : list_at(status, {"conditions"})) {
    if (api::find_string(&condition, {"type"}) == "Established")
      return api::find_string(&condition, {"status"}) == "True";
  }
  return false;
}

}  // namespace

std::string trouble_with_definition(api::Object const* definition) {
  std::string const name = "the CustomResourceDefinition " + std::string(definition_name);
  if (definition == nullptr) return name + " is not there; " + std::string(install);
  if (definition->metadata.terminating())
    return name + " is being deleted, and all Echoes with it; when it is gone, " + std::string(install);
  auto const* const spec = definition->spec.get();
  if (api::find_string(spec, {"scope"}) != "Namespaced") {
    return name + " has scope: Cluster, so Echoes have no namespace for a Deployment; delete it and " +
           std::string(install);
  }
  if (api::find_string(spec, {"names", "kind"}) != kind)
    return name + " does not define the kind " + std::string(kind) + "; delete it and " + std::string(install);
  bool served = false;
  std::string versions;
  for (auto const& version : list_at(spec, {"versions"})) {
    if (!is_true(&version, {"served"})) continue;
    std::string const one(api::find_string(&version, {"name"}).value_or(""));
    served = served || one == echoes.version;
    versions += (versions.empty() ? "" : ", ") + one;
  }
  if (!served) {
    return name + " does not serve the version " + echoes.version + " (it serves " +
           (versions.empty() ? "none" : versions) + "); " + std::string(install);
  }
  if (!is_established(definition->status.get())) {
    return name + " is not established" + why_not_established(definition->status.get()) +
           "; see its conditions with: kubectl describe crd " + definition_name;
  }
  return "";
}

std::vector<runtime::AccessRight> needed_rights(std::vector<std::string> const& namespaces,
                                                std::optional<api::ObjectKey> const& lease) {
  std::vector<runtime::AccessRight> rights;
  std::vector<std::string> const everywhere{""};
  for (auto const& space : namespaces.empty() ? everywhere : namespaces) {
    for (auto const* const verb : {"get", "list", "watch", "patch"}) rights.push_back({verb, echoes, "", space});
    rights.push_back({"patch", echoes, "status", space});
    for (auto const* const verb : {"get", "list", "watch", "create", "patch", "delete"})
      rights.push_back({verb, api::deployments, "", space});
    for (auto const* const verb : {"create", "patch"}) rights.push_back({verb, api::events, "", space});
  }
  if (namespaces.empty()) rights.push_back({"get", api::custom_resource_definitions, "", "", definition_name, true});
  if (lease) {
    rights.push_back({"create", api::leases, "", lease->namespace_});
    for (auto const* const verb : {"get", "update"})
      rights.push_back({verb, api::leases, "", lease->namespace_, lease->name});
  }
  return rights;
}

}  // namespace echo
