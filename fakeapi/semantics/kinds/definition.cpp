// CustomResourceDefinitions (apiextensions.k8s.io/v1).
#include "fakeapi/semantics/definition.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

std::string storage_version(api::SharedJson const& spec) {
  auto const* versions = api::find_path(spec.get(), {"versions"});
  if (versions == nullptr || !versions->is_array()) return "";
  for (auto const& version : versions->get_array()) {
    auto const* storage = api::find_path(&version, {"storage"});
    if (storage != nullptr && *storage == true) return std::string(api::find_string(&version, {"name"}).value_or(""));
  }
  return "";
}

json::object condition(std::string_view type, std::string_view reason, std::string_view message,
                       std::optional<api::Timestamp> time) {
  json::object made;
  made["type"] = type;
  made["status"] = "True";
  made["lastTransitionTime"] = time ? api::format_timestamp(*time) : "";
  made["reason"] = reason;
  made["message"] = message;
  return made;
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* /*stored*/) {
  object.spec = admission.definitions.compile(object.spec)->spec;
  object.rest = nullptr;
  return std::nullopt;
}

// The real server's controllers accept the names and establish the definition some 20 ms later; here it is done.
void prepare_create(Kind const& /*kind*/, api::Object& object) {
  auto const time = object.metadata.creation_timestamp;
  json::array conditions;
  conditions.push_back(condition("NamesAccepted", "NoConflicts", "no conflicts found", time));
  conditions.push_back(condition("Established", "InitialNamesAccepted", "the initial names have been accepted", time));
  json::object status;
  status["conditions"] = std::move(conditions);
  auto const* names = api::find_path(object.spec.get(), {"names"});
  if (names != nullptr) status["acceptedNames"] = *names;
  json::array stored_versions;
  stored_versions.emplace_back(storage_version(object.spec));
  status["storedVersions"] = std::move(stored_versions);
  object.status = api::share(std::move(status));
}

void prepare_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.status = stored.status;
  if (next.spec == stored.spec || !next.status || !next.status->is_object()) return;
  auto const version = storage_version(next.spec);
  auto const* versions = api::find_path(next.status.get(), {"storedVersions"});
  auto const holds = [&](json::value const& known) {
    return known.is_string() && std::string_view(known.get_string()) == version;
  };
  if (versions != nullptr && versions->is_array() && std::ranges::any_of(versions->get_array(), holds)) return;
  json::value status(*next.status);
  auto& list = status.get_object()["storedVersions"];
  if (!list.is_array()) list.emplace_array();
  list.get_array().emplace_back(version);
  next.status = api::share(std::move(status));
}

void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  api::SharedJson status = std::move(next.status);
  auto labels = stored.metadata.labels;
  next.spec = stored.spec;
  next.status = std::move(status);
  next.metadata.labels = std::move(labels);
}

void immutable(std::string_view field, std::initializer_list<std::string_view> path, api::Object const& next,
               api::Object const& stored, FieldErrors& errors) {
  auto const value = api::find_string(next.spec.get(), path);
  if (value == api::find_string(stored.spec.get(), path)) return;
  errors.invalid(std::string(field), go_value::text(value.value_or("")), "field is immutable");
}

void validate(Admission const& admission, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  auto const definition = admission.definitions.compile(next.spec);
  if (next.metadata.name != definition->plural + "." + definition->group) {
    errors.invalid("metadata.name", go_value::text(next.metadata.name), "must be spec.names.plural+\".\"+spec.group");
  }
  errors.append(definition->errors);
  if (stored == nullptr || next.spec == stored->spec) return;
  immutable("spec.group", {"group"}, next, *stored, errors);
  immutable("spec.names.plural", {"names", "plural"}, next, *stored, errors);
  immutable("spec.scope", {"scope"}, next, *stored, errors);
  immutable("spec.names.kind", {"names", "kind"}, next, *stored, errors);
}

void begin_deletion(api::Object& next, api::PropagationPolicy /*policy*/, api::Timestamp now) {
  next.metadata.deletion_timestamp = now;
  if (!next.metadata.has_finalizer(definition_finalizer)) {
    auto finalizers = *next.metadata.finalizers;
    finalizers.emplace_back(definition_finalizer);
    next.metadata.finalizers = std::move(finalizers);
  }
  json::value status = next.status ? *next.status : json::value(json::object());
  auto& conditions = status.get_object()["conditions"];
  if (!conditions.is_array()) conditions.emplace_array();
  conditions.get_array().push_back(
      condition("Terminating", "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", now));
  next.status = api::share(std::move(status));
}

}  // namespace

Strategy const definition_strategy{
    .built_in = true,
    .unconditional_update = false,
    .create_on_update = false,
    .generation = Generation::spec,
    .garbage_collected = true,
    .has_status = true,
    .has_scale = false,
    .admit = admit,
    .prepare_create = prepare_create,
    .prepare_update = prepare_update,
    .prepare_status_update = prepare_status_update,
    .validate = validate,
    .validate_status = nullptr,
    .name_messages = names::subdomain_name,
    .undeletable = nullptr,
    .begin_deletion = begin_deletion,
    .stays = nullptr,
    .select_field = nullptr,
    .read_scale = nullptr,
    .write_scale = nullptr,
};

}  // namespace fakeapi
