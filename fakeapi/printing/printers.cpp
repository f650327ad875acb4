// The table of printers, and the cells of the smaller kinds.
#include <array>
#include <utility>

#include "fakeapi/printing/human_duration.hpp"
#include "fakeapi/printing/printer.hpp"
#include "fakeapi/printing/values.hpp"

namespace fakeapi::printing {
namespace {

namespace json = boost::json;
using api::Object;
using seams::WallTime;

constexpr std::int32_t wide = 1;

Column column(std::string name, std::string description, std::string type = "string", std::int32_t priority = 0) {
  return {std::move(name), std::move(type), "", std::move(description), priority};
}
Column name_column(std::int32_t priority = 0) {
  return {"Name", "string", "name", "The object's name, unique in its namespace.", priority};
}
Column age_column() { return column("Age", "The time since the object was created."); }
Column wide_column(std::string name, std::string description) {
  return column(std::move(name), std::move(description), "string", wide);
}
Column number_column(std::string name, std::string description) {
  return column(std::move(name), std::move(description), "integer");
}

std::string age_of(Object const& object, WallTime now) { return age(object.metadata.creation_timestamp, now); }

std::string int_or_string(json::value const* value) {
  if (value == nullptr || value->is_null()) return "N/A";
  return print(*value);
}

json::array namespace_cells(Object const& object, WallTime now) {
  return {object.metadata.name, text_at(object.status.get(), {"phase"}), age_of(object, now)};
}

json::array deployment_cells(Object const& object, WallTime now) {
  json::value const* spec = object.spec.get();
  json::value const* status = object.status.get();
  auto const& containers = list_at(spec, {"template", "spec", "containers"});
  return {object.metadata.name,
          std::to_string(number_at(status, {"readyReplicas"})) + "/" + std::to_string(number_at(spec, {"replicas"})),
          number_at(status, {"updatedReplicas"}),
          number_at(status, {"availableReplicas"}),
          age_of(object, now),
          join_members(containers, "name"),
          join_members(containers, "image"),
          selector_text(api::find_path(spec, {"selector"}))};
}

json::array replica_set_cells(Object const& object, WallTime now) {
  json::value const* spec = object.spec.get();
  json::value const* status = object.status.get();
  auto const& containers = list_at(spec, {"template", "spec", "containers"});
  return {object.metadata.name,
          number_at(spec, {"replicas"}),
          number_at(status, {"replicas"}),
          number_at(status, {"readyReplicas"}),
          age_of(object, now),
          join_members(containers, "name"),
          join_members(containers, "image"),
          or_else(selector_text(api::find_path(spec, {"selector"})))};
}

json::array lease_cells(Object const& object, WallTime now) {
  return {object.metadata.name, text_at(object.spec.get(), {"holderIdentity"}), age_of(object, now)};
}

json::array config_map_cells(Object const& object, WallTime now) {
  json::value const* fields = object.rest.get();
  return {object.metadata.name, count_at(fields, {"data"}) + count_at(fields, {"binaryData"}), age_of(object, now)};
}

json::array secret_cells(Object const& object, WallTime now) {
  json::value const* fields = object.rest.get();
  return {object.metadata.name, text_at(fields, {"type"}), count_at(fields, {"data"}), age_of(object, now)};
}

json::array service_account_cells(Object const& object, WallTime now) {
  auto const secrets = list_at(object.rest.get(), {"secrets"}).size();
  return {object.metadata.name, static_cast<std::int64_t>(secrets), age_of(object, now)};
}

// The subjects of one kind of a binding.
std::string subjects(json::value const* fields, std::string_view kind) {
  std::string text;
  bool first = true;
  for (auto const& subject : list_at(fields, {"subjects"})) {
    if (text_at(&subject, {"kind"}) != kind) continue;
    if (!std::exchange(first, false)) text += ", ";
    if (kind == "ServiceAccount") text.append(text_at(&subject, {"namespace"})).append("/");
    text.append(text_at(&subject, {"name"}));
  }
  return text;
}

json::array binding_cells(Object const& object, WallTime now) {
  json::value const* fields = object.rest.get();
  std::string role(text_at(fields, {"roleRef", "kind"}));
  role.append("/").append(text_at(fields, {"roleRef", "name"}));
  return {object.metadata.name,      role,
          age_of(object, now),       subjects(fields, "User"),
          subjects(fields, "Group"), subjects(fields, "ServiceAccount")};
}

json::array disruption_budget_cells(Object const& object, WallTime now) {
  json::value const* spec = object.spec.get();
  return {object.metadata.name, int_or_string(api::find_path(spec, {"minAvailable"})),
          int_or_string(api::find_path(spec, {"maxUnavailable"})),
          number_at(object.status.get(), {"disruptionsAllowed"}), age_of(object, now)};
}

json::array network_policy_cells(Object const& object, WallTime now) {
  return {object.metadata.name, or_else(selector_text(api::find_path(object.spec.get(), {"podSelector"}))),
          age_of(object, now)};
}

std::vector<Column> template_columns(std::vector<Column> columns) {
  columns.push_back(age_column());
  columns.push_back(wide_column("Containers", "The containers of the pod template."));
  columns.push_back(wide_column("Images", "The images of the pod template."));
  columns.push_back(wide_column("Selector", "Which pods belong to it."));
  return columns;
}

std::vector<Column> binding_columns() {
  return {name_column(),
          column("Role", "The role that is given."),
          age_column(),
          wide_column("Users", "The users that it is given to."),
          wide_column("Groups", "The groups that it is given to."),
          wide_column("ServiceAccounts", "The service accounts that it is given to.")};
}

std::vector<Column> event_columns() {
  return {column("Last Seen", "The time since it last happened."),
          column("Type", "Normal or Warning."),
          column("Reason", "Why, in one word."),
          column("Object", "What it is about."),
          wide_column("Subobject", "The part of the object that it is about."),
          wide_column("Source", "Who reports it."),
          column("Message", "What happened."),
          wide_column("First Seen", "The time since it first happened."),
          wide_column("Count", "How often it happened."),
          name_column(wide)};
}

std::vector<Column> pod_columns() {
  return {name_column(),
          column("Ready", "Ready containers of all."),
          column("Status", "What the containers are at, together."),
          number_column("Restarts", "How often containers were started again."),
          age_column(),
          wide_column("IP", "The pod's address."),
          wide_column("Node", "The node that the pod is assigned to."),
          wide_column("Nominated Node", "The node that is being freed for the pod."),
          wide_column("Readiness Gates", "Readiness gates passed of all.")};
}

std::vector<Column> service_columns() {
  return {name_column(),
          column("Type", "How the service is reached."),
          column("Cluster-IP", "The address in the cluster."),
          column("External-IP", "Addresses outside the cluster."),
          column("Port(s)", "The ports that it listens on."),
          age_column(),
          wide_column("Selector", "Which pods answer.")};
}

}  // namespace

std::span<Printer const> printers() {
  static std::array const table{
      Printer{
          "", "namespaces", {name_column(), column("Status", "Active or Terminating."), age_column()}, namespace_cells},
      Printer{"apps", "deployments",
              template_columns({name_column(), column("Ready", "Ready pods of those wanted."),
                                column("Up-to-date", "Pods made from the present template."),
                                column("Available", "Pods ready for at least minReadySeconds.")}),
              deployment_cells},
      Printer{"apps", "replicasets",
              template_columns({name_column(), number_column("Desired", "Pods wanted."),
                                number_column("Current", "Pods there are."), number_column("Ready", "Ready pods.")}),
              replica_set_cells},
      Printer{"", "pods", pod_columns(), pod_cells},
      Printer{"", "events", event_columns(), event_cells},
      Printer{"events.k8s.io", "events", event_columns(), event_cells},
      Printer{"coordination.k8s.io",
              "leases",
              {name_column(), column("Holder", "Who holds the lease."), age_column()},
              lease_cells},
      Printer{
          "", "configmaps", {name_column(), column("Data", "The number of entries."), age_column()}, config_map_cells},
      Printer{"",
              "secrets",
              {name_column(), column("Type", "What the secret is for."), column("Data", "The number of entries."),
               age_column()},
              secret_cells},
      Printer{"", "services", service_columns(), service_cells},
      Printer{"",
              "serviceaccounts",
              {name_column(), column("Secrets", "The number of its secrets."), age_column()},
              service_account_cells},
      Printer{"rbac.authorization.k8s.io", "rolebindings", binding_columns(), binding_cells},
      Printer{"rbac.authorization.k8s.io", "clusterrolebindings", binding_columns(), binding_cells},
      Printer{"policy",
              "poddisruptionbudgets",
              {name_column(), column("Min Available", "Pods that must stay available."),
               column("Max Unavailable", "Pods that may be unavailable."),
               number_column("Allowed Disruptions", "Pods that may be disturbed now."), age_column()},
              disruption_budget_cells},
      Printer{"networking.k8s.io",
              "networkpolicies",
              {name_column(), column("Pod-Selector", "Which pods it holds for."), age_column()},
              network_policy_cells},
  };
  return table;
}

}  // namespace fakeapi::printing
