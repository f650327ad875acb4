#include "fakeapi/authorization/user_roles.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace fakeapi::authorization {
namespace {

namespace json = boost::json;

constexpr std::string_view to_read = "get list watch";
constexpr std::string_view to_write = "create delete deletecollection patch update";
constexpr std::string_view to_read_and_write = "create delete deletecollection get list patch update watch";

enum class In : std::uint8_t { both, modern, v1_20 };  // which profile

/// Verbs, a group, and its resources, words apart.
struct Row {
  std::string_view role;
  std::string_view verbs;
  std::string_view group;
  std::string_view resources;
  In in = In::both;
};

constexpr Row table[] = {
    {"admin", "create", "authorization.k8s.io", "localsubjectaccessreviews"},
    {"admin", to_read_and_write, "rbac.authorization.k8s.io", "rolebindings roles"},

    {"edit", to_read, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"},
    {"edit", "impersonate", "", "serviceaccounts"},
    {"edit", to_write, "", "pods pods/attach pods/exec pods/portforward pods/proxy"},
    {"edit", "create", "", "pods/eviction", In::modern},
    {"edit", to_write, "",
     "configmaps endpoints persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
     "serviceaccounts services services/proxy",
     In::v1_20},
    {"edit", to_write, "",
     "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
     "serviceaccounts services services/proxy",
     In::modern},
    {"edit", "create", "", "serviceaccounts/token", In::modern},
    {"edit", to_write, "apps",
     "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "
     "statefulsets/scale"},
    {"edit", to_write, "autoscaling", "horizontalpodautoscalers"},
    {"edit", to_write, "batch", "cronjobs jobs"},
    {"edit", to_write, "extensions",
     "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets "
     "replicasets/scale replicationcontrollers/scale"},
    {"edit", to_write, "policy", "poddisruptionbudgets"},
    {"edit", to_write, "networking.k8s.io", "ingresses networkpolicies"},
    {"edit", to_read_and_write, "coordination.k8s.io", "leases", In::modern},

    {"view", to_read, "",
     "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
     "replicationcontrollers/scale serviceaccounts services services/status"},
    {"view", to_read, "",
     "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas "
     "resourcequotas/status"},
    {"view", to_read, "", "namespaces"},
    {"view", to_read, "discovery.k8s.io", "endpointslices", In::modern},
    {"view", to_read, "apps",
     "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets "
     "replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status"},
    {"view", to_read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"},
    {"view", to_read, "batch", "cronjobs cronjobs/status jobs jobs/status"},
    {"view", to_read, "extensions",
     "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status "
     "networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale"},
    {"view", to_read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"},
    {"view", to_read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"},
};

json::array words(std::string_view text) {
  json::array list;
  while (!text.empty()) {
    auto const length = std::min(text.find(' '), text.size());
    list.emplace_back(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return list;
}

}  // namespace

json::array user_role_rules(std::string_view role, Profile profile) {
  auto const other = profile == Profile::modern ? In::v1_20 : In::modern;
  json::array rules;
  for (auto const& row : table) {
    if (row.role != role || row.in == other) continue;
    json::array groups;
    groups.emplace_back(row.group);
    rules.push_back(json::object{
        {"verbs", words(row.verbs)}, {"apiGroups", std::move(groups)}, {"resources", words(row.resources)}});
  }
  return rules;
}

}  // namespace fakeapi::authorization
