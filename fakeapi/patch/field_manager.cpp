#include "fakeapi/patch/field_manager.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <tuple>
#include <vector>

#include "fakeapi/patch/go_text.hpp"

namespace fakeapi::patch {
namespace {

namespace json = boost::json;

constexpr std::size_t most_updaters = 10;
constexpr std::string_view last_applied = "kubectl.kubernetes.io/last-applied-configuration";
/// Longer ones are not looked into.
constexpr std::size_t deepest_annotation = 100;

ManagedEntry make_entry(std::string_view manager, std::string_view operation, Write const& write) {
  ManagedEntry entry;
  entry.manager = manager.empty() ? "unknown" : std::string(manager);
  entry.operation = operation;
  entry.api_version = write.api_version;
  entry.subresource = write.subresource;
  return entry;
}

// Merges the oldest entries of updates, version by version, until there are few enough.
ManagedFields capped(ManagedFields managed) {
  std::vector<std::string> updaters;
  for (auto const& [identifier, entry] : managed) {
    if (!entry.applied()) updaters.push_back(identifier);
  }
  if (updaters.size() <= most_updaters) return managed;
  std::ranges::sort(updaters, {},
                    [&](std::string const& identifier) { return std::tie(managed.at(identifier).time, identifier); });
  std::map<std::string, std::string> first_of_version;
  std::size_t left = updaters.size();
  for (auto const& identifier : updaters) {
    if (left <= most_updaters) break;
    ManagedEntry const entry = managed.at(identifier);
    ManagedEntry bucket = entry;
    bucket.manager = "ancient-changes";
    bucket.operation = "Update";
    bucket.subresource.clear();
    std::string const bucket_identifier = bucket.identifier();
    auto const [first, is_first] = first_of_version.emplace(entry.api_version, identifier);
    if (is_first) continue;
    if (!managed.contains(bucket_identifier)) {
      bucket.fields = managed.at(first->second).fields;
      managed.erase(first->second);
      managed.emplace(bucket_identifier, std::move(bucket));
    }
    auto& merged = managed.at(bucket_identifier);
    merged.fields = unite(entry.fields, merged.fields);
    merged.time = entry.time;
    managed.erase(identifier);
    --left;
  }
  return managed;
}

json::value const* annotation(json::value const& object) {
  return api::find_path(&object, {"metadata", "annotations", last_applied});
}

// What kubectl applied from the client's side, as far as it still stands: kubectl may take that over.
std::optional<FieldSet> client_side_applied(json::value const& live, Write const& write) {
  auto const* text = annotation(live);
  if (text == nullptr || !text->is_string()) return std::nullopt;
  json::parse_options options;
  options.max_depth = deepest_annotation;
  json::error_code error;
  auto const applied = json::parse(text->get_string(), error, {}, options);
  if (error || api::find_string(&applied, {"apiVersion"}) != write.api_version) return std::nullopt;
  if (find_mistakes(live, write.schema) || find_mistakes(applied, write.schema)) return std::nullopt;
  auto const changes = compare(&applied, &live, write.schema);
  return subtract(fields_of(applied, write.schema), unite(unite(changes.modified, changes.added), changes.removed));
}

// Keeps the annotation of client-side apply true: the configuration without itself.
void renew_annotation(json::value& object, json::value config) {
  if (annotation(object) == nullptr) return;
  if (auto const* annotations = api::find_path(&config, {"metadata", "annotations"})) {
    auto& metadata = config.get_object()["metadata"].get_object();
    if (annotations->is_object()) {
      auto& members = metadata["annotations"].get_object();
      if (auto const own = members.find(last_applied); own != members.end()) members.stable_erase(own);
    }
  }
  object.at("metadata").at("annotations").get_object()[last_applied] = go_text::sorted_json(config) + "\n";
}

}  // namespace

ManagedFields update_owners(json::value const& live, json::value const& next, ManagedFields managed,
                            std::string_view manager, bool is_new, Write const& write) {
  if (managed.empty() && !is_new) return managed;
  return capped(own_changes(live, next, std::move(managed), make_entry(manager, "Update", write), write));
}

std::expected<Applied, Conflicts> apply_config(json::value const& live, json::value const& config,
                                               json::value const& empty, ManagedFields managed,
                                               std::string_view manager, bool force, Write const& write) {
  bool const first_apply = managed.empty();
  if (first_apply) {
    managed = capped(own_changes(empty, live, {}, make_entry("before-first-apply", "Update", write), write));
  }
  auto const applier = make_entry(manager, "Apply", write);
  auto applied = own_config(live, config, managed, applier, write, force);
  if (manager != "kubectl") return applied;
  if (!applied) {
    auto const allowed = client_side_applied(live, write);
    if (!allowed) return applied;
    Conflicts others = applied.error();
    std::erase_if(others, [&](Conflict const& conflict) { return allowed->contains(conflict.path); });
    if (!others.empty()) return std::unexpected(std::move(others));
    applied = own_config(live, config, std::move(managed), applier, write, true);
    if (!applied) return applied;
  }
  json::value result = applied->object ? *applied->object : live;
  renew_annotation(result, config);
  if (result != live) applied->object = std::move(result);
  return applied;
}

std::string conflict_message(Conflicts const& conflicts) {
  if (conflicts.size() == 1) {
    return "Apply failed with 1 conflict: conflict with " + conflicts.front().owner.shown() + ": " +
           to_string(conflicts.front().path);
  }
  std::string message = "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: ";
  std::string owner;
  for (auto const& conflict : conflicts) {
    auto const identifier = conflict.owner.identifier();
    if (identifier != owner) {
      message += (owner.empty() ? "" : "\n") + ("conflicts with " + conflict.owner.shown()) + ":";
      owner = identifier;
    }
    message += "\n- " + to_string(conflict.path);
  }
  return message;
}

}  // namespace fakeapi::patch
