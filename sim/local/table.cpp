#include "sim/local/table.hpp"

#include <algorithm>
#include <array>

#include "operator/api/kinds.hpp"
#include "sim/contract.hpp"

namespace sim::local {

std::string human_duration(seams::Duration age) {
  using std::to_string;
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  if (seconds < 0) return "0s";
  if (seconds < 120) return to_string(seconds) + "s";
  auto const minutes = seconds / 60;
  if (minutes < 10) return to_string(minutes) + "m" + (seconds % 60 != 0 ? to_string(seconds % 60) + "s" : "");
  if (minutes < 180) return to_string(minutes) + "m";
  auto const hours = minutes / 60;
  if (hours < 8) return to_string(hours) + "h" + (minutes % 60 != 0 ? to_string(minutes % 60) + "m" : "");
  if (hours < 48) return to_string(hours) + "h";
  auto const days = hours / 24;
  if (hours < 24 * 8) return to_string(days) + "d" + (hours % 24 != 0 ? to_string(hours % 24) + "h" : "");
  if (days < 2 * 365) return to_string(days) + "d";
  auto const years = days / 365;
  if (years < 8) return to_string(years) + "y" + (days % 365 != 0 ? to_string(days % 365) + "d" : "");
  return to_string(years) + "y";
}

namespace {

// Whether the definition of Echo has a place for a status.
bool has_status(Sight const& sight) {
  bool found = false;
  sight.for_each(api::custom_resource_definitions, [&](api::ObjectPtr const& definition) {
    if (definition->metadata.name != "echoes.example.com") return;
    auto const* versions = api::find_path(definition->spec.get(), {"versions"});
    if (versions == nullptr || !versions->is_array()) return;
    for (auto const& version : versions->get_array()) {
      found = found || (api::find_string(&version, {"name"}) == "v1" &&
                        api::find_path(&version, {"subresources", "status"}) != nullptr);
    }
  });
  return found;
}

// What the newest Event on this Echo says; null if there is none.
api::ObjectPtr newest_event(Sight const& sight, api::Object const& echo) {
  api::ObjectPtr newest;
  sight.for_each(api::events, [&](api::ObjectPtr const& event) {
    if (api::find_string(event->rest.get(), {"involvedObject", "uid"}) != echo.metadata.uid) return;
    if (!newest || newest->metadata.resource_version < event->metadata.resource_version) newest = event;
  });
  return newest;
}

Row row_of(Sight const& sight, api::Object const& echo, seams::WallTime now) {
  auto const deployment = sight.find(api::deployments, echo.key());
  Row row;
  row.namespace_ = echo.metadata.namespace_;
  row.name = echo.metadata.name;
  auto const desired = contract::replicas(echo);
  row.desired = desired ? std::to_string(*desired) : "<none>";
  if (echo.metadata.creation_timestamp) row.age = human_duration(now - *echo.metadata.creation_timestamp);
  auto ready = api::find_integer(echo.status.get(), {"readyReplicas"});
  bool const owned = deployment && contract::echo_owner_uid(*deployment) == echo.metadata.uid;
  if (!ready && owned) ready = api::find_integer(deployment->status.get(), {"readyReplicas"}).value_or(0);
  row.ready = std::to_string(ready.value_or(0));
  if (echo.metadata.terminating()) {
    row.status = "Terminating";
    return row;
  }
  if (auto const* condition = contract::condition(echo, "Ready")) {
    bool const up_to_date =
        api::find_integer(echo.status.get(), {"observedGeneration"}).value_or(0) == echo.metadata.generation;
    row.is_ready = up_to_date && api::find_string(condition, {"status"}) == "True";
    row.status = row.is_ready ? "Ready" : std::string(api::find_string(condition, {"reason"}).value_or("Unknown"));
    row.message = std::string(api::find_string(condition, {"message"}).value_or(""));
    if (!up_to_date && row.status == "Ready") row.status = "Progressing";
    return row;
  }
  // No condition: the operator has not got round to it yet, or there is no place for one; then Events tell.
  row.is_ready = !has_status(sight) && owned && desired && contract::replicas(*deployment) == desired &&
                 contract::all_ready(*deployment, *desired);
  row.status = row.is_ready ? "Ready" : "Progressing";
  row.message = owned ? "its Deployment is not complete yet" : "it has no Deployment yet";
  auto const event = row.is_ready || owned ? nullptr : newest_event(sight, echo);
  if (event) {
    row.status = std::string(api::find_string(event->rest.get(), {"reason"}).value_or(row.status));
    row.message = std::string(api::find_string(event->rest.get(), {"message"}).value_or(row.message));
  }
  return row;
}

}  // namespace

std::vector<Row> rows(Sight const& sight, seams::WallTime now) {
  std::vector<Row> all;
  sight.for_each(contract::echoes, [&](api::ObjectPtr const& echo) { all.push_back(row_of(sight, *echo, now)); });
  return all;
}

std::string format_table(std::vector<Row> const& rows) {
  using Cells = std::array<std::string, 6>;
  std::vector<Cells> lines{{"NAMESPACE", "NAME", "DESIRED", "READY", "STATUS", "AGE"}};
  for (auto const& row : rows) {
    lines.push_back(
        {row.namespace_.empty() ? "<none>" : row.namespace_, row.name, row.desired, row.ready, row.status, row.age});
  }
  std::array<std::size_t, 6> width{};
  for (auto const& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) width[i] = std::max(width[i], line[i].size());
  }
  std::string text;
  for (auto const& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text += std::string(width[i] - line[i].size() + 3, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace sim::local
