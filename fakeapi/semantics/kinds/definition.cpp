// CustomResourceDefinitions (apiextensions.k8s.io/v1).
#include "fakeapi/semantics/definition.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fakeapi/semantics/definition_status.hpp"
#include "fakeapi/semantics/names.hpp"
#include "fakeapi/semantics/status.hpp"
#include "fakeapi/semantics/strategies.hpp"

namespace fakeapi {
namespace {

namespace json = boost::json;

constexpr std::string_view approval_annotation = "api-approved.kubernetes.io";

json::array const* list_at(api::SharedJson const& value, std::string_view key) {
  auto const* list = api::find_path(value.get(), {key});
  return list != nullptr ? list->if_array() : nullptr;
}

std::string text_of(json::value const& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

std::string_view name_of(json::value const& version) { return api::find_string(&version, {"name"}).value_or(""); }

bool stores(json::value const& version) {
  auto const* storage = api::find_path(&version, {"storage"});
  return storage != nullptr && *storage == true;
}

// Of the first version that is marked so.
std::string storage_version(api::SharedJson const& spec) {
  auto const* versions = list_at(spec, "versions");
  if (versions == nullptr) return "";
  auto const found = std::ranges::find_if(*versions, stores);
  return found == versions->end() ? "" : std::string(name_of(*found));
}

std::optional<api::Error> admit(Admission const& admission, api::Object& object, api::Object const* /*stored*/) {
  auto const definition = admission.definitions.compile(object.spec);
  if (definition->unreadable) {
    return status::bad_request(
        "CustomResourceDefinition in version \"v1\" cannot be handled as a "
        "CustomResourceDefinition: " +
        *definition->unreadable);
  }
  object.spec = definition->spec;
  object.rest = nullptr;
  return std::nullopt;
}

void fill_in(json::object& document, bool /*modern*/) {
  auto const* const found_spec = document.if_contains("spec");
  if (found_spec == nullptr || !found_spec->is_object()) return;
  auto& status = document["status"];
  if (!status.is_object()) status.emplace_object();
  auto& spec = document.at("spec").get_object();  // looked up only now: a new member moves the others
  fill_in_definition(spec);
  auto const* const kept = status.get_object().if_contains("storedVersions");
  if (kept != nullptr && kept->is_array() && !kept->get_array().empty()) return;
  auto const* const versions = spec.if_contains("versions");
  if (versions == nullptr || !versions->is_array()) return;
  auto const found = std::ranges::find_if(versions->get_array(), stores);
  if (found != versions->get_array().end()) status.get_object()["storedVersions"] = json::array{name_of(*found)};
}

// Names and conditions come from the controllers.
void prepare_create(Kind const& /*kind*/, api::Object& object) {
  json::object status;
  status["conditions"] = nullptr;
  status["acceptedNames"] = DefinitionNames().write();
  auto const version = storage_version(object.spec);
  if (version.empty()) {
    status["storedVersions"] = nullptr;
  } else {
    status["storedVersions"] = json::array{version};
  }
  object.status = api::share(std::move(status));
}

void prepare_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.status = stored.status;
  if (next.spec == stored.spec || !next.status || !next.status->is_object()) return;
  auto const version = storage_version(next.spec);
  auto const* versions = list_at(next.status, "storedVersions");
  bool const known = versions != nullptr && std::ranges::any_of(*versions, [&](json::value const& entry) {
                       return text_of(entry) == version;
                     });
  if (known || version.empty()) return;
  json::value status(*next.status);
  auto& list = status.get_object()["storedVersions"];
  if (!list.is_array()) list.emplace_array();
  list.get_array().emplace_back(version);
  next.status = api::share(std::move(status));
}

// Of the metadata only finalizers may be written along with the status.
void prepare_status_update(Kind const& /*kind*/, api::Object& next, api::Object const& stored) {
  next.spec = stored.spec;
  next.metadata.labels = stored.metadata.labels;
  next.metadata.annotations = stored.metadata.annotations;
  next.metadata.owner_references = stored.metadata.owner_references;
}

void immutable(std::string_view field, std::initializer_list<std::string_view> path, api::Object const& next,
               api::Object const& stored, FieldErrors& errors) {
  auto const value = api::find_string(next.spec.get(), path);
  if (value == api::find_string(stored.spec.get(), path)) return;
  errors.invalid(std::string(field), go_value::text(value.value_or("")), "field is immutable");
}

// Versions in which objects may be kept must stay, and be known to be kept.
void validate_stored_versions(api::Object const& next, FieldErrors& errors) {
  std::string const field = "status.storedVersions";
  auto const* kept = list_at(next.status, "storedVersions");
  if (kept == nullptr || kept->empty()) {
    errors.invalid(field, kept == nullptr ? "[]string(nil)" : "[]string{}", "must have at least one stored version");
    return;
  }
  auto const* versions = list_at(next.spec, "versions");
  static json::array const none;
  for (auto const& version : versions != nullptr ? *versions : none) {
    bool const known =
        std::ranges::any_of(*kept, [&](json::value const& entry) { return text_of(entry) == name_of(version); });
    if (stores(version) && !known) {
      errors.invalid(field,
                     "apiextensions.CustomResourceDefinitionVersion{Name:" + go_value::text(name_of(version)) + "}",
                     "must have the storage version " + std::string(name_of(version)));
    }
  }
  for (std::size_t i = 0; i < kept->size(); ++i) {
    auto const name = text_of((*kept)[i]);
    bool const there = versions != nullptr && std::ranges::any_of(*versions, [&](json::value const& version) {
                         return name_of(version) == name;
                       });
    if (!there) {
      errors.invalid(field + "[" + std::to_string(i) + "]", go_value::text(name), "must appear in spec.versions");
    }
  }
}

// Groups of the community need a word that they were agreed on.
void validate_approval(api::Object const& next, std::string_view group, FieldErrors& errors) {
  bool const is_protected =
      group == "k8s.io" || group.ends_with(".k8s.io") || group == "kubernetes.io" || group.ends_with(".kubernetes.io");
  if (!is_protected) return;
  std::string const field = "metadata.annotations[" + std::string(approval_annotation) + "]";
  auto const* approval = next.metadata.annotations->find(approval_annotation);
  if (approval == nullptr || approval->empty()) {
    errors.required(field, "protected groups must have approval annotation \"" + std::string(approval_annotation) +
                               "\", see https://github.com/kubernetes/enhancements/pull/1111");
  } else if (!approval->starts_with("unapproved") && !approval->contains("://")) {
    errors.invalid(field, go_value::text(*approval),
                   "protected groups must have approval annotation \"" + std::string(approval_annotation) +
                       "\" with either a URL or a reason starting with \"unapproved\", see "
                       "https://github.com/kubernetes/enhancements/pull/1111");
  }
}

void validate(Admission const& admission, api::Object const& next, api::Object const* stored, FieldErrors& errors) {
  auto const definition = admission.definitions.compile(next.spec);
  if (stored == nullptr && next.metadata.name != definition->plural + "." + definition->group) {
    errors.invalid("metadata.name", go_value::text(next.metadata.name), "must be spec.names.plural+\".\"+spec.group");
  }
  errors.append(definition->errors);
  if (stored != nullptr && next.spec != stored->spec) {
    if (condition_holds(*stored, "Established")) {
      immutable("spec.scope", {"scope"}, next, *stored, errors);
      immutable("spec.names.kind", {"names", "kind"}, next, *stored, errors);
    }
    immutable("spec.group", {"group"}, next, *stored, errors);
    immutable("spec.names.plural", {"names", "plural"}, next, *stored, errors);
  }
  validate_stored_versions(next, errors);
  if (stored == nullptr) validate_approval(next, definition->group, errors);
  auto const* preserve = api::find_path(next.spec.get(), {"preserveUnknownFields"});
  if (preserve != nullptr && *preserve == true) {
    errors.invalid("spec.preserveUnknownFields", "true",
                   "cannot set to true, set x-preserve-unknown-fields to true in spec.versions[*].schema instead");
  }
}

void begin_deletion(api::Object& next, api::PropagationPolicy /*policy*/, api::Timestamp now) {
  next.metadata.deletion_timestamp = now;
  if (!next.metadata.has_finalizer(definition_finalizer)) {
    auto finalizers = *next.metadata.finalizers;
    finalizers.emplace_back(definition_finalizer);
    next.metadata.finalizers = std::move(finalizers);
  }
  json::object status;
  if (next.status && next.status->is_object()) status = next.status->get_object();
  set_condition(status,
                {"Terminating", true, "InstanceDeletionPending",
                 "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"},
                now);
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
    .fill_in = fill_in,
    .prepare_create = prepare_create,
    .prepare_update = prepare_update,
    .prepare_status_update = prepare_status_update,
    .validate = validate,
    .validate_status = nullptr,
    .loose_finalizers = true,
    .name_messages = names::subdomain_name,
    .undeletable = nullptr,
    .prepare_finalize = nullptr,
    .validate_finalize = nullptr,
    .has_pod_subresources = false,
    .begin_deletion = begin_deletion,
    .grace = nullptr,
    .returns_deleted = false,
    .stays = nullptr,
    .select_field = nullptr,
    .read_scale = nullptr,
    .write_scale = nullptr,
};

}  // namespace fakeapi
